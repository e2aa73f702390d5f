"""The files that show a prediction: the image with the prediction drawn over it, and the mask as an index PNG."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Dict, Sequence

from edgecv.ondevice.commands.sources import Picture
from edgecv.ondevice.decoding import open_picture
from edgecv.ondevice.drawing import draw, index_png
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.files import write_whole


def write_pictures(folder: Path, picture: Picture, prediction: Any, labels: Sequence[str]) -> Dict[str, str]:
    """Write the files of one prediction; the result says which."""
    drawn = io.BytesIO()
    draw(open_picture(picture.source), prediction, labels).save(drawn, "JPEG", quality=90)
    # Never the image's own name: the folder may be the one that the image lies in.
    written = {"drawn": str(write_whole(folder / f"{picture.stem}.predicted.jpg", drawn.getvalue()))}
    if isinstance(prediction, Segmentation):
        written["mask"] = str(write_whole(folder / f"{picture.stem}.mask.png", index_png(prediction.mask)))
    return written
