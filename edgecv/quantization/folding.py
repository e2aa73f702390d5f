"""Fold batch norms into the layers beside them.

At inference a batch norm is one gain and one shift a channel. A convolution in front of it can give its outputs with
them at once; one behind it can take its inputs without them. What is left for int8 is a plain layer, whose weights are
those that really act.
"""

import numpy as np

from edgecv.quantization.graph import KERNELS, Graph, Step
from edgecv.quantization.kernels import by_input, scale_inputs, scale_outputs


def fold(graph: Graph) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fold all that can be; returns the names of these, and for each that could not a sentence."""
    folded, kept = [], []
    for norm in [step for step in graph.steps if step.kind == "BatchNormalization"]:
        obstacle = _obstacle(graph, norm)
        before, after = graph.maker(norm.inputs[0]), graph.only_reader(norm.output)
        if obstacle is not None:
            kept.append(f"'{norm.name}': {obstacle}")
            continue
        not_before = _obstacle_before(graph, norm, before)
        not_after = _obstacle_after(graph, norm, after)
        if not_before is None:
            _fold_into_outputs(norm, before)
        elif after is not None and not_after is None:
            _fold_into_inputs(norm, after)
        else:
            kept.append(f"'{norm.name}': {not_before}, and {not_after}")
            continue
        graph.bypass(norm)
        folded.append(norm.name)
    return tuple(folded), tuple(dict.fromkeys(kept))


def _obstacle(graph: Graph, norm: Step) -> str | None:
    if graph.is_shared(norm.part):
        return "it is called more than once"
    if norm.kwargs.get("training"):
        return "it takes its statistics from each batch"
    if norm.part.config["axis"] not in (-1, len(norm.output.shape) - 1):
        return "its channels are not the last axis"
    return None


def _obstacle_before(graph: Graph, norm: Step, before: Step) -> str | None:
    if before.kind not in KERNELS:
        return f"'{before.name}' before it is no layer with a kernel"
    if graph.is_shared(before.part):
        return f"'{before.name}' before it is called more than once"
    if graph.only_reader(before.output) is not norm:
        return f"'{before.name}' before it is read elsewhere, too"
    if before.part.config["activation"] != "linear":
        return f"'{before.name}' before it has an activation"
    return _not_last(before)


def _obstacle_after(graph: Graph, norm: Step, after: Step | None) -> str | None:
    if after is None:
        return "several layers read it" if graph.readers(norm.output) else "it is an output"
    if after.kind not in KERNELS:
        return f"'{after.name}' after it is no layer with a kernel"
    if graph.is_shared(after.part):
        return f"'{after.name}' after it is called more than once"
    _, shift = _gain_and_shift(norm)
    if shift.any() and not _sees_no_border(after):
        return f"'{after.name}' after it adds a border of zeros, which has no shift"
    return _not_last(after)


def _not_last(layer: Step) -> str | None:
    if layer.part.config.get("data_format", "channels_last") != "channels_last":
        return f"the channels of '{layer.name}' are not the last axis"
    return None


def _sees_no_border(layer: Step) -> bool:
    """Whether each output is made of as many inputs as the kernel has weights."""
    if layer.kind == "Conv2DTranspose":
        return False
    return layer.kind == "Dense" or layer.part.config["padding"] == "valid" or layer.part.kernel.shape[:2] == (1, 1)


def _fold_into_outputs(norm: Step, before: Step) -> None:
    gain, shift = _gain_and_shift(norm)
    bias = before.part.bias
    scale_outputs(before.part, gain)
    before.part.set_bias(shift if bias is None else shift + gain * bias)


def _fold_into_inputs(norm: Step, after: Step) -> None:
    gain, shift = _gain_and_shift(norm)
    part = after.part
    if shift.any():
        from_shift = _response(after, shift)
        part.set_bias(from_shift if part.bias is None else from_shift + part.bias)
    scale_inputs(part, gain)


def _response(layer: Step, constant: np.ndarray) -> np.ndarray:
    """What a layer gives, without its bias, for a picture that is the same everywhere."""
    part = layer.part
    if part.kind == "DepthwiseConv2D":
        return np.asarray((part.kernel.sum(axis=(0, 1)) * constant[:, None]).ravel())
    if part.kind == "Dense":
        return np.asarray(constant @ part.kernel)
    by_group = by_input(part, len(constant)).sum(axis=(0, 1))  # filters of a group, groups, channels of a group
    _, groups, each = by_group.shape
    return np.asarray((by_group * constant.reshape(groups, each)).sum(axis=-1).T.ravel())


def _gain_and_shift(norm: Step) -> tuple[np.ndarray, np.ndarray]:
    config, weights = norm.part.config, list(norm.part.weights or [])
    gamma = weights.pop(0) if config["scale"] else 1.0
    beta = weights.pop(0) if config["center"] else 0.0
    mean, variance = weights
    gain = gamma / np.sqrt(variance + config["epsilon"])
    return gain, beta - gain * mean
