"""What a bundle costs: the size of its code, its cold start beside a bare script, and its self-test.

`python benchmarks/bundle.py ARTIFACT` takes a TFLite classifier, for the published figures MobileNetV2 at 224 in int8,
and writes results/bundle.json. A cold start lasts from the start of a process to its end after the first prediction of
a photo. The bare script does the same with nothing but Pillow, numpy and the interpreter, for this one network. The two
take turns, so that a busy machine slows both; the result is the median of the ratios of neighbours, with its 95 %
interval.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import write_result
from PIL import Image

from edgecv.bundle import write_bundle
from edgecv.ondevice.images import samples_of
from edgecv.ondevice.statistics import interval
from edgecv.records.artifact import Artifact, open_sealed

PAIRS = 60
CODE_LIMIT_BYTES, RATIO_LIMIT, SELFTEST_LIMIT_S = 100_000, 1.3, 5.0
PHOTO_SIZE = (500, 375)  # width, height: what image collections hold

BARE = """
import sys
import numpy as np
from PIL import Image
from ai_edge_litert.interpreter import Interpreter

model, photo, height, width, scale, zero_point, mean, std = sys.argv[1:]
interpreter = Interpreter(model_path=model, num_threads=1)
interpreter.allocate_tensors()
picture = Image.open(photo).convert("RGB").resize((int(width), int(height)), Image.Resampling.BILINEAR)
values = (np.asarray(picture, np.float32) - float(mean)) / float(std)
stored = np.clip(np.rint(values / float(scale)) + int(zero_point), -128, 127).astype(np.int8)
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], stored[None])
interpreter.invoke()
output = interpreter.get_output_details()[0]
factor, offset = output["quantization"]
logits = (interpreter.get_tensor(output["index"])[0].astype(np.float32) - offset) * factor
exponents = np.exp(logits - logits.max())
scores = exponents / exponents.sum()
for index in np.argsort(-scores)[:2]:
    print(index, round(float(scores[index]), 2))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("artifact", type=Path)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    asked = parser.parse_args()
    artifact = open_sealed(asked.artifact)
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(artifact, Path(scratch), asked.pairs)
    print(json.dumps({name: value for name, value in figures.items() if name != "samples_s"}, indent=1))
    print(write_result("bundle", figures))
    return 0 if all(figures["within"].values()) else 1


def measure(artifact: Artifact, scratch: Path, pairs: int) -> dict[str, Any]:
    """The whole result."""
    written = write_bundle(artifact, scratch / "seen.pyz")
    photo = scratch / "photo.jpg"
    Image.fromarray(samples_of(artifact)[0]).resize(PHOTO_SIZE).save(photo, quality=90)
    bundled, bare = [written.path, photo], ["-c", BARE, *_bare_arguments(artifact, photo)]
    for _ in range(2):  # the first of each reads its files from the disk
        _seconds(bare), _seconds(bundled)
    took = [(_seconds(bare), _seconds(bundled)) for _ in range(pairs)]
    ratios = np.array([mine / other for other, mine in took])
    ratio, ci95 = float(np.median(ratios)), interval(ratios, 0.5)
    selftest_s = float(np.median([_seconds([written.path, "selftest"]) for _ in range(5)]))
    bare_s, bundle_s = np.median(took, axis=0)
    return {
        "artifact": artifact.manifest.name,
        "size": artifact.manifest.preprocess.size,
        "bundle_bytes": written.bytes,
        "code_bytes": written.code_bytes,
        "cold_start": {
            "pairs": pairs,
            "bare_p50_s": round(float(bare_s), 4),
            "bundle_p50_s": round(float(bundle_s), 4),
            "ratio": round(ratio, 3),
            "ratio_ci95": ci95 and [round(end, 3) for end in ci95],
        },
        "selftest_s": round(selftest_s, 3),
        "limits": {"code_bytes": CODE_LIMIT_BYTES, "ratio": RATIO_LIMIT, "selftest_s": SELFTEST_LIMIT_S},
        "within": {
            "code_bytes": written.code_bytes < CODE_LIMIT_BYTES,
            "ratio": ratio <= RATIO_LIMIT,
            "selftest_s": selftest_s < SELFTEST_LIMIT_S,
        },
        "samples_s": {
            "bare": [round(other, 4) for other, _ in took],
            "bundle": [round(mine, 4) for _, mine in took],
        },
    }


def _bare_arguments(artifact: Artifact, photo: Path) -> list[object]:
    manifest = artifact.manifest
    stored = manifest.inputs[0].quantization
    assert manifest.target == "tflite", "the bare script is for TFLite"
    assert stored is not None, "the bare script is for int8"
    preprocess = manifest.preprocess
    assert len(set(preprocess.mean)) == len(set(preprocess.std)) == 1, "the bare script knows one mean for all channels"
    numbers = (stored.scale, stored.zero_point, preprocess.mean[0], preprocess.std[0])
    return [artifact.model_file, photo, *preprocess.size, *numbers]


def _seconds(arguments: list[Any]) -> float:
    """Of a fresh process; without edgecv's own folder among the places that modules come from."""
    command = [sys.executable, "-I", *map(str, arguments)]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
