"""Reports as files: the name picks the format, and each format says the same."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import pytest

from edgecv import report
from edgecv.errors import InputError
from edgecv.report import as_csv, as_json, as_markdown
from tests.report.examples import measurement, study

BEGINNINGS = {".html": "<!doctype html>", ".md": "# Cells", ".csv": "artifact,digest,", ".json": "["}


@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_the_name_picks_the_format(suffix: str, tmp_path: Path) -> None:
    out = report.write(report.join(*study()), tmp_path / f"new/report{suffix}", title="Cells")
    assert out.read_text(encoding="utf-8").startswith(BEGINNINGS[suffix])
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"report\.pdf: expected a name that ends in \.html, \.md, \.csv, \.json"):
        report.write(report.join(*study()), tmp_path / "report.pdf")


@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_a_name_that_no_file_can_hold_is_written_nevertheless(suffix: str, tmp_path: Path) -> None:
    measured = measurement()
    broken = dataclasses.replace(measured.artifact, name="half a pair \ud800 tflite int8")
    rows = report.join([dataclasses.replace(measured, artifact=broken)], [])
    assert report.write(rows, tmp_path / f"report{suffix}").stat().st_size > 0


@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_equal_rows_make_equal_files(suffix: str, tmp_path: Path) -> None:
    measurements, evaluations = study()
    first = report.write(report.join(measurements, evaluations), tmp_path / f"a{suffix}").read_bytes()
    again = report.write(report.join(measurements[::-1], evaluations[::-1]), tmp_path / f"b{suffix}").read_bytes()
    assert first == again


def test_json_holds_unrounded_figures_and_null_for_what_is_unknown() -> None:
    measurements, evaluations = study()
    rows = report.join(measurements, evaluations)
    plain = json.loads(as_json.text(rows))
    assert len(plain) == len(rows)
    for row, fields in zip(rows, plain, strict=True):
        assert fields["p50_ms"] == (row.latency.p50_ms if row.latency else None)
        assert fields["drop_ci95"] == (list(row.evaluation.drop_ci95 or ()) if row.evaluation else None)
        assert fields["best"] == row.best
    assert {row["verdict"] for row in plain} == {"VALID", "THROTTLED", "FAILED", None}


def test_csv_has_both_ends_of_every_interval() -> None:
    rows = report.join(*study())
    lines = list(csv.DictReader(io.StringIO(as_csv.text(rows))))
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        low, high = (row.latency.p90_ci95_ms if row.latency else None) or ("", "")
        assert (line["p90_low_ms"], line["p90_high_ms"]) == (str(low), str(high))


def test_a_name_like_a_formula_stays_text_in_a_spreadsheet() -> None:
    measured = measurement()
    evil = dataclasses.replace(measured.artifact, name='=HYPERLINK("x") tflite int8')
    text = as_csv.text(report.join([dataclasses.replace(measured, artifact=evil)], []))
    assert next(csv.DictReader(io.StringIO(text)))["artifact"] == '\'=HYPERLINK("x") tflite int8'


def test_markdown_rows_have_as_many_cells_as_the_heading_whatever_the_names() -> None:
    measured = measurement(reasons=("a | b\n# c",), verdict="UNSTABLE")
    evil = dataclasses.replace(measured.artifact, name="<script>x</script> | `tflite` *int8* [a](b)\n\n# no")
    text = as_markdown.text(report.join([dataclasses.replace(measured, artifact=evil)], []), title="<b> | t")
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 3
    assert len({line.replace("\\|", "").count("|") for line in table}) == 1
    assert "<" not in text
    assert [line for line in text.splitlines() if line.startswith("# ")] == ["# &lt;b&gt; \\| t"]
