"""What the shipped recipes reach, and what that costs: accuracy on the test split, and the time of two cores.

`python benchmarks/trainings.py WORK RECIPE...` trains each recipe anew, as `edgecv train` does, and scores the float
predictions that a training leaves. The time is that of the processors, user and system, of the whole command, halved:
what two cores of their own would need. It writes results/trainings.json, where the rows of recipes that were not asked
for stay. Exit code 1 says that a bar is missed.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from circumstances import RESULTS, write_result

from edgecv import datasets
from edgecv.documents import load_recipe
from edgecv.evaluation.score import score
from edgecv.ondevice import predictions

BARS: Mapping[str, tuple[dict[str, float], float]] = {  # metrics, and minutes of two cores
    "fashion_mnist": ({"top1": 0.915}, 2),
    "flowers": ({"top1": 0.93}, 8),
    "bccd": ({"map50": 0.86, "map50_95": 0.50}, 15),
    "camvid": ({"miou": 0.55}, 30),
}


def trained(name: str, work: Path) -> dict[str, Any]:
    before = _cpu_seconds()
    edgecv = str(Path(sys.executable).with_name("edgecv"))
    environment = {**os.environ, "EDGECV_CACHE": str(work / "store")}
    subprocess.run([edgecv, "train", name, "--out", str(work / name)], env=environment, check=True)
    minutes = (_cpu_seconds() - before) / 2 / 60
    recipe = load_recipe(name).record
    samples = datasets.load(recipe.data, recipe.task, "test")
    answers = predictions.read(work / name / "test.predictions.npz")
    found = score(recipe.task, answers, samples, range(len(samples)))
    bars, most = BARS[name]
    values = {metric: round(found.values[metric], 4) for metric in bars}
    return {
        "model": recipe.model.name,
        "epochs": recipe.training.epochs,
        "test_images": len(samples),
        "notes": list(samples.notes),
        "values": values,
        "ci95": {metric: [round(end, 4) for end in found.interval(metric)] for metric in bars},
        "bars": bars,
        "minutes_of_two_cores": round(minutes, 2),
        "most_minutes": most,
        "met": minutes <= most and all(values[metric] >= bar for metric, bar in bars.items()),
    }


def _cpu_seconds() -> float:
    """Of all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    work, names = Path(sys.argv[1]), sys.argv[2:] or list(BARS)
    path = RESULTS / "trainings.json"
    rows = json.loads(path.read_bytes())["recipes"] if path.exists() else {}
    for name in names:
        rows[name] = trained(name, work)
        print(name, rows[name], flush=True)
        write_result("trainings", {"recipes": rows})
    return 0 if all(rows[name]["met"] for name in names) else 1


if __name__ == "__main__":
    sys.exit(main())
