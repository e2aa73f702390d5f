"""Read a Keras network into a graph, with the models inside it laid open: folding has to see plain layers."""

from typing import Any

import numpy as np

from edgecv.models.functional import calls, functional_of
from edgecv.quantization.graph import CHANGED, Graph, Part, Step, Tensor


def why_not(network: Any) -> str | None:
    """Why a network cannot be read: its layers have to be laid out as a graph, and compute in float32."""
    if functional_of(network) is None:
        return f"'{network.name}' computes in code of its own ({type(network).__name__}), or is not built yet"
    for layer in network.layers:
        if getattr(layer, "compute_dtype", "float32") != "float32":
            return f"'{layer.name}' computes in {layer.compute_dtype}"
    return None


def read(network: Any) -> Graph:
    import keras

    reading = _Reading()
    functional = functional_of(network)
    tensors = [reading.enter(tensor) for tensor in functional.inputs]
    outputs = reading.follow(functional, tensors)
    inputs = keras.tree.pack_sequence_as(functional.input, tensors)
    return Graph(network.name, inputs, outputs, reading.steps)


class _Reading:
    """What has been read so far. A layer that is called again, by whichever model, is the same part."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.parts: dict[int, Part] = {}  # by the id of the layer
        self.names: set[str] = set()

    def enter(self, tensor: Any) -> Tensor:
        return self._step(tensor._keras_history.operation, (), {}, [tensor], "")[0]

    def follow(self, functional: Any, inputs: list[Tensor], owner: str = "") -> Any:
        """Read every step of a model that is given `inputs`; returns its outputs."""
        import keras

        known = {id(tensor): mine for tensor, mine in zip(functional.inputs, inputs, strict=True)}
        for node in calls(functional):
            args, kwargs = node.arguments.fill_in(known)
            given = _given_to_model(node, args, kwargs)
            if given is None:
                outputs = self._step(node.operation, args, kwargs, node.outputs, owner)
            else:
                name = node.operation.name
                outputs = keras.tree.flatten(self.follow(functional_of(node.operation), given, name))
            known.update(zip(map(id, node.outputs), outputs, strict=True))
        return keras.tree.map_structure(lambda tensor: known[id(tensor)], functional.output)

    def _step(self, layer: Any, args: Any, kwargs: Any, outputs: Any, owner: str) -> list[Tensor]:
        if id(layer) not in self.parts:
            self.parts[id(layer)] = _part(layer, self._free_name(layer.name, owner))
        tensors = [Tensor(tuple(output.shape)) for output in outputs]
        self.steps.append(Step(self.parts[id(layer)], args, kwargs, tensors))
        return tensors

    def _free_name(self, name: str, owner: str) -> str:
        """The layer's own name, unless a layer of another model has it too."""
        wanted = name if name not in self.names else f"{owner}_{name}"
        free, count = wanted, 1
        while free in self.names:
            free, count = f"{wanted}_{count}", count + 1
        self.names.add(free)
        return free


def _part(layer: Any, name: str) -> Part:
    part = Part(type(layer), dict(layer.get_config()), name, layer, None)
    if part.kind in CHANGED:
        part.weights = [np.array(weight, np.float64) for weight in layer.get_weights()]
    return part


def _given_to_model(node: Any, args: Any, kwargs: Any) -> list[Tensor] | None:
    """What a model inside the network is called on; None for a layer, and for a call that does more than pass it on."""
    import keras

    functional = functional_of(node.operation)
    if functional is None or len(args) != 1 or any(value not in (None, False) for value in kwargs.values()):
        return None
    given = keras.tree.flatten(args[0])
    fits = len(given) == len(functional.inputs) and all(
        isinstance(mine, Tensor) and len(mine.shape) == len(theirs.shape)
        for mine, theirs in zip(given, functional.inputs, strict=True)
    )
    same_types = [tensor.dtype for tensor in node.input_tensors] == [tensor.dtype for tensor in functional.inputs]
    named = isinstance(args[0], dict) and sorted(args[0]) != sorted(functional.input)  # by other names: Keras knows
    return given if fits and same_types and not named else None
