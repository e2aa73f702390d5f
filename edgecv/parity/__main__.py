"""`python -m edgecv.parity`: the child process that opens files and networks to look inside."""

import argparse
import sys
from pathlib import Path

from edgecv.ondevice.child import answer
from edgecv.records.artifact import open_artifact
from edgecv.records.files import write_json


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m edgecv.parity", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    inspect = commands.add_parser("inspect", help="what the manifest says and the file does not, and where weights lie")
    inspect.add_argument("draft", type=Path)
    layers = commands.add_parser("layers", help="the first layer that a file does not reproduce")
    layers.add_argument("rung", help="saved_model, onnx, or any other for the draft itself")
    layers.add_argument("draft", type=Path)
    layers.add_argument("exported", type=Path)
    overflow = commands.add_parser("range", help="what leaves the range of float16 inside a file")
    overflow.add_argument("draft", type=Path)
    overflow.add_argument("exported", type=Path)
    for command in (inspect, layers, overflow):
        command.add_argument("answer", type=Path, help="the JSON file to write")
    arguments = parser.parse_args(argv)
    return answer(lambda: _work(arguments))


def _work(arguments: argparse.Namespace) -> None:
    if arguments.command == "inspect":
        from edgecv.parity.inspection import inspect_here

        write_json(arguments.answer, inspect_here(open_artifact(arguments.draft)))
    elif arguments.command == "range":
        from edgecv.parity.range import beyond_float16_here

        write_json(arguments.answer, beyond_float16_here(arguments.draft, arguments.exported))
    else:
        from edgecv.parity.layers import find_here

        write_json(arguments.answer, find_here(arguments.rung, arguments.draft, arguments.exported)._asdict())


if __name__ == "__main__":
    sys.exit(main())
