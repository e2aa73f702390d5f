"""Whether predicting a folder overlaps reading the next images with running the network on this one.

Writes 200 generated photographs as JPEG, predicts them with the demo's detector, and compares the wall time with the
larger of (decode + preprocess) and (invoke + postprocess). `python benchmarks/overlap.py RUN_FOLDER` writes
results/overlap.json.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from circumstances import write_result
from PIL import Image

from edgecv import datasets
from edgecv.records.recipe import Data

PHOTOS = 200
SIZE = (1280, 960)  # width and height of a small camera's picture
LIMIT = 1.15
ARTIFACTS = ("tflite-int8", "tflite-float32", "openvino-int8", "openvino-float32")
REPEATS = 5


def write_photos(folder: Path) -> None:
    samples = datasets.load(Data("shapes", options={"test": PHOTOS}), "detection", "test")
    for index in range(PHOTOS):
        scene = Image.fromarray(np.asarray(samples.image(index)))
        scene.resize(SIZE, Image.Resampling.BICUBIC).save(folder / f"{index:03d}.jpg", quality=90)


def predict(artifact: Path, photos: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as scratch:
        answer = Path(scratch) / "answer.json"
        command = [
            sys.executable,
            "-m",
            "edgecv.ondevice",
            "predict",
            str(artifact),
            str(photos),
            "--json",
            str(answer),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shares = json.loads(answer.read_text())["shares"]
    stages = {stage: shares[stage]["mean_ms"] * PHOTOS for stage in ("decode", "preprocess", "invoke", "postprocess")}
    reading = stages["decode"] + stages["preprocess"]
    network = stages["invoke"] + stages["postprocess"]
    return {**stages, "wall_ms": shares["wall_ms"], "ratio": shares["wall_ms"] / max(reading, network)}


def main() -> int:
    run_folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch)
        write_photos(photos)
        runs = {name: [predict(run_folder / "artifacts" / name, photos) for _ in range(REPEATS)] for name in ARTIFACTS}
    ratios = {name: sorted(each["ratio"] for each in repeats)[REPEATS // 2] for name, repeats in runs.items()}
    rounded = {
        name: [{key: round(value, 3) for key, value in one.items()} for one in each] for name, each in runs.items()
    }
    figures = {"photos": PHOTOS, "size": SIZE, "limit": LIMIT, "median_ratio": ratios, "runs": rounded}
    print(json.dumps(ratios, indent=1))
    print(write_result("overlap", figures))
    return 0 if max(ratios.values()) <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
