"""What is known of Keras's own layers: multiply-accumulates, and how far each looks.

Only convolutions and dense layers are counted, each product with a weight once, those with padding included. All other
layers that are listed here cost nothing by that convention; a layer that is not listed is not counted, and said so.
"""

from fractions import Fraction
from math import prod
from typing import Any

from edgecv.inspection.graph import EVERYTHING, POINT, UNKNOWN, Reach, Tensor, Window


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D")
SEPARABLE = ("SeparableConv1D", "SeparableConv2D")
TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
POOLS = ("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")
GLOBAL = _words(
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D GroupNormalization"
)
REDUCTIONS = _words("Max Mean Min Sum")  # over whatever sides they are told
ENLARGING = ("UpSampling1D", "UpSampling2D", "Resizing", "Resize")

# One value in, one value out; converters compute them with the layer before, or in its memory.
IN_PLACE = _words(
    "Activation ActivityRegularization AlphaDropout BatchNormalization Dropout ELU Flatten GaussianDropout "
    "GaussianNoise Identity LeakyReLU Normalization PReLU ReLU Rescaling Reshape Softmax SpatialDropout1D "
    "SpatialDropout2D Relu Relu6 Sigmoid HardSigmoid HardSwish HardSilu Silu Tanh Elu Gelu LeakyRelu ExpandDims "
    "Squeeze"
)
POINTWISE = IN_PLACE | _words(
    "Add Average Concatenate Cropping1D Cropping2D LayerNormalization Masking Maximum Minimum Multiply Permute "
    "RepeatVector Subtract UnitNormalization ZeroPadding1D ZeroPadding2D Abs Absolute Cast Clip Divide Exp GetItem Log "
    "Negative Pad Power Sqrt Square Stack Transpose TrueDivide"
)
COUNTED = {*CONVOLUTIONS, *SEPARABLE, *TRANSPOSED, "Dense"}
KNOWN = {*COUNTED, *POOLS, *GLOBAL, *REDUCTIONS, *ENLARGING, *POINTWISE}


def is_known(layer: Any) -> bool:
    """Whether a layer is Keras's own, listed here, and has its channels last."""
    layer = _applied(layer)
    ours = type(layer).__module__.startswith("keras.") and type(layer).__name__ in KNOWN
    return ours and getattr(layer, "data_format", None) != "channels_first"


def cost_of(layer: Any, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> int:
    """Multiply-accumulates of one call of a known layer."""
    layer = _applied(layer)
    kind = type(layer).__name__
    if kind in TRANSPOSED:  # every value of the input meets the whole kernel
        return prod(inputs[0].shape[:-1]) * _count(layer.kernel)
    positions = prod(outputs[0].shape[:-1])
    if kind in SEPARABLE:
        return positions * (_count(layer.depthwise_kernel) + _count(layer.pointwise_kernel))
    return positions * _count(layer.kernel) if kind in COUNTED else 0


def _count(kernel: Any) -> int:
    return prod(int(side) for side in kernel.shape)


def reach_of(layer: Any, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Reach:
    """How far a known layer looks."""
    layer = _applied(layer)
    kind = type(layer).__name__
    if kind in GLOBAL or (kind in REDUCTIONS and _takes_in_places(layer, len(inputs[0].shape))):
        return EVERYTHING
    if kind in (*CONVOLUTIONS, *SEPARABLE, *POOLS):
        return _window(layer, kind)
    if kind in TRANSPOSED:
        (high, wide), (down, across) = _pair(layer.kernel_size), _pair(layer.strides)
        return Window((-(-high // down), -(-wide // across)), (Fraction(1, down), Fraction(1, across)))
    return _enlarging(layer, inputs[0], outputs[0]) if kind in ENLARGING else POINT


def _applied(layer: Any) -> Any:
    """What TimeDistributed applies to every moment: its shapes have one side more, and all else is the same."""
    return layer.layer if type(layer).__name__ == "TimeDistributed" else layer


def _takes_in_places(layer: Any, sides: int) -> bool:
    """Whether a reduction goes over more than the channels, which are the last side. The batch is the first of all."""
    if layer.axis is None:
        return True
    axes = [layer.axis] if isinstance(layer.axis, int) else layer.axis
    return any(axis % (sides + 1) != sides for axis in axes)


def _window(layer: Any, kind: str) -> Reach:
    size = layer.pool_size if kind in POOLS else layer.kernel_size
    if len(size) > 2:
        return UNKNOWN
    (high, wide), (down, across) = _pair(size), _pair(layer.strides)
    (tall, broad) = _pair(getattr(layer, "dilation_rate", (1,) * len(size)))
    return Window(((high - 1) * tall + 1, (wide - 1) * broad + 1), (down, across))


def _enlarging(layer: Any, given: Tensor, made: Tensor) -> Window:
    (before_high, before_wide), (high, wide) = given.volume[-3:-1], made.volume[-3:-1]
    neighbours = 1 if getattr(layer, "interpolation", "nearest") == "nearest" else 2
    return Window((neighbours, neighbours), (Fraction(before_high, high), Fraction(before_wide, wide)))


def _pair(sides: tuple[int, ...]) -> tuple[int, int]:
    """Down and across; what has one side lies across."""
    return (sides[0], sides[1]) if len(sides) > 1 else (1, sides[0])
