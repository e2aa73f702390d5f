"""Find the pairs of layers between which a scale can move: what the first gives smaller, the second takes larger.

That is exact where all between them commutes with a positive factor a channel, as ReLU(s x) = s ReLU(x) does and
ReLU6 does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgecv.quantization.graph import KERNELS, Graph, Part, Step

COMMUTING_LAYERS = (
    "LeakyReLU",
    "LeakyRelu",  # the same of keras.ops
    "Relu",
    "PReLU",
    "MaxPooling2D",
    "AveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalAveragePooling2D",
    "ZeroPadding2D",
    "Cropping2D",
    "UpSampling2D",
    "Flatten",  # a Dense behind it takes each channel many times
)
COMMUTING_ACTIVATIONS = ("linear", "relu", "leaky_relu")


@dataclass(frozen=True)
class Pair:
    first: Part
    second: Part


def find(graph: Graph) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """The pairs, in the order of the network, and a sentence for each that was looked for in vain."""
    found = [_follow(graph, first) for first in graph.steps if first.kind in KERNELS]
    pairs = [each for each in found if isinstance(each, Pair)]
    sentences = [each for each in found if isinstance(each, str)]
    return tuple(pairs), tuple(dict.fromkeys(sentences))


def _follow(graph: Graph, first: Step) -> Pair | str | None:
    """Walk from a layer to the next with a kernel; None where only the output comes."""
    if graph.is_shared(first.part):
        return f"'{first.name}': it is called more than once"
    obstacle = _obstacle_in_activation(first.part.config["activation"])
    tensor = first.output
    while readers := graph.readers(tensor):
        here = readers[0]
        between = f"'{first.name}' to '{here.name}'"
        if len(readers) > 1 or graph.is_output(tensor):
            return f"{between}: what lies between them is read elsewhere, too"
        if len(here.inputs) > 1 or len(here.outputs) > 1:
            return f"{between}: several tensors meet there"
        if here.kind in KERNELS:
            if graph.is_shared(here.part):
                return f"{between}: the second is called more than once"
            if obstacle is not None:
                return f"{between}: {obstacle} between them cannot be rescaled exactly"
            return Pair(first.part, here.part)
        obstacle = obstacle or _obstacle(here.part)
        tensor = here.output
    return None


def _obstacle(part: Part) -> str | None:
    """What about a layer does not commute with a factor a channel, in a word."""
    if part.kind == "Activation":
        return _obstacle_in_activation(part.config["activation"])
    if part.kind == "ReLU":
        return _obstacle_in_relu(part.config)
    return None if part.kind in COMMUTING_LAYERS else part.layer_class.__name__


def _obstacle_in_activation(activation: Any) -> str | None:
    if isinstance(activation, Mapping):  # a layer in the place of a function
        name, config = activation["class_name"], activation["config"]
        if name == "ReLU" and isinstance(config, Mapping):
            return _obstacle_in_relu(config)
        return None if name in COMMUTING_LAYERS else str(name)
    if activation == "relu6":
        return "ReLU6"
    return None if activation in COMMUTING_ACTIVATIONS else f"'{activation}'"


def _obstacle_in_relu(config: Mapping[str, Any]) -> str | None:
    if config["max_value"] is not None:
        return f"ReLU{config['max_value']:g}"
    return "ReLU with a threshold" if config["threshold"] else None
