"""Open a Keras network that somebody else may have made, and see that it is what the task needs."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from edgecv.errors import InputError
from edgecv.targets.outputs import expected_outputs
from edgecv.targets.refusals import vendor_refusals
from edgecv.targets.request import Request


class Layer(NamedTuple):
    """One layer as the file describes it, before any of it is built."""

    kind: str
    module: str
    name: str


def load_network(path: Path) -> Any:
    """The keras.Model of a .keras file; none of the code that such a file can carry is run."""
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


def check_input(network: Any, request: Request) -> None:
    """Refuse a network whose input is not what the preprocessing gives, or which does not compute in float32."""
    expected = (None, *request.preprocess.size, request.preprocess.channels)
    shapes = [tuple(tensor.shape) for tensor in network.inputs]
    if len(shapes) != 1 or not _fits(shapes[0], expected):
        raise InputError(
            f"{request.network}: expected one input of {expected[1:]} (height, width, channels) from preprocess, "
            f"got {' and '.join(str(shape[1:]) for shape in shapes)}"
        )
    for layer in network.layers:
        if layer.compute_dtype != "float32":
            raise InputError(f"{request.network}: layer '{layer.name}': expected float32, got '{layer.compute_dtype}'")


def _fits(shape: tuple[int | None, ...], expected: tuple[int | None, ...]) -> bool:
    return len(shape) == len(expected) and all(
        a is None or b is None or a == b for a, b in zip(shape, expected, strict=True)
    )


def check_outputs(outputs: Mapping[str, tuple[int, ...]], request: Request) -> None:
    """Refuse a network of another task, or of another number of classes."""
    expected = expected_outputs(request.task, request.labels, request.postprocess)
    if outputs.keys() != expected.keys() or not all(expected[name].fits(shape) for name, shape in outputs.items()):
        wanted = ", ".join(f"{name} {output}" for name, output in expected.items())
        got = ", ".join(f"{name} {shape}" for name, shape in outputs.items())
        raise InputError(
            f"{request.network}: not a network for {request.task} with {len(request.labels)} labels: "
            f"expected {wanted}, got {got}"
        )
