"""Run an artifact's own bytes on its own runtime, in a child process, on images of the network's size."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from edgecv.hosts import local
from edgecv.records.artifact import MANIFEST, Artifact, manifest_to_json, open_artifact
from edgecv.records.files import write_json
from edgecv.targets import TARGETS


@dataclass(frozen=True)
class Run:
    outputs: dict[str, np.ndarray]
    runtime: str  # with its version
    on_target: bool  # False: a stand-in ran it
    kernels: str | None = None  # that it computed with; None: the runtime does not tell

    @property
    def verified_on(self) -> tuple[str, ...]:
        """The runtime that has shown that it gives the right answers; none where a stand-in did."""
        return (self.runtime,) if self.on_target else ()


def run(folder: Path, images: np.ndarray, *, log: Path, on_progress: Callable[[str], None] | None = None) -> Run:
    """The outputs of an artifact, sealed or not, for (n, height, width, channels) uint8 images."""
    artifact = open_artifact(folder)
    with TemporaryDirectory(prefix="edgecv-parity-") as scratch:
        place = Path(scratch)
        np.save(place / "images.npy", images)
        opened = _stand_in(artifact, place / "artifact") if _run_by(artifact) != artifact.manifest.target else folder
        arguments = ["outputs", opened, place / "images.npy", place / "outputs"]
        local.run_module("edgecv.ondevice", arguments, log=log, on_progress=on_progress)
        engine = json.loads((place / "outputs/engine.json").read_bytes())
        outputs = {tensor.name: np.load(place / f"outputs/{tensor.name}.npy") for tensor in artifact.manifest.outputs}
    return Run(outputs, engine["runtime"], opened == folder, engine["kernels"])


def _run_by(artifact: Artifact) -> str:
    return TARGETS[artifact.manifest.target].RUN_BY


def _stand_in(artifact: Artifact, folder: Path) -> Path:
    """The same file under a manifest that names a target which runs here."""
    folder.mkdir()
    shutil.copyfile(artifact.model_file, folder / artifact.manifest.model)
    model = {artifact.manifest.model: artifact.manifest.files[artifact.manifest.model]}
    manifest = replace(artifact.manifest, target=_run_by(artifact), files=model)
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return folder
