"""Where the time of a prediction goes: the share of each stage, and the wall time that overlapping them leaves."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from edgecv.ondevice.predictor import Predicted

STAGES = ("decode", "preprocess", "invoke", "postprocess")


class StageTimes:
    """The stages' times, summed over images."""

    def __init__(self) -> None:
        self.images = 0
        self.total_ms = dict.fromkeys(STAGES, 0.0)

    def add(self, predicted: Predicted) -> None:
        self.images += 1
        for stage in STAGES:
            self.total_ms[stage] += getattr(predicted, f"{stage}_ms")

    def shares(self, wall_ms: float) -> Dict[str, Any]:
        """The mean time of each stage an image, its share of all four, and the time that passed on the wall."""
        together = sum(self.total_ms.values()) or 1.0
        document: Dict[str, Any] = {"images": self.images, "wall_ms": round(wall_ms, 3)}
        for stage, total_ms in self.total_ms.items():
            mean_ms = total_ms / max(1, self.images)
            document[stage] = {"mean_ms": round(mean_ms, 3), "share": round(total_ms / together, 4)}
        return document


def table(shares: Mapping[str, Any]) -> str:
    """The shares for people to read."""
    rows = [f"{stage:<12}{shares[stage]['mean_ms']:>9.2f} ms{shares[stage]['share']:>6.0%}" for stage in STAGES]
    wall_ms = shares["wall_ms"] / max(1, shares["images"])
    return "\n".join([*rows, f"{'wall':<12}{wall_ms:>9.2f} ms   an image, of {shares['images']}"])
