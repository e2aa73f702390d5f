"""What a conversion costs beside the plain vendor calls: MobileNetV2 at 224 to all four targets in int8.

`python benchmarks/conversion_cost.py WORK [PAIRS]` measures both sides in turns, in one run: seconds on the wall, and
the peak memory of the largest process. Each side imports TensorFlow once; proving parity is counted on neither. It
writes results/conversion_cost.json; exit code 1 says that a bar is missed.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import write_result

from edgecv.quantization.calibration import normalised
from edgecv.records.files import write_json
from edgecv.records.preprocess import Preprocess
from edgecv.targets import TARGETS, Spec
from edgecv.targets.order import Order, grids_of, write_orders

PAIRS = 3
PREPARE = "prepare"
CALIBRATION_IMAGES = 100
REFERENCE_IMAGES = 32
MOST_TIMES, MOST_GB = 1.3, 1.5
PREPROCESS = Preprocess((224, 224), mean=(127.5,) * 3, std=(127.5,) * 3)


def prepare(work: Path) -> Path:
    """A network whose outputs vary, images for it, and a request for its export."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 200, (CALIBRATION_IMAGES + REFERENCE_IMAGES, 14, 14, 3), np.uint8)
    images = coarse.repeat(16, axis=1).repeat(16, axis=2) + rng.integers(0, 56, (len(coarse), 224, 224, 3), np.uint8)
    work.mkdir(parents=True, exist_ok=True)
    np.save(work / "calibration.npy", images[:CALIBRATION_IMAGES])
    np.save(work / "reference.npy", images[CALIBRATION_IMAGES:])
    make_network(images[:32], work / "network.keras")
    return write_json(
        work / "request.json",
        {
            "network": str(work / "network.keras"),
            "name": "mobilenet_v2",
            "task": "classification",
            "labels": [str(index) for index in range(1000)],
            "preprocess": {"size": [224, 224], "mean": PREPROCESS.mean, "std": PREPROCESS.std},
            "postprocess": {},
            "calibration": str(work / "calibration.npy"),
            "reference": str(work / "reference.npy"),
        },
    )


def make_network(images: np.ndarray, path: Path) -> None:
    import keras

    keras.utils.set_random_seed(0)
    network = keras.applications.MobileNetV2(weights=None, classifier_activation=None)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    network(normalised(images, PREPROCESS), training=True)
    network.save(path)


def edgecv(work: Path, turn: int) -> dict[str, dict[str, float]]:
    """The children of a conversion, one after the other: TensorFlow's, then one for each other toolchain."""
    exported = work / f"exported-{turn}"
    chains: dict[str, list[Order]] = {}
    for target, module in TARGETS.items():
        order = Order(target, Spec("int8"), work / f"edgecv-{turn}" / target)
        chains.setdefault(module.TOOLCHAIN, []).append(order)
    grids = grids_of(order for orders in chains.values() for order in orders)
    costs = {}
    for chain in sorted(chains, key=lambda each: each != "tensorflow"):
        file = write_orders(chains[chain], work / f"{chain}.json")
        command = ["-m", "edgecv.targets", exported, "--builds", file]
        export = ["--export", work / "request.json", "--grids", *grids]
        costs[chain] = cost([*command, *export] if chain == "tensorflow" else command)
    return costs


def vendors(work: Path, turn: int) -> dict[str, dict[str, float]]:
    return {"all": cost([Path(__file__).with_name("vendor_calls.py"), work, work / f"vendors-{turn}"])}


def cost(command: list[Any]) -> dict[str, float]:
    """Seconds on the wall, and the peak of memory, of one process."""
    start = time.perf_counter()
    with (Path(os.devnull)).open("w") as nowhere:
        process = subprocess.Popen([sys.executable, *map(str, command)], stdout=nowhere, stderr=nowhere)
        _, status, used = os.wait4(process.pid, 0)
    assert status == 0, command
    return {"seconds": time.perf_counter() - start, "peak_gb": _gigabytes(used)}


def _gigabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 2**20  # Linux counts in KiB


def summed(costs: dict[str, dict[str, float]]) -> float:
    return sum(each["seconds"] for each in costs.values())


def main() -> int:
    work = Path(sys.argv[1])
    if sys.argv[2:] == [PREPARE]:
        prepare(work)
        return 0
    # Elsewhere: a child starts with the memory of its parent counted as its own peak.
    subprocess.run([sys.executable, __file__, work, PREPARE], check=True)
    pairs = []
    for turn in range(int(sys.argv[2]) if len(sys.argv) > 2 else PAIRS):
        pairs.append({"edgecv": edgecv(work, turn), "vendors": vendors(work, turn)})
        print({side: round(summed(costs), 1) for side, costs in pairs[-1].items()}, flush=True)
    ratios = [summed(pair["edgecv"]) / summed(pair["vendors"]) for pair in pairs]
    ratio = statistics.median(ratios)
    peak = max(each["peak_gb"] for pair in pairs for each in pair["edgecv"].values())
    vendor_peak = max(each["peak_gb"] for pair in pairs for each in pair["vendors"].values())
    result = {
        "times_the_vendors": round(ratio, 3),
        "at_most_times": MOST_TIMES,
        "ratios": [round(each, 3) for each in ratios],
        "peak_gb": round(peak, 3),
        "at_most_gb": MOST_GB,
        "vendors_peak_gb": round(vendor_peak, 3),
        "calibration_images": CALIBRATION_IMAGES,
        "pairs": [
            {
                side: {name: {key: round(figure, 2) for key, figure in each.items()} for name, each in costs.items()}
                for side, costs in pair.items()
            }
            for pair in pairs
        ],
    }
    print(write_result("conversion_cost", result))
    return 0 if ratio <= MOST_TIMES and peak <= MOST_GB else 1


if __name__ == "__main__":
    sys.exit(main())
