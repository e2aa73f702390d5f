"""How long the two commands take from a bare clone: `make demo` and `make test`, each with its own installation.

Packages are downloaded into pip's cache first, so that the network's speed is not measured. Clones of the committed
state are made in a temporary folder. `python benchmarks/fresh_clone.py` writes results/fresh_clone.json.
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
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(scratch / "warm")], check=True)
        timed("make", "venv", folder=scratch / "warm", store=scratch / "warm-store")  # fills pip's cache
        took = {goal: from_bare_clone(goal, scratch) for goal in LIMITS_S}
    print(took)
    print(write_result("fresh_clone", {"limits_s": LIMITS_S, "took": took}))
    return 0 if all(took[goal]["total_s"] <= limit for goal, limit in LIMITS_S.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
