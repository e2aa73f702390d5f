"""One tiny detector, known to the last weight, as an artifact of every target; and its outputs computed by numpy alone.

A 2 x 2 convolution with stride 2 and ReLU, then a 1 x 1 convolution for each of the outputs "cls" and "box". No
TensorFlow: the files are written by the formats' own libraries.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from edgecv.ondevice.images import write_strip
from edgecv.records.artifact import (
    MANIFEST,
    Artifact,
    Manifest,
    Tensor,
    artifact_digest,
    manifest_to_json,
    open_artifact,
)
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.preprocess import Preprocess
from tests.ondevice import onnx_file, tflite_file

SIZE = (16, 24)
GRID = (8, 12)
LABELS = ("circle", "square", "star", "ring", "cross")
PREPROCESS = Preprocess(size=SIZE, mean=(127.5, 120.0, 110.0), std=(127.5, 64.0, 58.0))
POSTPROCESS = {"head": "anchor_free", "strides": [2], "score_threshold": 0.25, "nms_iou": 0.6, "max_detections": 300}
CHANNELS = {"cls": len(LABELS), "box": 4}

RANDOM = np.random.default_rng(0)
STEM = RANDOM.normal(0, 0.35, (2, 2, 3, 8)).astype(np.float32)  # height, width, in, out
STEM_BIAS = RANDOM.normal(0, 0.2, 8).astype(np.float32)
WEIGHTS = {
    name: (RANDOM.normal(0, 0.6, (8, channels)).astype(np.float32), RANDOM.normal(0, 0.2, channels).astype(np.float32))
    for name, channels in CHANNELS.items()
}


def pictures(count: int = 32, seed: int = 1) -> np.ndarray:
    """Images of noise at the network's size."""
    return np.random.default_rng(seed).integers(0, 256, (count, *SIZE, 3), np.uint8)


def expected(images: np.ndarray) -> dict[str, np.ndarray]:
    """What the network answers."""
    features = stem(images)
    return {name: features @ weights + bias for name, (weights, bias) in WEIGHTS.items()}


def stem(images: np.ndarray) -> np.ndarray:
    """The features behind the first convolution."""
    rows, columns = GRID
    normal = (images - np.array(PREPROCESS.mean, np.float32)) / np.array(PREPROCESS.std, np.float32)
    patches = normal.reshape(-1, rows, 2, columns, 2, 3)
    features: np.ndarray = np.maximum(np.einsum("nrhcwi,hwio->nrco", patches, STEM) + STEM_BIAS, 0)
    return features


def artifact(target: str, folder: Path, precision: str = "float32") -> Artifact:
    """The detector as a sealed artifact with its samples and golden outputs."""
    folder.mkdir(parents=True)
    model, inputs, outputs = WRITERS[target](folder, precision)
    images = pictures()
    write_strip(folder / "samples.png", images)
    (folder / "golden").mkdir()
    np.save(folder / "golden/input.npy", images[:2])
    for name, values in expected(images[:2]).items():
        np.save(folder / f"golden/{name}.npy", values)
    tolerance = 1e-4 if precision == "float32" else 0.25
    manifest = Manifest(
        name=f"tiny-{target}-{precision}",
        task="detection",
        target=target,
        precision=precision,
        labels=LABELS,
        preprocess=PREPROCESS,
        postprocess=POSTPROCESS,
        inputs=inputs,
        outputs=outputs,
        model=model,
        samples="samples.png",
        golden={
            "input": "golden/input.npy",
            "outputs": {name: f"golden/{name}.npy" for name in CHANNELS},
            "tolerance": dict.fromkeys(CHANNELS, tolerance),
        },
    )
    return seal(folder, manifest)


def seal(folder: Path, manifest: Manifest) -> Artifact:
    """Write the manifest with the digests of the files as they are now."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    digests = {path.relative_to(folder).as_posix(): digest_of_file(path) for path in files}
    manifest = dataclasses.replace(manifest, files=digests)
    manifest = dataclasses.replace(manifest, digests={"artifact": artifact_digest(manifest)})
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return open_artifact(folder)


Written = tuple[str, tuple[Tensor, ...], tuple[Tensor, ...]]


def _onnx(folder: Path, precision: str) -> Written:
    onnx_file.save(folder / "model.onnx", (1, 3, *SIZE), STEM, STEM_BIAS, WEIGHTS, integers=precision == "int8")
    return ("model.onnx", *_channels_first())


def _openvino(folder: Path, precision: str) -> Written:
    import openvino

    onnx_file.save(folder / "model.onnx", (1, 3, *SIZE), STEM, STEM_BIAS, WEIGHTS, integers=precision == "int8")
    model = openvino.Core().read_model(folder / "model.onnx")
    openvino.save_model(model, folder / "model.xml", compress_to_fp16=False)
    (folder / "model.onnx").unlink()
    return ("model.xml", *_channels_first())


def _tflite(folder: Path, precision: str) -> Written:
    float32 = tflite_file.Storage("float32")
    if precision == "float32":
        storages = {"input": float32, "stem": float32, "cls": float32, "box": float32}
    else:  # the ranges are those of the pictures, with room for others
        images = pictures()
        values = {"stem": stem(images), **expected(images)}
        ranges = {name: (1.3 * each.min(), 1.3 * each.max()) for name, each in values.items()}
        storages = {name: tflite_file.storage(*limits, "int8") for name, limits in ranges.items()}
        storages["input"] = tflite_file.storage(-2.0, 2.5, "int8")
    tflite_file.save(folder / "model.tflite", (1, *SIZE, 3), STEM, STEM_BIAS, WEIGHTS, storages)
    inputs = (Tensor("input", "input", (1, *SIZE, 3), storages["input"].dtype, "nhwc", storages["input"].quantization),)
    outputs = tuple(
        Tensor(name, name, (1, *GRID, channels), storages[name].dtype, "nhwc", storages[name].quantization)
        for name, channels in CHANNELS.items()
    )
    return "model.tflite", inputs, outputs


WRITERS: dict[str, Callable[[Path, str], Written]] = {
    "tflite": _tflite,
    "onnx": _onnx,
    "openvino": _openvino,
    "tensorrt": _onnx,  # its artifact carries ONNX
}


def _channels_first() -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    outputs = tuple(Tensor(name, name, (1, channels, *GRID), "float32", "nchw") for name, channels in CHANNELS.items())
    return (Tensor("input", "input", (1, 3, *SIZE), "float32", "nchw"),), outputs
