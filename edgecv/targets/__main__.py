"""`python -m edgecv.targets`: the child process in which networks are exported and built.

One child can do an export and several builds, so that TensorFlow, which takes seconds to import, is imported once.
"""

import argparse
import sys
from pathlib import Path

from edgecv.ondevice.child import answer, progress
from edgecv.targets.draft import build_draft, check_order
from edgecv.targets.exported import open_exported
from edgecv.targets.protocol import Spec
from edgecv.targets.request import read_request


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m edgecv.targets", description=__doc__)
    parser.add_argument("exported", type=Path, help="the folder of an exported network")
    parser.add_argument("--export", type=Path, metavar="REQUEST", help="make that folder first; a JSON file says how")
    parser.add_argument("--build", nargs=3, action="append", default=[], metavar=("TARGET", "PRECISION", "OUT"))
    parser.add_argument("--weights", choices=["per_channel", "per_tensor"], default="per_channel")
    arguments = parser.parse_args(argv)
    return answer(lambda: _work(arguments))


def _work(arguments: argparse.Namespace) -> None:
    orders = [(target, Spec(precision, arguments.weights), Path(out)) for target, precision, out in arguments.build]
    for target, spec, _ in orders:
        check_order(target, spec)
    if arguments.export:
        from edgecv.targets.export import export  # only here is Keras needed

        exported = export(read_request(arguments.export), arguments.exported)
    else:
        exported = open_exported(arguments.exported)
    for target, spec, out in orders:
        progress(f"building {target} {spec.precision}")
        build_draft(exported, target, spec, out)


if __name__ == "__main__":
    sys.exit(main())
