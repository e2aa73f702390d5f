"""What lies behind a row: its raw samples, its way from file to prediction, its circumstances and its classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from edgecv.records.evaluation import Evaluation
from edgecv.records.recipe import ERRORS, METRICS_OF
from edgecv.report.figures import two_digits
from edgecv.report.page.circumstances import circumstances, shared
from edgecv.report.page.markup import Markup, element, group
from edgecv.report.page.parts import longest, parts
from edgecv.report.page.samples import samples
from edgecv.report.page.signs import Signs
from edgecv.report.page.table import badge, starred
from edgecv.report.remarks import remarks
from edgecv.report.row import Row


def device_details(rows: Sequence[Row], signs: Signs) -> Markup:
    """A card for each row of a device, then what all their measurements have in common."""
    common = shared(rows)
    full_ms = longest(rows)
    cards = element("div", *(_card(row, common, full_ms, signs) for row in rows), class_="cards")
    if not common:
        return cards
    heading = element("h4", "The same for all measurements on this device")
    return group(cards, element("div", heading, _facts(common), class_="common"))


def _card(row: Row, common: Mapping[str, str], full_ms: float, signs: Signs) -> Markup:
    measurement = row.measurement
    color = signs.color(row.artifact.target)
    said = [element("p", each, class_="remark") for each in remarks(row)]
    drawn = []
    if row.latency and row.latency.samples_ms:
        drawn.append(samples(row.latency, color))
    if measurement and measurement.end_to_end:
        drawn.append(parts(measurement.end_to_end, full_ms))
    own = circumstances(measurement) if measurement else {}
    own = {name: text for name, text in own.items() if name not in common}
    return element("article", _heading(row), *said, *drawn, _facts(own), _accuracy(row.evaluation), class_="card")


def _heading(row: Row) -> Markup:
    digest = element("code", row.artifact.digest.removeprefix("sha256:")[:12], title=row.artifact.digest)
    kind = f"{row.artifact.target} {row.artifact.precision} · "
    return element(
        "header",
        element("h4", starred(row)),
        badge(row),
        element("p", kind, digest, class_="kind"),
    )


def _facts(facts: Mapping[str, str]) -> Markup:
    pairs = [element("div", element("dt", name), element("dd", text)) for name, text in facts.items()]
    return element("dl", *pairs) if pairs else Markup()


def _accuracy(evaluation: Evaluation | None) -> Markup:
    if evaluation is None or not (evaluation.per_class or evaluation.others):
        return Markup()
    others = [_share(name, value, _most(name, [value])) for name, value in evaluation.others.items()]
    most = _most(evaluation.metric, evaluation.per_class.values())
    classes = [_share(name, value, most) for name, value in evaluation.per_class.items()]
    each = "value" if evaluation.metric in METRICS_OF["regression"] else "class"
    words = f"{evaluation.metric} by {each}" if classes else "further metrics"
    return element("details", element("summary", words), element("div", *others, *classes, class_="shares"))


def _most(metric: str, values: Iterable[float | None]) -> float:
    """Where the bars end: of errors, which have no best, at the largest."""
    return max((value or 0.0 for value in values), default=1.0) or 1.0 if metric in ERRORS else 1.0


def _share(name: str, value: float | None, most: float) -> Markup:
    text = "–" if value is None else two_digits(value)
    bar = element("meter", min=0, max=f"{most:.4g}", value=f"{value or 0:.4f}")
    return element("div", element("span", name), bar, element("span", text, class_="figure"))
