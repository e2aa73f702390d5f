"""What watching the machine costs the measured process: the median of `invoke` with a sampler over that without.

One process, one artifact, blocks in turn: alone, watched by a thread, watched by a child process, in an order that
changes from round to round. The sampler reads the sensors of a laptop with twelve cores, laid out in a folder, and the
real /proc, so that a virtual machine without sensors is no excuse. The bar is 1 % of the median.

`python benchmarks/sampler_cost.py ARTIFACT [--rounds 60] [--seconds 1.5] [--period 0.3] [--threads 1]` writes
results/sampler_cost.json. 0.3 s is how often a quick measurement is looked at; the others are once a second. p10 is for
machines that are not quiet, which disturb the fastest tenth least.
"""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from circumstances import write_result

from edgecv.ondevice.engines import EngineOptions, open_engine
from edgecv.ondevice.images import read_strip
from edgecv.ondevice.probes import Sampler
from edgecv.ondevice.statistics import interval
from edgecv.ondevice.stopwatch import Step
from edgecv.records.artifact import open_sealed

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.ondevice.boards import laptop, lay_out

BAR = 1.01
PERCENTILES = (10, 50, 90)
KINDS = ("alone", "thread", "child")
CHILD = """
import sys
from pathlib import Path
from edgecv.ondevice.probes import Sampler
with Sampler(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])):
    print("watching", flush=True)
    sys.stdin.read()
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("artifact", type=Path)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a block")
    parser.add_argument("--period", type=float, default=0.3, help="seconds between two looks")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    step = open_step(arguments.artifact, arguments.threads)
    with tempfile.TemporaryDirectory() as scratch:
        root = lay_out(Path(scratch), {path: text for path, text in laptop.FILES.items() if path.startswith("sys")})
        (root / "proc").symlink_to("/proc")
        rounds = [one_round(step, root, arguments.seconds, arguments.period) for _ in range(arguments.rounds)]
    figures = {
        "artifact": arguments.artifact.name,
        "threads": arguments.threads,
        "rounds": arguments.rounds,
        "block_seconds": arguments.seconds,
        "period_s": arguments.period,
        "alone_p50_ms": float(np.median([blocks["alone"]["p50"] for blocks in rounds])),
        **{kind: compared(rounds, kind) for kind in KINDS[1:]},
        "bar_of_the_median": BAR,
    }
    print(json.dumps(figures, indent=1))
    print(write_result("sampler_cost", figures))
    return 0 if figures["thread"]["p50"]["ratio"] <= BAR else 1


def open_step(folder: Path, threads: int) -> Step:
    artifact = open_sealed(folder)
    engine = open_engine(artifact, EngineOptions(threads))
    preprocess = artifact.manifest.preprocess
    images = read_strip(folder / artifact.manifest.samples, preprocess.size, preprocess.channels)
    encoded = [engine.encode(image[None]) for image in images]
    return lambda run: engine.invoke(encoded[run % len(encoded)])


def one_round(step: Step, root: Path, seconds: float, period_s: float) -> dict[str, dict[str, float]]:
    blocks = {}
    for kind in random.sample(KINDS, len(KINDS)):
        with watching(kind, root, period_s):
            blocks[kind] = block(step, seconds)
    return blocks


@contextlib.contextmanager
def watching(kind: str, root: Path, period_s: float) -> Iterator[None]:
    if kind == "thread":
        with Sampler(os.getpid(), root, period_s):
            yield
    elif kind == "child":
        command = [sys.executable, "-c", CHILD, str(os.getpid()), str(root), str(period_s)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            yield
            child.communicate()
    else:
        yield


def block(step: Step, seconds: float) -> dict[str, float]:
    samples: list[float] = []
    step(0)  # after whatever the start of a sampler drove out of the caches
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter_ns()
        step(len(samples))
        samples.append((time.perf_counter_ns() - before) / 1e6)
    return {f"p{percent}": float(np.percentile(samples, percent)) for percent in PERCENTILES}


def compared(rounds: list[dict[str, dict[str, float]]], kind: str) -> dict[str, dict[str, object]]:
    """Watched over alone, round by round: the median of the ratios and its 95 % interval."""
    found: dict[str, dict[str, object]] = {}
    for name in (f"p{percent}" for percent in PERCENTILES):
        ratios = np.array([blocks[kind][name] / blocks["alone"][name] for blocks in rounds])
        found[name] = {"ratio": float(np.median(ratios)), "ci95": interval(ratios, 0.5)}
    return found


if __name__ == "__main__":
    sys.exit(main())
