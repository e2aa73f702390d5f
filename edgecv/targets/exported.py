"""An exported network: one folder that all builds share, and that crosses from process to process.

It holds the network three times: folded and equalised in Keras, as a SavedModel, and as ONNX with channels first, these
two also with weights that are rounded for narrow numbers. Beside it lie the calibration images, and reference images
with the outputs that the Keras network gave for them before anything was done to it. A build reads the SavedModel or
the ONNX file and needs no Keras.
"""

import dataclasses
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.quantization.calibration import normalised
from edgecv.records.files import write_json, write_whole
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Task

RECORD = "exported.json"
RUNGS = ("folded", "saved_model", "onnx")  # the steps on the way from Keras to a target, whose answers are kept


@dataclass(frozen=True)
class Exported:
    folder: Path
    name: str
    task: Task
    labels: tuple[str, ...]
    preprocess: Preprocess
    postprocess: Mapping[str, Any]
    outputs: Mapping[str, tuple[int, ...]]  # name -> shape, channels last
    network_digest: str
    tools: Mapping[str, str]
    prepared: Mapping[str, Any]  # what was folded, equalised and skipped
    custom_layers: tuple[str, ...] = ()
    grid: str = ""  # which of the rounded copies SavedModel and ONNX are; empty: the exact ones

    @property
    def network(self) -> Path:
        """The folded and equalised network, in Keras."""
        return self.folder / "network.keras"

    @property
    def saved_model(self) -> Path:
        return self.folder / self.grid / "saved_model"

    @property
    def onnx(self) -> Path:
        return self.folder / self.grid / "model.onnx"

    def on_grid(self, name: str) -> "Exported":
        """With the weights rounded for narrow numbers; a network that could not be looked into has no such copy."""
        on_grid = dataclasses.replace(self, grid=f"rounded/{name}")
        return on_grid if on_grid.onnx.is_file() else self

    def without(self, names: Iterable[str]) -> list[str]:
        """On which of these grids the weights could be rounded, and are not yet."""
        place = self.folder / "rounded"  # is there where layers can be looked into
        return [name for name in names if place.is_dir() and not (place / name).is_dir()]

    def calibration(self) -> np.ndarray:
        """Calibration images, uint8."""
        return _load(self.folder / "calibration.npy")

    def calibration_inputs(self) -> Iterator[np.ndarray]:
        """What the network sees of the calibration images, one by one: float32, as the engine will normalise them."""
        for image in self.calibration():
            yield normalised(image[None], self.preprocess)

    def reference_images(self) -> np.ndarray:
        """The images of the reference outputs, uint8."""
        return _load(self.folder / "reference/images.npy")

    def reference_inputs(self) -> Iterator[np.ndarray]:
        """What the network sees of the reference images, one by one."""
        for image in self.reference_images():
            yield normalised(image[None], self.preprocess)

    def reference_outputs(self) -> dict[str, np.ndarray]:
        """What the Keras network gives for the reference images: float32, channels last."""
        return {name: _load(self.folder / f"reference/{name}.npy") for name in self.outputs}

    def rung_outputs(self, rung: str) -> dict[str, np.ndarray]:
        """What the network gives for them at a later step."""
        return {name: _load(self.folder / f"rungs/{rung}/{name}.npy") for name in self.outputs}

    def keep_rung(self, rung: str, outputs: Mapping[str, np.ndarray]) -> None:
        """Keep the answers of a step, for parity."""
        for name, values in outputs.items():
            save_array(self.folder / f"rungs/{rung}/{name}.npy", values)


def write_exported(exported: Exported) -> None:
    """Write the record of an exported folder; it comes last, so that its presence says the folder is whole."""
    plain = dataclasses.asdict(exported)
    del plain["folder"], plain["grid"]
    write_json(exported.folder / RECORD, plain)


def open_exported(folder: Path) -> Exported:
    """Read the record of an exported folder."""
    try:
        plain = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: expected an exported network, with a whole {RECORD}: {error}") from error
    plain["preprocess"] = Preprocess.from_json(plain["preprocess"])
    for name in ("labels", "custom_layers"):
        plain[name] = tuple(plain[name])
    plain["outputs"] = {name: tuple(shape) for name, shape in plain["outputs"].items()}
    return Exported(folder, **plain)


def is_whole(folder: Path) -> bool:
    """Whether a folder holds an exported network with the answers of every step."""
    if not (folder / RECORD).is_file():
        return False
    names = open_exported(folder).outputs
    return all((folder / f"rungs/{rung}/{name}.npy").is_file() for rung in RUNGS for name in names)


def save_array(path: Path, array: np.ndarray) -> None:
    """Write an array, whole or not at all."""
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    write_whole(path, content.getvalue())


def _load(path: Path) -> np.ndarray:
    array: np.ndarray = np.load(path, allow_pickle=False)
    return array
