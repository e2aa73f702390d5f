"""Our medians beside those of other people's tools, in turns in one run; and what the engines themselves cost.

`python benchmarks/rivals.py WORK [--pairs 16] [--seconds 2] [--threads 1] [--only TARGET-PRECISION]...` makes
MobileNetV2 at 224 with random weights in float32 and int8 (kept in WORK), and measures each with our stopwatch and with

- `benchmark_app` of OpenVINO, without hints, one stream, the same threads and precision
- `litert-benchmark` of ai-edge-litert
- a tight loop around ONNX Runtime, with the same session

each time in fresh processes, ours first in every other pair. The bar: the median of the ratios of medians lies between
0.95 and 1.05. Rivals feed one input over and over, which stays in the caches: `one_picture` is our stopwatch doing so,
measured in the same turns, and tells how much of a difference that is. For the int8 artifacts the share of encode,
decode and Python around `invoke` follows: at most 3 % of it. With --only, the figures of others stay in
results/rivals.json. Exit code 1 says that a bar is missed.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import RESULTS, write_result
from rival_networks import artifacts

SIDES = Path(__file__).with_name("rival_sides.py")
RIVALS = {"tflite": "litert_benchmark", "onnx": "tight_loop", "openvino": "benchmark_app"}
LOWEST, HIGHEST, MOST_SHARE = 0.95, 1.05, 0.03


def main() -> int:
    asked = _asked()
    rows: dict[str, Any] = _earlier() if asked.only else {}
    for (target, precision), folder in artifacts(asked.work).items():
        name = f"{target}-{precision}"
        if asked.only and name not in asked.only:
            continue
        common = [folder, asked.work / "reference.npy", asked.threads, asked.seconds]
        rows[name] = compared(RIVALS[target], common, asked.pairs)
        if precision == "int8":
            rows[name]["engine"] = engine_share(common)
        print(name, {key: value for key, value in rows[name].items() if "samples" not in key}, flush=True)
        write_result("rivals", {"threads": asked.threads, "bars": _bars(), "rows": rows})
    return 0 if all(_met(row) for row in rows.values()) else 1


def compared(rival: str, common: list[Any], pairs: int) -> dict[str, Any]:
    """Ratios of our median to theirs, one a pair."""
    taken: dict[str, list[float]] = {"ours": [], rival: [], "one_picture": []}
    for turn in range(pairs):
        for side in sorted(taken, key=list(taken).index, reverse=turn % 2 == 1):
            taken[side].append(_side(side, common)["p50_ms"])
    ratios = np.sort(np.divide(taken["ours"], taken[rival]))
    return {
        "rival": rival,
        "pairs": pairs,
        "median_ratio": round(float(np.median(ratios)), 4),
        "ci95": [round(float(end), 4) for end in ends_of_median(ratios)],
        "one_picture_median_ratio": round(float(np.median(np.divide(taken["one_picture"], taken[rival]))), 4),
        "p50_ms": {side: round(statistics.median(column), 4) for side, column in taken.items()},
        "samples_ms": {side: [round(each, 4) for each in column] for side, column in taken.items()},
    }


def ends_of_median(ordered: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the median of independent values: from how often a fair coin falls as unevenly."""
    count, beyond, below = len(ordered), 0, 0.0
    while below + math.comb(count, beyond) / 2**count < 0.025:
        below += math.comb(count, beyond) / 2**count
        beyond += 1
    return ordered[max(beyond - 1, 0)], ordered[min(count - beyond, count - 1)]


def engine_share(common: list[Any]) -> dict[str, float]:
    """Of three processes the one in the middle: a disturbance hits one."""
    runs = sorted((_side("own_share", common) for _ in range(3)), key=lambda each: each["share"])
    return {name: round(value, 4) for name, value in runs[1].items()}


def _side(side: str, common: list[Any]) -> dict[str, float]:
    done = subprocess.run([sys.executable, SIDES, side, *map(str, common)], check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _met(row: dict[str, Any]) -> bool:
    share = row.get("engine", {"share": 0.0})["share"]
    return bool(LOWEST <= row["median_ratio"] <= HIGHEST and share <= MOST_SHARE)


def _bars() -> dict[str, float]:
    return {"lowest_ratio": LOWEST, "highest_ratio": HIGHEST, "most_share_of_invoke": MOST_SHARE}


def _earlier() -> dict[str, Any]:
    place = RESULTS / "rivals.json"
    rows: dict[str, Any] = json.loads(place.read_text())["rows"] if place.exists() else {}
    return rows


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--pairs", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], metavar="TARGET-PRECISION")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
