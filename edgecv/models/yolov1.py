"""YOLOv1's grid on any backbone: S x S cells of B boxes and C classes in one output. After Redmon et al., 2016.

S follows from the input and the stride: 448 pixels at the published stride of 64 are 7 x 7 cells, as are 224 at 32, and
with 20 classes the output is 7 x 7 x 30. The published network reads the grid from two fully connected layers of 4096;
convolutions do it here, so that the network is small and takes any size. Its one output stays one in int8, too: it
holds no logits but the numbers themselves, all between 0 and 1, so that one scale serves boxes and scores alike.
"""

from typing import Any

from edgecv.errors import InputError
from edgecv.records.recipe import Task

TASK: Task = "detection"
SUMMARY = "YOLOv1's grid of S x S x (B*5 + C) on any backbone"
SIDE_MULTIPLE = 32
SIZE = (448, 448)
CHANNELS = 3

STRIDES = (16, 32, 64)
FILTERS = 256


def network(
    size: tuple[int, int],
    channels: int,
    classes: int,
    *,
    boxes: int = 2,
    stride: int = 64,
    backbone: str = "mobilenet_v2",
    width: float = 1.0,
) -> Any:
    if stride not in STRIDES:
        raise InputError(f"model.stride: expected one of {', '.join(map(str, STRIDES))}, got '{stride}'")
    import keras

    from edgecv.models import backbones, blocks
    from edgecv.models.raw_convolution import raw

    pixels = keras.Input((*size, channels), name="input")
    maps = backbones.levels(backbone, pixels, width=width)
    x = blocks.conv(maps[min(stride, 32)], FILTERS, "grid_reduce", kernel=1)
    if stride > 32:
        x = blocks.conv(x, FILTERS, "grid_halve", stride=2)
    x = blocks.conv(x, FILTERS, "grid_tower")
    return keras.Model(pixels, {"grid": raw(x, boxes * 5 + classes, "grid")}, name="yolov1")


def postprocess(*, boxes: int = 2, stride: int = 64, **_options: Any) -> dict[str, Any]:
    return {
        "head": "yolov1",
        "stride": stride,
        "boxes_per_cell": boxes,
        "score_threshold": 0.25,
        "nms_iou": 0.5,
        "max_detections": 300,
    }
