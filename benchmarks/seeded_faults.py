"""Faults seeded into conversions: how many does parity catch, and does it blame the right step? And sound conversions:
is any of them refused?

`python benchmarks/seeded_faults.py` runs the faults of faults/open.py, those of faults/kept_aside.py where that exists,
and 30 clean conversions, and writes results/faults.json. Numbers after it run only those faults, and write nothing.
"""

import importlib
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from circumstances import write_result
from faults.clean import SEEDS, conversions
from faults.networks import CONCATENATED, concatenating, lively
from faults.place import Fault, Place, build_here, copy_of, export_first

from edgecv.errors import GateRefused
from edgecv.parity import NotTheNetwork, check
from edgecv.records.recipe import Task

LISTS = ("open", "kept_aside")
LEAST_CAUGHT, LEAST_BLAMED = 28, 24  # of thirty


def main() -> int:
    wanted = {int(number) for number in sys.argv[1:]}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sound = cache(lambda name: _sound(name, folder / "sound" / name))
        faults = [
            _seeded(fault, copy_of(sound(fault.network), folder / f"fault-{fault.number}"))
            for fault in _faults()
            if not wanted or fault.number in wanted
        ]
        clean = [] if wanted else [_clean(each, sound(each.network)) for each in conversions()]
    caught, blamed = (sum(each[key] for each in faults) for key in ("caught", "blamed_right"))
    alarms = sum(each["refused"] is not None for each in clean)
    figures = {"faults": faults, "caught": caught, "blamed_right": blamed, "clean": clean, "false_alarms": alarms}
    print(f"{caught} of {len(faults)} caught, {blamed} blamed on the right rung; {alarms} of {len(clean)} false alarms")
    if not wanted:
        print(write_result("faults", figures))
    share = len(faults) / 30
    return 0 if caught >= LEAST_CAUGHT * share and blamed >= LEAST_BLAMED * share and not alarms else 1


def _faults() -> Iterator[Fault]:
    for name in LISTS:
        if (Path(__file__).parent / f"faults/{name}.py").exists():
            yield from importlib.import_module(f"faults.{name}").FAULTS


def _sound(name: str, folder: Path) -> Place:
    """The export of a network: a task, with a seed behind a dash, or `concatenating`."""
    if name == "concatenating":
        return export_first(concatenating(lively("detection", SEEDS[0])), "detection", folder, CONCATENATED)
    task, _, seed = name.partition("-")
    return export_first(lively(cast(Task, task), int(seed or SEEDS[0])), cast(Task, task), folder)


def _seeded(fault: Fault, place: Place) -> dict[str, Any]:
    started = time.monotonic()
    result = {"number": fault.number, "fault": fault.said, "expected": fault.rung, "rung": None, "layer": None}
    try:
        case = fault.seed(place)
        check(case.draft, place.exported, log=place.exported.parent / "log", build=case.build or build_here)
        said = "passed"
    except NotTheNetwork as refused:
        result |= {"rung": refused.blame.rung, "layer": refused.blame.layer or None}
        said = str(refused)
    except GateRefused as refused:
        said = str(refused)
    caught = said != "passed"
    result |= {"caught": caught, "blamed_right": result["rung"] == fault.rung, "said": said}
    result["seconds"] = round(time.monotonic() - started, 1)
    print(json.dumps(result, indent=1), flush=True)
    return result


def _clean(conversion: Any, place: Place) -> dict[str, Any]:
    refused = None
    try:
        draft = place.build(conversion.target, conversion.precision)
        report = check(draft, place.exported, log=place.exported.parent / "log", build=build_here).report
    except GateRefused as error:
        refused, report = str(error), {"rungs": {}}
        traceback.print_exc()
    figures = report["rungs"].get("artifact")
    print(*conversion, refused or "passed", flush=True)
    return {**conversion._asdict(), "refused": refused, "figures": figures}


if __name__ == "__main__":
    sys.exit(main())
