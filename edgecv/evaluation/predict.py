"""Predictions of an artifact, made by the code that a board runs, in a process of its own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edgecv.hosts import Argument, Given, GivenList, Host, Made, given_artifact, run
from edgecv.ondevice import predictions
from edgecv.ondevice.tasks import detection
from edgecv.records.artifact import Artifact
from edgecv.records.samples import Samples

OPENING_S, IMAGE_S = 180.0, 30.0  # the longest that a slow board takes to begin, and for an image
OPTIONS: dict[str, tuple[Argument, ...]] = {
    "detection": (
        *("--threshold", detection.EVALUATION["score_threshold"]),
        *("--max-detections", detection.EVALUATION["max_detections"]),
    )
}


def predict(
    artifact: Artifact,
    host: Host,
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
    options = [*(["--hint", hint] if hint else []), *OPTIONS.get(artifact.manifest.task, ())]
    run(
        host,
        ["predict", given_artifact(artifact), source, "--save", Made(saved), "--threads", threads, *options],
        log=log or work / "predict.log",
        on_progress=on_progress,
        limit_s=OPENING_S + IMAGE_S * len(indices),
    )
    return predictions.read(saved)


def _hand_over(images: Sequence[Path | np.ndarray], work: Path) -> Given | GivenList:
    """Images as the command takes them: one stack of pixels where they are alike, or else a list of files."""
    arrays = [image for image in images if isinstance(image, np.ndarray)]
    if len(arrays) == len(images) and len({image.shape for image in arrays}) == 1:
        stack = work / "images.npy"
        np.save(stack, np.stack(arrays))
        return Given(stack)
    files = [_as_file(image, work / f"image-{number}.png") for number, image in enumerate(images)]
    listing = work / "images.txt"
    listing.write_text("".join(f"{path.absolute()}\n" for path in files), encoding="utf-8")
    return GivenList(listing, tuple(files))


def _as_file(image: Path | np.ndarray, path: Path) -> Path:
    if isinstance(image, Path):
        return image
    Image.fromarray(image).save(path)
    return path
