"""GoogLeNet (Szegedy et al., 2014): nine inception blocks, each of four branches side by side.

A 1 x 1 convolution narrows what a 3 x 3 or 5 x 5 convolution reads, which makes it ten times cheaper. The two auxiliary
classifiers of the paper and its normalisation of local responses, which later networks found needless, are left out.
"""

from functools import partial
from typing import Any, NamedTuple

from edgecv.models import classifying
from edgecv.models.variant import ClassifierVariant


class Inception(NamedTuple):
    """The channels of the four branches, as in table 1 of the paper."""

    one: int
    narrow_three: int
    three: int
    narrow_five: int
    five: int
    pooled: int


STAGES = {
    "3": {"a": Inception(64, 96, 128, 16, 32, 32), "b": Inception(128, 128, 192, 32, 96, 64)},
    "4": {
        "a": Inception(192, 96, 208, 16, 48, 64),
        "b": Inception(160, 112, 224, 24, 64, 64),
        "c": Inception(128, 128, 256, 24, 64, 64),
        "d": Inception(112, 144, 288, 32, 64, 64),
        "e": Inception(256, 160, 320, 32, 128, 128),
    },
    "5": {"a": Inception(256, 160, 320, 32, 128, 128), "b": Inception(384, 192, 384, 48, 128, 128)},
}


def network(size: tuple[int, int], channels: int, classes: int, *, dropout: float = 0.4) -> Any:
    head = partial(classifying.pooled, classes=classes, dropout=dropout)
    return classifying.classifier("googlenet", size, channels, trunk, head)


def trunk(pixels: Any) -> Any:
    x = _conv(pixels, 64, 7, "conv1", stride=2)
    x = _pool(x, "pool1", stride=2)
    x = _conv(x, 64, 1, "conv2_narrow")
    x = _conv(x, 192, 3, "conv2")
    for stage, blocks in STAGES.items():
        x = _pool(x, f"pool{int(stage) - 1}", stride=2)
        for letter, branches in blocks.items():
            x = _inception(x, branches, f"inception{stage}{letter}")
    return x


def _inception(x: Any, branches: Inception, name: str) -> Any:
    from keras import layers

    one = _conv(x, branches.one, 1, f"{name}_1x1")
    three = _conv(_conv(x, branches.narrow_three, 1, f"{name}_3x3_narrow"), branches.three, 3, f"{name}_3x3")
    five = _conv(_conv(x, branches.narrow_five, 1, f"{name}_5x5_narrow"), branches.five, 5, f"{name}_5x5")
    pooled = _conv(_pool(x, f"{name}_pool"), branches.pooled, 1, f"{name}_pool_narrow")
    return layers.Concatenate(name=name)([one, three, five, pooled])


def _pool(x: Any, name: str, *, stride: int = 1) -> Any:
    from keras import layers

    return layers.MaxPooling2D(3, strides=stride, padding="same", name=name)(x)


def _conv(x: Any, filters: int, kernel: int, name: str, *, stride: int = 1) -> Any:
    from keras import layers

    # Without batch normalisation, the signal keeps its size through 22 layers only from this start.
    start = "he_normal"
    return layers.Conv2D(
        filters, kernel, strides=stride, padding="same", activation="relu", kernel_initializer=start, name=name
    )(x)


VARIANTS = {
    "googlenet": ClassifierVariant(
        SUMMARY="GoogLeNet: inception blocks, branches of several kernel sizes side by side",
        SIZE=(224, 224),
        SMALLEST=32,
        network=network,
        trunk=trunk,
    )
}
