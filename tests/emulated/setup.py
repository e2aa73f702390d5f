"""Set up boards with ARM processors that run on this one: `python -m tests.emulated.setup`, which is `make emulated`.

Everything comes from Debian's archive and from the Python package index, by the mirrors that apt and pip are set to
here; nothing is installed on this machine, and no rights are needed. A part that is there already is left alone.
Exit code 4: it cannot work here, for the reason that is printed.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from tests.emulated import parts
from tests.emulated.archive import NotHere, mirror
from tests.emulated.boards import EMULATED, MACHINES, SITES, Board

NOT_HERE = 4
MADE_OF = ".made_of.json"
GREETING = """
import importlib, platform, sys, numpy, PIL.Image
importlib.import_module(sys.argv[1])
print(platform.machine(), "Python", platform.python_version(), "numpy", numpy.__version__)
"""


class Part(NamedTuple):
    place: str
    make: Callable[[Path], None]
    made_of: Any  # what it would be made anew for


def all_parts() -> list[Part]:
    """The slowest first."""
    roots = [
        Part(f"roots/{name}", partial(parts.root, machine=name), [parts.ROOT_SUITE, *machine.packages])
        for name, machine in MACHINES.items()
    ]
    emulator = Part("emulator", parts.emulator, [parts.EMULATOR_SUITE, *(each.emulator for each in MACHINES.values())])
    return [*roots, emulator, *(_site(name) for name in SITES)]


def _site(name: str) -> Part:
    site = SITES[name]
    versions = (parts.CONSTRAINTS / f"{site.constraints}.txt").read_text().splitlines()
    chosen = [line for line in versions if line.partition("==")[0] in site.packages]
    return Part(f"sites/{name}", partial(parts.site, name=name), [asdict(site), *chosen])


def set_up(base: Path = EMULATED) -> None:
    """Make what is not there yet, and see that Python starts on every board and finds its runtime."""
    with _alone(base):
        _clear(base)  # what a set-up left that was killed
        wanted = [part for part in all_parts() if not _is_there(base, part)]
        if wanted:
            mirror()  # before anything is made
        try:
            with ThreadPoolExecutor(2) as pool:
                for place in pool.map(partial(_make, base), wanted):
                    _say(f"made      {base / place}")
        finally:
            _clear(base)
        for name in SITES:
            _say(f"{name:21}  {_greeting(Board(name, base))}")


@contextmanager
def _alone(base: Path) -> Iterator[None]:
    """One at a time: another one waits, and then finds everything."""
    base.mkdir(parents=True, exist_ok=True)
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear(base: Path) -> None:
    """Away with what is unfinished, and with the old state of parts that were made anew."""
    for left_over in base.glob("unfinished-*"):
        shutil.rmtree(left_over)


def _is_there(base: Path, part: Part) -> bool:
    try:
        return bool(json.loads((base / part.place / MADE_OF).read_text()) == json.loads(json.dumps(part.made_of)))
    except (OSError, ValueError):
        return False


def _make(base: Path, part: Part) -> str:
    """A part is made beside its place and then renamed: it is there whole, or not at all."""
    unfinished = Path(mkdtemp(prefix="unfinished-", dir=base))
    unfinished.chmod(0o755)
    part.make(unfinished)
    shutil.rmtree(unfinished / "apt", ignore_errors=True)
    (unfinished / MADE_OF).write_text(json.dumps(part.made_of))
    place = base / part.place
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.rename(base / f"{unfinished.name}-old")
    unfinished.rename(place)
    return part.place


def _greeting(board: Board) -> str:
    """What a board says about itself. Its Python compiles what it imports, so that the next start is faster."""
    done = board.run("-c", GREETING, SITES[board.name].probe)
    if done.returncode:
        raise RuntimeError(f"the board '{board.name}' does not start: {' '.join(board.python)}\n{done.stderr}")
    return done.stdout.strip()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=EMULATED, help="where (default: %(default)s)")
    try:
        set_up(parser.parse_args().folder.absolute())
    except NotHere as why:
        print(f"no emulated boards on this machine: {why}", file=sys.stderr)  # noqa: T201
        return NOT_HERE
    return 0


if __name__ == "__main__":
    sys.exit(main())
