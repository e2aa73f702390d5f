"""The files that show a prediction: the image with the prediction drawn over it, and the mask as an index PNG."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Dict, NamedTuple, Sequence

from edgecv.ondevice.commands.sources import Picture
from edgecv.ondevice.decoding import open_picture
from edgecv.ondevice.drawing import draw, index_png
from edgecv.ondevice.tasks.segmentation import Segmentation
from edgecv.records.files import write_whole

FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}


class Place(NamedTuple):
    """Where the files of one prediction go."""

    drawn: Path
    mask: Path


def in_folder(folder: Path, picture: Picture) -> Place:
    """Never under the image's own name: the folder may be the one that the image lies in."""
    return Place(folder / f"{picture.stem}.predicted.jpg", folder / f"{picture.stem}.mask.png")


def in_file(drawn: Path) -> Place:
    """The file itself, and the mask beside it."""
    return Place(drawn, drawn.with_suffix(".mask.png"))


def write_pictures(place: Place, picture: Picture, prediction: Any, labels: Sequence[str]) -> Dict[str, str]:
    """Write the files of one prediction; the result says which."""
    drawn = io.BytesIO()
    kind = FORMATS[place.drawn.suffix.lower()]
    draw(open_picture(picture.source), prediction, labels).save(drawn, kind, quality=90)
    written = {"drawn": str(write_whole(place.drawn, drawn.getvalue()))}
    if isinstance(prediction, Segmentation):
        written["mask"] = str(write_whole(place.mask, index_png(prediction.mask)))
    return written
