"""Residual networks of 18 to 152 layers (He et al., 2015).

Keras has the deep ones, made of bottlenecks; the two of plain blocks are written here. They keep the published strided
shortcuts: at 64 channels and more, unlike in narrow networks, their gradient is safe.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from edgecv.models import classifying, published
from edgecv.models.variant import ClassifierVariant

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}  # per stage
DEEP = (50, 101, 152)


def network(depth: int, size: tuple[int, int], channels: int, classes: int) -> Any:
    head = partial(classifying.pooled, classes=classes)
    return classifying.classifier(f"resnet{depth}", size, channels, partial(trunk, depth), head)


def trunk(depth: int, pixels: Any) -> Any:
    return _plain(pixels, BLOCKS[depth]) if depth in BLOCKS else published.trunk(f"ResNet{depth}", pixels)


def _plain(pixels: Any, blocks: Sequence[int]) -> Any:
    from keras import layers

    x = _conv(pixels, 64, "stem", kernel=7, stride=2)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="stem_pool")(x)
    for stage, repeats in enumerate(blocks, start=1):
        for block in range(1, repeats + 1):
            halve = stage > 1 and block == 1
            x = _residual(x, 32 * 2**stage, f"stage{stage}_block{block}", stride=2 if halve else 1)
    return x


def _residual(x: Any, filters: int, name: str, *, stride: int) -> Any:
    from keras import layers

    y = _conv(x, filters, f"{name}_conv1", stride=stride)
    y = _conv(y, filters, f"{name}_conv2", relu=False)
    if stride > 1:
        x = _conv(x, filters, f"{name}_shortcut", kernel=1, stride=stride, relu=False)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, y]))


def _conv(x: Any, filters: int, name: str, *, kernel: int = 3, stride: int = 1, relu: bool = True) -> Any:
    from keras import layers

    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal", name=name
    )(x)
    x = layers.BatchNormalization(epsilon=1e-5, momentum=0.9, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def _variant(depth: int) -> ClassifierVariant:
    return ClassifierVariant(
        SUMMARY=f"ResNet-{depth}: residual blocks, {depth} layers with weights in a row",
        SIZE=(224, 224),
        SMALLEST=32,
        network=partial(network, depth),
        trunk=partial(trunk, depth),
    )


VARIANTS = {f"resnet{depth}": _variant(depth) for depth in (*BLOCKS, *DEEP)}
