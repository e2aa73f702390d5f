"""MobileNetV2: inverted residuals with linear bottlenecks (Sandler et al., 2018). The usual choice for small boards."""

from functools import partial
from typing import Any

from edgecv.models import classifying, published
from edgecv.models.variant import ClassifierVariant


def network(size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0, dropout: float = 0.2) -> Any:
    head = partial(classifying.pooled, classes=classes, dropout=dropout)
    return classifying.classifier("mobilenet_v2", size, channels, partial(trunk, width=width), head)


def trunk(pixels: Any, *, width: float = 1.0) -> Any:
    return published.trunk("MobileNetV2", pixels, alpha=width)


VARIANTS = {
    "mobilenet_v2": ClassifierVariant(
        SUMMARY="MobileNetV2: inverted residuals; the usual choice for small boards",
        SIZE=(224, 224),
        SMALLEST=32,
        network=network,
        trunk=trunk,
    )
}
