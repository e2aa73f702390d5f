"""MobileNet (Howard et al., 2017): depthwise convolutions in a row, without shortcuts.

At width 0.25 and 96 x 96 it is the network of MLPerf Tiny for visual wake words, less the biases that its batch
normalisations undo.
"""

from functools import partial
from typing import Any

from edgecv.models import classifying, published
from edgecv.models.variant import ClassifierVariant


def network(size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0, dropout: float = 0.001) -> Any:
    head = partial(classifying.pooled, classes=classes, dropout=dropout)
    return classifying.classifier("mobilenet_v1", size, channels, partial(trunk, width=width), head)


def trunk(pixels: Any, *, width: float = 1.0) -> Any:
    return published.trunk("MobileNet", pixels, alpha=width)


VARIANTS = {
    "mobilenet_v1": ClassifierVariant(
        SUMMARY="MobileNet: depthwise convolutions; with width 0.25 at 96 x 96 MLPerf Tiny's visual wake words",
        SIZE=(224, 224),
        SMALLEST=32,
        network=network,
        trunk=trunk,
    )
}
