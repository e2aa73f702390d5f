"""The options of every command that predicts, and the predictor that they ask for."""

from __future__ import annotations

import argparse

from edgecv.ondevice.engines import HINTS
from edgecv.ondevice.predictor import Predictor, load


def add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--threshold", type=_share, metavar="X", help="the lowest score of a detection, from 0 to 1")
    add("--max-detections", type=_count, metavar="N", help="the most detections of one image")
    add("--threads", type=_count, default=1, metavar="N", help="threads of the runtime")
    add("--hint", choices=HINTS, default="", help="let OpenVINO compute floats in this")


def open_as_asked(artifact: str, arguments: argparse.Namespace) -> Predictor:
    """The artifact, opened as the options say."""
    asked = {"score_threshold": arguments.threshold, "max_detections": arguments.max_detections}
    overrides = {name: value for name, value in asked.items() if value is not None}
    return load(artifact, arguments.threads, overrides, arguments.hint)


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, got '{text}'")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got '{text}'")
    return value
