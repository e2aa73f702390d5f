"""The child process that looks into networks and files; it writes what it found as JSON.

`python -m edgecv.inspection model NAME OUT`, `... network FILE OUT`, `... file FILE OUT`, and `... figures OUT`, which
writes what `edgecv models` shows of the whole zoo: run it after a change to a model, on edgecv/models/figures.json.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from edgecv.inspection.graph import Graph
from edgecv.ondevice import child
from edgecv.records.files import write_json


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m edgecv.inspection", description=__doc__)
    parser.add_argument("kind", choices=("model", "network", "file", "figures"))
    parser.add_argument("subject", nargs="?", default="", help="a name in the zoo, or a path")
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, nargs=2)
    parser.add_argument("--classes", type=int)
    parser.add_argument("--options", type=json.loads, default={}, help="of the model, as a JSON object")
    parser.add_argument("--custom-layer", action="append", default=[])
    parser.add_argument("--precision", default="", help="of the artifact that the file is of")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read once, while TensorFlow is imported
    write_json(arguments.out, _found(arguments))


def _found(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.kind == "figures":
        from edgecv.inspection.figures import figures_of_zoo

        return figures_of_zoo()
    from edgecv.inspection.summary import summary

    return summary(_graph(arguments))


def _graph(arguments: argparse.Namespace) -> Graph:
    """What is asked about, read by the toolchain of its format and no other."""
    if arguments.kind == "file":
        from edgecv.inspection.file_graph import read_file

        return read_file(Path(arguments.subject), arguments.precision)
    from edgecv.inspection import keras_graph, zoo

    size = tuple(arguments.size) if arguments.size else None
    if arguments.kind == "model":
        return keras_graph.read(zoo.network_of_model(arguments.subject, size, arguments.classes, arguments.options))
    return keras_graph.read(zoo.network_of_file(Path(arguments.subject), size, arguments.custom_layer))


if __name__ == "__main__":
    sys.exit(child.answer(lambda: main(sys.argv[1:])))
