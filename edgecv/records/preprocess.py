"""How an image becomes the network's input. Declared once; training, calibration, evaluation and the board obey it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Literal, Mapping

Resize = Literal["letterbox", "stretch", "crop"]
Resample = Literal["nearest", "bilinear", "bicubic"]
Color = Literal["rgb", "bgr", "gray"]


@dataclass(frozen=True)
class Preprocess:
    size: tuple[int, int]  # height, width
    resize: Resize = "stretch"
    resize_to: int | None = None  # crop only: the short side becomes this first; None: the size itself
    resample: Resample = "bilinear"
    color: Color = "rgb"
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)  # (pixel - mean) / std, in units of 0 to 255
    std: tuple[float, ...] = (255.0, 255.0, 255.0)

    @property
    def channels(self) -> int:
        return 1 if self.color == "gray" else 3

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Preprocess:
        fields: Dict[str, Any] = dict(plain)
        for name in ("size", "mean", "std"):
            if name in fields:
                fields[name] = tuple(fields[name])
        return Preprocess(**fields)
