"""Operators of the file formats that are no convolutions or dense layers: what each does to the view of the picture.

The formats write the same words in their own ways, so they are compared without capitals and underscores.
"""

from collections.abc import Sequence

from edgecv.inspection.graph import EVERYTHING, POINT, UNKNOWN, Reach, Tensor


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VIEWS = _words("expanddims flatten reshape squeeze unsqueeze")  # the same bytes under another shape
ACTIVATIONS = _words(
    "batchnorm batchnormalization batchnorminference biasadd clamp clip elu fusedbatchnormv3 gelu hardsigmoid "
    "hardswish hsigmoid hswish identity leakyrelu logistic mish neg prelu relu relu0to1 relu6 relun1to1 selu sigmoid "
    "silu softmax softplus swish tanh"
)
_ARITHMETIC = _words("add addv2 div divide mul multiply realdiv sub subtract")
_OTHERS = _words(
    "abs argmax broadcast broadcastto cast ceil concat concatenation concatv2 convert crop dequantize exp floor "
    "gather gatherv2 l2normalization localresponsenormalization log logsoftmax lrn max maximum min minimum mirrorpad "
    "pack pad padv2 pow power quantize quantizelinear dequantizelinear round rsqrt select sign "
    "slice split splitv sqrt square squareddifference stack stridedslice sum tile topkv2 transpose unpack "
    "variadicsplit"
)
POINTWISE = VIEWS | ACTIVATIONS | _ARITHMETIC | _OTHERS
_REDUCTIONS = _words("globalaveragepool globalmaxpool mean reducemax reducemean reducemin reduceprod reducesum sum")


def plain(kind: str) -> str:
    """The word of an operator, however its format writes it."""
    return kind.replace("_", "").lower()


def asks_shape(kind: str) -> bool:
    """Whether it gives the shape of a tensor."""
    return plain(kind) in ("shape", "shapeof")


def costs_nothing(kind: str) -> bool:
    """Whether an operator is known to multiply by no weights."""
    return plain(kind) in POINTWISE | _REDUCTIONS


def learns(kind: str) -> bool:
    """Whether its constants can be parameters: those of others are shapes, limits and factors."""
    return plain(kind) in _ARITHMETIC | ACTIVATIONS - {"clip", "clamp"}


def fuses(kind: str, tensors: Sequence[object]) -> bool:
    """Whether runtimes that fuse compute it with the operator before: it changes each value of one tensor alone."""
    alone = plain(kind) in _ARITHMETIC and len(tensors) == 1  # the other side is a constant, such as a bias
    return alone or plain(kind) in VIEWS | ACTIVATIONS


def reach_of(kind: str, given: Tensor | None, made: Tensor) -> Reach:
    """How far an operator without weights looks; a reduction that leaves no height and width looks at everything."""
    if given and plain(kind) in _REDUCTIONS and made.volume[-3:-1] == (1, 1) != given.volume[-3:-1]:
        return EVERYTHING
    return POINT if costs_nothing(kind) else UNKNOWN
