"""ResNet-8, the image classifier of MLPerf Tiny for CIFAR-10: three residual blocks.

78,666 parameters for ten classes.
"""

from functools import partial
from typing import Any

from edgecv.models import classifying
from edgecv.models.variant import ClassifierVariant


def network(size: tuple[int, int], channels: int, classes: int) -> Any:
    return classifying.classifier("resnet8", size, channels, trunk, partial(classifying.pooled, classes=classes))


def trunk(pixels: Any) -> Any:
    x = _conv(pixels, 16, "stem", relu=True)
    x = _residual(x, 16, "block1", stride=1)
    x = _residual(x, 32, "block2", stride=2)
    return _residual(x, 64, "block3", stride=2)


def _residual(x: Any, filters: int, name: str, *, stride: int) -> Any:
    from keras import layers

    y = _conv(x, filters, f"{name}_conv1", stride=stride, relu=True)
    y = _conv(y, filters, f"{name}_conv2", relu=False)
    if stride > 1:
        # Published with a strided 1 x 1 convolution. Averaging first costs no weight, and on some processors oneDNN
        # writes beyond its memory in the gradient of a strided one as narrow as this.
        x = layers.AveragePooling2D(stride, padding="same", name=f"{name}_shortcut_pool")(x)
        x = layers.Conv2D(filters, 1, kernel_initializer="he_normal", name=f"{name}_shortcut")(x)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, y]))


def _conv(x: Any, filters: int, name: str, *, stride: int = 1, relu: bool) -> Any:
    from keras import layers

    x = layers.Conv2D(filters, 3, strides=stride, padding="same", kernel_initializer="he_normal", name=name)(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


VARIANTS = {
    "resnet8": ClassifierVariant(
        SUMMARY="ResNet-8: MLPerf Tiny's image classifier, for 32 x 32",
        SIZE=(32, 32),
        network=network,
        trunk=trunk,
    )
}
