"""Small networks that nobody trained, but whose outputs vary from image to image; their exports and builds."""

import dataclasses
import fcntl
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.hosts import local
from edgecv.models import MODELS
from edgecv.quantization.calibration import normalised
from edgecv.records.artifact import MANIFEST
from edgecv.records.files import write_json
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Precision, Task
from edgecv.targets import TARGETS, Spec
from edgecv.targets.order import Order, write_orders
from edgecv.targets.request import Request

PREPROCESS = Preprocess(size=(64, 64), mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5))
GRAY = Preprocess(size=(64, 64), color="gray", mean=(127.5,), std=(127.5,))
CALIBRATION = 52  # images: enough to be trusted
LABELS = ("disc", "square", "star", "cross")  # four, so that cls and box of a detector have the same shape
MODEL_OF: Mapping[Task, str] = {
    "classification": "tiny_classifier",
    "detection": "tiny_detector",
    "segmentation": "tiny_segmenter",
}


def images(count: int, seed: int) -> np.ndarray:
    """Coarse patches of colour with some noise, no two images alike."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 200, (count, 8, 8, 3)).repeat(8, axis=1).repeat(8, axis=2)
    return (patches + rng.integers(0, 56, patches.shape)).astype(np.uint8)


def lively_network(task: Task, preprocess: Preprocess = PREPROCESS) -> Any:
    """A network with random weights, whose batch normalisations have seen images: so it quantizes as a trained one."""
    import keras

    keras.utils.set_random_seed(3)
    network = MODELS[MODEL_OF[task]].network(preprocess.size, preprocess.channels, len(LABELS), width=0.5)
    inputs = normalised(images(32, seed=0)[..., : preprocess.channels], preprocess)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # so that one look is enough
    network(inputs, training=True)
    if task == "detection":
        kernel, bias = network.get_layer("cls").get_weights()
        network.get_layer("cls").set_weights([3 * kernel, 0 * bias - 1])  # confident enough to find something
    return network


def request_for(network: Any, task: Task, folder: Path, preprocess: Preprocess = PREPROCESS) -> Request:
    """Save a network, and ask for its export."""
    channels = slice(preprocess.channels)
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "__array__ implementation doesn't accept a copy"
        )  # Keras reading its variables
        network.save(folder / "network.keras")
    np.save(folder / "calibration.npy", images(CALIBRATION, seed=1)[..., channels])
    np.save(folder / "reference.npy", images(32, seed=2)[..., channels])
    return Request(
        network=folder / "network.keras",
        name=f"tiny-{task}",
        task=task,
        labels=LABELS,
        preprocess=preprocess,
        postprocess=MODELS[MODEL_OF[task]].postprocess(),
        calibration=folder / "calibration.npy",
        reference=folder / "reference.npy",
    )


def write_request(request: Request, path: Path) -> Path:
    plain = dataclasses.asdict(request)
    for name in ("network", "calibration", "reference"):
        plain[name] = str(plain[name])
    return write_json(path, plain)


@dataclasses.dataclass(frozen=True)
class Workplace:
    """An exported network, and beside it a draft of each of its builds."""

    exported: Path

    def draft(self, target: str, precision: str) -> Path:
        return self.exported.parent / f"{target}-{precision}"


ALL: list[tuple[str, Precision]] = [
    (target, precision) for target, module in TARGETS.items() for precision in module.PRECISIONS
]
BUILDS: Mapping[Task, list[tuple[str, Precision]]] = {  # every task meets every target in tests/conformance
    "classification": [("tflite", "int8"), ("onnx", "int8")],  # of gray images
    "detection": ALL,
}


def workplace(task: Task, base: Path) -> Workplace:
    """Exported and built by one child, once for all test modules, of all test processes, that share the base folder."""
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / f"workplace, {task}"  # a vendor's call may split paths at commas, or at spaces
    place = Workplace(folder / "exported")
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be at it
        if not (place.draft(*BUILDS[task][-1]) / MANIFEST).exists():
            _fill(place, task)
    return place


def _fill(place: Workplace, task: Task) -> None:
    folder = place.exported.parent
    preprocess = GRAY if task == "classification" else PREPROCESS
    request = request_for(lively_network(task, preprocess), task, folder, preprocess)
    ask = write_request(request, folder / "request.json")
    orders = [Order(target, Spec(precision), place.draft(target, precision)) for target, precision in BUILDS[task]]
    builds = write_orders(orders, folder / "orders.json")
    arguments = [place.exported, "--export", ask, "--builds", builds, "--rungs"]
    local.run_module("edgecv.targets", arguments, log=folder / "log")
