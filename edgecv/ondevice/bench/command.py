"""`python -m edgecv.ondevice bench`: what it takes and what it writes."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Tuple, get_args

from edgecv.errors import InputError, MeasurementNotValid
from edgecv.ondevice.bench.affinity import keep_to
from edgecv.ondevice.bench.measuring import measure
from edgecv.ondevice.bench.settings import Settings
from edgecv.ondevice.engines import HINTS, EngineOptions
from edgecv.ondevice.probes import cores
from edgecv.ondevice.stopwatch import PLANS
from edgecv.records.artifact import open_sealed
from edgecv.records.files import write_json
from edgecv.records.recipe import Mode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("artifact", type=Path, help="an artifact folder")
    add("--out", type=Path, required=True, metavar="FILE", help="where the measurement is written")
    add("--threads", type=int, default=1, metavar="N", help="threads of the runtime")
    add("--affinity", type=core_numbers, default=(), metavar="CORES", help="keep to these cores, such as 0,1")
    add("--hint", choices=HINTS, default="", help="let OpenVINO compute floats in this")
    add("--mode", choices=get_args(Mode), default="standard")
    add("--profile", default="local", metavar="NAME", help="what the machine is called in the record")
    add("--images", type=Path, metavar="FOLDER", help="feed these instead of the artifact's samples")
    add("--soak", type=int, default=0, metavar="MINUTES", help="go on so long; compare the last minute with the first")
    add("--pace", type=float, metavar="FPS", help="so many images a second instead of one right after the other")
    add("--streams", type=int, default=0, metavar="N", help="measure the throughput of so many at once, too")
    add("--turns", action="store_true", help="take turns with other processes, as the parent says")


def core_numbers(text: str) -> Tuple[int, ...]:
    """`0,2` as numbers."""
    return tuple(sorted({int(part) for part in text.split(",")}))


def run(arguments: argparse.Namespace) -> None:
    keep_to(arguments.affinity)  # before the runtime starts its threads
    available = cores()
    if not 1 <= arguments.threads <= available:
        raise InputError(f"--threads: expected 1 to {available}, the cores to be used, got {arguments.threads}")
    settings = Settings(
        profile=arguments.profile,
        mode=arguments.mode,
        images=arguments.images,
        soak_minutes=arguments.soak,
        pace_fps=arguments.pace,
        streams=arguments.streams,
        in_turns=arguments.turns,
    )
    artifact = open_sealed(arguments.artifact)
    measurement = measure(artifact, PLANS[settings.mode], EngineOptions(arguments.threads, arguments.hint), settings)
    write_json(arguments.out, dataclasses.asdict(measurement))
    if measurement.verdict != "VALID":
        raise MeasurementNotValid(f"{arguments.out}: {measurement.verdict}: {'; '.join(measurement.reasons)}")
