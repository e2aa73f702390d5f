"""The HTML page: whole, offline, and nothing that users name can become a part of it."""

from __future__ import annotations

import base64
import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from edgecv.errors import InputError
from edgecv.report import join
from edgecv.report.as_html import page
from edgecv.report.page.dots import dots_of
from edgecv.report.page.markup import VOID
from tests.report.examples import BOARDS, evaluation, measurement, study

HOSTILE = "<script>alert(1)</script>\"' onload=x <img src=http://evil.example/x>"


class Parsed(HTMLParser):
    """Every element with its attributes; raises where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of_class(self, tag: str, word: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag and word in (attrs.get("class") or "").split()]


def hostile_study() -> str:
    measured = measurement(reasons=(HOSTILE,), verdict="UNSTABLE")
    artifact = dataclasses.replace(measured.artifact, name=HOSTILE, target=HOSTILE, precision=HOSTILE)
    device = dataclasses.replace(measured.device, profile=HOSTILE, probed={HOSTILE: HOSTILE, "model": HOSTILE})
    measured = dataclasses.replace(measured, artifact=artifact, device=device, unread=(HOSTILE,), taken_at=HOSTILE)
    evaluated = evaluation(measured, value=0.9, metric=HOSTILE, per_class={HOSTILE: 0.5}, others={HOSTILE: 0.5})
    return page(join([measured], [evaluated]), title=HOSTILE)


@pytest.mark.parametrize("text", [page(join(*study()), title="Cells"), hostile_study()], ids=["study", "hostile"])
def test_the_page_runs_nothing_and_fetches_nothing(text: str) -> None:
    parsed = Parsed(text)
    assert {name for name, _ in parsed.elements} & {"script", "link", "iframe", "object", "img", "a"} == set()
    for _, attributes in parsed.elements:
        assert not any(name.startswith("on") or name in ("src", "href") for name in attributes)
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    assert style
    assert not re.search(r"url\(|@import|http", style.group(1))


def test_hostile_names_are_shown_as_they_are() -> None:
    words = Parsed(hostile_study()).words
    assert sum(HOSTILE in word for word in words) > 8


def test_the_page_shows_every_row_and_every_reason() -> None:
    rows = join(*study())
    parsed = Parsed(page(rows, title="Cells"))
    text = " ".join(parsed.words)
    assert len(parsed.of_class("tr", "row")) == len(parsed.of_class("article", "card")) == len(rows)
    assert len(parsed.of_class("span", "star")) == 2 * sum(row.best for row in rows)
    for row in rows:
        assert row.label in text
        for reason in row.measurement.reasons if row.measurement else ():
            assert reason in text
    for board in BOARDS.values():
        assert board["model"] in text


def test_every_row_with_both_figures_is_a_point_and_only_invalid_ones_are_hollow() -> None:
    rows = join(*study())
    shown = [row for row in rows if row.latency and row.evaluation]
    parsed = Parsed(page(rows, title="Cells"))
    ranked = len(parsed.of_class("g", "ranked"))
    unranked = len(parsed.of_class("g", "unranked"))
    # Each point is drawn for wide and for narrow screens.
    assert (ranked, unranked) == (2 * sum(row.ranked for row in shown), 2 * sum(not row.ranked for row in shown))


def test_what_could_not_be_read_is_named() -> None:
    text = page(join(*study()), title="Cells")
    assert "<dt>verdict does not rest on</dt><dd>temperature, waiting for a core</dd>" in text
    assert "<dt>steal</dt><dd>not read</dd>" in text


def test_pictures_are_part_of_the_page(tmp_path: Path) -> None:
    picture = tmp_path / "curves.png"
    Image.new("RGB", (4, 3), "red").save(picture)
    parsed = Parsed(page(join(*study()), title="Cells", pictures=[("curves <b>", picture)]))
    ((_, image),) = [each for each in parsed.elements if each[0] == "img"]
    assert image["src"] == "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
    assert image["alt"] == "curves <b>"


@pytest.mark.parametrize("name", ["absent.png", "curves.svg"])
def test_a_picture_that_cannot_be_shown_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=name):
        page(join(*study()), title="Cells", pictures=[("curves", tmp_path / name)])


@pytest.mark.parametrize("missing", ["latency samples", "intervals", "end to end", "environment"])
def test_a_page_can_do_without(missing: str) -> None:
    measured = measurement()
    latency = measured.latency
    assert latency
    if missing == "latency samples":
        measured = dataclasses.replace(measured, latency=dataclasses.replace(latency, samples_ms=()))
    elif missing == "intervals":
        bare = dataclasses.replace(latency, p90_ms=None, p50_ci95_ms=None, p90_ci95_ms=None)
        measured = dataclasses.replace(measured, latency=bare)
    elif missing == "end to end":
        measured = dataclasses.replace(measured, end_to_end=None)
    else:
        measured = dataclasses.replace(measured, environment=None)
    score = evaluation(measured, value=0.9, float_value=None, drop=None, drop_ci95=None, max_drop=None, verdict=None)
    Parsed(page(join([measured], [score]), title="Cells"))


def test_a_page_of_many_rows_and_samples_stays_small() -> None:
    many = [measurement(runs=20_000, seed=seed, threads=1 + seed) for seed in range(3)]
    assert len(page(join(many, []), title="Cells")) < 400_000


def test_the_levels_of_an_error_lie_the_other_way_and_reach_beyond_1() -> None:
    measured = measurement()
    scored = evaluation(
        measured,
        value=2.4,
        metric="mae",
        ci95=(2.2, 2.6),
        float_value=2.1,
        drop=0.3,
        drop_ci95=(0.2, 0.4),
        max_drop=0.5,
        per_class={"yaw": 3.6, "roll": 1.2},
        others={"r2": 0.9},
    )
    rows = join([measured], [scored])
    (dot,) = dots_of(rows)
    assert dict(dot.levels) == {"float": 2.1, "allowed": 2.6}
    assert dot.paired_ci95 == pytest.approx((2.3, 2.5))
    text = page(rows, title="heads")
    assert "mae, less is better (vs float)" in text
    assert "mae by value" in text
    assert "(+0.30)" in text
    assert '<meter min="0" max="3.6" value="3.6000">' in text.replace("'", '"')
    assert '<meter min="0" max="1" value="0.9000">' in text.replace("'", '"')
