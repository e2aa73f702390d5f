"""Look into a network or a file: what a word on the command line names, and the child process that can read it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edgecv.errors import InputError, Unavailable, did_you_mean
from edgecv.hosts import local
from edgecv.models import MODELS, check
from edgecv.pipeline.runrecord import is_run
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import MANIFEST, open_artifact
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Model
from edgecv.targets.tools import missing_tools

FILES = {".tflite": "ai_edge_litert", ".onnx": "onnx", ".xml": "openvino"}  # and the module that reads them


@dataclass(frozen=True)
class Wanted:
    """What is asked of a network that leaves it open."""

    size: tuple[int, int] | None = None
    classes: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    custom_layers: Sequence[str] = ()


def inspect(subject: str, wanted: Wanted, workshop: Workshop) -> dict[str, Any]:
    """What was found of a model of the zoo, of a network file or run folder, or of an artifact."""
    arguments = _arguments(subject, wanted)
    with TemporaryDirectory(prefix="edgecv-inspect-") as scratch:
        out = Path(scratch) / "found.json"
        kind, word, *options = arguments
        local.run_module(
            "edgecv.inspection", [kind, word, out, *options], log=workshop.log, on_progress=workshop.progress
        )
        found: dict[str, Any] = json.loads(out.read_bytes())
    return {"model": subject, "kind": kind, **found}


def _arguments(subject: str, wanted: Wanted) -> list[object]:
    path = Path(subject)
    if subject in MODELS and not path.exists():
        return ["model", subject, *_options_of_model(subject, wanted)]
    if not path.exists():
        raise InputError(
            f"{subject}: expected a file, a folder or the name of a model{did_you_mean(subject, MODELS) or ';'} "
            "to list those: edgecv models"
        )
    if wanted.classes or wanted.options:
        raise InputError(f"{subject}: has its classes and options already; leave --classes and --set out")
    if (path / MANIFEST).is_file() or path.suffix in FILES:
        return _file(path, wanted)
    _require("tensorflow", "keras")
    network = path / "network.keras" if is_run(path) else path
    trusted = [word for each in wanted.custom_layers for word in ("--custom-layer", each)]
    return ["network", network, *_size(wanted), *trusted]


def _options_of_model(name: str, wanted: Wanted) -> list[object]:
    module = MODELS[name]
    check(Model(name, wanted.options), module.TASK, Preprocess(wanted.size or module.SIZE))
    if wanted.custom_layers:
        raise InputError(f"{name}: a model of the zoo has no custom layers; leave --custom-layer out")
    _require("tensorflow", "keras")
    classes = ["--classes", wanted.classes] if wanted.classes else []
    return [*_size(wanted), *classes, "--options", json.dumps(dict(wanted.options))]


def _file(path: Path, wanted: Wanted) -> list[object]:
    if wanted.size or wanted.custom_layers:
        raise InputError(f"{path}: what a device opens is as it is; leave --size and --custom-layer out")
    precision = ""
    if path.is_dir():
        artifact = open_artifact(path)
        path, precision = artifact.model_file, artifact.manifest.precision
    if path.suffix not in FILES or not path.is_file():
        raise InputError(f"{path}: expected a file that ends in {', '.join(FILES)}")
    _require(FILES[path.suffix])
    return ["file", path, "--precision", precision]


def _size(wanted: Wanted) -> list[object]:
    return ["--size", *wanted.size] if wanted.size else []


def _require(*modules: str) -> None:
    missing = missing_tools(*modules)
    if missing:
        raise Unavailable(f"{', '.join(modules)} not installed: {missing}")
