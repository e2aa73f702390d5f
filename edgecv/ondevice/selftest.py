"""Is this artifact, on this machine, what it was when it was made? One line a check.

The files must be the manifest's, the runtime one that it was verified on, with the kernels it had then, and the golden
images must give the golden outputs within the tolerances that were written down when parity passed.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Dict, Iterator, NamedTuple

import numpy as np

from edgecv.errors import GateRefused, InputError
from edgecv.ondevice.engines import Engine, EngineOptions, infer, open_engine
from edgecv.ondevice.engines.damage import check_files
from edgecv.records.artifact import Artifact, Manifest, open_sealed
from edgecv.records.bundle import check_members

XNNPACK = "xnnpack"


class Check(NamedTuple):
    name: str
    passed: bool
    finding: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("artifact", type=Path, help="an artifact folder, or a bundle")
    add("--threads", type=int, default=1, metavar="N", help="threads of the runtime")
    add("--accept-runtime", action="store_true", help="let a runtime pass that the artifact was not verified on")


def run(arguments: argparse.Namespace) -> None:
    artifact = open_sealed(arguments.artifact)
    failed = []
    for check in checks(artifact, EngineOptions(arguments.threads), arguments.accept_runtime):
        print(f"{'ok' if check.passed else 'FAILED':6}  {check.name}: {check.finding}", flush=True)  # noqa: T201
        if not check.passed:
            failed.append(check.name)
    if failed:
        raise GateRefused(f"{artifact.folder}: the self-test failed: {', '.join(failed)}")


def checks(artifact: Artifact, options: EngineOptions, accept_runtime: bool = False) -> Iterator[Check]:
    """What was checked, one by one; nothing is opened after damage was found."""
    try:
        check_files(artifact)
    except InputError as damage:
        yield Check("files", False, str(damage))
        return
    yield Check("files", True, _intact(artifact))
    engine = open_engine(artifact, options)
    manifest = artifact.manifest
    yield _runtime(engine, manifest, accept_runtime)
    if engine.kernels:
        yield _kernels(engine, manifest)
    yield from _golden(engine, artifact)


def _intact(artifact: Artifact) -> str:
    """What was compared with its digest: of a bundle all of it, when it was opened."""
    if artifact.bundled:
        return f"{len(check_members(artifact.folder))} members are those of the bundle"
    return f"{len(artifact.manifest.files)} files are those of the manifest"


def _runtime(engine: Engine, manifest: Manifest, accepted: bool) -> Check:
    """Another runtime, or another version of it, has other kernels and other faults."""
    here = f"{engine.runtime}, computing in {engine.runtime_precision}"
    verified = ", ".join(manifest.verified_on)
    if engine.runtime in manifest.verified_on:
        return Check("runtime", True, f"{here}: verified")
    if _made_for(manifest, engine.runtime):
        return Check("runtime", True, f"{here}: what it was made for; verified on {verified or 'none'}")
    if not manifest.verified_on:
        return Check("runtime", True, f"{here}: the artifact was never verified on its target; this is the first time")
    if accepted:
        return Check("runtime", True, f"{here}: accepted, though verified on {verified}")
    return Check("runtime", False, f"{here}: verified on {verified} only; install that, or say --accept-runtime")


def _made_for(manifest: Manifest, runtime: str) -> bool:
    """Whether the device that the artifact was made for has such a runtime."""
    package, _, version = runtime.partition(" ")
    oldest = manifest.runtime.get("oldest")
    if not oldest or manifest.runtime.get("package") != package:
        return False
    return _numbers(version) >= _numbers(oldest)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _kernels(engine: Engine, manifest: Manifest) -> Check:
    """Without XNNPACK the same runtime is several times slower, and rounds otherwise: it says so nowhere."""
    then, kernels = manifest.golden.get("kernels"), str(engine.kernels)
    same_package = str(manifest.golden.get("runtime")).split(" ")[0] == engine.runtime.split(" ")[0]
    if then == XNNPACK and kernels != XNNPACK and same_package:
        return Check("kernels", False, f"expected XNNPACK, got {kernels}: is /sys there, and not hidden by a sandbox?")
    return Check(
        "kernels", True, kernels if then in (None, kernels) else f"{kernels}; the golden outputs are of {then}"
    )


def _golden(engine: Engine, artifact: Artifact) -> Iterator[Check]:
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
    try:
        array: np.ndarray = np.load(io.BytesIO(artifact.read(inside)), allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{artifact.folder / inside}: expected a .npy file: {error}") from error
    return array
