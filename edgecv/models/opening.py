"""Open a Keras network that somebody else may have made; none of the code that a file can carry is run."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from edgecv.errors import InputError
from edgecv.models.refusals import vendor_refusals


class Layer(NamedTuple):
    """One layer as the file describes it, before any of it is built."""

    kind: str
    module: str
    name: str


def open_network(path: Path) -> Any:
    """The keras.Model of a .keras file, which holds layers of Keras alone."""
    for layer in _described_layers(path):
        _refuse_code(path, layer)
    import keras

    with vendor_refusals(str(path), "Keras"):  # of what is damaged inside
        return keras.saving.load_model(path, compile=False, safe_mode=True)


def _described_layers(path: Path) -> list[Layer]:
    try:
        with zipfile.ZipFile(path) as archive:
            return list(_layers(json.loads(archive.read("config.json"))))
    except (OSError, zipfile.BadZipFile, RuntimeError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: expected a .keras file: {error}") from error


def _layers(config: Mapping[str, Any]) -> Iterator[Layer]:
    for layer in config["config"].get("layers", []):
        yield Layer(layer["class_name"], layer["module"] or "", layer["config"].get("name", ""))
        yield from _layers(layer)  # a model can be a layer of another


def _refuse_code(path: Path, layer: Layer) -> None:
    if layer.kind == "Lambda":
        raise InputError(
            f"{path}: layer '{layer.name}' is a Lambda, code that would run when the file is opened; "
            "use a layer of Keras in its place"
        )
    if not layer.module.startswith("keras."):
        raise InputError(
            f"{path}: layer '{layer.name}' is a custom layer, '{layer.kind}'; only layers of Keras can be converted"
        )
