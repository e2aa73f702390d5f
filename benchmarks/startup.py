"""How long `edgecv --help` takes beside `import click`, and what light commands import.

The two are run in turns, so that a busy machine slows both: the ratio of the medians is the result, and the
milliseconds belong to the machine. `python benchmarks/startup.py` writes benchmarks/results/startup.json.
"""

import importlib.metadata
import json
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import edgecv
from edgecv.records.files import write_json

PAIRS = 40
LIMIT = 3.0
PLACE = Path(__file__).parent / "results/startup.json"
WATCHED = ("tensorflow", "keras", "openvino", "onnxruntime", "ai_edge_litert", "numpy", "PIL", "yaml", "msgspec")
COMMANDS = (["--help"], ["devices"], ["recipes"], ["models"], ["doctor"])

IMPORT_CLICK = [sys.executable, "-c", "import click"]
HELP = [str(Path(sys.executable).with_name("edgecv")), "--help"]
LIST_MODULES = """
import json, sys
from edgecv.cli.main import main
assert main(json.loads(sys.argv[1])) == 0
print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))
"""


def wall_ms(command: list[str]) -> float:
    """The time from start to end of a fresh process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def imports(arguments: list[str]) -> list[str]:
    """Which of the watched modules a command imports."""
    command = [sys.executable, "-c", LIST_MODULES, json.dumps(arguments)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    modules = json.loads(said.splitlines()[-1])
    return [name for name in WATCHED if name in modules]


def measure() -> dict[str, Any]:
    """The whole result."""
    wall_ms(IMPORT_CLICK), wall_ms(HELP)  # the first of each reads its files from disk
    pairs = [(wall_ms(IMPORT_CLICK), wall_ms(HELP)) for _ in range(PAIRS)]
    click_ms, help_ms = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {
        "edgecv": edgecv.__version__,
        "python": platform.python_version(),
        "click": importlib.metadata.version("click"),
        "machine": platform.machine(),
        "pairs": PAIRS,
        "import_click_p50_ms": round(click_ms, 1),
        "help_p50_ms": round(help_ms, 1),
        "ratio": round(help_ms / click_ms, 2),
        "limit": LIMIT,
        "imports": {" ".join(each): imports(each) for each in COMMANDS},
        "samples_ms": {
            "import_click": [round(one, 1) for one, _ in pairs],
            "help": [round(other, 1) for _, other in pairs],
        },
    }


if __name__ == "__main__":
    result = measure()
    print(f"import click {result['import_click_p50_ms']} ms, edgecv --help {result['help_p50_ms']} ms", end="")
    print(f": {result['ratio']} times; at most {LIMIT}")
    print(write_json(PLACE, result))
    sys.exit(result["ratio"] > LIMIT)
