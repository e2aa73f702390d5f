"""See that a Keras network is what its task needs."""

from collections.abc import Mapping

from edgecv.errors import InputError
from edgecv.targets.outputs import expected_outputs
from edgecv.targets.request import Request


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
