"""Is this artifact, on this machine, what it was when it was made? One line a check.

The files must be the manifest's, and the golden images must give the golden outputs within the tolerances that were
written down when parity passed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Dict, Iterator, NamedTuple

import numpy as np

from edgecv.errors import GateRefused, InputError
from edgecv.ondevice.engines import EngineOptions, infer, open_engine
from edgecv.ondevice.engines.damage import check_files
from edgecv.records.artifact import Artifact, open_sealed


class Check(NamedTuple):
    name: str
    passed: bool
    finding: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifact", type=Path, help="an artifact folder")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads of the runtime")


def run(arguments: argparse.Namespace) -> None:
    artifact = open_sealed(arguments.artifact)
    failed = []
    for check in checks(artifact, EngineOptions(arguments.threads)):
        print(f"{'ok' if check.passed else 'FAILED':6}  {check.name}: {check.finding}", flush=True)  # noqa: T201
        if not check.passed:
            failed.append(check.name)
    if failed:
        raise GateRefused(f"{artifact.folder}: the self-test failed: {', '.join(failed)}")


def checks(artifact: Artifact, options: EngineOptions) -> Iterator[Check]:
    """What was checked, one by one; nothing is opened after damage was found."""
    try:
        check_files(artifact)
    except InputError as damage:
        yield Check("files", False, str(damage))
        return
    yield Check("files", True, f"{len(artifact.manifest.files)} files are those of the manifest")
    engine = open_engine(artifact, options)
    kernels = f", {engine.kernels}" if engine.kernels else ""
    yield Check("runtime", True, f"{engine.runtime} computes in {engine.runtime_precision}{kernels}")
    golden = artifact.manifest.golden
    if not golden:
        yield Check("golden", False, "the manifest names no golden outputs to compare with")
        return
    outputs = infer(engine, _array(artifact, golden["input"]))
    for name, file in golden["outputs"].items():
        yield _compare(name, outputs, _array(artifact, file), float(golden["tolerance"][name]))


def _compare(name: str, outputs: Dict[str, np.ndarray], expected: np.ndarray, tolerance: float) -> Check:
    got = outputs.get(name)
    if got is None or got.shape != expected.shape:
        found = "none" if got is None else str(got.shape)
        return Check(name, False, f"expected an output of {expected.shape}, got {found}")
    difference = float(np.abs(got - expected).max())
    passed = bool(difference <= tolerance)  # not `>`: a comparison with NaN is never true
    return Check(name, passed, f"at most {difference:.3g} away from the golden output (allowed: {tolerance:.3g})")


def _array(artifact: Artifact, inside: str) -> np.ndarray:
    path = artifact.folder / inside
    try:
        array: np.ndarray = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: expected a .npy file: {error}") from error
    return array
