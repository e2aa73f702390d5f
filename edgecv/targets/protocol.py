"""What every target gives, whatever toolchain is behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from edgecv.records.artifact import Tensor
from edgecv.records.recipe import Io, Precision
from edgecv.targets.exported import Exported

Weights = Literal["per_channel", "per_tensor"]
Toolchain = Literal["tensorflow", "openvino", "onnxruntime"]


@dataclass(frozen=True)
class Spec:
    """What is asked for, and the oldest runtime that the file has to run on."""

    precision: Precision
    weights: Weights = "per_channel"  # of integers: one scale an output channel, or one a tensor
    io: Io | None = None  # of a precision in INTEGER_IO: its inputs and outputs; None: the target's habit
    package: str = ""  # the runtime of the device, such as "tflite-runtime"; empty: any
    oldest: str = ""  # its oldest version, such as "2.14.0"; empty: any


@dataclass(frozen=True)
class Built:
    """The files that a target wrote into its folder, and what they expect and give."""

    model: str  # the file that the engine opens
    files: tuple[str, ...]  # all of them, the model too
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    tools: Mapping[str, str]  # versions of what had a hand in it
    warnings: tuple[str, ...] = field(default=())


class TargetModule(Protocol):
    PRECISIONS: tuple[Precision, ...]
    INTEGER_IO: tuple[Precision, ...]  # whose inputs and outputs may be integers or floats, as asked
    TOOLCHAIN: Toolchain  # targets of one toolchain are built in one process, one after the other
    GRIDS: Mapping[Precision, str]  # in `quantization.grids`: where a build's weights lie; those left out are exact
    HEEDS: tuple[str, ...]  # runtimes whose version makes a difference to what is built
    RUN_BY: str  # the target whose engine runs its files for parity; itself, where its own runtime can be here

    def missing(self) -> str | None:
        """What to type to be able to build for the target here; None when nothing is missing."""

    def tensors(self, path: Path) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Inputs and outputs of a model file, as the file itself declares them."""

    def build(self, exported: Exported, spec: Spec, folder: Path) -> Built:
        """Convert an exported network; the same network and calibration images give the same bytes."""
