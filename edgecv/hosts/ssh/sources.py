"""The code that travels: what looks after a session, with its first words, and what runs there, by content."""

from functools import cache
from pathlib import Path
from typing import Any

import edgecv
from edgecv.hosts import board as board_side
from edgecv.hosts.board import arrival as first
from edgecv.records.files import digest_of_file

ROOT = Path(edgecv.__file__).parent
BESIDE = ("errors", "records.files")  # of edgecv, what the board's side imports
EMPTY = ("", ".hosts", ".records")  # packages of which nothing is needed but that they are there
DEVICE_SIDE = ("__init__.py", "errors.py", "records", "ondevice")


@cache
def arrival() -> str:
    """The program that takes in all others."""
    return Path(first.__file__).read_text(encoding="utf-8") + "\narrive()\n"


@cache
def agent() -> dict[str, dict[str, Any]]:
    """The modules that look after a session, as `arrival` takes them."""
    found = {f"edgecv{name}": {"package": True, "source": ""} for name in EMPTY}
    for path in sorted(Path(board_side.__file__).parent.glob("*.py")):
        is_package = path.stem == "__init__"
        name = "edgecv.hosts.board" + ("" if is_package else f".{path.stem}")
        found[name] = {"package": is_package, "source": path.read_text(encoding="utf-8")}
    for name in BESIDE:
        path = ROOT / f"{name.replace('.', '/')}.py"
        found[f"edgecv.{name}"] = {"package": False, "source": path.read_text(encoding="utf-8")}
    return found


@cache
def device_package() -> dict[str, Path]:
    """The device side of edgecv: files by their names on the board."""
    paths = [ROOT / part for part in DEVICE_SIDE]
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))]
    return {f"edgecv/{file.relative_to(ROOT).as_posix()}": file for file in files}


def digests(files: dict[str, Path]) -> dict[str, str]:
    return {name: digest_of_file(path) for name, path in files.items()}
