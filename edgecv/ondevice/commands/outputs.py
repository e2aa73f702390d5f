"""Raw outputs of an artifact for images that already have the network's size, which is what parity compares."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.commands.sources import read_stack
from edgecv.ondevice.engines import EngineOptions, infer, open_engine
from edgecv.records.artifact import Manifest, open_artifact
from edgecv.records.files import write_json, write_whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, help="an artifact folder, sealed or not")
    parser.add_argument("images", type=Path, help="a .npy of (n, height, width, channels) uint8 at the network's size")
    parser.add_argument("out", type=Path, help="the folder for one .npy an output, and engine.json")
    parser.add_argument("--threads", type=int, default=1)


def run(arguments: argparse.Namespace) -> None:
    artifact = open_artifact(arguments.artifact)
    images = read_stack(arguments.images)
    _check_size(images, artifact.manifest, arguments.images)
    engine = open_engine(artifact, EngineOptions(threads=arguments.threads))
    try:
        outputs = infer(engine, images)
    finally:
        engine.close()
    for name, values in outputs.items():
        content = io.BytesIO()
        np.save(content, values)
        write_whole(arguments.out / f"{name}.npy", content.getvalue())
    used = {name: getattr(engine, name) for name in ("runtime", "runtime_precision", "kernels")}
    write_json(arguments.out / "engine.json", used)


def _check_size(images: np.ndarray, manifest: Manifest, path: Path) -> None:
    expected = (*manifest.preprocess.size, manifest.preprocess.channels)
    if images.shape[1:] != expected:
        raise InputError(f"{path}: expected images of {expected}, got {images.shape[1:]}")
