"""`python -m edgecv.targets`: the child process in which networks are exported and built.

One child can do an export and several builds, so that TensorFlow, which takes seconds to import, is imported once. What
refuses one build leaves the others alone: the child goes on, and ends with the first refusal.
"""

import argparse
import sys
from pathlib import Path

from edgecv.errors import EdgecvError
from edgecv.ondevice.child import answer, progress
from edgecv.quantization.grids import GRIDS
from edgecv.records.recipe import Build
from edgecv.targets.checking import check_buildable
from edgecv.targets.draft import build_draft
from edgecv.targets.exported import Exported, open_exported
from edgecv.targets.order import Order, grids_of, read_orders
from edgecv.targets.request import read_request


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m edgecv.targets", description=__doc__)
    parser.add_argument("exported", type=Path, help="the folder of an exported network")
    parser.add_argument("--export", type=Path, metavar="REQUEST", help="make that folder first; a JSON file says how")
    parser.add_argument("--builds", type=Path, metavar="ORDERS", help="what to build of it: a JSON file")
    parser.add_argument("--grids", nargs="*", choices=list(GRIDS), help="on which weights are rounded")
    parser.add_argument("--rungs", action="store_true", help="keep what SavedModel and ONNX answer, for parity")
    arguments = parser.parse_args(argv)
    return answer(lambda: _work(arguments))


def _work(arguments: argparse.Namespace) -> None:
    orders = read_orders(arguments.builds) if arguments.builds else []
    for order in orders:
        check_buildable(Build(order.target, order.spec.precision, order.spec.io))
    if arguments.export:
        from edgecv.targets.export import export  # only here is Keras needed

        grids = list(GRIDS) if arguments.grids is None else arguments.grids
        exported = export(read_request(arguments.export), arguments.exported, grids)
    else:
        exported = open_exported(arguments.exported)
        grids = grids_of(orders) if arguments.grids is None else arguments.grids
        if exported.without(grids):
            from edgecv.targets.export import round_further

            round_further(exported, grids)
    if arguments.rungs:
        from edgecv.targets.rungs import keep_answers

        progress("running SavedModel and ONNX on the reference images")
        keep_answers(exported)
    refusals = [refusal for order in orders if (refusal := _refusal(exported, order))]
    if refusals:
        raise refusals[0]


def _refusal(exported: Exported, order: Order) -> EdgecvError | None:
    """Build, or leave why not."""
    progress(f"building {order.target} {order.spec.precision}")
    try:
        build_draft(exported, order)
    except EdgecvError as error:
        order.refuse(error)
        return error
    return None


if __name__ == "__main__":
    sys.exit(main())
