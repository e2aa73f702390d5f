"""How often the 95 % intervals hold: of p50 and p90 with the rule for stopping in force, and of the drop of accuracy.

`python benchmarks/coverage.py [RECIPE=RUN_FOLDER ...]` measures simulated series by the standard plan, some of which
drift and must be called UNSTABLE. Of each run folder it takes the predictions of the float network and of the artifact
that loses most as the population, draws as many images from it again and again, with replacement, so that they vary as
other images would, and counts how often the paired interval of a draw holds the drop of the population. It writes
results/coverage.json. Exit code 1 says that a bar is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import simulated
from circumstances import write_result

from edgecv import datasets, hosts
from edgecv.documents import load_recipe
from edgecv.evaluation.predict import predict
from edgecv.evaluation.score import score
from edgecv.ondevice import predictions
from edgecv.ondevice.engines import ENGINES
from edgecv.ondevice.statistics import interval
from edgecv.ondevice.stopwatch import PLANS
from edgecv.ondevice.verdict import judge
from edgecv.records.artifact import Artifact, open_sealed

LATENCIES_MS = (5.0, 20.0)
TRIALS = 400
DRIFTS = 100
SUBSAMPLES = 200
BAR = 0.93
SHARES = {"p50": 0.5, "p90": 0.9}
PLAN = PLANS["standard"]
POPULATION = 2_000_000  # samples of a series, for its true quantiles


def coverage(name: str, latency_ms: float) -> dict[str, Any]:
    """Of one kind of stationary series."""
    series = simulated.STATIONARY[name]
    population = series(POPULATION, np.random.default_rng(10**6))
    truth = {label: latency_ms * float(np.quantile(population, share)) for label, share in SHARES.items()}
    count = int(1.2 * PLAN.max_seconds * 1000 / latency_ms)
    held: dict[str, list[bool]] = {label: [] for label in SHARES}
    seconds, valid = [], 0
    for seed in range(TRIALS):
        taken = simulated.sampled(latency_ms * series(count, np.random.default_rng(seed)), PLAN)
        seconds.append(taken.seconds)
        valid += taken.stopped == "interval"
        for label, share in SHARES.items():
            bounds = interval(taken.samples_ms, share)
            if bounds:
                held[label].append(bounds[0] <= truth[label] <= bounds[1])
    return {
        "series": name,
        "latency_ms": latency_ms,
        **{label: round(float(np.mean(each)), 4) for label, each in held.items()},
        "with_interval": {label: len(each) for label, each in held.items()},
        "reached_the_target": round(valid / TRIALS, 3),
        "mean_seconds": round(float(np.mean(seconds)), 1),
    }


def unstable(name: str, latency_ms: float) -> dict[str, Any]:
    """The share of drifting series with that verdict."""
    drift, spread = simulated.DRIFTING[name]
    time = np.arange(0, PLAN.max_seconds / PLAN.min_seconds, latency_ms / 1000 / PLAN.min_seconds)
    called = 0
    for seed in range(DRIFTS):
        random = np.random.default_rng(seed)
        taken = simulated.sampled(
            latency_ms * simulated.noise(spread)(len(time), random) * (1 + drift(time, random)), PLAN
        )
        called += judge(taken, *simulated.undisturbed(taken.seconds), 1).verdict == "UNSTABLE"
    return {"series": name, "latency_ms": latency_ms, "unstable": called / DRIFTS}


def paired(recipe_name: str, run_folder: Path) -> dict[str, Any]:
    """Of the drop, for draws of the images of one evaluation."""
    recipe = load_recipe(recipe_name).record
    metric = recipe.accuracy.metric
    samples = datasets.load(recipe.data, recipe.task, "test")
    every = list(range(len(samples)))
    float_arm = predictions.read(run_folder / "test.predictions.npz")
    arms = {folder.name: _predicted(artifact, samples) for folder, artifact in _int8_artifacts(run_folder)}
    before = score(recipe.task, float_arm, samples, every).values[metric]
    drops = {name: before - score(recipe.task, arm, samples, every).values[metric] for name, arm in arms.items()}
    worst = max(drops, key=lambda name: drops[name])
    held = []
    for seed in range(SUBSAMPLES):
        drawn = np.random.default_rng(seed).integers(0, len(every), len(every)).tolist()
        reference = score(recipe.task, [float_arm[index] for index in drawn], samples, drawn)
        low, high = score(recipe.task, [arms[worst][index] for index in drawn], samples, drawn).drop_interval(
            reference, metric
        )
        held.append(low <= drops[worst] <= high)
    return {
        "recipe": recipe_name,
        "artifact": worst,
        "metric": metric,
        "images": len(every),
        "drop": round(drops[worst], 5),
        "coverage": float(np.mean(held)),
    }


def _int8_artifacts(run_folder: Path) -> Iterator[tuple[Path, Artifact]]:
    """Those whose runtime is here."""
    for manifest in sorted(run_folder.glob("artifacts/*-int8/manifest.json")):
        artifact = open_sealed(manifest.parent)
        if ENGINES[artifact.manifest.target].missing() is None:
            yield manifest.parent, artifact


def _predicted(artifact: Artifact, samples: Any) -> list[Any]:
    with tempfile.TemporaryDirectory() as work, hosts.at(None, "coverage") as here:
        return predict(artifact, here, samples, range(len(samples)), work=Path(work), threads=1)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="*", metavar="RECIPE=RUN_FOLDER")
    pairs = [each.split("=", 1) for each in parser.parse_args().runs]
    with ProcessPoolExecutor() as pool:
        stationary = list(pool.map(coverage, *zip(*_cases(simulated.STATIONARY), strict=True)))
        drifting = list(pool.map(unstable, *zip(*_cases(simulated.DRIFTING), strict=True)))
    accuracy = [paired(recipe, Path(folder)) for recipe, folder in pairs]
    for each in (*stationary, *drifting, *accuracy):
        print(each)
    covered = [each[label] for each in stationary for label in SHARES] + [each["coverage"] for each in accuracy]
    figures = {
        "bar": BAR,
        "trials": TRIALS,
        "least_coverage": min(covered),
        "least_share_called_unstable": min(each["unstable"] for each in drifting),
        "stationary": stationary,
        "drifting": drifting,
        "accuracy": accuracy,
    }
    print(write_result("coverage", figures))
    return 0 if min(covered) >= BAR else 1


def _cases(series: Iterable[str]) -> list[tuple[str, float]]:
    return [(name, latency_ms) for name in series for latency_ms in LATENCIES_MS]


if __name__ == "__main__":
    sys.exit(main())
