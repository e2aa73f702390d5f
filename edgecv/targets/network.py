"""See that a Keras network is what its task and its preprocessing need."""

from collections.abc import Mapping
from typing import Any

from edgecv.errors import InputError
from edgecv.targets.outputs import expected_outputs
from edgecv.targets.request import Request


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
