"""VGG-16 and VGG-19 (Simonyan and Zisserman, 2014): 3 x 3 convolutions, and the widest head of the zoo."""

from functools import partial
from typing import Any

from edgecv.models import classifying, published
from edgecv.models.variant import ClassifierVariant


def network(depth: int, size: tuple[int, int], channels: int, classes: int, *, dropout: float = 0.5) -> Any:
    head = partial(classifying.flattened, classes=classes, dropout=dropout)
    return classifying.classifier(f"vgg{depth}", size, channels, partial(trunk, depth), head)


def trunk(depth: int, pixels: Any) -> Any:
    return published.trunk(f"VGG{depth}", pixels)


VARIANTS = {
    f"vgg{depth}": ClassifierVariant(
        SUMMARY=f"VGG-{depth}: 3 x 3 convolutions in a row; accurate for its age, and heavy",
        SIZE=(224, 224),
        SMALLEST=32,
        network=partial(network, depth),
        trunk=partial(trunk, depth),
    )
    for depth in (16, 19)
}
