"""Prove a finished artifact against a network file: the network is exported afresh, and every step compared again."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.hosts import local
from edgecv.ondevice.commands.sources import find_pictures
from edgecv.ondevice.images import read, samples_of
from edgecv.parity import Ladder, climb
from edgecv.pipeline.runrecord import is_run, read_run
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact, Manifest
from edgecv.records.files import write_json
from edgecv.records.preprocess import Preprocess
from edgecv.targets import open_exported
from edgecv.targets.exported import save_array

FEWEST_IMAGES = 8  # with fewer, hardly anything changes from image to image: a single one agrees with every network
MOST_IMAGES = 256  # of a folder, spread evenly: with more, only the time grows


@dataclass(frozen=True)
class Subject:
    """A network, and how it is to be used: as its run says, or as the artifact claims where nobody else says it."""

    network: Path
    labels: tuple[str, ...]
    preprocess: Preprocess
    postprocess: Mapping[str, Any]


@dataclass(frozen=True)
class Climbed:
    """A ladder, and the exported folder that it stands on."""

    ladder: Ladder
    exported: Path
    same_network: bool  # whether the artifact's digest names this very network


def subject(model: Path, manifest: Manifest) -> Subject:
    """What an artifact is held against."""
    if not is_run(model):
        return Subject(model, manifest.labels, manifest.preprocess, manifest.postprocess)
    run = read_run(model)
    return Subject(model / "network.keras", run.labels, run.recipe.preprocess, run.postprocess)


@contextmanager
def climbed(
    artifact: Artifact, model: Path, images: Path | None, workshop: Workshop, custom_layers: Sequence[str] = ()
) -> Iterator[Climbed]:
    """Compare every step; the exported folder is gone afterwards."""
    against = subject(model, artifact.manifest)
    shown = _shown(artifact, images, against.preprocess)
    with TemporaryDirectory(prefix="edgecv-parity-") as scratch:
        folder = Path(scratch)
        request = _request(artifact.manifest, against, shown, custom_layers, folder)
        exported = folder / "exported"
        arguments = [exported, "--export", request, "--rungs", "--grids"]  # none, unless a fault is looked for
        local.run_module("edgecv.targets", arguments, log=workshop.log, on_progress=workshop.progress)
        ladder = climb(artifact.folder, exported, log=workshop.log, on_progress=workshop.progress, same_export=False)
        digest = open_exported(exported).network_digest
        yield Climbed(ladder, exported, artifact.manifest.digests.get("network") == digest)


def _shown(artifact: Artifact, images: Path | None, preprocess: Preprocess) -> np.ndarray:
    """The images at the network's size: the folder's, or those that travel with the artifact."""
    if images is None:
        own = samples_of(artifact)
        if len(own) < FEWEST_IMAGES:
            strip = artifact.folder / artifact.manifest.samples
            raise InputError(f"{strip}: {len(own)} images prove nothing; name {FEWEST_IMAGES} or more with --images")
        return own
    pictures = find_pictures([str(images)])
    if len(pictures) < FEWEST_IMAGES:
        raise InputError(f"--images: expected {FEWEST_IMAGES} images or more, got {len(pictures)}, which prove nothing")
    chosen = pictures[:: -(-len(pictures) // MOST_IMAGES)]
    return np.stack([read(picture.source, preprocess)[0] for picture in chosen])


def _request(
    manifest: Manifest, against: Subject, images: np.ndarray, custom_layers: Sequence[str], folder: Path
) -> Path:
    save_array(folder / "images.npy", images)
    return write_json(
        folder / "request.json",
        {
            "network": str(against.network),
            "name": manifest.name,
            "task": manifest.task,
            "labels": against.labels,
            "preprocess": dataclasses.asdict(against.preprocess),
            "postprocess": dict(against.postprocess),
            "custom_layers": list(custom_layers),
            # The same images: they calibrate nothing but the builds that look for a fault.
            "calibration": str(folder / "images.npy"),
            "reference": str(folder / "images.npy"),
        },
    )
