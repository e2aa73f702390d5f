"""The few pieces that the tiny networks are made of.

Every layer has an explicit name, so that a network is the same whichever networks were built before it. Activations
are ReLU and not ReLU6: scales can then be moved across layers exactly, which equalisation before quantization needs.
"""

from typing import Any

from keras import layers


def channels(base: int, width: float) -> int:
    """A channel count: multiples of 8, which int8 kernels fill best."""
    return max(8, 8 * round(base * width / 8))


def conv(x: Any, filters: int, name: str, *, kernel: int = 3, stride: int = 1, relu: bool = True) -> Any:
    """Convolution, batch normalisation and, unless a sum comes next, ReLU."""
    x = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)  # short trainings: follow quickly
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def residual(x: Any, filters: int, name: str, *, stride: int = 1) -> Any:
    """Two convolutions and a shortcut, which is projected where the shape changes."""
    y = conv(x, filters, f"{name}_1", stride=stride)
    y = conv(y, filters, f"{name}_2", relu=False)
    if stride > 1:
        # Averaging first keeps every pixel. A strided 1 x 1 convolution drops three of four, and on some processors
        # oneDNN writes beyond its memory in the gradient of a narrow one.
        x = layers.AveragePooling2D(stride, padding="same", name=f"{name}_shortcut_pool")(x)
    if x.shape[-1] != filters:
        x = conv(x, filters, f"{name}_shortcut", kernel=1, relu=False)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, y]))


def merge_upward(coarse: Any, fine: Any, filters: int, name: str) -> Any:
    """Bring a coarse level to twice its size and add it to a finer one."""
    if coarse.shape[-1] != filters:
        coarse = conv(coarse, filters, f"{name}_reduce", kernel=1)
    # Bilinear is one resize operation in every target; nearest becomes a chain of reshapes and tiles.
    larger = layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_up")(coarse)
    lateral = conv(fine, filters, f"{name}_lateral", kernel=1)
    return conv(layers.Add(name=f"{name}_add")([larger, lateral]), filters, f"{name}_merge")
