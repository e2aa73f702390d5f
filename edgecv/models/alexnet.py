"""AlexNet (Krizhevsky et al., 2012) as one tower: without the groups that shared two GPUs, and without normalisation of
local responses, which later networks found needless.

227 x 227 gives 62,378,344 parameters for 1000 classes; 58.62 million are weights of the fully connected layers.
"""

from functools import partial
from typing import Any

from edgecv.models import classifying
from edgecv.models.variant import ClassifierVariant


def network(size: tuple[int, int], channels: int, classes: int, *, dropout: float = 0.5) -> Any:
    head = partial(classifying.flattened, classes=classes, dropout=dropout)
    return classifying.classifier("alexnet", size, channels, trunk, head)


def trunk(pixels: Any) -> Any:
    from keras import layers

    x = _conv(pixels, 96, 11, "conv1", stride=4, padding="valid")
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    x = _conv(x, 256, 5, "conv2")
    x = layers.MaxPooling2D(3, strides=2, name="pool2")(x)
    x = _conv(x, 384, 3, "conv3")
    x = _conv(x, 384, 3, "conv4")
    x = _conv(x, 256, 3, "conv5")
    return layers.MaxPooling2D(3, strides=2, name="pool5")(x)


def _conv(x: Any, filters: int, kernel: int, name: str, *, stride: int = 1, padding: str = "same") -> Any:
    from keras import layers

    return layers.Conv2D(filters, kernel, strides=stride, padding=padding, activation="relu", name=name)(x)


VARIANTS = {
    "alexnet": ClassifierVariant(
        SUMMARY="AlexNet: five convolutions and three wide layers, which hold nearly all of its weights",
        SIZE=(227, 227),
        SMALLEST=67,
        network=network,
        trunk=trunk,
    )
}
