"""DS-CNN, the keyword spotter of MLPerf Tiny: a picture of sound, 49 moments x 10 coefficients, and depthwise layers.

24,908 parameters for twelve words.
"""

from functools import partial
from typing import Any

from edgecv.models import classifying
from edgecv.models.variant import ClassifierVariant

FILTERS = 64
BLOCKS = 4


def network(size: tuple[int, int], channels: int, classes: int, *, dropout: float = 0.4) -> Any:
    head = partial(classifying.pooled, classes=classes, dropout=dropout)
    return classifying.classifier("ds_cnn", size, channels, partial(trunk, dropout=dropout), head)


def trunk(pixels: Any, *, dropout: float = 0.4) -> Any:
    from keras import layers

    x = layers.Conv2D(FILTERS, (10, 4), strides=2, padding="same", name="stem")(pixels)
    x = classifying.dropped(_activated(x, "stem"), dropout / 2, "stem_dropout")  # published: 0.2, and 0.4 at the end
    for block in range(1, BLOCKS + 1):
        x = layers.DepthwiseConv2D(3, padding="same", name=f"block{block}_depthwise")(x)
        x = _activated(x, f"block{block}_depthwise")
        x = layers.Conv2D(FILTERS, 1, name=f"block{block}_pointwise")(x)
        x = _activated(x, f"block{block}_pointwise")
    return x


def _activated(x: Any, name: str) -> Any:
    from keras import layers

    return layers.ReLU(name=f"{name}_relu")(layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x))


VARIANTS = {
    "ds_cnn": ClassifierVariant(
        SUMMARY="DS-CNN: MLPerf Tiny's keyword spotter, for sound as a picture of 49 x 10",
        SIZE=(49, 10),
        CHANNELS=1,
        network=network,
        trunk=trunk,
    )
}
