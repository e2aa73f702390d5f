"""The commands of a bundle: look at images, which goes without a name, `selftest` and `bench`."""

from __future__ import annotations

import argparse
import gc
import os
from pathlib import Path
from typing import List

from edgecv.ondevice.child import answer
from edgecv.records.bundle import check_bundle

USAGE = """%(prog)s IMAGE|FOLDER|VIDEO... [--out PLACE] [--json]   what it sees in them
       %(prog)s --camera 0 | --watch FOLDER | --serve PORT    go on until Ctrl-C
       %(prog)s selftest | bench                              is it well here, and how fast; each has its own --help"""


def main(bundle: str, argv: List[str]) -> int:
    """Run a command of the bundle; the result is its exit code."""
    # numpy's own threads would compete with the runtime's for a board's few cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return answer(lambda: _run(Path(bundle), argv))


def _run(bundle: Path, argv: List[str]) -> None:
    check_bundle(bundle)
    if argv[:1] == ["selftest"]:
        _selftest(bundle, argv[1:])
    elif argv[:1] == ["bench"]:
        _bench(bundle, argv[1:])
    else:
        _look(bundle, argv)


def _selftest(bundle: Path, argv: List[str]) -> None:
    from edgecv.ondevice import selftest

    gc.enable()
    parser = argparse.ArgumentParser(f"{bundle.name} selftest", "%(prog)s [options]", selftest.__doc__)
    selftest.add_arguments(parser)
    selftest.run(parser.parse_args([str(bundle), *argv]))


def _bench(bundle: Path, argv: List[str]) -> None:
    from edgecv.ondevice.bundle import bench

    gc.enable()
    parser = argparse.ArgumentParser(f"{bundle.name} bench", "%(prog)s [options]", bench.__doc__)
    bench.add_arguments(parser)
    bench.run(parser.parse_args([str(bundle), "--out", f"{bundle.stem}.measurement.json", *argv]))


def _look(bundle: Path, argv: List[str]) -> None:
    from edgecv.ondevice.bundle import look

    parser = argparse.ArgumentParser(bundle.name, USAGE, look.__doc__)
    look.add_arguments(parser)
    look.run(parser, bundle, parser.parse_args(argv))
