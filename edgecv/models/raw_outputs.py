"""Logits of a network that ends in softmax: the board applies softmax in float, and an int8 tensor keeps its levels.

Softmax squeezes nearly all scores against 0, where eight bits tell few of them apart. A classification network whose
postprocess block says `activation: none` is left as it is.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.models.weights import copy_weights
from edgecv.records.recipe import Task

CURE = "say 'activation: none' in a --postprocess file"
CLOSE = 1e-3  # how far from 1 the sum of probabilities may be in float32


def raw_outputs(network: Any, task: Task, postprocess: Mapping[str, Any]) -> Any:
    """The network without a softmax at its end: the same weights, and the network itself untouched."""
    import keras

    if task in ("detection", "regression") or postprocess.get("activation", "softmax") != "softmax":
        return network
    if isinstance(network, keras.Sequential) and network.built:
        network = keras.Model(network.inputs[0], network.outputs[0], name=network.name)
    if not hasattr(network, "operations"):  # its layers cannot be seen; refuse_probabilities looks at its answers
        return network
    raw = keras.tree.map_structure(lambda tensor: _without_softmax(tensor, task), network.output)
    unchanged = all(a is b for a, b in zip(keras.tree.flatten(raw), network.outputs, strict=True))
    return network if unchanged else keras.Model(network.input, raw, name=network.name)


def _without_softmax(tensor: Any, task: Task) -> Any:
    """The tensor before the softmax that it comes from, or the tensor itself."""
    import keras

    history = tensor._keras_history
    layer = history.operation
    arguments = layer._inbound_nodes[history.node_index].arguments
    if isinstance(layer, keras.Model):
        inner = raw_outputs(layer, task, {})
        return tensor if inner is layer else inner(*arguments.args, **arguments.kwargs)
    activation = _activation(layer)
    if activation == "sigmoid" and task == "classification":
        raise InputError(f"layer '{layer.name}' ends the network with sigmoid, whose outputs are scores: {CURE}")
    if activation != "softmax":
        return tensor
    if not getattr(layer, "weights", ()):
        return arguments.args[0]
    linear = type(layer).from_config({**layer.get_config(), "activation": "linear"})
    logits = linear(*arguments.args, **arguments.kwargs)
    copy_weights(layer, linear)
    return logits


def _activation(layer: Any) -> str | None:
    """What a layer of Keras applies last, over the channels."""
    if not type(layer).__module__.startswith("keras."):
        return None
    if type(layer).__name__ == "Softmax":  # the layer, or the operation keras.ops.softmax
        return "softmax" if layer.axis in (-1, len(layer.output.shape) - 1) else None
    return getattr(getattr(layer, "activation", None), "__name__", None)


def refuse_probabilities(logits: np.ndarray, task: Task, postprocess: Mapping[str, Any], network: Path) -> None:
    """Refuse answers that softmax has been applied to, where the board would apply it again."""
    if task != "classification" or postprocess.get("activation", "softmax") != "softmax":
        return
    if (logits >= 0).all() and (abs(logits.sum(axis=-1) - 1) < CLOSE).all():
        raise InputError(
            f"{network}: its outputs are probabilities already, without a softmax that could be left out: {CURE}"
        )
