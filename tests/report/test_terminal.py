"""The table on a terminal: it fits, it explains, and a hostile name cannot move the cursor."""

from __future__ import annotations

import dataclasses
import io

import pytest

from edgecv.report import as_terminal, join
from edgecv.report.as_terminal import columns_wide
from tests.report.examples import evaluation, measurement, study


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_table_fits(width: int) -> None:
    lines = as_terminal.table(join(*study()), width=width).splitlines()
    assert max(map(columns_wide, lines)) <= width


def test_a_wide_terminal_gets_one_line_a_row_and_a_narrow_one_two() -> None:
    measured = measurement()
    rows = join([measured], [evaluation(measured, value=0.9117)])
    wide, narrow = (as_terminal.table(rows, width=width).splitlines() for width in (120, 80))
    (row,) = [line for line in wide if line.startswith("* cells-tflite-int8")]
    assert " ".join(row.split()) == (
        "* cells-tflite-int8 1.28 MB 3.198 ±0.010 3.289 ±0.014 0.912 ±0.016 (-0.0041) 64 MB VALID"
    )
    assert "* cells-tflite-int8  VALID" in narrow


def test_figures_stand_below_their_headings() -> None:
    lines = as_terminal.table(join(*study()), width=140).splitlines()
    heading = next(line for line in lines if line.strip().startswith("artifact"))
    ends = [heading.index("verdict")]
    rows = [line for line in lines if " VALID" in line and "±" in line]
    assert len(rows) == 10
    assert {line.index("VALID") for line in rows} == set(ends)


def test_failed_and_missing_rows_say_why() -> None:
    text = as_terminal.table(join(*study()))
    assert "the process was killed: out of memory at 512 MB" in text
    assert "the clock fell from 2400 to 1500 MHz after 41 s" in text
    assert "not measured on raspberry_pi_5" in text
    assert "not evaluated on intel_n100" in text


def test_color_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    rows = join(*study())
    assert "\x1b[32mVALID\x1b[0m" in as_terminal.text(rows, Terminal())
    assert "\x1b" not in as_terminal.text(rows, io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in as_terminal.text(rows, Terminal())


def test_a_hostile_name_cannot_steer_the_terminal() -> None:
    measured = measurement(reasons=("\x1b]0;title\x07 and\nmore",), verdict="UNSTABLE")
    evil = dataclasses.replace(measured.artifact, name="\x1b[2Jtflite\u202eint8\n| fake VALID")
    text = as_terminal.table(join([dataclasses.replace(measured, artifact=evil)], []))
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert not any(line.startswith("| fake") for line in text.splitlines())


def test_wide_letters_count_twice() -> None:
    measured = measurement()
    long = dataclasses.replace(measured.artifact, name="細胞" * 40 + "tflite int8")
    text = as_terminal.table(join([dataclasses.replace(measured, artifact=long)], []), width=80)
    assert max(map(columns_wide, text.splitlines())) <= 80
    assert "…" in text


def test_several_metrics_are_named_in_their_rows() -> None:
    one, other = measurement("tflite", "int8"), measurement("onnx", "int8")
    scores = [evaluation(one, value=0.9), evaluation(other, value=0.5, metric="miou")]
    text = as_terminal.table(join([one, other], scores), width=140)
    assert "accuracy (vs float)" in text
    assert "miou 0.500" in text


def test_a_table_of_measurements_alone_misses_no_evaluation() -> None:
    text = as_terminal.table(join([measurement()], []))
    assert "not evaluated" not in text
    assert "float" not in text


def test_a_table_of_evaluations_alone_gives_their_verdicts() -> None:
    one, other, third = measurement("tflite", "int8"), measurement("onnx", "int8"), measurement("openvino", "int8")
    scores = [evaluation(one, value=0.912), evaluation(other, value=0.88), evaluation(third, value=0.908)]
    text = as_terminal.table(join([], scores))
    assert "not measured" not in text
    assert "p50" not in text
    rows = [line.split() for line in text.splitlines() if line.startswith("  cells-")]
    assert [row[-1] for row in rows] == ["fail", "images", "pass"]


def test_no_rows_are_said_to_be_none() -> None:
    assert as_terminal.table(()) == "nothing was measured and nothing evaluated"
