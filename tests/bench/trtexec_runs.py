"""What a run of `trtexec.sh` on a Jetson Nano leaves, and stand-ins for the tools of such a board.

The talk of trtexec: samples/common/sampleReporting.cpp and sampleDevice.cpp of NVIDIA/TensorRT, release 8.2.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from edgecv.records.artifact import Artifact
from tests.ondevice import models
from tests.ondevice.boards import lay_out, nano

TALK = """&&&& RUNNING TensorRT.trtexec [TensorRT v8201] # trtexec --loadEngine=model.plan
[11/29/2026-20:00:00] [I] === Device Information ===
[11/29/2026-20:00:00] [I] Selected Device: NVIDIA Tegra X1
[11/29/2026-20:00:00] [I] Compute Capability: 5.3
&&&& PASSED TensorRT.trtexec [TensorRT v8201] # trtexec --loadEngine=model.plan
"""
FAKE_TRTEXEC = """#!/bin/sh
cat "$FAKES/talk"
for word in "$@"; do
    case $word in
    --saveEngine=*) echo "$*" >> "$FAKES/built"; [ ! -f "$FAKES/broken" ] || exit 1; echo a plan > "${word#*=}" ;;
    --loadEngine=*) grep -q "a plan" "${word#*=}" || exit 1 ;;
    --exportTimes=*) sleep 0.3; cp "$FAKES/times.json" "${word#*=}" ;;
    --exportProfile=*) cp "$FAKES/profile.json" "${word#*=}" ;;
    esac
done
"""
FAKE_TEGRASTATS = """#!/bin/sh
echo $$ > "$FAKES/watching"
while :; do cat "$FAKES/tegrastats"; sleep 0.1; done
"""


def times(ms: float = 5.0, count: int = 2000, spread: float = 0.01, warm_up: int = 50, seed: int = 0) -> bytes:
    """As TensorRT 8.2 exports them: with the warm-up, which took 500 ms."""
    durations = ms * (1 + spread * np.random.default_rng(seed).standard_normal(warm_up + count))
    starts = [*np.linspace(1, 499, warm_up), *(500 + np.cumsum(durations[warm_up:]))]
    records = [
        {"startComputeMs": start, "computeMs": 0.9 * duration, "latencyMs": duration, "endToEndMs": 2 * duration}
        for start, duration in zip(starts, durations, strict=True)
    ]
    return json.dumps(records).encode()


def profile(medians: bool = False) -> bytes:
    layers = [("stem + relu", 0.4, 80.0), ("head", 0.1, 20.0)]
    told = [
        {"name": name, "timeMs": 10 * ms, "averageMs": ms, "percentage": share, **({"medianMs": ms} if medians else {})}
        for name, ms, share in layers
    ]
    return json.dumps([{"count": 10}, *told]).encode()


def tools(folder: Path) -> dict[str, str]:
    """The environment in which the stand-ins are found; what they are to say lies in `folder`."""
    lay_out(folder, {"bin/trtexec": FAKE_TRTEXEC, "bin/tegrastats": FAKE_TEGRASTATS, "talk": TALK})
    for tool in (folder / "bin").iterdir():
        tool.chmod(0o755)
    (folder / "times.json").write_bytes(times())
    (folder / "profile.json").write_bytes(profile())
    (folder / "tegrastats").write_text(nano.TEGRASTATS)
    own = {"FAKES": str(folder), "HOME": str(folder / "home"), "EDGECV_CACHE": str(folder / "cache")}
    return {**own, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}


def results(folder: Path, digest: str, **changes: bytes) -> Path:
    """A folder of results of a Jetson Nano in which everything was noted."""
    board = {name: content for name, content in nano.FILES.items() if not name.startswith(("proc/self", "sys/fs"))}
    for when, uptime in {"before": "1000.00", "after": "1010.50"}.items():
        own = {"proc/uptime": f"{uptime} 3000.00\n", "proc/sys/kernel/osrelease": "4.9.337-tegra\n"}
        lay_out(folder / when, {**board, "var/lib/nvpmodel/status": "pmode:0001 fmode:quiet\n", **own})
    lay_out(
        folder,
        {
            "run.log": TALK,
            "tegrastats.log": 10 * nano.TEGRASTATS,
            "gpu_hz.log": 9 * "640000000\n" + "76800000\n",
            "model.sha256": digest.removeprefix("sha256:") + "\n",
            "taken_at": "2026-11-29T20:00:00+00:00\n",
        },
    )
    for name, content in {"times.json": times(), "profile.json": profile(), **changes}.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module", name="artifact")
def timed_artifact(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    pytest.importorskip("onnx", exc_type=ImportError)
    return models.artifact("tensorrt", tmp_path_factory.mktemp("artifacts") / "float32")


@pytest.fixture(name="noted")
def results_of_it(artifact: Artifact, tmp_path: Path) -> Path:
    return results(tmp_path / "results", artifact.manifest.files["model.onnx"])
