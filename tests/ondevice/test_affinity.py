"""The cores of a measurement: kept to by every thread that the runtime starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from edgecv.errors import InputError
from edgecv.ondevice.bench.affinity import allowed, keep_to
from edgecv.ondevice.bench.command import core_numbers
from edgecv.ondevice.engines import ENGINES
from tests.conftest import Need
from tests.ondevice import models

PROGRAM = """
import os, sys
from pathlib import Path
import numpy as np
from edgecv.ondevice.bench.affinity import allowed, keep_to
from edgecv.ondevice.engines import EngineOptions, open_engine
from edgecv.records.artifact import open_sealed
last = allowed()[-1]
keep_to((last,))
artifact = open_sealed(Path(sys.argv[1]))
engine = open_engine(artifact, EngineOptions(2))
engine.invoke(engine.encode(np.zeros((1, *artifact.manifest.preprocess.size, 3), np.uint8)))
threads = [int(name) for name in os.listdir("/proc/self/task")]
print(len(threads), {core for thread in threads for core in os.sched_getaffinity(thread)} == {last})
"""


@pytest.mark.parametrize("target", ["tflite", "onnx", "openvino"])
def test_the_threads_of_a_runtime_keep_to_the_cores_of_the_process(target: str, tmp_path: Path, need: Need) -> None:
    need(target, ENGINES[target].missing())
    if len(allowed()) < 2:
        pytest.skip("one core leaves nothing to choose")
    folder = models.artifact(target, tmp_path / "tiny").folder
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(folder)], check=True, capture_output=True, text=True)
    threads, kept = done.stdout.split()[-2:]
    assert int(threads) > 1
    assert kept == "True"


def test_no_cores_named_leaves_all() -> None:
    before = allowed()
    keep_to(())
    assert allowed() == before


def test_numbers_are_sorted_and_told_once() -> None:
    assert core_numbers("3,1,1") == (1, 3)


def test_a_core_that_is_not_there_is_refused_with_those_that_are() -> None:
    here = ",".join(map(str, allowed()))
    with pytest.raises(InputError, match=f"--affinity: expected cores among {here}, got '4096'"):
        keep_to((4096,))
