"""A pretrained network that edgecv never saw: how often its artifacts answer as the float network does.

`python benchmarks/third_party.py WORK` takes the EfficientNet-Lite0 and the 500 labelled images of $EDGECV_DATA:
100 fixed images calibrate, the other 400 test. TensorRT files are run by ONNX Runtime. It writes
results/third_party.json; exit code 1 says that a bar is missed. Images and network are read where they lie.
"""

import csv
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import write_result

from edgecv.metrics.intervals import of_paired_drop, of_share
from edgecv.ondevice.images import fit, open_image
from edgecv.parity.run import run
from edgecv.pipeline.conversion import Conversion
from edgecv.pipeline.convert import convert, require_all
from edgecv.pipeline.store import Store
from edgecv.pipeline.workshop import Workshop
from edgecv.quantization import calibration
from edgecv.records.files import digest_of_file
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Build, Precision
from edgecv.records.samples import Label, Samples
from edgecv.targets import TARGETS

DATA = Path(os.environ["EDGECV_DATA"])
NETWORK = DATA / "models/efficientnet_lite0_imagenet.keras"
PREPROCESS = Preprocess((224, 224), resize="crop", resize_to=256, mean=(127.0,) * 3, std=(128.0,) * 3)
CALIBRATE = 100
AGREEMENT: dict[Precision, float] = {"int8": 0.95, "int16x8": 0.985}  # bars, of the float network's best class
MAX_DROP = 0.01
CLASSES = 1000


def samples() -> Samples:
    """The labelled images, in the order of their list."""
    folder = DATA / "imagenet_samples"
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return Samples(
        labels=tuple(map(str, range(CLASSES))),
        digest=digest_of_file(folder / "labels.csv"),
        names=tuple(row["file"] for row in rows),
        image=lambda index: folder / rows[index]["file"],
        truth=lambda index: Label(int(rows[index]["class_index"])),
    )


def float_answers(images: np.ndarray) -> np.ndarray:
    """The best class of each image, by Keras itself."""
    import keras

    network = keras.saving.load_model(NETWORK, compile=False, safe_mode=True)
    inputs = calibration.normalised(images, PREPROCESS)
    answers: np.ndarray = network.predict(inputs, batch_size=20, verbose=0).argmax(axis=1)
    return answers


def figures_of(got: np.ndarray, reference: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    right, float_right = got == truth, reference == truth
    lost, gained = int((float_right & ~right).sum()), int((right & ~float_right).sum())
    agree = int((got == reference).sum())
    return {
        "agreement": round(agree / len(got), 4),
        "agreement_ci95": [round(end, 4) for end in of_share(agree, len(got))],
        "top1": round(float(right.mean()), 4),
        "drop": round((lost - gained) / len(got), 4),
        "drop_ci95": [round(end, 4) for end in of_paired_drop(lost, gained, len(got))],
    }


def main() -> int:
    work = Path(sys.argv[1])
    data = samples()
    conversion = Conversion(
        name="efficientnet_lite0",
        task="classification",
        labels=data.labels,
        preprocess=PREPROCESS,
        postprocess={},
        network=NETWORK,
        network_digest=digest_of_file(NETWORK),
        images=data,
        calibration_images=CALIBRATE,
    )
    builds = [Build(target, precision) for target, module in TARGETS.items() for precision in module.PRECISIONS]
    converted = convert(conversion, builds, Workshop(Store(work / "store"), work / "log", print))
    require_all(converted.refused)
    calibrating = set(calibration.choose(data, CALIBRATE))
    test = [index for index in range(len(data)) if index not in calibrating]
    images = np.stack([fit(open_image(data.image(index)), PREPROCESS)[0] for index in test])
    truth = np.array([data.truth(index).index for index in test])  # type: ignore[union-attr]  # all are labels
    reference = float_answers(images)
    rows: dict[str, Any] = {}
    for artifact in converted.artifacts:
        ran = run(artifact.folder, images, log=work / "log")
        row = figures_of(ran.outputs["logits"].argmax(axis=1), reference, truth)
        bar = AGREEMENT.get(artifact.build.precision)
        met = (bar is None or row["agreement"] >= bar) and row["drop"] <= MAX_DROP
        rows[artifact.folder_name] = {**row, "run_by": ran.runtime, "bar": bar, "met": met}
        print(artifact.folder_name, rows[artifact.folder_name])
    result = {
        "test_images": len(test),
        "calibration_images": CALIBRATE,
        "float_top1": round(float((reference == truth).mean()), 4),
        "max_drop": MAX_DROP,
        "artifacts": rows,
    }
    print(write_result("third_party", result))
    return 0 if all(row["met"] for row in rows.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
