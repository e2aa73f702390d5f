"""A network as a list of steps that can be rearranged: what folding and equalisation work on.

A layer of Keras cannot lose its batch norm or change its place once it is built. So a network is read into this form,
changed here, and built anew; the given one is never touched.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

KERNELS = ("Conv2D", "DepthwiseConv2D", "Conv2DTranspose", "Dense")  # kinds with one kernel, and a bias or none
CHANGED = (*KERNELS, "SeparableConv2D", "BatchNormalization")  # kinds whose weights are rewritten


class Tensor:
    """What one step gives and others read; known by its identity."""

    def __init__(self, shape: tuple[int | None, ...]) -> None:
        self.shape = shape


@dataclass(eq=False)
class Part:
    """A layer as it is to be built; several steps may call it."""

    layer_class: Any
    config: dict[str, Any]
    name: str
    origin: Any  # the layer of the given network; None for a new one
    weights: list[np.ndarray] | None  # float64; None: those of the origin, whatever they are

    @property
    def kind(self) -> str:
        """The name of its class where that is Keras' own and computes what its name says, else ''."""
        ours = self.layer_class.__module__.startswith("keras.")
        rewired = getattr(self.origin, "quantization_mode", None) or getattr(self.origin, "lora_enabled", False)
        return self.layer_class.__name__ if ours and not rewired else ""

    @property
    def kernel(self) -> np.ndarray:
        assert self.weights is not None
        return self.weights[0]

    @property
    def bias(self) -> np.ndarray | None:
        assert self.weights is not None
        return self.weights[1] if self.config["use_bias"] else None

    def set_bias(self, bias: np.ndarray) -> None:
        assert self.weights is not None
        self.config["use_bias"] = True
        self.weights[1:] = [bias]


@dataclass(eq=False)
class Step:
    """One call of a layer."""

    part: Part
    args: tuple[Any, ...]  # with a Tensor wherever the layer is given one
    kwargs: dict[str, Any]
    outputs: list[Tensor]

    def __post_init__(self) -> None:
        self.inputs = tensors_in((self.args, self.kwargs))

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def kind(self) -> str:
        return self.part.kind

    @property
    def output(self) -> Tensor:
        return self.outputs[0]


@dataclass
class Graph:
    """All steps, each after those it reads from."""

    name: str
    inputs: Any  # Tensors in the structure that the network takes
    outputs: Any  # and in the one that it gives
    steps: list[Step]

    def __post_init__(self) -> None:
        self.exits = tensors_in(self.outputs)

    def maker(self, tensor: Tensor) -> Step:
        return next(step for step in self.steps if tensor in step.outputs)

    def readers(self, tensor: Tensor) -> list[Step]:
        return [step for step in self.steps if tensor in step.inputs]

    def is_output(self, tensor: Tensor) -> bool:
        return tensor in self.exits

    def only_reader(self, tensor: Tensor) -> Step | None:
        """The one step that reads it, if nobody else does, not even the user."""
        readers = self.readers(tensor)
        return readers[0] if len(readers) == 1 and not self.is_output(tensor) else None

    def is_shared(self, part: Part) -> bool:
        return sum(step.part is part for step in self.steps) > 1

    def bypass(self, step: Step) -> None:
        """Take a step out: whoever read its output reads its input from now on."""
        import keras

        def instead(each: Any) -> Any:
            return step.inputs[0] if each is step.output else each

        self.steps.remove(step)
        for other in self.readers(step.output):
            other.args, other.kwargs = keras.tree.map_structure(instead, (other.args, other.kwargs))
            other.inputs = tensors_in((other.args, other.kwargs))
        self.outputs = keras.tree.map_structure(instead, self.outputs)
        self.exits = tensors_in(self.outputs)


def tensors_in(structure: Any) -> list[Tensor]:
    import keras

    return [each for each in keras.tree.flatten(structure) if isinstance(each, Tensor)]
