"""Profile an artifact on this machine, layer by layer, in a process that measures nothing else."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import datetime, timezone
from pathlib import Path
from typing import List, Tuple

import numpy as np

from edgecv.ondevice.bench.affinity import keep_to
from edgecv.ondevice.bench.command import core_numbers
from edgecv.ondevice.bench.described import measured
from edgecv.ondevice.engines import HINTS, EngineOptions, check_hint, engine_for
from edgecv.ondevice.engines.damage import check_files
from edgecv.ondevice.images import samples_of
from edgecv.ondevice.profilers import PROFILERS
from edgecv.ondevice.profilers.protocol import Timed, computed_in
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.files import write_json
from edgecv.records.layers import Layer, Layers
from edgecv.records.measurement import MeasuredDevice

RUNS = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, help="an artifact folder")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the profile is written")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads of the runtime")
    parser.add_argument("--affinity", type=core_numbers, default=(), metavar="CORES", help="keep to these cores")
    parser.add_argument("--hint", choices=HINTS, default="", help="let OpenVINO compute floats in this")
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N", help="how often each layer is timed")
    parser.add_argument("--profile", default="local", metavar="NAME", help="what the machine is called in the record")


def run(arguments: argparse.Namespace) -> None:
    keep_to(arguments.affinity)
    options = EngineOptions(arguments.threads, hint=arguments.hint)
    layers = profile(open_sealed(arguments.artifact), arguments.profile, arguments.runs, options)
    write_json(arguments.out, dataclasses.asdict(layers))


def profile(artifact: Artifact, device: str, runs: int, options: EngineOptions) -> Layers:
    """The profile of an artifact over a number of runs, on its own sample images."""
    engine_for(artifact)
    check_hint(artifact, options.hint)
    check_files(artifact)
    manifest = artifact.manifest
    found = PROFILERS[manifest.target].profile(artifact, options, samples_of(artifact), runs)
    layers, total_ms = _layers(found.layers)
    return Layers(
        artifact=measured(artifact),
        device=MeasuredDevice(device),
        runtime=found.engine.runtime,
        runtime_precision=found.engine.runtime_precision,
        computed_in=computed_in(found.layers),
        kernels=found.engine.kernels,
        threads=options.threads,
        hint=options.hint,
        profiler=found.profiler,
        runs=runs,
        layers=layers,
        total_ms=total_ms,
        arena_mb=found.arena_mb,
        untold=found.untold,
        taken_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )


def _layers(timed: List[Timed]) -> Tuple[Tuple[Layer, ...], float | None]:
    """With their medians, and the share of each in the sum of them all."""
    medians = [float(np.median(each.times_ms)) if each.times_ms else None for each in timed]
    total = sum(each for each in medians if each is not None)
    layers = tuple(
        Layer(
            name=each.name,
            type=each.type,
            kernel=each.kernel,
            precision=each.precision,
            p50_ms=p50_ms,
            share=None if p50_ms is None or not total else p50_ms / total,
            network=each.network,
        )
        for each, p50_ms in zip(timed, medians)
    )
    return layers, total or None
