"""One line of a report: what is known about one artifact on one device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgecv.records.evaluation import EvaluatedArtifact, Evaluation
from edgecv.records.measurement import Latency, MeasuredArtifact, Measurement

Lacking = Literal["measurement", "evaluation"]


@dataclass(frozen=True)
class Row:
    """One artifact on one device. At least one of measurement and evaluation is there."""

    device: str
    measurement: Measurement | None
    evaluation: Evaluation | None
    label: str = ""  # the artifact's name, made unique among the rows of its device
    best: bool = False  # no other ranked row is both as fast and as accurate
    lacks: Lacking | None = None  # what other rows of the report have, and this one has not

    @property
    def artifact(self) -> MeasuredArtifact | EvaluatedArtifact:
        record = self.measurement or self.evaluation
        assert record is not None
        return record.artifact

    @property
    def hint(self) -> str:
        """What the runtime was told to compute floats in; empty: float32, or whatever the file says."""
        if self.measurement and self.measurement.environment:
            return self.measurement.environment.hint
        return self.evaluation.hint if self.evaluation else ""

    @property
    def latency(self) -> Latency | None:
        return self.measurement.latency if self.measurement else None

    @property
    def emulated(self) -> bool:
        return self.measurement is not None and bool(self.measurement.device.probed.get("emulated"))

    @property
    def doubtful(self) -> bool:
        """Whether its times are nothing to quote or to compare."""
        return self.measurement is None or self.measurement.verdict != "VALID" or self.emulated

    @property
    def ranked(self) -> bool:
        """Whether the row may be compared: a VALID time on the real device, and an accuracy."""
        return not self.doubtful and self.latency is not None and self.evaluation is not None
