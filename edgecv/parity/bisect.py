"""Which step broke the network? What cannot be seen in the finished file is found by making it anew.

A fault of the shared steps shows in their own answers. Beyond them the same target is built again: in float32, which
tells whether its converter is to blame; then in the artifact's own precision, which tells whether the step to fewer
bits is, or whether just this one file is damaged or stale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edgecv.errors import GateRefused, InputError
from edgecv.hosts import local
from edgecv.hosts.local import ChildFailed
from edgecv.parity.ladder import Ladder, Say, compare_artifact, with_range
from edgecv.parity.layers import Found, first_bad_layer
from edgecv.parity.run import run
from edgecv.records.artifact import Manifest, open_artifact
from edgecv.targets import Spec, open_exported
from edgecv.targets.order import Order, write_orders

BuildAnew = Callable[[Path, Order, Path], None]  # an exported folder, what to build of it, and a log

IN_WORDS = {
    "description": "the manifest is wrong",
    "folded": "already in Keras, after folding and equalising",
    "saved_model": "already as a SavedModel",
    "onnx": "already as ONNX",
    "converted": "already in float32, as the file of its target",
    "precision": "sound in float32, broken by the step to {precision}",
    "artifact": "this file alone is damaged or stale, since making it anew gives a sound one: convert again",
}


@dataclass(frozen=True)
class Blame:
    """The first rung that is not sound."""

    rung: str
    layer: str  # the name of the first layer that it does not reproduce; empty: not known
    sentence: str  # all of it in words


def blame(
    ladder: Ladder, draft: Path, exported: Path, *, log: Path, on_progress: Say | None, build: BuildAnew
) -> Blame:
    """What broke a ladder that has a fault."""
    assert ladder.fault is not None
    rung, reasons = ladder.fault
    manifest = ladder.manifest
    with TemporaryDirectory(prefix="edgecv-bisect-") as scratch:
        suspect = draft
        if rung == "artifact":
            for step, order in _steps(manifest, Path(scratch)):
                faults = _faults(exported, order, build=build, log=log, on_progress=on_progress)
                if faults:
                    rung, reasons, suspect = step, faults, order.folder
                    break
        found = Found() if rung in ("description", "folded") else first_bad_layer(rung, suspect, exported, log=log)
    said = [*reasons, found.sentence] if found.sentence else reasons
    return Blame(rung, found.layer, f"{IN_WORDS[rung].format(precision=manifest.precision)}: {'; '.join(said)}")


def build_anew(exported: Path, order: Order, log: Path) -> None:
    """Build in a child process, as conversion does."""
    orders = write_orders([order], order.folder.with_suffix(".json"))
    local.run_module("edgecv.targets", [exported, "--builds", orders], log=log)


def _steps(manifest: Manifest, scratch: Path) -> list[tuple[str, Order]]:
    """What to build, and what is to blame where that is no better."""
    # The runtime that the file was made for: another one may get another file, or a refusal.
    package, oldest = manifest.runtime.get("package", ""), manifest.runtime.get("oldest", "")
    specs = [("converted", Spec("float32", package=package, oldest=oldest))]
    if manifest.precision != "float32":
        weights, io = manifest.weights or "per_channel", manifest.io or None
        own = Spec(manifest.precision, weights, io, package, oldest)  # type: ignore[arg-type]  # as written
        specs.append(("precision", own))
    return [(step, Order(manifest.target, spec, scratch / step)) for step, spec in specs]


def _faults(exported: Path, order: Order, *, build: BuildAnew, log: Path, on_progress: Say | None) -> tuple[str, ...]:
    """Why a file made anew is not the network either; nothing: it is."""
    network = open_exported(exported)
    if on_progress:
        on_progress(f"looking for the fault: {order.target} {order.spec.precision} made anew")
    try:
        build(exported, order, log)
        ran = run(order.folder, network.reference_images(), log=log)
    except (InputError, GateRefused, ChildFailed) as error:
        return (str(error),)
    compared = compare_artifact(network, ran.outputs, open_artifact(order.folder).manifest)
    return with_range(compared, order.folder, exported, log=log).reasons
