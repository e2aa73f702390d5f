"""How far float artifacts are from well-known networks: float32 and float16 of every target.

`python benchmarks/zoo_parity.py WORK [--only NETWORK]... [RUN...]` builds networks of keras.applications with random
weights, lets their batch norms see real images so that their outputs vary, and converts them with `edgecv convert` as a
user would, with the pictures of $EDGECV_DATA; then the pretrained EfficientNet-Lite0, and the networks of finished run
folders. Into results/zoo_parity.json goes the largest error of any value over 32 images, in deviations of the output:

- of each artifact, to the exact function (the network in float64, see `exact_function.py`), which the bar is for;
- of each artifact, to Keras in float32, which is what parity compares, and which has rounding of its own;
- of Keras in float32 to the exact function; and of float16 weights that were rounded one by one, as a plain conversion
  does, whatever runs them.

With --only, the rows of networks that were not asked for stay. Exit code 1 says that a bar is missed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import RESULTS, write_result
from exact_function import exact_answers, largest_error, plain_float16_answers

from edgecv.models.opening import open_network
from edgecv.ondevice.images import fit, open_image
from edgecv.parity.run import run
from edgecv.quantization.calibration import normalised
from edgecv.records.preprocess import Preprocess
from edgecv.targets import TARGETS, open_exported

DATA = Path(os.environ["EDGECV_DATA"])
PICTURES = DATA / "imagenet_samples"
MEASURED = "the largest error of any value in deviations of its output; the bars are for to_exact, the float64 function"
BARS = {"float32": 1e-4, "float16": 1e-2}
EACH = 4  # of which one sets the statistics of the batch norms: 125 pictures, for 32 let others run away
BYTES, CENTRED = ([0.0] * 3, [1.0] * 3), ([127.5] * 3, [127.5] * 3)  # some networks normalise for themselves
ZOO = {
    "MobileNetV2": CENTRED,
    "ResNet50": CENTRED,
    "EfficientNetB0": BYTES,
    "DenseNet121": CENTRED,
    "MobileNetV3Small": BYTES,
}
LITE0_NAME = "EfficientNet-Lite0, pretrained"
LITE0 = ([127.0] * 3, [128.0] * 3)


@dataclass(frozen=True)
class Case:
    """One network, with the arguments that `edgecv convert` needs for it."""

    name: str
    network: Path
    arguments: list[str]


def cases(work: Path, runs: list[Path], only: list[str]) -> Iterator[Case]:
    labels = work / "labels.txt"
    labels.write_text("".join(f"class {index}\n" for index in range(1000)))
    for name, (mean, std) in ZOO.items():
        if only and name not in only:
            continue
        network = work / f"{name}.keras"
        if not network.exists():
            lively(name, Preprocess((224, 224), "crop", 256, mean=tuple(mean), std=tuple(std))).save(network)
        yield Case(name, network, foreign(network, labels, work / f"{name}.yaml", mean, std))
    if not only or LITE0_NAME in only:
        lite0 = DATA / "models/efficientnet_lite0_imagenet.keras"
        yield Case(LITE0_NAME, lite0, foreign(lite0, labels, work / "lite0.yaml", *LITE0))
    for folder in runs:
        yield Case(folder.name, folder / "network.keras", [str(folder)])


def lively(name: str, preprocess: Preprocess) -> Any:
    """A network with random weights whose batch norms know the statistics of real pictures."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    network = getattr(keras.applications, name)(weights=None, classifier_activation=None)
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for norm in norms:
        norm.momentum = 0.0  # so that one look is enough
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0  # for statistics of the network as it answers, with all of its blocks
    pictures = sorted(PICTURES.glob("*.jpg"))[::EACH]
    seen = normalised(np.stack([fit(open_image(each), preprocess)[0] for each in pictures]), preprocess)
    tf.function(lambda images: network(images, training=True))(tf.constant(seen))
    for norm in norms:
        norm.momentum = 0.99
    return network


def foreign(network: Path, labels: Path, preprocess: Path, mean: list[float], std: list[float]) -> list[str]:
    preprocess.write_text(f"size: [224, 224]\nresize: crop\nresize_to: 256\nmean: {mean}\nstd: {std}\n")
    described = ["--labels", labels, "--preprocess", preprocess, "--calibration", PICTURES]
    return [str(network), "--task", "classification", *map(str, described)]


def figures_of(case: Case, work: Path) -> dict[str, Any]:
    """The largest error of each artifact; where one is refused, the reason."""
    store, artifacts = work / "stores" / case.name, work / "artifacts" / case.name
    shutil.rmtree(artifacts, ignore_errors=True)
    artifacts.mkdir(parents=True)
    rows: dict[str, dict[str, Any]] = {}
    for precision in BARS:
        rows |= {
            name: {"refused": why, "met": False} for name, why in refused(case, precision, store, artifacts).items()
        }
    exported = open_exported(next(store.glob("finished/export/*/exported.json")).parent)
    network = open_network(case.network)
    exact = exact_answers(exported, network)
    for folder in sorted(artifacts.iterdir()):
        name, bar = folder.name, BARS[folder.name.rpartition("-")[2]]
        outputs = run(folder, exported.reference_images(), log=work / "log").outputs
        to_exact, to_keras = largest_error(exact, outputs), largest_error(exported.reference_outputs(), outputs)
        rows[name] = {
            "to_exact": short(to_exact),
            "to_keras": short(to_keras),
            "bar": bar,
            "met": to_exact <= bar,
            "met_against_keras": to_keras <= bar,
        }
    return {
        "keras_to_exact": short(largest_error(exact, exported.reference_outputs())),
        "plain_float16_to_exact": short(largest_error(exact, plain_float16_answers(exported, network))),
        "artifacts": rows,
    }


def refused(case: Case, precision: str, store: Path, out: Path) -> dict[str, str]:
    """Convert for all targets; what could not be made, and why."""
    edgecv = str(Path(sys.executable).with_name("edgecv"))
    targets = [target for target, module in TARGETS.items() if precision in module.PRECISIONS]
    asked = [part for target in targets for part in ("--target", target)]
    command = [edgecv, "convert", *case.arguments, *asked, "--precision", precision, "--out", str(out)]
    environment = {**os.environ, "EDGECV_CACHE": str(store)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True).stderr.splitlines()
    missing = [f"{target}-{precision}" for target in targets if not (out / f"{target}-{precision}").is_dir()]
    return {name: next((line for line in said if name in line), said[-1]) for name in missing}


def short(figure: float) -> float:
    return float(f"{figure:.3g}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="NETWORK")
    parser.add_argument("runs", nargs="*", type=Path)
    arguments = parser.parse_intermixed_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    path = RESULTS / "zoo_parity.json"
    networks = json.loads(path.read_bytes())["networks"] if arguments.only and path.exists() else {}
    for case in cases(arguments.work, arguments.runs, arguments.only):
        networks[case.name] = figures_of(case, arguments.work)
        print(case.name, networks[case.name], flush=True)
        # After each: a run of many minutes that is cut short still says what it found.
        print(write_result("zoo_parity", {"bars": BARS, "of": MEASURED, "images": 32, "networks": networks}))
    return 0 if all(row["met"] for each in networks.values() for row in each["artifacts"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
