"""Rows: what is paired with what, what is ranked, and what a row is called."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from edgecv.documents import to_plain
from edgecv.errors import InputError
from edgecv.records.files import write_json
from edgecv.records.measurement import Verdict
from edgecv.report import collect, join
from edgecv.report.labels import short_labels
from edgecv.report.page.circumstances import circumstances
from edgecv.report.remarks import remarks
from edgecv.report.rows import by_comparison, by_device
from tests.report.examples import evaluation, measurement, study


def test_a_measurement_meets_the_evaluation_of_the_same_artifact_on_the_same_device() -> None:
    fast = measurement("tflite", "int8", ms=3)
    slow = measurement("tflite", "float32", ms=9)
    rows = join([slow, fast], [evaluation(fast, value=0.91), evaluation(slow, value=0.92)])
    assert [(row.measurement, row.evaluation and row.evaluation.value) for row in rows] == [(fast, 0.91), (slow, 0.92)]


def test_an_accuracy_from_another_device_is_not_borrowed() -> None:
    here = measurement(device="raspberry_pi_5")
    there = evaluation(measurement(device="intel_n100"), value=0.9)
    rows = join([here], [there])
    assert [(row.device, bool(row.measurement), bool(row.evaluation)) for row in rows] == [
        ("intel_n100", False, True),
        ("raspberry_pi_5", True, False),
    ]
    assert "not measured on intel_n100" in remarks(rows[0])
    assert remarks(rows[1]) == ["not evaluated on raspberry_pi_5"]


def test_a_precision_that_the_runtime_was_told_is_another_row_and_named() -> None:
    plain = measurement("openvino", "float32", ms=9)
    environment = plain.environment
    assert environment
    told = dataclasses.replace(plain, environment=dataclasses.replace(environment, hint="bfloat16"))
    exact = evaluation(plain, value=0.92)
    rows = join([plain, told], [exact, dataclasses.replace(exact, hint="bfloat16", value=0.90)])
    assert {(row.label, row.hint, row.evaluation and row.evaluation.value) for row in rows} == {
        ("cells-openvino-float32", "", 0.92),
        ("cells-openvino-float32 in bfloat16", "bfloat16", 0.90),
    }
    assert set(short_labels(rows)) == {"openvino float32", "openvino float32 in bfloat16"}
    assert join([told], [])[0].label == "cells-openvino-float32 in bfloat16"
    assert circumstances(told)["told to compute floats in"] == "bfloat16"


def test_every_record_has_a_row() -> None:
    measurements, evaluations = study()
    rows = join(measurements, evaluations)
    assert [row.measurement for row in rows if row.measurement in measurements]
    assert sum(row.measurement is not None for row in rows) == len(measurements)
    assert sum(row.evaluation is not None for row in rows) == len(evaluations)
    assert {device: len(members) for device, members in by_device(rows).items()} == {
        "intel_n100": 3,
        "raspberry_pi_5": 10,
    }


def test_the_same_record_found_twice_is_one_row() -> None:
    measured = measurement()
    assert len(join([measured, measurement()], [evaluation(measured, value=0.9)] * 2)) == 1


def test_runs_with_other_threads_are_rows_of_their_own_and_say_so() -> None:
    rows = join([measurement(threads=1, ms=6), measurement(threads=4, ms=3)], [])
    assert [row.label for row in rows] == ["cells-tflite-int8 threads=4", "cells-tflite-int8 threads=1"]


def test_a_repeated_run_is_told_apart_by_its_time() -> None:
    rows = join([measurement(seed=1), measurement(seed=2)], [])
    assert len({row.label for row in rows}) == 2


def test_target_and_precision_are_part_of_the_label() -> None:
    measured = measurement()
    renamed = dataclasses.replace(measured, artifact=dataclasses.replace(measured.artifact, name="cells"))
    assert join([renamed], [])[0].label == "cells tflite int8"


def test_best_are_those_that_no_other_ranked_row_beats() -> None:
    cases = {"float32": (9.0, 0.92), "float16": (9.5, 0.92), "dynamic": (5.0, 0.90), "int8": (3.0, 0.91)}
    measurements = [measurement("tflite", precision, ms=ms) for precision, (ms, _) in cases.items()]
    values = [value for _, value in cases.values()]
    rows = join(measurements, [evaluation(each, value=value) for each, value in zip(measurements, values, strict=True)])
    assert {row.artifact.precision for row in rows if row.best} == {"float32", "int8"}


def test_of_errors_the_smaller_is_better() -> None:
    cases = {"float32": (9.0, 2.0), "float16": (9.5, 2.0), "dynamic": (5.0, 2.5), "int8": (3.0, 2.4)}
    measurements = [measurement("tflite", precision, ms=ms) for precision, (ms, _) in cases.items()]
    values = [value for _, value in cases.values()]
    scored = [
        dataclasses.replace(evaluation(each, value=0.9), metric="mae", value=value)
        for each, value in zip(measurements, values, strict=True)
    ]
    assert {row.artifact.precision for row in join(measurements, scored) if row.best} == {"float32", "int8"}


@pytest.mark.parametrize("verdict", ["UNSTABLE", "THROTTLED", "CONTENDED"])
def test_an_invalid_run_is_shown_but_beats_nobody(verdict: Verdict) -> None:
    slow = measurement("tflite", "int8", ms=9)
    fast = dataclasses.replace(measurement("onnx", "int8", ms=1), verdict=verdict)
    rows = join([slow, fast], [evaluation(slow, value=0.90), evaluation(fast, value=0.92)])
    assert [(row.artifact.target, row.best) for row in rows] == [("tflite", True), ("onnx", False)]


def test_an_emulated_time_is_never_ranked() -> None:
    measured = measurement()
    emulated = dataclasses.replace(
        measured, device=dataclasses.replace(measured.device, probed={"arch": "aarch64", "emulated": True})
    )
    row = join([emulated], [evaluation(emulated, value=0.9)])[0]
    assert not row.ranked
    assert not row.best
    assert any("emulated" in remark for remark in remarks(row))


def test_rows_scored_on_other_images_are_not_compared() -> None:
    worse, better = measurement("tflite", "int8", ms=3), measurement("onnx", "int8", ms=2)
    few = evaluation(better, value=0.95)
    few = dataclasses.replace(few, data=dataclasses.replace(few.data, n=20))
    rows = join([worse, better], [evaluation(worse, value=0.90), few])
    assert [row.best for row in rows] == [True, True]
    assert len(by_comparison(rows)) == 2


def test_an_accuracy_that_misses_its_budget_is_remarked() -> None:
    measured = measurement()
    missed = join([measured], [evaluation(measured, value=0.88)])[0]
    assert remarks(missed) == ["top1: the drop of 0.0358 ±0.0040 is more than the allowed 0.01"]
    errs = evaluation(measured, value=0.88, metric="mae")
    assert remarks(join([measured], [errs])[0]) == ["mae: the rise of 0.0358 ±0.0040 is more than the allowed 0.01"]
    open_ = join([measured], [evaluation(measured, value=0.908)])[0]
    assert remarks(open_) == [
        "top1: 1200 images cannot tell whether the drop of 0.0078 ±0.0040 is within the allowed 0.01; about 2600 would"
    ]


def test_records_are_found_anywhere_below_a_folder_and_each_only_once(tmp_path: Path) -> None:
    measured = measurement()
    evaluated = evaluation(measured, value=0.9)
    file = write_json(tmp_path / "runs/a/measurements/one.measurement.json", to_plain(measured))
    write_json(tmp_path / "runs/a/one.evaluation.json", to_plain(evaluated))
    write_json(tmp_path / "runs/a/manifest.json", {"schema": 1})
    assert collect([tmp_path, tmp_path / "runs", file]) == ([measured], [evaluated])


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a \*\.measurement\.json or \*\.evaluation\.json there, found none"):
        collect([tmp_path])


@pytest.mark.parametrize("name", ["absent", "notes.txt"])
def test_a_path_that_is_no_record_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no record")
    with pytest.raises(InputError, match=name):
        collect([tmp_path / name])
