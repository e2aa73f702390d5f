"""How much of the picture one position of a layer's output can see.

Where branches meet, the largest counts. Sizes are those of an endless picture, so that they may exceed the real one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from edgecv.inspection.graph import EVERYTHING, UNKNOWN, Graph, Operation, Sides, Tensor


@dataclass(frozen=True)
class Field:
    """Height and width in pixels of the input; `stride` is the pixels from one position to the next, None for all."""

    size: tuple[int, int]
    stride: Sides | None = (1, 1)


def fields(graph: Graph) -> list[Field | None]:
    """The field of each operation's output; None where an operation on the way looks at nobody knows what."""
    known: dict[Tensor, Field | None] = {tensor: Field((1, 1)) for tensor in graph.inputs}
    whole = Field(_picture(graph), None)
    found = []
    for operation in graph.operations:
        field = _seen_by(operation, _largest(known[tensor] for tensor in operation.inputs), whole)
        known.update(dict.fromkeys(operation.outputs, field))
        found.append(field)
    return found


def _picture(graph: Graph) -> tuple[int, int]:
    height, width = graph.inputs[0].volume[-3:-1]
    return height, width


def _seen_by(operation: Operation, before: Field | None, whole: Field) -> Field | None:
    reach = operation.reach
    sides = max((len(each.shape) for each in operation.inputs), default=1)
    became_vector = len(operation.outputs[0].shape) == 1 < sides
    if reach == EVERYTHING or became_vector:
        return whole
    if reach == UNKNOWN or before is None:
        return None
    if before.stride is None or isinstance(reach, str):
        return before
    (high, wide), (down, across) = before.size, before.stride
    grown = (high + (reach.size[0] - 1) * down, wide + (reach.size[1] - 1) * across)
    return Field((int(grown[0]), int(grown[1])), (down * reach.step[0], across * reach.step[1]))


def _largest(met: Iterable[Field | None]) -> Field | None:
    branches = list(met)
    seen = [field for field in branches if field is not None]
    for field in seen:
        if field.stride is None:
            return field
    if len(seen) < len(branches) or not seen:
        return None
    size = (max(each.size[0] for each in seen), max(each.size[1] for each in seen))
    strides = [each.stride for each in seen if each.stride is not None]
    return Field(size, (max(Fraction(each[0]) for each in strides), max(Fraction(each[1]) for each in strides)))
