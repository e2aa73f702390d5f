"""Profile an artifact layer by layer, in a process of its own: noting the times would slow a run that is timed."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from edgecv.hosts import Argument, Made, at, given_artifact, run
from edgecv.ondevice.engines import check_hint
from edgecv.ondevice.layers import RUNS
from edgecv.records.artifact import open_sealed
from edgecv.records.device import DeviceProfile
from edgecv.records.files import write_json
from edgecv.records.layers import Layer, Layers, Summary, in_integers

OF_INTEGERS = ("int8", "int16x8", "dynamic")  # artifacts that were made to be computed in integers
MEANT: dict[str, set[str]] = {  # what the layers with weights may compute in without a word
    "float32": {"float32"},
    "float16": {"float16", "float32"},  # next to no processor has kernels of half precision
    "int8": {"int8"},
    "int16x8": {"int16"},
    "dynamic": {"int8", "float32"},  # the smallest layers stay as they are
}
LIMIT_SECONDS = 600
LONGEST_S = 3600.0  # of a whole profile
MOST = 0.5
NAMED = 3  # layers that a warning names


def profile(
    artifact_folder: Path,
    *,
    device: DeviceProfile,
    threads: int,
    out: Path,
    hint: str = "",
    affinity: Sequence[int] = (),
    runs: int = RUNS,
    on_progress: Callable[[str], None] | None = None,
) -> Layers:
    """Take a profile, write it to `out`, and give it back with what it comes to."""
    artifact = open_sealed(artifact_folder)
    check_hint(artifact, hint)
    asked: list[Argument] = ["--out", Made(out), "--threads", threads, "--runs", runs, "--profile", device.name]
    asked += ["--hint", hint] if hint else []
    asked += ["--affinity", ",".join(map(str, affinity))] if affinity else []
    with at(device, "bench --layers", measuring=True, on_progress=on_progress) as host:
        host.require(artifact)
        run(
            host,
            ["layers", given_artifact(artifact), *asked],
            log=out.with_suffix(".log"),
            on_progress=on_progress,
            silent_s=LIMIT_SECONDS,
            limit_s=LONGEST_S,
        )
    taken = msgspec.json.decode(out.read_bytes(), type=Layers)
    summed_up = dataclasses.replace(taken, summary=summarise(taken))
    write_json(out, dataclasses.asdict(summed_up))
    return summed_up


def summarise(taken: Layers) -> Summary:
    """What the layers come to, with a warning for each thing that is not as the artifact promises."""
    shares = defaultdict(float, {True: 0.0, False: 0.0, None: 0.0})
    for layer in taken.layers:
        shares[in_integers(layer.precision)] += layer.share or 0
    told = taken.total_ms is not None
    floats = [layer for layer in taken.layers if in_integers(layer.precision) is False]
    return Summary(
        integer_share=shares[True] if told else None,
        float_share=shares[False] if told else None,
        untold_share=shares[None] if told else None,
        float_layers=tuple(layer.name for layer in floats) if taken.artifact.precision in OF_INTEGERS else (),
        warnings=tuple(_warnings(taken, floats)),
    )


def kernels(taken: Layers) -> dict[str, float]:
    """The share of the time in each kind of kernel, the largest first."""
    shares: dict[str, float] = defaultdict(float)
    for layer in taken.layers:
        shares[_family(layer.kernel)] += layer.share or 0
    return dict(sorted(shares.items(), key=lambda each: -each[1]))


def _family(kernel: str | None) -> str:
    return (kernel or "not told").partition(" ")[0]


def _warnings(taken: Layers, floats: Sequence[Layer]) -> Iterable[str]:
    precision, in_floats = taken.artifact.precision, sum(layer.share or 0 for layer in floats)
    if precision in OF_INTEGERS and in_floats > MOST:
        slowest = ", ".join(layer.name for layer in sorted(floats, key=lambda each: -(each.share or 0))[:NAMED])
        yield f"{precision}, but {in_floats:.0%} of the time goes to layers that compute in floats: {slowest}"
    ran = set(taken.computed_in.split("+")) if taken.computed_in else set()
    if ran - MEANT[precision] - {taken.hint}:
        yield f"{precision}, but the layers with weights compute in {taken.computed_in}"
