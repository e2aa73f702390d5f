"""An artifact with other pictures: golden images with their outputs, and samples, made anew from a folder."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from edgecv.errors import GateRefused, InputError
from edgecv.ondevice.commands.sources import find_pictures
from edgecv.ondevice.images import read
from edgecv.parity.golden import BENCHMARK_IMAGES, GOLDEN_IMAGES, carry, write_sealed
from edgecv.parity.run import run
from edgecv.records.artifact import Artifact, Manifest
from edgecv.records.preprocess import Preprocess


def with_pictures(
    artifact: Artifact, pictures: Path, folder: Path, *, log: Path, on_progress: Callable[[str], None] | None = None
) -> Artifact:
    """A copy of the artifact in a new folder that carries these pictures, and none that it had."""
    images = _images(pictures, artifact.manifest.preprocess)
    bare = _without_pictures(artifact, folder)
    write_sealed(folder, bare)
    ran = run(folder, images, log=log, on_progress=on_progress)
    for name, values in ran.outputs.items():
        if not np.isfinite(values).all() or (values == values[0]).all():
            raise GateRefused(
                f"{pictures}: the output '{name}' is not finite, or the same for all: nothing to check by"
            )
    origin = {"pictures_replaced_in": artifact.manifest.digests["artifact"]}
    manifest = carry(folder, replace(bare, digests={**bare.digests, **origin}), images, ran, images)
    verified = tuple(dict.fromkeys((*artifact.manifest.verified_on, *manifest.verified_on)))
    return write_sealed(folder, replace(manifest, verified_on=verified))


def _images(folder: Path, preprocess: Preprocess) -> np.ndarray:
    """Up to 32 images, spread over the folder, as the network is given them."""
    found = find_pictures([str(folder)])
    if len(found) < GOLDEN_IMAGES:
        raise InputError(f"{folder}: expected at least {GOLDEN_IMAGES} images, found {len(found)}")
    count = min(len(found), BENCHMARK_IMAGES)
    chosen = [found[index * len(found) // count] for index in range(count)]
    return np.stack([read(picture.source, preprocess)[0] for picture in chosen])


def _without_pictures(artifact: Artifact, folder: Path) -> Manifest:
    manifest = artifact.manifest
    golden = manifest.golden
    pictures = {manifest.samples, golden.get("input"), *golden.get("outputs", {}).values()}
    files = {file: digest for file, digest in manifest.files.items() if file not in pictures}
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(artifact.folder / file, folder / file)
    digests = {name: digest for name, digest in manifest.digests.items() if name != "artifact"}
    return replace(manifest, files=files, golden={}, samples="", digests=digests)
