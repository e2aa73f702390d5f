"""What was found of a network, as plain values: the document that `edgecv inspect --json` prints."""

from collections.abc import Hashable, Sequence
from typing import Any

from edgecv.inspection.graph import Graph, Operation, Sides, Tensor
from edgecv.inspection.memory import live_bytes
from edgecv.inspection.receptive_field import Field, fields

INSTEAD = {"FrozenGraph": ", since a SavedModel holds no layers; inspect an artifact that was made of it"}


def summary(graph: Graph) -> dict[str, Any]:
    """Every operation with its figures, and the totals."""
    counted: set[Hashable] = set()
    makers = {tensor: operation.name for operation in graph.operations for tensor in operation.outputs}
    layers = [
        _layer(operation, field, live, makers, counted)
        for operation, field, live in zip(graph.operations, fields(graph), live_bytes(graph), strict=True)
    ]
    return {
        "inputs": [list(tensor.volume) for tensor in graph.inputs],
        "outputs": [list(tensor.volume) for tensor in graph.outputs],
        "layers": layers,
        "totals": _totals(layers, _depth(graph)),
    }


def _layer(
    operation: Operation, field: Field | None, live: int, makers: dict[Tensor, str], counted: set[Hashable]
) -> dict[str, Any]:
    own = {weight.key: weight for weight in operation.weights if weight.key not in counted}
    shared = any(weight.key in counted for weight in operation.weights)
    counted.update(own)
    return {
        "name": operation.name,
        "type": operation.type,
        "inputs": [makers.get(tensor, "input") for tensor in operation.inputs],
        "output": list(operation.outputs[0].volume),
        "parameters": sum(weight.count for weight in own.values()),
        "weights_bytes": round(sum(weight.count * weight.value_bytes for weight in own.values())),
        "weights_types": sorted({weight.dtype for weight in operation.weights}),
        "macs": operation.macs,
        "receptive_field": list(field.size) if field else None,
        "stride": _plain(field.stride) if field else None,
        "in_place": operation.in_place,
        "activation_bytes": sum(tensor.size_bytes for tensor in operation.outputs),
        "live_bytes": live,
        "remark": _remark(operation, shared, field),
    }


def _plain(stride: Sides | None) -> list[float] | None:
    return [int(side) if side == int(side) else round(float(side), 4) for side in stride] if stride else None


def _remark(operation: Operation, shared: bool, field: Field | None) -> str:
    remarks = []
    if operation.macs is None:
        remarks.append(f"multiply-accumulates of {operation.type} are not counted{INSTEAD.get(operation.type, '')}")
    if shared:
        remarks.append("weights counted before, where they are used first")
    if field is None:
        remarks.append("receptive field unknown")
    if len(operation.outputs) > 1:
        remarks.append(f"{len(operation.outputs)} outputs, of which the first is shown")
    return "; ".join(remarks)


def _totals(layers: Sequence[dict[str, Any]], depth: int) -> dict[str, Any]:
    peak = max(layers, key=lambda layer: layer["live_bytes"])
    return {
        "parameters": sum(layer["parameters"] for layer in layers),
        "weights_bytes": sum(layer["weights_bytes"] for layer in layers),
        "macs": sum(layer["macs"] or 0 for layer in layers),
        "macs_not_counted": [layer["name"] for layer in layers if layer["macs"] is None],
        "peak_activation_bytes": peak["live_bytes"],
        "peak_at": peak["name"],
        "depth": depth,
    }


def _depth(graph: Graph) -> int:
    """Layers with multiply-accumulates on the longest way from input to output."""
    depth: dict[Tensor, int] = dict.fromkeys(graph.inputs, 0)
    for operation in graph.operations:
        before = max((depth[tensor] for tensor in operation.inputs), default=0)
        depth.update(dict.fromkeys(operation.outputs, before + bool(operation.macs)))
    return max(depth.values())
