"""`edgecv bench`: the latency and memory of artifacts."""

from pathlib import Path
from typing import get_args

import click

from edgecv import bench
from edgecv.cli.output import Progress, print_json, say
from edgecv.cli.places import places_for
from edgecv.cli.verdicts import exit_code
from edgecv.documents import load_device, to_plain
from edgecv.errors import Unavailable
from edgecv.hosts import require_here
from edgecv.ondevice.engines import HINTS, check_hint
from edgecv.pipeline.check import require_runnable
from edgecv.records.artifact import open_sealed
from edgecv.records.device import threads_for
from edgecv.records.measurement import SUFFIX
from edgecv.records.recipe import Mode
from edgecv.report import as_terminal, join


@click.command("bench")
@click.argument("artifacts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--device", default="local", show_default=True, help="A device profile: a name, or a YAML file.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the runtime; the profile's by default.")
@click.option("--hint", type=click.Choice(HINTS), help="Let OpenVINO compute floats in this precision.")
@click.option("--mode", type=click.Choice(get_args(Mode)), default="standard", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A file for one artifact, a folder for several.")
@click.option("--json", "as_json_", is_flag=True, help="Print the measurements as a JSON array.")
def command(
    artifacts: tuple[Path, ...],
    device: str,
    threads: int | None,
    hint: str | None,
    mode: Mode,
    out: Path | None,
    as_json_: bool,
) -> int:
    """Measure artifacts, each in a fresh process that holds one runtime and no TensorFlow.

    \b
    Examples:
      edgecv bench runs/demo/artifacts/tflite-int8
      edgecv bench runs/demo/artifacts/* --mode quick --out measurements
      edgecv bench runs/demo/artifacts/openvino-float32 --hint bfloat16
    """
    profile = load_device(device).record
    opened = [open_sealed(path) for path in artifacts]
    require_runnable([artifact.build for artifact in opened if artifact.build.target in profile.runtimes], profile)
    for artifact in opened:
        check_hint(artifact, hint or "")
    require_here(profile)
    ending = f"-{hint}{SUFFIX}" if hint else SUFFIX
    places = places_for(out, [f"{artifact.manifest.name}-{profile.name}{ending}" for artifact in opened])
    taken = []
    for artifact, place in zip(opened, places, strict=True):
        with Progress(artifact.manifest.name) as progress:
            try:
                measurement = bench.measure(
                    artifact.folder,
                    device=profile,
                    mode=mode,
                    hint=hint or "",
                    threads=threads_for(profile, artifact.manifest.target, threads),
                    out=place,
                    on_progress=progress,
                )
            except Unavailable as reason:
                if len(opened) == 1:
                    raise
                say(f"{artifact.manifest.name}: not measured: {reason}")
                continue
        say(f"measured  {place}")
        taken.append(measurement)
    if as_json_:
        print_json([to_plain(each) for each in taken])
    else:
        click.echo(as_terminal.text(join(taken, [])))
    return exit_code(taken)
