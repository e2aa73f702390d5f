"""Build the Keras network that a graph describes."""

from typing import Any

import numpy as np

from edgecv.models.weights import copy_weights
from edgecv.quantization.graph import Graph, Part, Tensor


def rebuild(graph: Graph) -> Any:
    import keras

    layers: dict[Part, Any] = {}
    tensors: dict[Tensor, Any] = {}

    def built(each: Any) -> Any:
        return tensors[each] if isinstance(each, Tensor) else each

    for step in graph.steps:
        if step.part not in layers:
            layers[step.part] = _layer(step.part)
        layer = layers[step.part]
        if step.kind == "InputLayer":
            outputs = layer.output
        else:
            args, kwargs = keras.tree.map_structure(built, (step.args, step.kwargs))
            outputs = layer(*args, **kwargs)
        tensors.update(zip(step.outputs, keras.tree.flatten(outputs), strict=True))
    for part, layer in layers.items():
        _fill(layer, part)
    inputs, outputs = keras.tree.map_structure(built, (graph.inputs, graph.outputs))
    return keras.Model(inputs, outputs, name=graph.name)


def refill(network: Any, graph: Graph) -> None:
    """Give a network that was built of this graph the weights that the graph has now."""
    for part in {step.part for step in graph.steps}:
        if part.weights is not None:
            _fill(network.get_layer(part.name), part)


def _layer(part: Part) -> Any:
    named = "name" in part.config
    layer = part.layer_class.from_config({**part.config, "name": part.name} if named else part.config)
    layer.name = part.name
    return layer


def _fill(layer: Any, part: Part) -> None:
    if part.weights is not None:
        layer.set_weights([weight.astype(np.float32) for weight in part.weights])
    elif getattr(part.origin, "variables", None):
        copy_weights(part.origin, layer)
