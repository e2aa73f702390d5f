"""The learning half of each detection head; the numpy half that reads its outputs is in `edgecv.ondevice.heads`."""

from typing import TYPE_CHECKING

from edgecv.training.heads import anchor_free, ssd, yolo, yolov1

if TYPE_CHECKING:  # objectives choose among the heads, and the protocol is theirs
    from edgecv.training.objectives import Objective

HEADS: dict[str, "Objective"] = {"anchor_free": anchor_free, "ssd": ssd, "yolo": yolo, "yolov1": yolov1}
