"""Compact anchor-free detectors on any backbone: cells at strides 8, 16 and 32, a box and one logit a class in each.

Classes and boxes leave as two raw tensors a level, `cls_8`, `box_8`...: in one tensor they would have to share one
scale when they are quantized. Each level has convolutions of its own, so that it has scales of its own, too. After FCOS
(Tian et al., 2019), without its centre-ness: the class logits learn how well the box fits.
"""

from functools import partial
from typing import Any

from edgecv.models.pyramid import STRIDES
from edgecv.models.variant import Variant


def network(
    filters: int,
    size: tuple[int, int],
    channels: int,
    classes: int,
    *,
    backbone: str = "mobilenet_v2",
    width: float = 1.0,
) -> Any:
    import keras

    from edgecv.models import blocks
    from edgecv.models.pyramid import pyramid
    from edgecv.models.raw_convolution import RARE, raw

    pixels = keras.Input((*size, channels), name="input")
    outputs = {}
    for stride, x in pyramid(pixels, backbone, width, filters).items():
        cls_tower, box_tower = (blocks.conv(x, filters, f"{kind}_tower_{stride}") for kind in ("cls", "box"))
        outputs[f"cls_{stride}"] = raw(cls_tower, classes, f"cls_{stride}", bias=RARE)
        outputs[f"box_{stride}"] = raw(box_tower, 4, f"box_{stride}", bias=1.0)  # boxes of 5 strides to begin with
    return keras.Model(pixels, outputs, name="anchor_free")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {
        "head": "anchor_free",
        "strides": list(STRIDES),
        "score_threshold": 0.25,
        "nms_iou": 0.6,
        "max_detections": 300,
    }


def _variant(word: str, side: int, filters: int, width: float) -> Variant:
    return Variant(
        TASK="detection",
        SUMMARY=f"Anchor-free detector, {word}: three levels of cells on any backbone",
        SIZE=(side, side),
        SIDE_MULTIPLE=32,  # the neck doubles stride 32 twice, and each level has to fit onto the next
        network=partial(network, filters, width=width),
        postprocess=postprocess,
    )


VARIANTS = {
    "anchor_free_n": _variant("nano", 256, 48, 0.35),
    "anchor_free_s": _variant("small", 320, 64, 0.5),
    "anchor_free_m": _variant("medium", 416, 96, 1.0),
}
