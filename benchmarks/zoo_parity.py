"""How far float artifacts are from well-known networks: float32 and float16 of every target against Keras.

`python benchmarks/zoo_parity.py WORK [--only NETWORK]... [RUN...]` builds networks of keras.applications with random
weights, lets their batch norms see real images so that their outputs vary, and converts them with `edgecv convert` as a
user would, with the pictures of $EDGECV_DATA; then the pretrained EfficientNet-Lite0, and the networks of finished run
folders. Into results/zoo_parity.json goes, for each artifact, the largest error of any value over 32 images, in
deviations of the output. With --only, the rows of networks that were not asked for stay. Exit code 1 says that a bar is
missed.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import RESULTS, write_result

from edgecv.ondevice.images import fit, open_image
from edgecv.quantization.calibration import normalised
from edgecv.records.preprocess import Preprocess
from edgecv.targets import TARGETS

DATA = Path(os.environ["EDGECV_DATA"])
PICTURES = DATA / "imagenet_samples"
BARS = {"float32": 1e-4, "float16": 1e-2}
SEEN = 32  # pictures that set the statistics of the batch norms
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
    arguments: list[str]


def cases(work: Path, runs: list[Path], only: list[str]) -> Iterator[Case]:
    labels = work / "labels.txt"
    labels.write_text("".join(f"class {index}\n" for index in range(1000)))
    for name, (mean, std) in ZOO.items():
        if only and name not in only:
            continue
        network = work / f"{name}.keras"
        if not network.exists():
            lively(name, Preprocess((224, 224), mean=tuple(mean), std=tuple(std))).save(network)
        yield Case(name, foreign(network, labels, work / f"{name}.yaml", mean, std))
    if not only or LITE0_NAME in only:
        lite0 = DATA / "models/efficientnet_lite0_imagenet.keras"
        yield Case(LITE0_NAME, foreign(lite0, labels, work / "lite0.yaml", *LITE0))
    for run in runs:
        yield Case(run.name, [str(run)])


def lively(name: str, preprocess: Preprocess) -> Any:
    """A network with random weights whose batch norms know the statistics of real pictures."""
    import keras

    keras.utils.set_random_seed(0)
    network = getattr(keras.applications, name)(weights=None, classifier_activation=None)
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for norm in norms:
        norm.momentum = 0.0  # so that one look is enough
    pictures = sorted(PICTURES.glob("*.jpg"))[:SEEN]
    network(
        normalised(np.stack([fit(open_image(each), preprocess)[0] for each in pictures]), preprocess), training=True
    )
    for norm in norms:
        norm.momentum = 0.99
    return network


def foreign(network: Path, labels: Path, preprocess: Path, mean: list[float], std: list[float]) -> list[str]:
    preprocess.write_text(f"size: [224, 224]\nresize: crop\nresize_to: 256\nmean: {mean}\nstd: {std}\n")
    described = ["--labels", labels, "--preprocess", preprocess, "--calibration", PICTURES]
    return [str(network), "--task", "classification", *map(str, described)]


def figures_of(case: Case, work: Path) -> dict[str, dict[str, Any]]:
    """The largest error of each artifact; where one is refused, the reason."""
    edgecv = str(Path(sys.executable).with_name("edgecv"))
    environment = {**os.environ, "EDGECV_CACHE": str(work / "store")}
    rows = {}
    for precision, bar in BARS.items():
        targets = [target for target, module in TARGETS.items() if precision in module.PRECISIONS]
        asked = [part for target in targets for part in ("--target", target)]
        command = [edgecv, "convert", *case.arguments, *asked, "--precision", precision, "--json"]
        command += ["--out", str(work / "artifacts" / case.name)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            rows[precision] = {"refused": done.stderr.strip().splitlines()[-1], "met": False}
            continue
        said = json.loads(done.stdout)
        for manifest in said if isinstance(said, list) else [said]:
            outputs = manifest["parity"]["rungs"]["artifact"]
            largest = max(each["max_abs_over_spread"] for each in outputs.values())
            rows[f"{manifest['target']}-{precision}"] = {
                "max_abs_over_spread": largest,
                "bar": bar,
                "met": largest <= bar,
            }
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="NETWORK")
    parser.add_argument("runs", nargs="*", type=Path)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    path = RESULTS / "zoo_parity.json"
    networks = json.loads(path.read_bytes())["networks"] if arguments.only and path.exists() else {}
    for case in cases(arguments.work, arguments.runs, arguments.only):
        networks[case.name] = figures_of(case, arguments.work)
        print(case.name, networks[case.name], flush=True)
        # After each: a run of many minutes that is cut short still says what it found.
        print(write_result("zoo_parity", {"bars": BARS, "images": 32, "networks": networks}))
    return 0 if all(row["met"] for rows in networks.values() for row in rows.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
