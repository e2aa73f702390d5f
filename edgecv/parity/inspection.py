"""What an artifact's file says of itself. The target's own tools read it, hence a child process."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edgecv.hosts import local
from edgecv.parity import contents, weights
from edgecv.parity.description import misread
from edgecv.parity.weights import Place
from edgecv.records.artifact import Artifact
from edgecv.targets import TARGETS


@dataclass(frozen=True)
class Inspected:
    misread: tuple[str, ...] = ()  # where the manifest contradicts the file
    warnings: tuple[str, ...] = ()  # what a user of the file should know
    weights: tuple[Place, ...] = ()


def inspect(draft: Path, *, log: Path, on_progress: Callable[[str], None] | None = None) -> Inspected:
    """Look into the file of an artifact, sealed or not."""
    with TemporaryDirectory(prefix="edgecv-parity-") as scratch:
        answer = Path(scratch) / "inspected.json"
        local.run_module("edgecv.parity", ["inspect", draft, answer], log=log, on_progress=on_progress)
        plain: dict[str, Any] = json.loads(answer.read_bytes())
    places = tuple(Place(*each) for each in plain["weights"])
    return Inspected(tuple(plain["misread"]), tuple(plain["warnings"]), places)


def inspect_here(artifact: Artifact) -> dict[str, Any]:
    """The same in this process, as plain values."""
    manifest, file = artifact.manifest, artifact.model_file
    target = TARGETS[manifest.target]
    narrow, places = contents.READ_BY[target.RUN_BY](file), tuple(weights.READ_BY[target.RUN_BY](file))
    small = contents.too_small_for_integers(manifest.precision, narrow, places)
    expected = set() if small else contents.NARROW[manifest.precision]
    wrong = misread(manifest, expected, narrow, *target.tensors(file))
    return dataclasses.asdict(Inspected(tuple(wrong), (contents.NO_INTEGERS,) if small else (), places))
