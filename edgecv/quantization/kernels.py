"""A kernel seen channel by channel, whatever the layer: views, so that what is written to them changes the kernel."""

import numpy as np

from edgecv.quantization.graph import Part


def by_output(part: Part) -> np.ndarray:
    """The kernel with its output channels last: one axis, or two for the channels and the multiplier of a depthwise."""
    return np.moveaxis(part.kernel, 2, -1) if part.kind == "Conv2DTranspose" else part.kernel


def by_input(part: Part, channels: int) -> np.ndarray:
    """The kernel with its input channels last: one axis, or two for the groups and the channels of each."""
    kernel = part.kernel
    if part.kind == "Conv2DTranspose":
        return kernel
    if part.kind == "DepthwiseConv2D":
        return np.moveaxis(kernel, 2, -1)
    if part.kind == "Dense":  # a flattened picture is channels within pixels
        return np.moveaxis(kernel.reshape(-1, channels, kernel.shape[-1]), 1, -1)
    rows, columns, each, filters = kernel.shape
    groups = channels // each
    return np.moveaxis(kernel.reshape(rows, columns, each, groups, filters // groups), (3, 2), (-2, -1))


def scale_outputs(part: Part, scales: np.ndarray) -> None:
    """Multiply what the kernel gives, channel by channel; the bias stays."""
    view = by_output(part)
    view *= scales.reshape(view.shape[-_output_axes(part) :])


def scale_inputs(part: Part, scales: np.ndarray) -> None:
    """Multiply what the kernel takes, channel by channel."""
    view = by_input(part, len(scales))
    view *= scales.reshape(view.shape[-_input_axes(part) :])


def output_ranges(part: Part) -> np.ndarray:
    """The largest weight of every output channel."""
    return _largest(by_output(part), _output_axes(part))


def input_ranges(part: Part, channels: int) -> np.ndarray:
    """The largest weight that every input channel meets."""
    return _largest(by_input(part, channels), _input_axes(part))


def connections(part: Part, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """The weights as (outputs, inputs of each, taps), and which channels the inputs are: (outputs, inputs of each)."""
    kernel = part.kernel
    if part.kind == "Dense":  # a flattened picture is channels within pixels
        weights = kernel.reshape(-1, channels, kernel.shape[-1]).transpose(2, 1, 0)
    elif part.kind == "Conv2DTranspose":
        weights = kernel.transpose(2, 3, 0, 1).reshape(*kernel.shape[2:], -1)
    elif part.kind == "DepthwiseConv2D":
        weights = kernel.transpose(2, 3, 0, 1).reshape(channels * kernel.shape[3], 1, -1)
    else:
        weights = kernel.transpose(3, 2, 0, 1).reshape(kernel.shape[3], kernel.shape[2], -1)
    outputs, each, _ = weights.shape
    groups = channels // each
    of_group = np.arange(channels).reshape(groups, each)
    return weights, of_group.repeat(outputs // groups, axis=0)


def _output_axes(part: Part) -> int:
    return 2 if part.kind == "DepthwiseConv2D" else 1


def _input_axes(part: Part) -> int:
    return 2 if part.kind == "Conv2D" else 1


def _largest(view: np.ndarray, axes: int) -> np.ndarray:
    largest: np.ndarray = np.abs(view).max(axis=tuple(range(view.ndim - axes))).ravel()
    return largest
