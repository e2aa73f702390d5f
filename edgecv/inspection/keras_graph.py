"""Read a Keras network, with the models inside it laid open; every call of a layer is an operation."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.inspection.graph import UNKNOWN, Graph, Operation, Tensor, Weight
from edgecv.inspection.keras_layers import IN_PLACE, cost_of, is_known, reach_of
from edgecv.models.functional import calls, functional_of
from edgecv.models.saved_model import frozen_graph_layer


def read(network: Any) -> Graph:
    """The operations in the order in which Keras computes them."""
    functional = functional_of(network)
    if functional is None:
        raise InputError(f"{network.name}: computes in code of its own ({type(network).__name__}), which has no layers")
    reading = _Reading()
    inputs = tuple(_tensor(each) for each in functional.inputs)
    known = reading.follow(functional, inputs, "")
    return Graph(inputs, tuple(known[id(each)] for each in functional.outputs), reading.operations)


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.uses: dict[int, int] = {}  # by the id of the layer

    def follow(self, functional: Any, inputs: tuple[Tensor, ...], path: str) -> Mapping[int, Tensor]:
        """Read every call of a model that is given `inputs`; the tensors are known by the ids of Keras's own."""
        known = dict(zip(map(id, functional.inputs), inputs, strict=True))
        for call in calls(functional):
            given = tuple(known[id(each)] for each in call.input_tensors)
            inner = functional_of(call.operation)
            if inner is not None and len(inner.inputs) == len(given):
                inside = self.follow(inner, given, f"{path}{call.operation.name}/")
                made = [inside[id(each)] for each in inner.outputs]
            else:
                made = [_tensor(each) for each in call.outputs]
                self.operations.append(self._operation(call, given, tuple(made), path))
            known.update(zip(map(id, call.outputs), made, strict=True))
        return known

    def _operation(self, call: Any, given: tuple[Tensor, ...], made: tuple[Tensor, ...], path: str) -> Operation:
        layer = call.operation
        self.uses[id(layer)] = self.uses.get(id(layer), 0) + 1
        again = f"#{self.uses[id(layer)]}" if self.uses[id(layer)] > 1 else ""
        known = is_known(layer)
        return Operation(
            name=f"{path}{layer.name}{again}",
            type=type(layer).__name__,
            inputs=given,
            outputs=made,
            weights=_constants(layer.graph)
            if _is_frozen(layer)
            else tuple(map(_weight, getattr(layer, "weights", ()))),
            macs=cost_of(layer, given, made) if known else None,
            reach=reach_of(layer, given, made) if known else UNKNOWN,
            in_place=known and type(layer).__name__ in IN_PLACE,
        )


def _is_frozen(layer: Any) -> bool:
    """Whether it is all of a SavedModel, which holds a graph and no layers."""
    return isinstance(layer, frozen_graph_layer())


def _constants(graph: Any) -> tuple[Weight, ...]:
    """The weights in a graph without variables; scalars are factors and limits."""
    import tensorflow as tf

    found = []
    for node in graph.node:
        kind = tf.dtypes.as_dtype(node.attr["dtype"].type) if node.op == "Const" else None
        shape = tuple(side.size for side in node.attr["value"].tensor.tensor_shape.dim)
        if kind is not None and kind.is_floating and shape:
            found.append(Weight(node.name, shape, kind.name, kind.size))
    return tuple(found)


def _tensor(tensor: Any) -> Tensor:
    if None in tensor.shape[1:]:
        raise InputError(f"'{tensor.name}' has no fixed shape, {tuple(tensor.shape)}; give a size with --size")
    return Tensor(tuple(tensor.shape[1:]), np.dtype(_numpy_name(tensor.dtype)).itemsize)


def _weight(variable: Any) -> Weight:
    name = _numpy_name(variable.dtype)
    return Weight(id(variable), tuple(variable.shape), variable.dtype, np.dtype(name).itemsize)


def _numpy_name(dtype: str) -> str:
    return "float16" if dtype == "bfloat16" else dtype
