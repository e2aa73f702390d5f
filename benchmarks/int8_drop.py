"""What int8 costs a trained detector on BCCD and a trained segmenter on CamVid, on every target that runs here.

`python benchmarks/int8_drop.py NETWORKS` takes NETWORKS/bccd/network.keras and NETWORKS/camvid/network.keras, as
`edgecv train bccd` and `edgecv train camvid` make them of the data in $EDGECV_DATA. Their float32 and int8 artifacts
are built beside them and scored on BCCD's test split and on CamVid's validation split, which had no part in training.
It writes results/int8_drop.json. Exit code 1 says that int8 costs more than its bar.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from circumstances import write_result

from edgecv.records.files import digest_of_file

TARGETS = ("tflite", "openvino", "onnx")
PRECISIONS = ("float32", "int8")
BARS = {"bccd": ("map50_95", 0.010), "camvid": ("miou", 0.005)}
GATE_REFUSED = 5  # of `evaluate`: an interval that reaches beyond the budget; the bars here are for the drop itself


def edgecv(*arguments: str | Path, may_refuse: bool = False) -> Any:
    """One command and the JSON that it prints."""
    command = [str(Path(sys.executable).with_name("edgecv")), *map(str, arguments), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode and not (may_refuse and done.returncode == GATE_REFUSED):
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}")
    return json.loads(done.stdout)


def evaluations_of(name: str, network: Path) -> list[dict[str, Any]]:
    artifacts = network.parent / "artifacts"
    targets = [word for target in TARGETS for word in ("--target", target)]
    precisions = [word for precision in PRECISIONS for word in ("--precision", precision)]
    edgecv("convert", network, "--recipe", name, *targets, *precisions, "--out", artifacts)
    folders = [artifacts / f"{target}-{precision}" for target in TARGETS for precision in PRECISIONS]
    out = network.parent / "evaluations"
    scored: list[dict[str, Any]] = edgecv(
        "evaluate", *folders, "--recipe", name, "--against", network, "--out", out, may_refuse=True
    )
    return scored


def figures_of(name: str, network: Path) -> dict[str, Any]:
    metric, bar = BARS[name]
    scored = evaluations_of(name, network)
    rows = {
        f"{each['artifact']['target']}-{each['artifact']['precision']}": {
            "value": round(each["value"], 4),
            "ci95": [round(end, 4) for end in each["ci95"]],
            "drop": round(each["drop"], 4),
            "drop_ci95": [round(end, 4) for end in each["drop_ci95"]],
            "others": {key: round(value, 4) for key, value in each["others"].items()},
            "met": each["drop"] <= bar,
        }
        for each in scored
        if each["metric"] == metric
    }
    largest = max(row["drop"] for row in rows.values())
    return {
        "metric": metric,
        "float_value": round(scored[0]["float_value"], 4),
        "largest_drop": largest,
        "bar": bar,
        "met": all(row["met"] for row in rows.values()) and len(rows) == len(TARGETS) * len(PRECISIONS),
        "images": scored[0]["data"]["n"],
        "data": scored[0]["data"]["digest"],
        "network": digest_of_file(network),
        "artifacts": rows,
    }


def main() -> int:
    networks = Path(sys.argv[1])
    os.environ.setdefault("EDGECV_CACHE", str(networks / "store"))
    figures = {name: figures_of(name, networks / name / "network.keras") for name in BARS}
    for name, each in figures.items():
        print(name, {key: value for key, value in each.items() if key != "artifacts"})
    print(write_result("int8_drop", {"networks": figures}))
    return 0 if all(each["met"] for each in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
