"""`edgecv bench`: the latency and memory of artifacts."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import click

from edgecv import bench
from edgecv.cli import imported, layers
from edgecv.cli.output import Progress, print_json, say
from edgecv.cli.places import places_for
from edgecv.cli.verdicts import exit_code
from edgecv.documents import load_device, to_plain
from edgecv.errors import Unavailable
from edgecv.hosts import require_usable
from edgecv.ondevice import probes
from edgecv.ondevice.bench.command import core_numbers
from edgecv.ondevice.engines import HINTS, check_hint
from edgecv.pipeline.check import require_runnable
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.device import DeviceProfile, streams_for, threads_for
from edgecv.records.layers import Layers
from edgecv.records.measurement import SUFFIX, Measurement
from edgecv.records.recipe import Mode
from edgecv.report import as_terminal, join

Parameter = click.Parameter | None


def _cores(_context: click.Context, _parameter: Parameter, text: str | None) -> tuple[int, ...]:
    try:
        return core_numbers(text) if text else ()
    except ValueError as error:
        raise click.BadParameter(f"expected numbers such as 0,1, got '{text}'") from error


@click.command("bench")
@click.argument("artifacts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--device", default="local", show_default=True, help="A device profile: a name, or a YAML file.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the runtime; the profile's by default.")
@click.option("--affinity", callback=_cores, metavar="CORES", help="Keep to these cores, such as 0,1.")
@click.option("--hint", type=click.Choice(HINTS), help="Let OpenVINO compute floats in this precision.")
@click.option("--mode", type=click.Choice(get_args(Mode)), default="standard", show_default=True)
@click.option("--soak", type=click.IntRange(min=1), metavar="MINUTES", help="Go on so long; last minute against first.")
@click.option("--throughput", is_flag=True, help="Images per second of several streams at once, too.")
@click.option("--pace", type=click.FloatRange(min=0, min_open=True), metavar="FPS", help="So many images a second.")
@click.option(
    "--images",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Feed these instead of the artifact's own samples.",
)
@click.option("--no-interleave", is_flag=True, help="Measure one after the other instead of in turns.")
@click.option("--memory-limit", type=click.FloatRange(min=1), metavar="MB", help="End what takes more than this.")
@click.option("--layers", "by_layer", is_flag=True, help="Time per layer, too, from the runtime's own profiler.")
@click.option(
    "--trtexec",
    type=click.Path(path_type=Path, exists=True),
    metavar="FOLDER",
    help="Take what trtexec.sh measured on a board.",
)
@click.option("--out", type=click.Path(path_type=Path), help="A file for one artifact, a folder for several.")
@click.option("--json", "as_json_", is_flag=True, help="Print the measurements as a JSON array.")
@click.pass_context
def command(
    context: click.Context,
    artifacts: tuple[Path, ...],
    device: str,
    threads: int | None,
    affinity: tuple[int, ...],
    hint: str | None,
    mode: Mode,
    soak: int | None,
    throughput: bool,
    pace: float | None,
    images: Path | None,
    no_interleave: bool,
    memory_limit: float | None,
    by_layer: bool,
    trtexec: Path | None,
    out: Path | None,
    as_json_: bool,
) -> int:
    """Measure artifacts, each in a fresh process that holds one runtime and no TensorFlow.

    Several take turns, block by block, and each is compared with the first: a machine that drifts does not pick the
    winner. With --soak they are measured one after the other.

    \b
    Examples:
      edgecv bench runs/demo/artifacts/tflite-int8
      edgecv bench runs/demo/artifacts/* --mode quick --out measurements
      edgecv bench runs/demo/artifacts/openvino-float32 --hint bfloat16
      edgecv bench runs/demo/artifacts/tflite-int8 --soak 30 --pace 15
      edgecv bench runs/demo/artifacts/tensorrt-float16 --device jetson_nano --trtexec results
    """
    if trtexec:
        imported.require_alone(context, artifacts)
    profile = load_device(device).record
    opened = [open_sealed(path) for path in artifacts]
    require_runnable([artifact.build for artifact in opened if artifact.build.target in profile.runtimes], profile)
    for artifact in opened:
        check_hint(artifact, hint or "")
    if trtexec:
        return _import(opened[0], profile, trtexec, out, by_layer=by_layer, as_json=as_json_)
    require_usable(profile, [artifact.manifest.target for artifact in opened])
    jobs = [
        bench.Job(
            artifact,
            place,
            device=profile,
            mode=mode,
            threads=threads_for(profile, artifact.manifest.target, threads),
            hint=hint or "",
            affinity=affinity,
            images=images,
            soak_minutes=soak or 0,
            pace_fps=pace,
            streams=_streams(profile, artifact, threads, affinity, wanted=throughput),
            memory_limit_mb=memory_limit,
        )
        for artifact, place in zip(opened, places_for(out, _names(opened, profile, hint)), strict=True)
    ]
    with Progress() as progress:
        outcomes = bench.measure_all(jobs, interleave=not no_interleave and not soak, on_progress=progress)
    taken = [_told(job, outcome, alone=len(jobs) == 1) for job, outcome in zip(jobs, outcomes, strict=True)]
    profiled = {
        job.out: _profile(job, profile) for job, measured in zip(jobs, taken, strict=True) if by_layer and measured
    }
    _show(taken, [profiled.get(job.out) for job in jobs], as_json=as_json_)
    return exit_code(measured for measured in taken if measured)


def _import(
    artifact: Artifact, profile: DeviceProfile, results: Path, out: Path | None, *, by_layer: bool, as_json: bool
) -> int:
    (place,) = places_for(out, _names([artifact], profile, None))
    taken = imported.take(artifact, profile, results, place)
    _show([taken], [imported.profile_of(taken, results, place) if by_layer else None], as_json=as_json)
    return exit_code([taken])


def _names(opened: Sequence[Artifact], profile: DeviceProfile, hint: str | None) -> list[str]:
    """Of the files; builds of one network from two runs have one name, and their digests tell them apart."""
    counts = Counter(artifact.manifest.name for artifact in opened)
    names = [
        f"{each.manifest.name}-{each.manifest.digests['artifact'].removeprefix('sha256:')[:8]}"
        if counts[each.manifest.name] > 1
        else each.manifest.name
        for each in opened
    ]
    return [f"{name}-{profile.name}{f'-{hint}' if hint else ''}{SUFFIX}" for name in names]


def _streams(
    profile: DeviceProfile, artifact: Artifact, threads: int | None, affinity: Sequence[int], *, wanted: bool
) -> int:
    """Those of the profile; where it names none and a throughput is wanted, as many as have a core for each thread."""
    target = artifact.manifest.target
    cores = len(affinity) or (profile.cpu.cores if profile.connection else probes.cores())
    return streams_for(profile, target) or (max(1, cores // threads_for(profile, target, threads)) if wanted else 0)


def _told(job: bench.Job, outcome: Measurement | Unavailable, *, alone: bool) -> Measurement | None:
    if isinstance(outcome, Measurement):
        say(f"measured  {job.out}")
        return outcome
    if alone:
        raise outcome
    say(f"{job.artifact.manifest.name}: not measured: {outcome}")
    return None


def _profile(job: bench.Job, profile: DeviceProfile) -> Layers:
    return layers.take(job.artifact, job.out, device=profile, threads=job.threads, hint=job.hint, affinity=job.affinity)


def _show(taken: Sequence[Measurement | None], profiled: Sequence[Layers | None], *, as_json: bool) -> None:
    if as_json:
        print_json([_plain(each, of_it) for each, of_it in zip(taken, profiled, strict=True) if each])
        return
    click.echo(as_terminal.text(join([each for each in taken if each], [])))
    if any(profiled):
        click.echo(f"\n{layers.text([each for each in profiled if each])}")


def _plain(measured: Measurement, layers_of_it: Layers | None) -> Any:
    return {**to_plain(measured), **({"layers": to_plain(layers_of_it)} if layers_of_it else {})}
