"""A network that edgecv has never seen: a few files say what a recipe says of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecv.documents import load_labels, load_postprocess, load_preprocess, usual_postprocess
from edgecv.errors import InputError
from edgecv.pipeline.check import calibrated
from edgecv.pipeline.conversion import REFERENCE_IMAGES, USUAL_CALIBRATION, Conversion
from edgecv.pipeline.keys import digest_of_network
from edgecv.quantization.calibration import FEWEST
from edgecv.quantization.folder import open_folder
from edgecv.records.recipe import Build, Task
from edgecv.records.samples import Samples


@dataclass(frozen=True)
class Description:
    """What has to be said about such a network."""

    task: Task
    labels: Path  # a text file
    preprocess: Path  # YAML
    postprocess: Path | None  # YAML; None: what is usual for the task
    calibration: Path  # a folder of images


def conversion_of_foreign(
    network: Path, description: Description, builds: Sequence[Build], *, allow_tiny: bool = False
) -> Conversion:
    """What a description says about a network, checked as far as that goes without opening it."""
    labels = load_labels(description.labels)
    preprocess = load_preprocess(description.preprocess).record
    task, head = description.task, description.postprocess
    postprocess = load_postprocess(head, task, labels) if head else usual_postprocess(task)
    images = _images(description.calibration, builds, allow_tiny)
    return Conversion(
        name=network.resolve().stem,
        task=task,
        labels=labels,
        preprocess=preprocess,
        postprocess=postprocess,
        network=network,
        network_digest=digest_of_network(network),
        images=images,
        calibration_images=len(images) - REFERENCE_IMAGES,
        origin={"data": images.digest},
    )


def _images(folder: Path, builds: Sequence[Build], allow_tiny: bool) -> Samples:
    """As many as a recipe would take, and those that parity compares; too few are refused with the number it takes."""
    images = open_folder(folder, USUAL_CALIBRATION + REFERENCE_IMAGES)
    precisions = calibrated(builds)
    fewest = FEWEST if precisions and not allow_tiny else 1
    if len(images) < fewest + REFERENCE_IMAGES:
        purpose = f"to set the ranges of {' and '.join(precisions)}" if precisions else "to measure with"
        cure = "add images, or say --allow-tiny-calibration" if fewest == FEWEST else "add images"
        raise InputError(
            f"{folder}: expected at least {fewest + REFERENCE_IMAGES} images, got {len(images)}: {fewest} {purpose} "
            f"and {REFERENCE_IMAGES} others for parity; {cure}"
        )
    return images
