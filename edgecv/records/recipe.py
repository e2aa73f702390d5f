"""A recipe: one network, its data, its builds. What a user writes in YAML, after it has been checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Mapping

from edgecv.records.preprocess import Preprocess

Task = Literal["classification", "detection", "segmentation"]
Precision = Literal["float32", "float16", "dynamic", "int8", "int16x8"]
Metric = Literal["top1", "map50", "map50_95", "miou"]
Mode = Literal["quick", "standard", "mlperf"]
Io = Literal["integer", "float"]

METRICS_OF: Mapping[str, tuple[str, ...]] = {
    "classification": ("top1",),
    "detection": ("map50_95", "map50"),
    "segmentation": ("miou",),
}


@dataclass(frozen=True)
class Data:
    format: str  # a name in edgecv.datasets.DATASETS
    path: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)  # every other key: the format's own


@dataclass(frozen=True)
class Model:
    name: str  # a name in edgecv.models.MODELS
    options: Mapping[str, Any] = field(default_factory=dict)  # every other key: the model's own


@dataclass(frozen=True)
class Training:
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 0.002
    weight_decay: float = 0.001
    warmup: float = 0.06  # share of all steps
    augment: Literal["none", "standard"] = "none"
    early_stopping: int | None = None  # epochs without improvement on the validation split; None: never
    seed: int = 0


@dataclass(frozen=True)
class Calibration:
    images: int = 200


@dataclass(frozen=True)
class Build:
    target: str  # a name in edgecv.targets.TARGETS
    precision: Precision
    io: Io | None = None  # inputs and outputs of an integer file, where the target leaves the choice; None: its habit

    @property
    def folder_name(self) -> str:
        """What the artifact's folder is called among the artifacts of one network."""
        return f"{self.target}-{self.precision}" + ("-float-io" if self.io == "float" else "")


@dataclass(frozen=True)
class Bench:
    mode: Mode = "standard"
    threads: int | None = None  # None: what the device profile recommends


@dataclass(frozen=True)
class Accuracy:
    metric: Metric
    max_drop: float = 0.01


@dataclass(frozen=True)
class Recipe:
    name: str  # from the file's name, never from its text
    summary: str
    task: Task
    data: Data
    preprocess: Preprocess
    model: Model
    builds: tuple[Build, ...]
    accuracy: Accuracy
    training: Training = Training()
    calibration: Calibration = Calibration()
    bench: Bench = Bench()
