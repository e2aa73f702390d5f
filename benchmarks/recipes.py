"""What the shipped recipes reach: accuracy of the float network, what int8 costs on each target, seconds of training.

`python benchmarks/recipes.py FOLDER [RECIPE...]` runs every recipe, or those named, into FOLDER, or finds it finished
there. It writes results/recipes.json, where the rows of the others stay, keeps measurements and evaluations, without
their single samples, in results/recipes/, and makes the table in README.md from them. Exit code 1 says that a recipe
misses its bar.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import readme
from circumstances import RESULTS, write_result

from edgecv.documents import load_recipe
from edgecv.records import evaluation, measurement
from edgecv.records.files import write_json
from edgecv.records.recipe import gain
from edgecv.report import collect

BARS = {
    "shapes_detection": ("map50", 0.85),
    "digits": ("top1", 0.97),
    "shapes_segmentation": ("miou", 0.80),
    "shapes_regression": ("mae", 5.0),
}


def run(name: str, folder: Path) -> None:
    command = [str(Path(sys.executable).with_name("edgecv")), "run", name, "--out", str(folder)]
    environment = {**os.environ, "EDGECV_CACHE": str(folder.parent / "store")}
    assert subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode in (0, 6)


def figures_of(name: str, folder: Path) -> dict[str, Any]:
    metric, bar = BARS[name]
    sign, allowed = gain(metric), load_recipe(name).record.accuracy.max_drop
    _, evaluations = collect([folder])
    rows: dict[str, Any] = {}
    for each in sorted(evaluations, key=lambda one: (one.artifact.target, one.artifact.precision)):
        rows[f"{each.artifact.target}-{each.artifact.precision}"] = {
            "metric": each.metric,
            "value": round(each.value, 4),
            "ci95": [round(end, 4) for end in each.ci95],
            "drop": None if each.drop is None else round(each.drop, 4),
            "drop_ci95": None if each.drop_ci95 is None else [round(end, 4) for end in each.drop_ci95],
            "others": {key: round(value, 4) for key, value in each.others.items()},
            "verdict": each.verdict,
        }
    reached = sign * min(sign * {**row["others"], row["metric"]: row["value"]}[metric] for row in rows.values())
    worst_drop = max(row["drop"] for row in rows.values())
    training = json.loads((folder / "run.json").read_text())["training"]
    return {
        "bar": {metric: bar, "max_drop": allowed},
        "worst_of_all_artifacts": {metric: reached},
        "largest_drop": worst_drop,
        "test_images": evaluations[0].data.n,
        "epochs": training["epochs"],
        "met": sign * reached >= sign * bar and worst_drop <= allowed,
        "artifacts": rows,
    }


def keep_records(folder: Path, kept: Path) -> None:
    """The records of a run, for readme.py and for `edgecv report`. Some hold a hundred thousand samples: those stay."""
    shutil.rmtree(kept, ignore_errors=True)
    for file in sorted(folder.rglob("*.json")):
        if file.name.endswith((measurement.SUFFIX, evaluation.SUFFIX)):
            write_json(kept / file.name, without_samples(json.loads(file.read_bytes())))


def without_samples(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    return {key: [] if key == "samples_ms" else without_samples(value) for key, value in plain.items()}


def main() -> int:
    folder, names = Path(sys.argv[1]), sys.argv[2:] or list(BARS)
    path = RESULTS / "recipes.json"
    figures = json.loads(path.read_bytes())["recipes"] if path.exists() else {}
    for name in names:
        run(name, folder / name)
        figures[name] = figures_of(name, folder / name)
        keep_records(folder / name, readme.RECORDS / name)
        print(name, {key: value for key, value in figures[name].items() if key != "artifacts"})
    readme.main([])
    print(write_result("recipes", {"recipes": figures}))
    return 0 if all(figures[name]["met"] for name in names) else 1


if __name__ == "__main__":
    sys.exit(main())
