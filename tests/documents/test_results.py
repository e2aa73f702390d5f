"""Measurements and evaluations come back from their files as they went in, or are refused with a sentence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgecv.documents import read_evaluation, read_measurement, to_plain
from edgecv.errors import InputError
from edgecv.records.evaluation import EvaluatedArtifact, EvaluatedData, Evaluation
from edgecv.records.files import write_json
from edgecv.records.measurement import (
    Environment,
    Images,
    Interleaved,
    Latency,
    MeasuredArtifact,
    MeasuredDevice,
    Measurement,
    Minute,
    Soak,
    Throughput,
)
from edgecv.records.watched import Watched

MEASUREMENT = Measurement(
    artifact=MeasuredArtifact("sha256:00", "digits-tflite-int8", "tflite", "int8", 1000),
    device=MeasuredDevice("local", {"arch": "x86_64", "emulated": False}),
    verdict="VALID",
    environment=Environment("ai-edge-litert 2.3.0", "int8", 1, load=(0.5, 0.25)),
    latency=Latency((1.0, 2.5), 20, 1.0, 2.5, None, None, (1.0, 2.5), None, "max_samples"),
    unread=("clocks",),
)
EVALUATION = Evaluation(
    artifact=EvaluatedArtifact("sha256:00", "digits-tflite-int8", "tflite", "int8"),
    device="local",
    data=EvaluatedData("sha256:11", "test", 360),
    metric="top1",
    value=0.97,
    ci95=(0.95, 0.98),
    per_class={"0": 1.0, "1": None},
)


def test_a_measurement_survives_its_file(tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.measurement.json", to_plain(MEASUREMENT))
    assert read_measurement(path) == MEASUREMENT


def test_a_measurement_from_before_modes_and_turns_is_still_read(tmp_path: Path) -> None:
    plain = to_plain(MEASUREMENT)
    for name in ("mode", "images", "throughput", "soak", "interleaved", "watched"):
        del plain[name]
    for name in ("affinity", "tuning", "arena_mb", "memory_limit_mb"):
        del plain["environment"][name]
    for name in ("clock_ns", "steady", "blocks", "p90_bound_ms", "pace_fps"):
        del plain["latency"][name]
    assert read_measurement(write_json(tmp_path / "a.measurement.json", plain)) == MEASUREMENT


def test_a_measurement_with_all_that_it_can_hold_survives_its_file(tmp_path: Path) -> None:
    whole = replace(
        MEASUREMENT,
        mode="mlperf",
        images=Images("photos", 64, "sha256:22"),
        throughput=Throughput(2, 4, 100, 20.0, 5.0, (4.5, 5.5), (5.0, 5.0)),
        soak=Soak((Minute(1.0, None, 3), Minute(1.5, 2.0, 40)), 1.5, None),
        interleaved=Interleaved(("sha256:00", "sha256:33"), 12, 12, 0.5, (0.4, 0.6)),
        watched=Watched((1.0, 2.0), {"cpu0": (1800.0, None)}, throttled=((), ("too hot",)), others=(0.1, None)),
    )
    assert read_measurement(write_json(tmp_path / "a.measurement.json", to_plain(whole))) == whole


def test_an_evaluation_survives_its_file(tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.evaluation.json", to_plain(EVALUATION))
    assert read_evaluation(path) == EVALUATION


def changed(**fields: Any) -> str:
    return json.dumps({**to_plain(MEASUREMENT), **fields})


DAMAGE = {
    "half a file": (changed()[:100], "x.json: expected the JSON of one measurement, got a damaged file: "),
    "empty": ("", "x.json: expected the JSON of one measurement, got a damaged file: "),
    "something else": ('{"a": 1}', "x.json: expected the JSON of one measurement, got no field 'schema'"),
    "a list": ("[1]", "x.json: expected the JSON of one measurement, got no field 'schema'"),
    "deep": ("[" * 100_000, "x.json: expected the JSON of one measurement, got a damaged file: "),
    "newer": (changed(schema=9), "x.json: made by a newer edgecv (schema 9, this one reads up to 1); upgrade edgecv"),
    "verdict": (changed(verdict="GOOD"), "x.json: not a measurement that this edgecv can read: "),
    "missing field": (changed(artifact={}), "x.json: not a measurement that this edgecv can read: "),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_file_is_refused(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content, message = DAMAGE[case]
    Path("x.json").write_text(content)
    with pytest.raises(InputError) as error:
        read_measurement(Path("x.json"))
    assert str(error.value).startswith(message)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: no such file"):
        read_evaluation(tmp_path / "nothing.json")
