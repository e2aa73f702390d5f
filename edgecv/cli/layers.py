"""`edgecv bench --layers`: where the time goes, layer by layer, after the measurement and apart from it."""

from collections.abc import Sequence
from pathlib import Path

from edgecv.bench import layers
from edgecv.cli.output import Progress, say, table
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.layers import SUFFIX, Layer, Layers
from edgecv.records.measurement import SUFFIX as MEASUREMENT

HEADING = ("layer", "type", "kernel", "computes in", "p50 ms", "share")
NAME_WIDE, KERNEL_WIDE = 40, 44
KERNELS, NAMED = 3, 8  # kernels and layers that are named below a table


def take(
    artifact: Artifact,
    measurement: Path,
    *,
    device: DeviceProfile,
    threads: int,
    hint: str = "",
    affinity: Sequence[int] = (),
) -> Layers:
    """The profile of an artifact, in a file beside its measurement."""
    place = place_of(measurement)
    with Progress(f"{artifact.manifest.name}: layer by layer") as progress:
        taken = layers.profile(
            artifact.folder,
            device=device,
            threads=threads,
            hint=hint,
            affinity=affinity,
            out=place,
            on_progress=progress,
        )
    say(f"profiled  {place}")
    return taken


def place_of(measurement: Path) -> Path:
    """Where the profile that belongs to a measurement is written."""
    return measurement.with_name(measurement.name.removesuffix(MEASUREMENT).removesuffix(".json") + SUFFIX)


def text(taken: Sequence[Layers]) -> str:
    """Profiles as tables: layers in the order in which they run, then what they come to."""
    return "\n\n".join("\n".join((_title(each), _layers(each.layers), *_remarks(each))) for each in taken)


def _title(taken: Layers) -> str:
    runs = f", {taken.runs} runs" if taken.runs else ""  # not every profiler counts them
    told = f"{runs}, told by the {taken.profiler}" if taken.profiler else ""
    return f"{taken.artifact.name} on {taken.runtime}, {taken.threads} thread{'s' * (taken.threads > 1)}{told}"


def _layers(found: Sequence[Layer]) -> str:
    return table([HEADING, *map(_row, found)])


def _row(layer: Layer) -> tuple[object, ...]:
    time = "–" if layer.p50_ms is None else f"{layer.p50_ms:.3f}"
    share = "–" if layer.share is None else f"{layer.share:.1%}"
    kernel = _cut(layer.kernel or "–", KERNEL_WIDE)
    return _cut(layer.name, NAME_WIDE), layer.type, kernel, layer.precision or "–", time.rjust(6), share.rjust(6)


def _cut(name: str, wide: int) -> str:
    return name if len(name) <= wide else name[: wide - 1] + "…"


def _remarks(taken: Layers) -> list[str]:
    found = taken.summary
    assert found
    lines = []
    if found.integer_share is not None:
        parts = {"integers": found.integer_share, "floats": found.float_share, "not told": found.untold_share}
        lines.append("time in " + ", ".join(f"{name} {share:.0%}" for name, share in parts.items() if share))
        most = [f"{name} {share:.0%}" for name, share in list(layers.kernels(taken).items())[:KERNELS]]
        lines.append(f"kernels: {', '.join(most)}")
    if found.float_layers:
        more = ", ..." if len(found.float_layers) > NAMED else ""
        lines.append(f"computed in floats: {', '.join(found.float_layers[:NAMED])}{more}")
    return [*lines, *(f"not told: {each}" for each in taken.untold), *(f"WARNING: {each}" for each in found.warnings)]
