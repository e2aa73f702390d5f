"""SSDLite: prior boxes on several levels, predicted by depthwise separable convolutions.

After Liu et al., 2016, and Sandler et al., 2018. The first two levels are the backbone's at strides 16 and 32, and each
further one halves the last. Six are published; the default of four ends where a picture of 128 pixels is one cell, for
what lies beyond learns little and quantizes badly. Classes, with the background as their first, and boxes leave as two
raw tensors a level.
"""

from collections.abc import Sequence
from typing import Any

from edgecv.errors import InputError
from edgecv.records.recipe import Task

TASK: Task = "detection"
SUMMARY = "SSDLite: prior boxes and depthwise separable predictors, on MobileNetV2 or any backbone"
SIDE_MULTIPLE = 32
SIZE = (320, 320)
CHANNELS = 3

STRIDES = (16, 32, 64, 128, 256, 512)
EXTRA = {64: 512, 128: 256, 256: 256, 512: 128}  # filters at each stride beyond the backbone's
SIDE = 2  # of a level's smaller squares, in strides; the larger ones lie between these and the next level's
ASPECT_RATIOS = (2.0, 3.0)


def network(
    size: tuple[int, int],
    channels: int,
    classes: int,
    *,
    levels: int = 4,
    backbone: str = "mobilenet_v2",
    width: float = 1.0,
) -> Any:
    if not 2 <= levels <= len(STRIDES):
        raise InputError(f"model.levels: expected 2 to {len(STRIDES)}, got '{levels}'")
    import keras

    from edgecv.models.raw_convolution import raw
    from edgecv.ondevice.heads.ssd import priors_per_cell

    pixels = keras.Input((*size, channels), name="input")
    outputs, count = {}, priors_per_cell(ASPECT_RATIOS)
    for stride, x in _maps(pixels, backbone, width, STRIDES[:levels]).items():
        cls_tower, box_tower = (_depthwise(x, f"{kind}_tower_{stride}") for kind in ("cls", "box"))
        outputs[f"cls_{stride}"] = raw(cls_tower, count * (1 + classes), f"cls_{stride}")
        outputs[f"box_{stride}"] = raw(box_tower, count * 4, f"box_{stride}")
    return keras.Model(pixels, outputs, name="ssdlite")


def _maps(pixels: Any, backbone: str, width: float, strides: Sequence[int]) -> dict[int, Any]:
    from edgecv.models import backbones, blocks

    found = backbones.levels(backbone, pixels, width=width)
    maps = {16: found[16], 32: found[32]}
    for stride in strides[2:]:
        x = blocks.conv(maps[stride // 2], EXTRA[stride] // 2, f"extra_{stride}_reduce", kernel=1)
        x = _depthwise(x, f"extra_{stride}_halve", stride=2)
        maps[stride] = blocks.conv(x, EXTRA[stride], f"extra_{stride}", kernel=1)
    return maps


def _depthwise(x: Any, name: str, *, stride: int = 1) -> Any:
    from keras import layers

    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def postprocess(*, levels: int = 4, **_options: Any) -> dict[str, Any]:
    strides = STRIDES[:levels]
    return {
        "head": "ssd",
        "strides": list(strides),
        "sides": [float(SIDE * stride) for stride in (*strides, 2 * strides[-1])],
        "aspect_ratios": list(ASPECT_RATIOS),
        "score_threshold": 0.25,
        "nms_iou": 0.45,
        "max_detections": 300,
    }
