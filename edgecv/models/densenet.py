"""DenseNet-121 and DenseNet-201 (Huang et al., 2016): every layer reads the features of all that came before it."""

from functools import partial
from typing import Any

from edgecv.models import classifying, published
from edgecv.models.variant import ClassifierVariant


def network(depth: int, size: tuple[int, int], channels: int, classes: int) -> Any:
    head = partial(classifying.pooled, classes=classes)
    return classifying.classifier(f"densenet{depth}", size, channels, partial(trunk, depth), head)


def trunk(depth: int, pixels: Any) -> Any:
    return published.trunk(f"DenseNet{depth}", pixels)


VARIANTS = {
    f"densenet{depth}": ClassifierVariant(
        SUMMARY=f"DenseNet-{depth}: features of all layers are joined; few weights, much traffic in memory",
        SIZE=(224, 224),
        SMALLEST=32,
        network=partial(network, depth),
        trunk=partial(trunk, depth),
    )
    for depth in (121, 201)
}
