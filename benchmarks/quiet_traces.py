"""Measurements of a quiet machine, kept with what its probes said, to be judged again wherever the trials are run."""

import dataclasses
import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import simulated

from edgecv.ondevice.engines import EngineOptions, open_engine
from edgecv.ondevice.images import read_strip
from edgecv.ondevice.probes import Circumstances, Sampler, period, read
from edgecv.ondevice.stopwatch import PLANS, Plan, sample, warm_up
from edgecv.ondevice.verdict import Judgement, judge
from edgecv.records.artifact import open_sealed
from edgecv.records.watched import Watched

PLACE = Path(__file__).parent / "quiet_traces.json.gz"
PLAN = PLANS["quick"]
LONG = dataclasses.replace(PLAN, min_seconds=PLAN.max_seconds)  # more than a replay may want
TRACES = 20


def record(artifact_folder: Path) -> Path:
    """Take the traces, one thread each, whatever their verdict; the machine must be quiet, which nobody can check."""
    artifact = open_sealed(artifact_folder)
    preprocess = artifact.manifest.preprocess
    engine = open_engine(artifact, EngineOptions())
    images = read_strip(artifact.folder / artifact.manifest.samples, preprocess.size, preprocess.channels)
    encoded = [engine.encode(image[None]) for image in images]

    def step(run: int) -> None:
        engine.invoke(encoded[run % len(encoded)])

    traces = [_trace(step) for _ in range(TRACES)]
    PLACE.write_bytes(gzip.compress(json.dumps(traces).encode(), mtime=0))
    return PLACE


def _trace(step: Any) -> dict[str, Any]:
    warmth = warm_up(step, PLAN)
    with Sampler(os.getpid(), period_s=period(PLAN.min_seconds)) as sampler:
        before = read()
        taken = sample(step, LONG)
        after = read()
    return {
        "samples_us": np.rint(taken.samples_ms * 1000).astype(int).tolist(),
        "steady": warmth.steady,
        "before": dataclasses.asdict(before),
        "after": dataclasses.asdict(after),
        "watched": dataclasses.asdict(sampler.watched()),
    }


def replay(plan: Plan = PLAN) -> list[Judgement]:
    """The stopwatch and the verdict on each trace."""
    return [_judged(trace, plan) for trace in json.loads(gzip.decompress(PLACE.read_bytes()))]


def _judged(trace: dict[str, Any], plan: Plan) -> Judgement:
    taken = simulated.sampled(np.array(trace["samples_us"]) / 1000, plan)
    before, after = (Circumstances(**trace[when]) for when in ("before", "after"))
    return judge(taken, before, after, 1, Watched(**trace["watched"]), trace["steady"])
