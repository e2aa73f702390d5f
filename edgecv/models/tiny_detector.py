"""A small anchor-free detector: one level of cells at stride 8, with a short top-down neck for the wider view.

One level serves objects of about 10 to 100 pixels. Classes and boxes leave as two raw tensors: in one tensor they would
have to share one scale when they are quantized, and decoding inside the network would spend the levels of small boxes.
"""

import math
from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "detection"
SUMMARY = "Small anchor-free detector, one level of cells at stride 8"
SIZE = (256, 256)
CHANNELS = 3
SIDE_MULTIPLE = 32  # the neck doubles stride 32 twice, and each level has to fit onto the next
STRIDE = 8
PRIOR = 0.01  # of an object in a cell before anything is learnt: nearly all cells are background


def network(size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0) -> Any:
    import keras
    from keras import layers
    from keras.initializers import Constant

    from edgecv.models import blocks

    def wide(base: int) -> int:
        return blocks.channels(base, width)

    pixels = keras.Input((*size, channels), name="input")
    x = blocks.conv(pixels, wide(16), "stem", stride=2)
    x = blocks.conv(x, wide(24), "stage1", stride=2)
    fine = blocks.residual(x, wide(48), "stage2", stride=2)
    middle = blocks.residual(fine, wide(64), "stage3", stride=2)
    coarse = blocks.residual(middle, wide(96), "stage4", stride=2)

    neck = blocks.merge_upward(coarse, middle, wide(48), "neck3")
    neck = blocks.merge_upward(neck, fine, wide(48), "neck2")

    rare = Constant(-math.log((1 - PRIOR) / PRIOR))
    cls = layers.Conv2D(classes, 1, bias_initializer=rare, name="cls")(blocks.conv(neck, wide(48), "cls_tower"))
    box = layers.Conv2D(4, 1, bias_initializer=Constant(1.0), name="box")(blocks.conv(neck, wide(48), "box_tower"))
    return keras.Model(pixels, {"cls": cls, "box": box}, name="tiny_detector")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {
        "head": "anchor_free",
        "strides": [STRIDE],
        "score_threshold": 0.25,
        "nms_iou": 0.6,
        "max_detections": 300,
    }
