"""MobileNetV2 at 224 with random weights, converted to each target in float32 and in int8; made once and kept.

Nobody asks what such a network answers, only how long it takes: so the files are as `edgecv convert` makes them, but
not proven against the network, which in int8 a network with random weights would not pass.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from conversion_cost import PREPARE

from edgecv.records.recipe import Precision
from edgecv.targets import Spec
from edgecv.targets.order import Order, write_orders

TARGETS = {"tflite": "tensorflow", "onnx": "onnx", "openvino": "openvino"}  # and whose child builds it
PRECISIONS: tuple[Precision, ...] = ("float32", "int8")


def artifacts(work: Path) -> dict[tuple[str, Precision], Path]:
    """The folder of each artifact, by target and precision."""
    places = {
        (target, precision): work / "artifacts" / f"{target}-{precision}"
        for target in TARGETS
        for precision in PRECISIONS
    }
    if not all((place / "manifest.json").exists() for place in places.values()):
        _build(work, places)
    return places


def pictures(work: Path) -> np.ndarray:
    """Images that were not used for calibration."""
    images: np.ndarray = np.load(work / "reference.npy")
    return images


def _build(work: Path, places: dict[tuple[str, Precision], Path]) -> None:
    script = Path(__file__).with_name("conversion_cost.py")
    subprocess.run([sys.executable, script, work, PREPARE], check=True)
    for target, chain in TARGETS.items():
        wanted = [Order(target, Spec(precision), places[target, precision]) for precision in PRECISIONS]
        command: list[object] = ["-m", "edgecv.targets", work / "exported"]
        command += ["--builds", write_orders(wanted, work / f"{chain}.json")]
        command += ["--export", work / "request.json"] if chain == "tensorflow" else []
        subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    print(*artifacts(Path(sys.argv[1])).values(), sep="\n")
