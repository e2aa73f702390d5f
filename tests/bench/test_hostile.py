"""A crash, an endless loop and a hunger for memory cost a line each, and the others are measured all the same."""

import re
import time

import pytest

from edgecv import bench
from edgecv.bench import player
from edgecv.ondevice.engines import ENGINES
from edgecv.records.measurement import Measurement
from tests.bench import hostile
from tests.bench.hasty import HASTY
from tests.conftest import Need
from tests.ondevice import models

KINDS = ("crashes", "hangs", "hungry")  # an endless loop would cost as much time of the processor as it is given
SILENT_S = 3.0
LIMIT_MB = 350.0
REASONS = {
    "crashes": "crashed with SIGSEGV",
    "hangs": f"no sign of life for {SILENT_S:.0f} s; ended while",
    "hungry": rf"it took \d+ MB of memory, and {LIMIT_MB:.0f} MB are allowed",
}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory, need: Need) -> tuple[dict[str, Measurement], float]:
    """All of them in turns, by name, and how long that took."""
    need("onnx", ENGINES["onnx"].missing())
    folder = tmp_path_factory.mktemp("hostile")
    sound = models.artifact("onnx", folder / "sound")
    artifacts = [*(hostile.artifact(kind, folder / kind) for kind in KINDS), sound]
    jobs = [
        bench.Job(each, folder / f"{each.manifest.name}.json", mode="quick", memory_limit_mb=LIMIT_MB)
        for each in artifacts
    ]
    start = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(hostile.site(folder / "site", HASTY)))
        patch.setattr(player, "SILENT_S", SILENT_S)
        for kind in KINDS:
            patch.setitem(ENGINES, kind, ENGINES["onnx"])
        outcomes = bench.measure_all(jobs)
    seconds = time.monotonic() - start
    return {each.artifact.name: each for each in outcomes if isinstance(each, Measurement)}, seconds


@pytest.mark.parametrize("kind", KINDS)
def test_each_becomes_a_failed_measurement_with_its_reason(
    taken: tuple[dict[str, Measurement], float], kind: str
) -> None:
    measurement = taken[0][kind]
    assert measurement.verdict == "FAILED"
    assert re.search(REASONS[kind], measurement.reasons[0])
    assert measurement.latency is None


def test_the_sound_one_beside_them_is_measured(taken: tuple[dict[str, Measurement], float]) -> None:
    sound = taken[0]["tiny-onnx-float32"]
    assert sound.verdict != "FAILED"
    assert sound.latency
    assert sound.interleaved
    assert sound.interleaved.blocks > 1
    assert sound.interleaved.ratio is None  # the first, that it would be compared with, has no times
