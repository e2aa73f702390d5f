"""A recipe: one network, its data, its builds. What a user writes in YAML, after it has been checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Mapping

from edgecv.records.augment import Augment, AugmentWord
from edgecv.records.preprocess import Preprocess

Task = Literal["classification", "detection", "segmentation", "regression"]
Precision = Literal["float32", "float16", "dynamic", "int8", "int16x8"]
Metric = Literal["top1", "map50", "map50_95", "miou", "mae", "r2"]
Mode = Literal["quick", "standard", "mlperf"]
Io = Literal["integer", "float"]

METRICS_OF: Mapping[str, tuple[str, ...]] = {
    "classification": ("top1",),
    "detection": ("map50_95", "map50"),
    "segmentation": ("miou",),
    "regression": ("mae", "r2"),
}
ERRORS: tuple[str, ...] = ("mae",)  # in the truth's own units, the less the better; all others: at most 1, the best


def gain(metric: str) -> int:
    """1 where more of a metric is better, -1 where less is."""
    return -1 if metric in ERRORS else 1


# Settings of `Training` that only the losses of some tasks have.
LOSS_SETTINGS_OF: Mapping[str, tuple[str, ...]] = {
    "classification": ("class_weights", "label_smoothing"),
    "segmentation": ("class_weights",),
}

IMAGENET = "imagenet"  # in `Model.weights`: those that Keras provides


@dataclass(frozen=True)
class Data:
    format: str  # a name in edgecv.datasets.DATASETS
    path: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)  # every other key: the format's own


@dataclass(frozen=True)
class Model:
    name: str  # a name in edgecv.models.MODELS
    options: Mapping[str, Any] = field(default_factory=dict)  # every other key: the model's own
    weights: str | None = None  # learnt already: a file, a run folder or IMAGENET; None: all is new


@dataclass(frozen=True)
class Training:
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 0.002
    weight_decay: float = 0.001
    warmup: float = 0.06  # share of all steps
    schedule: Literal["cosine", "steps", "constant"] = "cosine"  # how the rate goes on after the warm-up
    drops: tuple[float, ...] = (0.6, 0.85)  # schedule steps: after these shares of all steps the rate drops
    drop_factor: float = 0.1  # to this part of what it was
    precision: Literal["float32", "mixed_bfloat16"] = "float32"  # of the computing; weights are always float32
    ema: float | None = None  # decay of the moving average of the weights, which then is the network; None: no average
    class_weights: Literal["none", "balanced", "log"] = "none"  # 1 / share of a class, 1 / log(1.1 + share)
    label_smoothing: float = 0.0
    augment: AugmentWord | Augment = "none"
    early_stopping: int | None = None  # epochs without improvement on the validation split; None: never
    frozen: tuple[str, ...] = ()  # how the names of filled layers begin that never learn
    freeze_epochs: int = 0  # so long only layers without weights of `model.weights` learn
    pretrained_rate: float = 1.0  # the share of the learning rate of layers with weights of `model.weights`
    seed: int = 0


@dataclass(frozen=True)
class Calibration:
    images: int | None = None  # None: 200, or as many as the training split has beside those that parity needs


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
