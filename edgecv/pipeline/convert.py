"""The build and parity stages: a network becomes artifacts that are proven to be still that network.

The network is folded, calibrated and exported once, and all builds share it. TensorFlow works in one child process,
which exports and makes the TFLite files; the targets of every other toolchain are built in a child of its own. No
artifact is stored before its parity is proven. A build that is refused takes no other with it.
"""

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edgecv import parity
from edgecv.errors import EdgecvError
from edgecv.hosts import local
from edgecv.pipeline.conversion import Conversion
from edgecv.pipeline.demands import Demands
from edgecv.pipeline.keys import key
from edgecv.pipeline.store import Claim
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.recipe import Build
from edgecv.targets import TARGETS
from edgecv.targets.exported import is_whole, open_exported
from edgecv.targets.order import Order, grids_of, write_orders

LANES = 2  # toolchains at work side by side: more would only share the same cores and memory
ANY_DEVICE = Demands()

Orders = Mapping[Claim, Order]
Refusals = Mapping[Build, EdgecvError]


@dataclass(frozen=True)
class Converted:
    """The artifacts of a network, in the order asked for, and why the others that were asked for are not among them."""

    artifacts: tuple[Artifact, ...]
    refused: Refusals


def convert(
    conversion: Conversion, builds: Sequence[Build], workshop: Workshop, *, demands: Demands = ANY_DEVICE
) -> Converted:
    """Stored artifacts, or new ones; where nothing at all can be made, the reason is raised."""
    specs = {build: demands.spec(build) for build in builds}
    keys = {build: _artifact_key(conversion, build, demands) for build in builds}
    with ExitStack() as stack:
        # All runs claim in one order, so that no two of them wait for each other.
        export = stack.enter_context(workshop.store.claim("export", conversion.key))
        claims = {
            build: stack.enter_context(workshop.store.claim("artifact", keys[build])) for build in sorted(keys, key=str)
        }
        missing = {build: claim for build, claim in claims.items() if claim.finished is None}
        for build, claim in claims.items():
            if build not in missing:
                workshop.say(f"build     {_summary(_artifact(claim))} (stored)")
        refused: dict[Claim, EdgecvError] = {}
        if missing:
            orders = {claim: Order(build.target, specs[build], claim.folder) for build, claim in missing.items()}
            refused = _make(conversion, export, orders, workshop)
        why = {build: refused[claims[build]] for build in builds if claims[build] in refused}
        if len(builds) > 1:  # the reason of a single one is raised
            for build, error in why.items():
                workshop.say(f"build     {build.folder_name}: not built: {error}")
        if len(why) == len(builds):
            require_all(why)
        return Converted(tuple(_artifact(claims[build]) for build in builds if build not in why), why)


def require_all(refused: Refusals) -> None:
    """Raise the worst refusal, if there is any: a gate's no before a mistake, and the first of equal ones."""
    if refused:
        raise max(refused.values(), key=lambda error: error.exit_code)


def exported(conversion: Conversion, workshop: Workshop) -> Path:
    """The exported network alone, for who wants to compare with it."""
    with workshop.store.claim("export", conversion.key) as export:
        return _exported(conversion, export, [], workshop)


def _artifact_key(conversion: Conversion, build: Build, demands: Demands) -> str:
    spec = dataclasses.asdict(demands.spec(build))
    return key(export=conversion.key, origin=dict(conversion.origin), target=build.target, spec=spec)


def _make(conversion: Conversion, export: Claim, orders: Orders, workshop: Workshop) -> dict[Claim, EdgecvError]:
    """Export where that is still to be done, then build, prove and seal what is missing; what comes back is refused."""
    lanes: dict[str, dict[Claim, Order]] = {}
    for claim, order in orders.items():
        lanes.setdefault(TARGETS[order.target].TOOLCHAIN, {})[claim] = order
    grids = grids_of(orders.values())
    folder = _exported(conversion, export, list(lanes.get("tensorflow", {}).values()), workshop, grids)

    refused: dict[Claim, EdgecvError] = {}

    def lane(toolchain: str) -> None:
        _build(folder, list(lanes[toolchain].values()), workshop)
        for claim, order in lanes[toolchain].items():
            try:
                if order.refusal:
                    raise order.refusal
                _prove(conversion, folder, claim, workshop)
            except EdgecvError as error:
                refused[claim] = error

    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lane, lanes))
    return refused


def _exported(
    conversion: Conversion, export: Claim, orders: Sequence[Order], workshop: Workshop, grids: Sequence[str] = ()
) -> Path:
    """The exported network with its weights on these grids, and on the way the builds that need what it imported."""
    if export.finished:
        missing = open_exported(export.finished).without(grids)
        if missing:  # before the lanes part, which would both make them
            _child(export.finished, [], workshop, "--grids", *missing)
            export.add()
        return export.finished
    request = conversion.write_request(export.folder / "request")
    try:
        _child(export.folder, orders, workshop, "--export", request, "--rungs", "--grids", *grids)
    except EdgecvError:
        if not is_whole(export.folder):  # otherwise a build was refused, or crashed, which comes after exporting
            raise
    shutil.rmtree(request.parent)
    return export.finish(f"{conversion.name}: exported network")


def _build(folder: Path, orders: Sequence[Order], workshop: Workshop) -> None:
    """Have every order answered that is not yet: a crash, which takes the child with it, costs that one build alone."""
    while waiting := [order for order in orders if not order.answered]:
        try:
            _child(folder, waiting, workshop)
        except EdgecvError as error:
            if not waiting[0].answered:
                waiting[0].refuse(error)


def _child(folder: Path, orders: Sequence[Order], workshop: Workshop, *also: str | Path) -> None:
    with TemporaryDirectory(prefix="edgecv-orders-") as scratch:
        arguments = [folder, "--builds", write_orders(orders, Path(scratch) / "orders.json"), *also]
        local.run_module("edgecv.targets", arguments, log=workshop.log, on_progress=workshop.progress)


def _prove(conversion: Conversion, exported: Path, claim: Claim, workshop: Workshop) -> None:
    """Check a draft against the network, and store it as an artifact once it has passed."""
    checked = parity.check(claim.folder, exported, log=workshop.log, on_progress=workshop.progress)
    sealed = parity.seal(claim.folder, exported, checked, conversion.origin, conversion.architecture)
    claim.finish(f"{sealed.manifest.name}: {sealed.model_file.stat().st_size} bytes")
    workshop.say(f"build     {_summary(_artifact(claim))}")


def _artifact(claim: Claim) -> Artifact:
    assert claim.finished is not None
    return open_sealed(claim.finished)


def _summary(artifact: Artifact) -> str:
    manifest = artifact.manifest
    agreement = manifest.parity["agreement"]  # None: neither of them found anything to agree on
    agree = "" if agreement is None else f", {agreement:.1%} agree"
    return f"{artifact.folder_name}: proven on {manifest.parity['runtime']}{agree}"
