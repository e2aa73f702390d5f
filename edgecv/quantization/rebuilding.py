"""Build the Keras network that a graph describes."""

from typing import Any

import numpy as np

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


def _layer(part: Part) -> Any:
    named = "name" in part.config
    layer = part.layer_class.from_config({**part.config, "name": part.name} if named else part.config)
    layer.name = part.name
    return layer


def _fill(layer: Any, part: Part) -> None:
    if part.weights is not None:
        layer.set_weights([weight.astype(np.float32) for weight in part.weights])
    elif getattr(part.origin, "variables", None):
        # As a file would bring them, not by get_weights: some layers compute from what they load.
        for old, new in zip(part.origin._flatten_layers(), layer._flatten_layers(), strict=True):
            state: dict[str, Any] = {}
            old.save_own_variables(state)
            new.load_own_variables(state)
