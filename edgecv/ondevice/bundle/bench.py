"""How fast it is here: a measurement that `edgecv report` and `edgecv compare` read, and the gist of it in a line."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from typing import Any, Dict

from edgecv.errors import MeasurementNotValid
from edgecv.ondevice import bench
from edgecv.ondevice.bundle.telling import note


def add_arguments(parser: argparse.ArgumentParser) -> None:
    bench.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the whole measurement")


def run(arguments: argparse.Namespace) -> None:
    doubt = None
    with contextlib.redirect_stdout(sys.stderr):  # what it says of its progress is no result
        try:
            bench.run(arguments)
        except MeasurementNotValid as error:
            doubt = error  # it is written all the same
    text = arguments.out.read_text(encoding="utf-8")
    print(text if arguments.json else _gist(json.loads(text)))  # noqa: T201
    note(f"measured  {arguments.out}")
    if doubt:
        raise doubt


def _gist(measured: Dict[str, Any]) -> str:
    latency, where = measured["latency"], measured["environment"]
    if latency is None:
        return str(measured["verdict"])
    p90 = "" if latency["p90_ms"] is None else f", p90 {latency['p90_ms']:.2f} ms"
    taken = f"{where['runtime']}, {where['kernels']}, threads: {where['threads']}"
    return f"p50 {latency['p50_ms']:.2f} ms{p90}  ({taken})  {measured['verdict']}"
