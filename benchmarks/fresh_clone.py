"""How long the two commands take from a bare clone: `make demo` and `make test`, each with its own installation.

Packages are downloaded into pip's cache first, so that the network's speed is not measured. Clones of the committed
state are made in a temporary folder. `python benchmarks/fresh_clone.py [demo|test]` writes
results/fresh_clone-GOAL.json.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from circumstances import write_result

ROOT = Path(__file__).parent.parent
LIMITS_S = {"demo": 300, "test": 600}


def timed(*command: str, folder: Path, store: Path) -> float:
    start = time.perf_counter()
    environment = {**os.environ, "EDGECV_CACHE": str(store)}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def from_bare_clone(goal: str, scratch: Path) -> dict[str, float]:
    clone, store = scratch / goal, scratch / f"{goal}-store"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    install_s = timed("make", "venv", folder=clone, store=store)
    work_s = timed("make", goal, folder=clone, store=store)
    return {"install_s": round(install_s, 1), "work_s": round(work_s, 1), "total_s": round(install_s + work_s, 1)}


def main() -> int:
    goals = sys.argv[1:] or list(LIMITS_S)
    late = False
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(scratch / "warm")], check=True)
        timed("make", "venv", folder=scratch / "warm", store=scratch / "warm-store")  # fills pip's cache
        for goal in goals:
            took = from_bare_clone(goal, scratch)
            late = late or took["total_s"] > LIMITS_S[goal]
            print(goal, took, write_result(f"fresh_clone-{goal}", {"limit_s": LIMITS_S[goal], **took}))
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
