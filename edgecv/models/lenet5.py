"""LeNet-5 (LeCun et al., 1998), in the form where every map of the second convolution sees all of the first.

The paper's pooling has two weights a map, and its last layer measures distances; here both are the plain layers that
came into use later. 32 x 32 gray gives maps of 28 x 28 x 6 and 10 x 10 x 16, and 61,706 parameters for ten classes.
"""

from functools import partial
from typing import Any

from edgecv.models import classifying
from edgecv.models.variant import ClassifierVariant


def network(size: tuple[int, int], channels: int, classes: int) -> Any:
    return classifying.classifier("lenet5", size, channels, trunk, partial(_head, classes=classes))


def trunk(pixels: Any) -> Any:
    from keras import layers

    x = layers.Conv2D(6, 5, activation="tanh", name="conv1")(pixels)
    x = layers.AveragePooling2D(2, name="pool1")(x)
    x = layers.Conv2D(16, 5, activation="tanh", name="conv2")(x)
    return layers.AveragePooling2D(2, name="pool2")(x)


def _head(features: Any, classes: int) -> Any:
    from keras import layers

    x = layers.Flatten(name="flatten")(features)
    x = layers.Dense(120, activation="tanh", name="fc1")(x)
    x = layers.Dense(84, activation="tanh", name="fc2")(x)
    return layers.Dense(classes, name="logits")(x)


VARIANTS = {
    "lenet5": ClassifierVariant(
        SUMMARY="LeNet-5: two convolutions and three wide layers, for digits of 32 x 32",
        SIZE=(32, 32),
        CHANNELS=1,
        SMALLEST=16,
        network=network,
        trunk=trunk,
    )
}
