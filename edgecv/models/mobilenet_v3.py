"""MobileNetV3, small and large (Howard et al., 2019): inverted residuals with squeeze-and-excite and hard swish.

Pixels arrive normalised as the recipe says; the scaling that Keras can put into the network is left out.
"""

from functools import partial
from typing import Any

from edgecv.models import classifying, published
from edgecv.models.variant import ClassifierVariant

HEAD = {"small": 1024, "large": 1280}  # units before the logits


def network(
    kind: str, size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0, dropout: float = 0.2
) -> Any:
    head = partial(_head, units=HEAD[kind], classes=classes, width=width, dropout=dropout)
    return classifying.classifier(f"mobilenet_v3_{kind}", size, channels, partial(trunk, kind, width=width), head)


def trunk(kind: str, pixels: Any, *, width: float = 1.0) -> Any:
    return published.trunk(f"MobileNetV3{kind.title()}", pixels, alpha=width, include_preprocessing=False)


def _head(features: Any, units: int, classes: int, *, width: float, dropout: float) -> Any:
    """The published head: convolutions on one averaged pixel, the first as wide as the network where that is wider."""
    from keras import layers

    x = layers.GlobalAveragePooling2D(keepdims=True, name="avg_pool")(features)
    x = layers.Conv2D(round(units * max(width, 1.0) / 8) * 8, 1, activation="hard_swish", name="conv_2")(x)
    x = layers.Conv2D(classes, 1, name="logits")(classifying.dropped(x, dropout, "dropout"))
    return layers.Flatten(name="flatten")(x)


VARIANTS = {
    f"mobilenet_v3_{kind}": ClassifierVariant(
        SUMMARY=f"MobileNetV3 {kind}: squeeze-and-excite and hard swish; made for float arithmetic",
        SIZE=(224, 224),
        SMALLEST=32,
        network=partial(network, kind),
        trunk=partial(trunk, kind),
    )
    for kind in HEAD
}
