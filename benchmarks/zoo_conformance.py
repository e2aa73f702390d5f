"""Whether every network of the zoo learns, comes back from its file, and is converted and proven; with what that takes.

`python benchmarks/zoo_conformance.py [--only NETWORK]...` runs tests/conformance/test_zoo.py for one network after the
other, each in a process of its own, on inputs of the smallest size that the test allows. Into
results/zoo_conformance.json goes, for each network, that size, the seconds of each test, the memory of the largest
process that it started, and what failed. With --only, the rows of networks that were not asked for stay. Exit code 1
says that a network failed, or has not been tried yet.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from circumstances import RESULTS, write_result

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the tests are no installed package

from edgecv.models import MODELS  # noqa: E402
from tests.conformance import test_zoo  # noqa: E402
from tests.small import small_size  # noqa: E402

TESTS = [name for name in vars(test_zoo) if name.startswith("test_")]
NEEDED = ("tflite", "openvino")


def checked(model: str) -> dict[str, Any]:
    """What became of each test of a model; a skipped test is a failed one."""
    with tempfile.TemporaryDirectory(prefix="edgecv-zoo-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        command += [f"--basetemp={folder}/work", *(f"--require={name}" for name in NEEDED)]
        command += [f"tests/conformance/test_zoo.py::{test}[{model}]" for test in TESTS]
        child = subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr)
        _, _, used = os.wait4(child.pid, 0)
        cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    # A model's first test also pays for its training.
    seconds = {_name(case): round(float(case.get("time", 0)), 1) for case in cases}
    failed = {_name(case): said for case in cases if (said := fault(case))}
    return {
        "input": list(small_size(model)),
        "seconds": seconds,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "largest_process_mb": used.ru_maxrss // 1024,
        "failed": failed,
        "met": sorted(seconds) == sorted(TESTS) and not failed,
    }


def fault(case: ElementTree.Element) -> str | None:
    """Why a test did not pass; one that was skipped did not."""
    said = [f"{each.tag}: {each.get('message', '')}" for each in case if each.tag in ("failure", "error", "skipped")]
    return said[0].splitlines()[0][:300] if said else None


def _name(case: ElementTree.Element) -> str:
    return case.get("name", "").partition("[")[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], choices=MODELS, metavar="NETWORK")
    only = parser.parse_args().only
    path = RESULTS / "zoo_conformance.json"
    rows = json.loads(path.read_bytes())["networks"] if only and path.exists() else {}
    for model in only or MODELS:
        rows[model] = checked(model)
        print(model, rows[model], flush=True)
        listed = {name: rows[name] for name in MODELS if name in rows}
        # After each: a run of an hour that is cut short still says what it found.
        write_result("zoo_conformance", {"listed": len(MODELS), "passed": count(listed), "networks": listed})
    print(path)
    return 0 if count(rows) == len(MODELS) else 1


def count(rows: dict[str, Any]) -> int:
    return sum(row["met"] for row in rows.values())


if __name__ == "__main__":
    sys.exit(main())
