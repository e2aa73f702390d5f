"""Engines that crash, hang and eat memory, in processes of their own: what the runner must survive.

A folder with this as its `sitecustomize` on PYTHONPATH gives every child these targets beside the real ones.
"""

from __future__ import annotations

import ctypes
import dataclasses
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from edgecv.ondevice.engines import ENGINES
from edgecv.records.artifact import MANIFEST, Artifact, artifact_digest, manifest_to_json, open_artifact
from edgecv.records.files import write_json
from tests.ondevice import models

ROOT = Path(__file__).parents[2]
TARGETS = ("crashes", "hangs", "loops", "hungry")
SITE = """\
import sys
sys.path.insert(0, {root!r})
from tests.bench import hostile
hostile.install()
"""


class Hostile:
    """Answers sensibly for a while, so that its process gets as far as its first block, and then does its worst."""

    runtime, runtime_precision, kernels, arena_mb = "hostile 1.0", "float32", None, None
    tuning: dict[str, Any] = {}  # noqa: RUF012
    patience = 200

    def __init__(self, kind: str) -> None:
        self.kind, self.runs = kind, 0
        self.eaten: list[bytearray] = []

    def encode(self, images: np.ndarray) -> np.ndarray:
        return images.astype(np.float32)

    def invoke(self, encoded: np.ndarray) -> np.ndarray:
        self.runs += 1
        if self.runs > self.patience:
            getattr(self, self.kind)()
        return encoded

    def decode(self, raw: np.ndarray) -> dict[str, np.ndarray]:
        return models.expected(raw)

    def crashes(self) -> None:
        ctypes.string_at(0)

    def hangs(self) -> None:
        ctypes.PyDLL(None).sleep(1_000_000)  # in native code, which holds the interpreter

    def loops(self) -> None:
        re.match("(a+)+$", "a" * 64 + "b")  # the same, and the processor as well

    def hungry(self) -> None:
        while True:  # however slow the machine is, until it is stopped
            self.eaten.append(bytearray(b"x") * (8 << 20))
            time.sleep(0.005)

    def close(self) -> None:
        self.eaten = []


def install() -> None:
    """Make the hostile targets targets of this process."""
    for kind in TARGETS:
        module = SimpleNamespace(missing=lambda: None, open_engine=lambda *_, kind=kind: Hostile(kind))
        ENGINES[kind] = module


def site(folder: Path, more: str = "") -> Path:
    """A folder for PYTHONPATH; `more` is done as well in every child."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(SITE.format(root=str(ROOT)) + more)
    return folder


def artifact(kind: str, folder: Path) -> Artifact:
    """An artifact for a hostile target; what is in its file does not matter."""
    sound = models.artifact("onnx", folder)
    manifest = dataclasses.replace(sound.manifest, name=kind, target=kind, digests={})
    manifest = dataclasses.replace(manifest, digests={"artifact": artifact_digest(manifest)})
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return open_artifact(folder)
