"""How much memory the activations take: what is alive while each operation runs.

A tensor lives from the operation that makes it until its last reader; inputs from the start, outputs to the end.
TFLite's interpreter keeps its inputs to the end too. An operation that can work in place does so where nobody reads
its input later.
"""

from itertools import accumulate

from edgecv.inspection.graph import Graph, Tensor


def live_bytes(graph: Graph) -> list[int]:
    """What is alive while each operation runs, its inputs and outputs included."""
    place = _places(graph)
    born: dict[Tensor, int] = dict.fromkeys(graph.inputs, 0)
    last: dict[Tensor, int] = dict.fromkeys(graph.inputs, 0)
    for step, operation in enumerate(graph.operations):
        for tensor in operation.outputs:
            born.setdefault(place[tensor], step)
        for tensor in (*operation.inputs, *operation.outputs):
            last[place[tensor]] = step
    for tensor in (*graph.outputs, *(graph.inputs if graph.keeps_inputs else ())):
        last[place[tensor]] = len(graph.operations) - 1
    changes = [0] * (len(graph.operations) + 1)
    for tensor, step in born.items():
        changes[step] += tensor.size_bytes
        changes[last[tensor] + 1] -= tensor.size_bytes
    return list(accumulate(changes[:-1]))


def _places(graph: Graph) -> dict[Tensor, Tensor]:
    """The tensor in whose memory each tensor lies, mostly its own."""
    last = {tensor: step for step, operation in enumerate(graph.operations) for tensor in operation.inputs}
    kept = {*graph.outputs, *(graph.inputs if graph.keeps_inputs else ())}
    place: dict[Tensor, Tensor] = {tensor: tensor for tensor in graph.inputs}
    for step, operation in enumerate(graph.operations):
        done = [tensor for tensor in operation.inputs if last[tensor] == step and tensor not in kept]
        for tensor in operation.outputs:
            free = [each for each in done if each.size_bytes == tensor.size_bytes and operation.in_place]
            place[tensor] = place[free[0]] if free else tensor
    return place
