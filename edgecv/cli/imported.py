"""`edgecv bench --trtexec`: what `trtexec.sh` left on a board becomes a measurement, and a profile of layers."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import click
from click.core import ParameterSource

from edgecv.bench import imported
from edgecv.cli.layers import place_of
from edgecv.cli.output import say
from edgecv.errors import InputError
from edgecv.records.artifact import Artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.files import write_json
from edgecv.records.layers import Layers
from edgecv.records.measurement import Measurement

OBEYED = ("artifacts", "device", "trtexec", "by_layer", "out", "as_json_", "verbose")


def require_alone(context: click.Context, artifacts: Sequence[Path]) -> None:
    """Refuse options that could only be ignored: the run is over."""
    given = [
        each.opts[0]
        for each in context.command.params
        if each.name not in OBEYED and context.get_parameter_source(each.name or "") is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"--trtexec takes times that are there already; leave {', '.join(given)} out")
    if len(artifacts) > 1:
        raise click.UsageError("--trtexec takes the times of one artifact; name that one")


def take(artifact: Artifact, profile: DeviceProfile, results: Path, out: Path) -> Measurement:
    """Write the measurement, whatever its verdict."""
    if artifact.manifest.target != "tensorrt":
        raise InputError(
            f"{artifact.folder}: trtexec runs 'tensorrt' artifacts, this one is '{artifact.manifest.target}'"
        )
    taken = imported.measurement(artifact, profile, results)
    write_json(out, dataclasses.asdict(taken))
    say(f"measured  {out}")
    return taken


def profile_of(taken: Measurement, results: Path, out: Path) -> Layers:
    """Write the profile of the layers beside the measurement."""
    place = place_of(out)
    found = imported.layers(taken, results)
    write_json(place, dataclasses.asdict(found))
    say(f"profiled  {place}")
    return found
