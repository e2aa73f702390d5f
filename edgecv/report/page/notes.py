"""What the numbers of the page mean, in a few lines; docs/measuring.md says it at length."""

from __future__ import annotations

from edgecv.report.page.markup import Markup, element

NOTES = {
    "p50, p90": (
        "Half, or nine tenths, of the runs were at least as fast as this. Timed is the inference of one image alone; "
        "warm-up is left out, and no sample is dropped."
    ),
    "±": (
        "The longer arm of the 95 % interval. A figure is printed with the digits that its interval supports, and with "
        "two where there is no interval."
    ),
    "–": "Not known. A percentile that so few samples cannot support is not known either.",
    "vs first": (
        "Time over that of the first artifact, both measured in turns, block by block: a machine that drifts slows "
        "both blocks of a pair. Below 1 it is faster. In brackets where one of the two is not VALID."
    ),
    "images/s": "Of several streams at once, each with an image at a time, with the interval of the mean.",
    "vs float": (
        "Accuracy of the converted file minus that of the float network, on the same images; below zero it is worse, "
        "and of an error, such as mae, above zero. "
        "The interval of this difference is narrower than those of the two accuracies."
    ),
    "verdict": (
        "VALID: the run was steady and its intervals became narrow enough. UNSTABLE: it was not, or they did not. "
        "THROTTLED: the device lowered its clock. CONTENDED: other work took the processor. FAILED: there is no "
        "time to report. A verdict rests on what could be read; the circumstances name what could not."
    ),
    "★": (
        "No other VALID run on that device, scored on the same images, is both faster (p50) and more accurate. Where "
        "intervals overlap, another measurement may rank them differently."
    ),
    "emulated": "The processor was imitated by another one: such a time says nothing about the device.",
    "from file to prediction": (
        "The medians of the four parts, on a scale that all artifacts of a device share. Medians do not add up "
        "exactly: the total is measured on its own."
    ),
}


def notes() -> Markup:
    """The notes as a list of definitions."""
    pairs = [element("div", element("dt", word), element("dd", text)) for word, text in NOTES.items()]
    return element("section", element("h2", "How to read this"), element("dl", *pairs, class_="notes"))
