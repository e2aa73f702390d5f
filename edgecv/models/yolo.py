"""A multi-scale YOLO on any backbone: cells at strides 8, 16 and 32, three anchors in each.

After YOLOv3 (Redmon and Farhadi, 2018). Boxes, objectness and classes leave as raw tensors of their own on each level,
where the published network has one: in one tensor, int8 would spend its levels on whichever kind has the widest range.
"""

from typing import Any

from edgecv.models.pyramid import STRIDES
from edgecv.records.recipe import Task

TASK: Task = "detection"
SUMMARY = "Multi-scale YOLO with anchors and objectness, three levels of cells on any backbone"
SIDE_MULTIPLE = 32  # the neck doubles stride 32 twice, and each level has to fit onto the next
SIZE = (416, 416)
CHANNELS = 3

FILTERS = 96
# Width and height in strides: a square, one upright and one lying of twice its side. A level begins where the one
# below ends, and together they serve objects of about 6 to 250 pixels.
ANCHORS = ((1.5, 1.5), (2.0, 4.0), (4.0, 2.0))


def network(
    size: tuple[int, int], channels: int, classes: int, *, backbone: str = "mobilenet_v2", width: float = 1.0
) -> Any:
    import keras

    from edgecv.models import blocks
    from edgecv.models.pyramid import pyramid
    from edgecv.models.raw_convolution import RARE, raw

    pixels = keras.Input((*size, channels), name="input")
    outputs, count = {}, len(ANCHORS)
    for stride, x in pyramid(pixels, backbone, width, FILTERS).items():
        cls_tower, box_tower = (blocks.conv(x, FILTERS, f"{kind}_tower_{stride}") for kind in ("cls", "box"))
        outputs[f"box_{stride}"] = raw(box_tower, count * 4, f"box_{stride}")
        outputs[f"obj_{stride}"] = raw(box_tower, count, f"obj_{stride}", bias=RARE)
        outputs[f"cls_{stride}"] = raw(cls_tower, count * classes, f"cls_{stride}")
    return keras.Model(pixels, outputs, name="yolo")


def postprocess(**_options: Any) -> dict[str, Any]:
    levels = [{"stride": s, "anchors": [[width * s, height * s] for width, height in ANCHORS]} for s in STRIDES]
    return {"head": "yolo", "levels": levels, "score_threshold": 0.25, "nms_iou": 0.6, "max_detections": 300}
