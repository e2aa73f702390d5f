"""A light DeepLabV3+: views of several widths side by side, and a decoder at stride 4. After Chen et al., 2018.

All 3 x 3 convolutions are depthwise separable. As in lraspp.py the trunk keeps its strides, and a merge brings its
deepest map to stride 16. The published rates 6, 12 and 18 are for maps of 33 cells a side; these are for about 16.
"""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "segmentation"
SUMMARY = "Light DeepLabV3+ with separable, dilated convolutions, logits at stride 4"
SIDE_MULTIPLE = 32
SIZE = (256, 256)
CHANNELS = 3

FILTERS = 128
FINE_FILTERS = 48  # of stride 4: few, so that they do not drown what the deep map knows
RATES = (2, 4, 8)


def network(
    size: tuple[int, int], channels: int, classes: int, *, backbone: str = "mobilenet_v2", width: float = 1.0
) -> Any:
    import keras
    from keras import layers

    from edgecv.models import backbones, blocks

    pixels = keras.Input((*size, channels), name="input")
    maps = backbones.levels(backbone, pixels, width=width)
    deep = _views(blocks.merge_upward(maps[32], maps[16], FILTERS, "deeplab_deep"))
    larger = layers.UpSampling2D(4, interpolation="bilinear", name="deeplab_enlarge")(deep)
    fine = blocks.conv(maps[4], FINE_FILTERS, "deeplab_fine", kernel=1)
    x = layers.Concatenate(name="deeplab_join")([larger, fine])
    x = _separable(_separable(x, "deeplab_decoder1"), "deeplab_decoder2")
    logits = layers.Conv2D(classes, 1, name="logits")(x)
    return keras.Model(pixels, {"logits": logits}, name="deeplab_lite")


def _views(x: Any) -> Any:
    """What is seen at a point, around it at several distances, and in the whole picture, as one map."""
    from keras import layers

    from edgecv.models import blocks

    views = [blocks.conv(x, FILTERS, "deeplab_point", kernel=1)]
    views += [_separable(x, f"deeplab_rate{rate}", rate) for rate in RATES]
    whole = layers.GlobalAveragePooling2D(keepdims=True, name="deeplab_whole_pool")(x)
    # No batch norm: one value a picture is too few for its statistics.
    whole = layers.ReLU(name="deeplab_whole_relu")(layers.Conv2D(FILTERS, 1, name="deeplab_whole")(whole))
    views.append(layers.UpSampling2D(x.shape[1:3], interpolation="bilinear", name="deeplab_whole_up")(whole))
    return blocks.conv(layers.Concatenate(name="deeplab_views")(views), FILTERS, "deeplab_project", kernel=1)


def _separable(x: Any, name: str, rate: int = 1) -> Any:
    from keras import layers

    from edgecv.models import blocks

    x = layers.DepthwiseConv2D(3, padding="same", dilation_rate=rate, use_bias=False, name=f"{name}_depthwise")(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_depthwise_norm")(x)
    x = layers.ReLU(name=f"{name}_depthwise_relu")(x)
    return blocks.conv(x, FILTERS, name, kernel=1)


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}
