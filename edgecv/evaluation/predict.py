"""Predictions of an artifact, made by the code that a board runs, in a process of its own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edgecv.hosts.local import run_module
from edgecv.ondevice import predictions
from edgecv.ondevice.tasks import detection
from edgecv.records.samples import Samples

OPTIONS: dict[str, tuple[object, ...]] = {
    "detection": (
        *("--threshold", detection.EVALUATION["score_threshold"]),
        *("--max-detections", detection.EVALUATION["max_detections"]),
    )
}


def predict(
    artifact: Path,
    task: str,
    samples: Samples,
    indices: Sequence[int],
    *,
    work: Path,
    threads: int,
    hint: str = "",
    log: Path | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> list[Any]:
    """The predictions for the samples at those indices; `work` takes the images and the result."""
    work.mkdir(parents=True, exist_ok=True)
    saved = work / "predictions.npz"
    source = _hand_over([samples.image(index) for index in indices], work)
    hinted = ["--hint", hint] if hint else []
    run_module(
        "edgecv.ondevice",
        ["predict", artifact, source, "--save", saved, "--threads", threads, *hinted, *OPTIONS.get(task, ())],
        log=log or work / "predict.log",
        on_progress=on_progress,
    )
    return predictions.read(saved)


def _hand_over(images: Sequence[Path | np.ndarray], work: Path) -> str:
    """Images as the command takes them: one stack of pixels where they are alike, or else a list of files."""
    arrays = [image for image in images if isinstance(image, np.ndarray)]
    if len(arrays) == len(images) and len({image.shape for image in arrays}) == 1:
        stack = work / "images.npy"
        np.save(stack, np.stack(arrays))
        return str(stack)
    listed = work / "images.txt"
    files = [str(_as_file(image, work / f"image-{number}.png").absolute()) for number, image in enumerate(images)]
    listed.write_text("\n".join(files) + "\n", encoding="utf-8")
    return f"@{listed}"


def _as_file(image: Path | np.ndarray, path: Path) -> Path:
    if isinstance(image, Path):
        return image
    Image.fromarray(image).save(path)
    return path
