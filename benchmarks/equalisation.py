"""What equalisation saves in int8, on every target: of damage that it can undo, and of networks as they are.

`python benchmarks/equalisation.py WORK [--network FILE.keras --recipe RECIPE]` trains a small depthwise classifier with
ReLU on generated shapes, about a minute of two quiet cores, or finds it trained in WORK. Then it rescales every channel
between two layers by 2^-3 to 2^3, which changes nothing in float, and converts the result to int8 with and without
equalisation. A network's channels differ less by nature; so the table has two as they are, too: the EfficientNet-Lite0
and the labelled images of $EDGECV_DATA, and either the classifier that was trained or the one of --network.

It writes results/equalisation.json. Exit code 1 says that a rescaled network loses more than the bar.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from circumstances import write_result
from third_party import CALIBRATE, NETWORK, float_answers, samples
from third_party import PREPROCESS as CROP_224

from edgecv import datasets
from edgecv.documents import load_recipe
from edgecv.hosts import local
from edgecv.metrics.intervals import of_paired_drop
from edgecv.ondevice.images import fit, open_image
from edgecv.parity.run import run
from edgecv.pipeline.conversion import Conversion, calibration_images
from edgecv.pipeline.convert import ANY_DEVICE, exported
from edgecv.pipeline.store import Store
from edgecv.pipeline.workshop import Workshop
from edgecv.quantization import calibration
from edgecv.records.files import digest_of_file
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Build, Data
from edgecv.records.samples import Label, Samples
from edgecv.targets import TARGETS
from edgecv.targets.order import Order, write_orders

SEEDS = (0, 1, 2)
WIDEST = 3  # powers of two by which a channel is rescaled, at most
MAX_DROP = 0.005
DATA = Data("shapes", options={"size": [32, 32], "train": 3000, "test": 4000})
PREPROCESS = Preprocess((16, 16), mean=(127.5,) * 3, std=(127.5,) * 3)  # small, so that not all shapes can be told
WIDTHS = ((32, 1), (48, 2), (64, 1), (96, 2), (96, 1), (128, 1))  # filters and stride of each depthwise block
EPOCHS, BATCH, RATE = 15, 64, 0.004


@dataclass(frozen=True)
class Case:
    """A network, and the images that it is scored on."""

    conversion: Conversion
    images: np.ndarray
    truth: np.ndarray
    answers: np.ndarray  # of the float network


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--network", type=Path, help="another classifier to show as it is, beside EfficientNet-Lite0")
    parser.add_argument("--recipe", help="the recipe that it was trained with")
    arguments = parser.parse_args()
    if (arguments.network is None) != (arguments.recipe is None):
        parser.error("--network and --recipe belong together")
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    trained = train(work / "depthwise.keras")
    cases = {f"rescaled, seed {seed}": rescaled(trained, work, seed) for seed in SEEDS}
    if arguments.network:
        cases[f"{arguments.recipe}, as it is"] = of_recipe(arguments.network, arguments.recipe)
    else:
        cases["depthwise classifier, as it is"] = of_shapes(trained)
    cases["EfficientNet-Lite0, as it is"] = of_third_party()
    rows = {}
    for name, case in cases.items():
        rows[name] = figures_of(case, work)
        print(name, rows[name])
    worst = max(row["with"]["drop"] for name, row in _artifacts(rows) if name.startswith("rescaled"))
    result = {"max_drop": MAX_DROP, "largest_drop_of_rescaled": worst, "networks": rows, "met": worst <= MAX_DROP}
    print(write_result("equalisation", result))
    return 0 if result["met"] else 1


def _artifacts(rows: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, row) for name, case in rows.items() for row in case["artifacts"].values()]


def train(path: Path) -> Path:
    import keras

    if path.exists():
        return path
    keras.utils.set_random_seed(0)
    network = depthwise_classifier()
    data = datasets.load(DATA, "classification", "train")
    images, classes = _pixels(data, range(len(data))), _classes(data, range(len(data)))
    rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * len(images) // BATCH)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss)
    inputs = calibration.normalised(images, PREPROCESS)
    network.fit(inputs, {"logits": classes}, batch_size=BATCH, epochs=EPOCHS, verbose=2)
    network.save(path)
    return path


def depthwise_classifier() -> Any:
    """Depthwise and pointwise by turns, as in MobileNet, each with batch norm and ReLU."""
    import keras
    from keras import layers

    def normed(x: Any, layer: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9, name=f"{layer.name}_norm")(layer(x)))

    pixels = keras.Input((*PREPROCESS.size, 3), name="input")
    x = normed(pixels, layers.Conv2D(16, 3, padding="same", use_bias=False, name="stem"))
    for number, (filters, stride) in enumerate(WIDTHS):
        depthwise = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, name=f"depthwise{number}")
        x = normed(x, depthwise)
        x = normed(x, layers.Conv2D(filters, 1, use_bias=False, name=f"pointwise{number}"))
    logits = layers.Dense(4, name="logits")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(pixels, {"logits": logits}, name="depthwise_classifier")


def rescaled(trained: Path, work: Path, seed: int) -> Case:
    """The same function with other ranges: each channel is made larger, and what reads it takes less of it."""
    import keras

    random = np.random.default_rng(seed)
    network = keras.saving.load_model(trained, compile=False)
    blocks = [f"{kind}{number}" for number in range(len(WIDTHS)) for kind in ("depthwise", "pointwise")]
    for first, second in zip(["stem", *blocks], [*blocks, "logits"], strict=True):
        norm, reader = network.get_layer(f"{first}_norm"), network.get_layer(second)
        factors = 2 ** random.uniform(-WIDEST, WIDEST, norm.gamma.shape)
        norm.gamma.assign(norm.gamma * factors)
        norm.beta.assign(norm.beta * factors)
        kernel, *rest = reader.get_weights()
        reader.set_weights([kernel / factors[:, None], *rest])  # its inputs are the last axis but one
    path = work / f"rescaled{seed}.keras"
    network.save(path)
    case, given = of_shapes(path), of_shapes(trained)
    changed = int((case.answers != given.answers).sum())
    assert changed <= 2, f"rescaling changed {changed} answers"  # rounding alone may
    return case


def of_shapes(network: Path) -> Case:
    train_split, test = (datasets.load(DATA, "classification", split) for split in ("train", "test"))
    return _case("depthwise", network, train_split, test, range(len(test)), PREPROCESS, calibrate=200)


def of_recipe(network: Path, name: str) -> Case:
    document = load_recipe(name)
    recipe = document.record
    with document.places():
        train_split, test = (datasets.load(recipe.data, "classification", split) for split in ("train", "test"))
    count = calibration_images(recipe, train_split)
    return _case(recipe.name, network, train_split, test, range(len(test)), recipe.preprocess, calibrate=count)


def of_third_party() -> Case:
    data = samples()
    calibrating = set(calibration.choose(data, CALIBRATE))
    test = [index for index in range(len(data)) if index not in calibrating]
    return _case("efficientnet_lite0", NETWORK, data, data, test, CROP_224, calibrate=CALIBRATE)


def _case(
    name: str,
    network: Path,
    calibrating: Samples,
    test: Samples,
    indices: Sequence[int],
    preprocess: Preprocess,
    *,
    calibrate: int,
) -> Case:
    conversion = Conversion(
        name=name,
        task="classification",
        labels=calibrating.labels,
        preprocess=preprocess,
        postprocess={},
        network=network,
        network_digest=digest_of_file(network),
        images=calibrating,
        calibration_images=calibrate,
    )
    images = np.stack([fit(open_image(test.image(index)), preprocess)[0] for index in indices])
    return Case(conversion, images, _classes(test, indices), _float_answers(network, images, preprocess))


def _pixels(data: Samples, indices: Sequence[int]) -> np.ndarray:
    return np.stack([fit(open_image(data.image(index)), PREPROCESS)[0] for index in indices])


def _classes(data: Samples, indices: Sequence[int]) -> np.ndarray:
    truths = [data.truth(index) for index in indices]
    return np.array([truth.index for truth in truths if isinstance(truth, Label)])


def _float_answers(network: Path, images: np.ndarray, preprocess: Preprocess) -> np.ndarray:
    """The best class of each image, by Keras itself."""
    import keras

    if network == NETWORK:
        return float_answers(images)
    opened = keras.saving.load_model(network, compile=False, safe_mode=True)
    outputs = opened.predict(calibration.normalised(images, preprocess), batch_size=200, verbose=0)
    answers: np.ndarray = outputs["logits"].argmax(axis=1)
    return answers


def figures_of(case: Case, work: Path) -> dict[str, Any]:
    """Of one network: what int8 costs on each target, without equalisation and with it."""
    columns = {"without": int8(case, work, equalise=False), "with": int8(case, work, equalise=True)}
    return {
        "test_images": len(case.images),
        "float_top1": round(float((case.answers == case.truth).mean()), 4),
        "artifacts": {
            target: {name: _drop(case, column[target]) for name, column in columns.items()} for target in TARGETS
        },
    }


def int8(case: Case, work: Path, *, equalise: bool) -> dict[str, np.ndarray]:
    """The best class of each image by target. Drafts serve: parity may well refuse what was not equalised."""
    workshop = Workshop(Store(work / "store"), work / "log", print)
    network = exported(replace(case.conversion, equalise=equalise), workshop)
    with TemporaryDirectory(dir=work) as scratch:
        orders = [Order(target, ANY_DEVICE.spec(Build(target, "int8")), Path(scratch) / target) for target in TARGETS]
        for order in orders:  # a child each: what every one of the toolchains holds in memory ends with it
            plan = write_orders([order], Path(scratch) / "orders.json")
            local.run_module("edgecv.targets", [network, "--builds", plan], log=workshop.log)
        ran = {order.target: run(order.folder, case.images, log=workshop.log) for order in orders}
    return {target: each.outputs["logits"].argmax(axis=1) for target, each in ran.items()}


def _drop(case: Case, got: np.ndarray) -> dict[str, Any]:
    right, float_right = got == case.truth, case.answers == case.truth
    lost, gained = int((float_right & ~right).sum()), int((right & ~float_right).sum())
    return {
        "top1": round(float(right.mean()), 4),
        "drop": round((lost - gained) / len(got), 4),
        "drop_ci95": [round(end, 4) for end in of_paired_drop(lost, gained, len(got))],
        "agreement": round(float((got == case.answers).mean()), 4),
    }


if __name__ == "__main__":
    sys.exit(main())
