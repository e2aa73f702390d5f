"""`python -m edgecv.ondevice`: the commands that run on the board, with nothing but what the board has."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import List, Protocol, cast

from edgecv.ondevice.child import answer

COMMANDS = {
    "predict": "edgecv.ondevice.commands.predict",
    "outputs": "edgecv.ondevice.commands.outputs",
    "bench": "edgecv.ondevice.bench",
    "layers": "edgecv.ondevice.layers",
    "selftest": "edgecv.ondevice.selftest",
    "probe": "edgecv.ondevice.probe",
}


class Command(Protocol):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> None: ...


def main(argv: List[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m edgecv.ondevice", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="see COMMAND --help")
    chosen = parser.parse_args(argv)
    # numpy's own threads would compete with the runtime's for a board's few cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    command = cast(Command, importlib.import_module(COMMANDS[chosen.command]))  # only the chosen one, for a fast start
    parser = argparse.ArgumentParser(prog=f"{parser.prog} {chosen.command}", description=command.__doc__)
    command.add_arguments(parser)
    arguments = parser.parse_args(chosen.arguments)
    return answer(lambda: command.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
