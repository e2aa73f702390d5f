"""An engine without a runtime, and artifact folders for it: what its network answers is a function of the pixels."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecv.ondevice.engines import ENGINES, EngineOptions
from edgecv.records.artifact import MANIFEST, Artifact, Manifest, Tensor, artifact_digest, manifest_to_json
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.preprocess import Preprocess

Network = Callable[[np.ndarray], dict[str, np.ndarray]]


class FakeEngine:
    runtime = "fake 1.0"
    runtime_precision = "float32"
    kernels = None
    arena_mb = None
    tuning: Mapping[str, Any] = {}

    def __init__(self, network: Network, invoke_s: float) -> None:
        self.network = network
        self.invoke_s = invoke_s
        self.closed = False

    def encode(self, images: np.ndarray) -> np.ndarray:
        return images.astype(np.float32)

    def invoke(self, encoded: np.ndarray) -> Any:
        time.sleep(self.invoke_s)
        return self.network(encoded)

    def decode(self, raw: Any) -> dict[str, np.ndarray]:
        return {name: np.asarray(values, np.float32) for name, values in raw.items()}

    def close(self) -> None:
        self.closed = True


class FakeEngineModule:
    """What an engine module offers: every artifact it opens answers with the same network."""

    def __init__(self, network: Network, invoke_s: float = 0.0) -> None:
        self.network = network
        self.invoke_s = invoke_s
        self.opened: list[FakeEngine] = []
        self.options: list[EngineOptions] = []

    def missing(self) -> str | None:
        return None

    def open_engine(self, artifact: Artifact, options: EngineOptions) -> FakeEngine:  # noqa: ARG002
        self.options.append(options)
        self.opened.append(FakeEngine(self.network, self.invoke_s))
        return self.opened[-1]


def install(monkeypatch: pytest.MonkeyPatch, network: Network, invoke_s: float = 0.0) -> FakeEngineModule:
    """Make 'fake' a target whose artifacts all answer with this network."""
    module = FakeEngineModule(network, invoke_s)
    monkeypatch.setitem(ENGINES, "fake", module)
    return module


def make_artifact(
    folder: Path,
    task: str,
    preprocess: Preprocess,
    postprocess: dict[str, Any] | None = None,
    labels: tuple[str, ...] = ("cat", "dog"),
    *,
    sealed: bool = True,
) -> Path:
    """An artifact folder for the fake engine."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.fake").write_bytes(b"weights")
    shape = (1, *preprocess.size, preprocess.channels)
    manifest = Manifest(
        name="fake",
        task=task,
        target="fake",
        precision="float32",
        labels=labels,
        preprocess=preprocess,
        postprocess=postprocess or {},
        inputs=(Tensor("input", "input", shape, "float32", "nhwc"),),
        outputs=(Tensor("logits", "logits", (1, len(labels)), "float32"),),
        model="model.fake",
        files={"model.fake": digest_of_file(folder / "model.fake")},
    )
    if sealed:
        manifest = dataclasses.replace(manifest, digests={"artifact": artifact_digest(manifest)})
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return folder


def mean_color_classifier(encoded: np.ndarray) -> dict[str, np.ndarray]:
    """Logits: how red, and how blue, the image is."""
    red, _, blue = encoded.mean(axis=(0, 1, 2)) / 25
    return {"logits": np.array([[red, blue]])}


def bright_cell_detector(encoded: np.ndarray) -> dict[str, np.ndarray]:
    """One class at stride 8: every cell whose centre is white is a box of one stride around it."""
    bright = encoded[:, 4::8, 4::8, :1] > 250
    return {"cls": np.where(bright, 3.0, -9.0), "box": np.full((*bright.shape[:3], 4), np.log(0.5))}


def brightness_segmenter(encoded: np.ndarray) -> dict[str, np.ndarray]:
    """Two classes at full size: dark and bright."""
    bright = encoded[..., :1] - 127.5
    return {"logits": np.concatenate([-bright, bright], axis=-1)}
