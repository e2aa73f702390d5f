"""Whether a measurement that is taken again says the same: twenty times the same artifact, one after the other.

`python benchmarks/repeats.py ARTIFACT [--repeats 20] [--mode quick]` runs `edgecv bench` so often, each time in a fresh
process, and counts the neighbours whose 95 % intervals of p50 overlap. It writes results/repeats.json. The bar, on a
quiet machine, is 18 of 19. Exit code 1 says that it is missed.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from circumstances import write_result

LEAST_SHARE = 18 / 19


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifact", type=Path)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--mode", default="quick")
    asked = parser.parse_args()
    taken = [measured(asked.artifact, asked.mode) for _ in range(asked.repeats)]
    pairs = list(itertools.pairwise(each["p50_ci95_ms"] for each in taken))
    overlapping = sum(overlap(*pair) for pair in pairs)
    figures = {
        "artifact": asked.artifact.name,
        "mode": asked.mode,
        "overlapping": [overlapping, len(pairs)],
        "bar": [18, 19],
        "measurements": taken,
    }
    print(json.dumps(figures["overlapping"]))
    print(write_result("repeats", figures))
    return 0 if overlapping >= LEAST_SHARE * len(pairs) else 1


def measured(artifact: Path, mode: str) -> dict[str, Any]:
    """One measurement: its p50, the interval, and what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "one.measurement.json"
        edgecv = Path(sys.executable).with_name("edgecv")
        command: list[str | Path] = [edgecv, "bench", artifact, "--mode", mode, "--out", out]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        record = json.loads(out.read_text())
    latency = record["latency"] or {}
    return {name: latency.get(name) for name in ("p50_ms", "p50_ci95_ms")} | {"verdict": record["verdict"]}


def overlap(one: list[float] | None, other: list[float] | None) -> bool:
    """Of two intervals; one that is missing overlaps with nothing."""
    return bool(one and other and one[0] <= other[1] and other[0] <= one[1])


if __name__ == "__main__":
    sys.exit(main())
