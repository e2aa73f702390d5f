"""PSPNet: averages over ever larger windows tell each pixel what kind of picture it is in. After Zhao et al., 2017.

The published trunk stays at stride 8 by dilation. A trunk of the zoo keeps its strides, and its deep maps are brought
to 8 by merging upward. The windows divide the map without rest, so that each is one average pooling and one enlarging
by a whole factor, which every target has; "adaptive" pooling is neither.
"""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "segmentation"
SUMMARY = "PSPNet, pyramid pooling over four sizes of windows, logits at stride 8"
SIDE_MULTIPLE = 32
SIZE = (256, 256)
CHANNELS = 3

FILTERS = 128
BINS = (1, 2, 3, 6)  # windows along a side; where one does not divide it, the next number of windows that does


def network(
    size: tuple[int, int], channels: int, classes: int, *, backbone: str = "mobilenet_v2", width: float = 1.0
) -> Any:
    import keras
    from keras import layers

    from edgecv.models import backbones, blocks

    pixels = keras.Input((*size, channels), name="input")
    maps = backbones.levels(backbone, pixels, width=width)
    x = blocks.merge_upward(maps[32], maps[16], FILTERS, "psp_merge16")
    x = blocks.merge_upward(x, maps[8], FILTERS, "psp_merge8")
    x = layers.Concatenate(name="psp_pyramid")([x, *(_level(x, bins) for bins in BINS)])
    x = blocks.conv(x, FILTERS, "psp_tower")
    logits = layers.Conv2D(classes, 1, name="logits")(x)
    return keras.Model(pixels, {"logits": logits}, name="pspnet")


def _level(x: Any, bins: int) -> Any:
    """The averages of one size of windows, enlarged to the map that they were taken of."""
    from keras import layers

    window = tuple(side // windows_along(side, bins) for side in x.shape[1:3])
    name = f"psp_bins{bins}"
    y = layers.AveragePooling2D(window, name=f"{name}_pool")(x)
    # No batch norm: one window a picture is too few values for its statistics.
    y = layers.ReLU(name=f"{name}_relu")(layers.Conv2D(FILTERS // len(BINS), 1, name=name)(y))
    return layers.UpSampling2D(window, interpolation="bilinear", name=f"{name}_up")(y)


def windows_along(side: int, bins: int) -> int:
    """The least number of windows from `bins` on that divides a side, and at most one for each cell."""
    return next(each for each in range(min(bins, side), side + 1) if side % each == 0)


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}
