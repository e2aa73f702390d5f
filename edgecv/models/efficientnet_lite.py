"""EfficientNet-Lite0 to Lite4: EfficientNets for integer arithmetic, without squeeze-and-excite and with ReLU6.

Depth and width grow together from one member to the next; the stem, the head and the repeats of the first and the last
stage stay as they are. Figures and rules are those of the published builder, efficientnet_lite_builder.py in the
repository tensorflow/tpu. Its stochastic depth, which only long trainings need, is left out.
"""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from edgecv.models import classifying
from edgecv.models.variant import ClassifierVariant


class Scale(NamedTuple):
    width: float
    depth: float
    side: int
    dropout: float


class Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    filters: int


SCALES = {
    "efficientnet_lite0": Scale(1.0, 1.0, 224, 0.2),
    "efficientnet_lite1": Scale(1.0, 1.1, 240, 0.2),
    "efficientnet_lite2": Scale(1.1, 1.2, 260, 0.3),
    "efficientnet_lite3": Scale(1.2, 1.4, 280, 0.3),
    "efficientnet_lite4": Scale(1.4, 1.8, 300, 0.3),
}
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def network(name: str, size: tuple[int, int], channels: int, classes: int, *, dropout: float) -> Any:
    head = partial(classifying.pooled, classes=classes, dropout=dropout)
    return classifying.classifier(name, size, channels, partial(trunk, name), head)


def trunk(name: str, pixels: Any) -> Any:
    x = _conv(pixels, 32, "stem_conv", kernel=3, stride=2)
    for number, stage in enumerate(_scaled(SCALES[name]), start=1):
        for block in range(1, stage.repeats + 1):
            x = _inverted_residual(x, stage, stage.stride if block == 1 else 1, f"stage{number}_block{block}")
    return _conv(x, 1280, "head_conv")


def _scaled(scale: Scale) -> Iterator[Stage]:
    for stage in STAGES:
        fixed = stage in (STAGES[0], STAGES[-1])
        repeats = stage.repeats if fixed else math.ceil(stage.repeats * scale.depth)
        yield stage._replace(repeats=repeats, filters=_multiple_of_8(stage.filters * scale.width))


def _multiple_of_8(filters: float) -> int:
    nearest = max(8, int(filters + 4) // 8 * 8)
    return nearest if nearest >= 0.9 * filters else nearest + 8


def _inverted_residual(x: Any, stage: Stage, stride: int, name: str) -> Any:
    from keras import layers

    y = x
    if stage.expansion > 1:
        y = _conv(y, x.shape[-1] * stage.expansion, f"{name}_expand")
    depthwise = layers.DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )
    y = _normed(depthwise(y), f"{name}_depthwise", relu6=True)
    y = _conv(y, stage.filters, f"{name}_project", relu6=False)
    return layers.Add(name=f"{name}_add")([x, y]) if stride == 1 and x.shape[-1] == stage.filters else y


def _conv(x: Any, filters: int, name: str, *, kernel: int = 1, stride: int = 1, relu6: bool = True) -> Any:
    from keras import layers

    x = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False, name=name)(x)
    return _normed(x, name, relu6=relu6)


def _normed(x: Any, name: str, *, relu6: bool) -> Any:
    from keras import layers

    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.9, name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu6")(x) if relu6 else x


def _variant(name: str, scale: Scale) -> ClassifierVariant:
    return ClassifierVariant(
        SUMMARY=f"EfficientNet-Lite{name[-1]}: made for integer arithmetic, width x{scale.width}, depth x{scale.depth}",
        SIZE=(scale.side, scale.side),
        network=partial(network, name, dropout=scale.dropout),
        trunk=partial(trunk, name),
    )


VARIANTS = {name: _variant(name, scale) for name, scale in SCALES.items()}
