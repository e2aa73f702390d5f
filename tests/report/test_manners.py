"""Figures that not every measurement has: ratios of those in turns, throughput, a soak. Each report shows them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest

from edgecv.bench.paired import with_ratios
from edgecv.records.measurement import Measurement, Minute, Soak, Throughput, Verdict
from edgecv.report import as_csv, as_html, as_json, as_markdown, as_terminal, join
from edgecv.report.columns import columns
from tests.report.examples import evaluation, measurement

THROUGHPUT = Throughput(4, 4, 60_000, 20.0, 3000.0, (2990.0, 3012.0), (3000.0,) * 20)
SOAK = Soak((Minute(3.2, 3.4, 18_000), Minute(3.3, 3.5, 18_000), Minute(4.0, 4.4, 15_000)), 1.25, (1.24, 1.26))


def pair(verdict: Verdict = "VALID") -> list[Measurement]:
    """Two in turns; the second takes half the time. The first may be in doubt."""
    reasons = () if verdict == "VALID" else ("the clock fell",)
    taken = [measurement("tflite", "float32", ms=6.0, verdict=verdict, reasons=reasons), measurement(ms=3.0, seed=1)]
    return with_ratios([_in_blocks(each) for each in taken])


def _in_blocks(taken: Measurement) -> Measurement:
    assert taken.latency
    return dataclasses.replace(taken, latency=dataclasses.replace(taken.latency, blocks=(20,) * 20))


def ratios(measurements: list[Measurement]) -> dict[str, str]:
    rows = join(measurements, [])
    (column,) = [column for column in columns(rows) if column.title == "vs first"]
    return {row.artifact.precision: str(cell).strip() for row, cell in zip(rows, column.cells, strict=True)}


def test_the_ratio_to_the_first_stands_beside_the_times_with_its_interval() -> None:
    shown = ratios(pair())
    assert shown["float32"].split() == ["1"]
    value, spread = shown["int8"].split()
    assert float(value) == pytest.approx(0.5, abs=0.01)
    assert 0 < float(spread.removeprefix("±")) < 0.02


def test_a_ratio_to_a_run_in_doubt_stands_in_brackets_and_ranks_nobody() -> None:
    taken = pair("THROTTLED")
    value, spread = ratios(taken)["int8"].split()
    assert value.startswith("(")
    assert spread.endswith(")")
    rows = join(taken, [evaluation(each, value=0.9) for each in taken])
    assert {row.artifact.precision: row.best for row in rows} == {"float32": False, "int8": True}


def test_measurements_that_were_not_taken_in_turns_have_no_such_column() -> None:
    titles = [column.title for column in columns(join([measurement()], []))]
    assert "vs first" not in titles
    assert "images/s" not in titles


def test_every_report_shows_throughput_and_soak() -> None:
    first, second = pair()
    rows = join([first, dataclasses.replace(second, throughput=THROUGHPUT, soak=SOAK)], [])
    texts = [as_terminal.table(rows, width=200), as_markdown.text(rows, title="t"), as_html.page(rows, title="t")]
    for text in texts:
        assert "vs first" in text
        assert "images/s" in text
        assert "3000" in text
        assert (
            "soak of 3 minutes: p50 3.2 ms in the first minute, 4.0 ms in the last, 1.250 ±0.010 times as long" in text
        )
    assert "4 streams, 4 threads, 60000 images" in texts[-1]
    assert "3.2, 3.3, 4.0 ms" in texts[-1]


def test_json_and_csv_hold_them_unrounded() -> None:
    first, second = pair()
    rows = join([first, dataclasses.replace(second, throughput=THROUGHPUT, soak=SOAK)], [])
    plain = next(each for each in json.loads(as_json.text(rows)) if each["precision"] == "int8")
    assert second.interleaved
    assert plain["ratio_to_first"] == second.interleaved.ratio
    assert plain["in_turns_with"] == [first.artifact.digest]
    assert (plain["images_per_s"], plain["streams"]) == (3000.0, 4)
    assert (plain["soak_minutes"], plain["soak_ratio_ci95"]) == (3, [1.24, 1.26])
    line = next(each for each in csv.DictReader(io.StringIO(as_csv.text(rows))) if each["precision"] == "int8")
    assert (line["images_per_s_low"], line["images_per_s_high"]) == ("2990.0", "3012.0")


def test_a_paced_run_is_told_apart_from_one_at_full_speed() -> None:
    full = measurement()
    assert full.latency
    paced = dataclasses.replace(full, latency=dataclasses.replace(full.latency, pace_fps=15.0))
    assert sorted(row.label for row in join([full, paced], [])) == ["cells-tflite-int8", "cells-tflite-int8 at 15/s"]
