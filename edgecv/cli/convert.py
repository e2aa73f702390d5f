"""`edgecv convert`: a network becomes artifacts."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from edgecv.cli.output import Progress, print_json, say
from edgecv.documents import load_device, load_recipe
from edgecv.errors import InputError
from edgecv.pipeline.choice import AUTO, Choice, choose_builds
from edgecv.pipeline.conversion import Conversion
from edgecv.pipeline.convert import convert, require_all
from edgecv.pipeline.demands import demands_of
from edgecv.pipeline.foreign import Description, conversion_of_foreign
from edgecv.pipeline.networks import conversion_of_file, conversion_of_run, trusting
from edgecv.pipeline.runfolder import publish_folder, require_own
from edgecv.pipeline.runrecord import is_run
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import MANIFEST, manifest_to_json
from edgecv.records.device import DeviceProfile
from edgecv.records.recipe import Build, Io, Precision, Task
from edgecv.targets import TARGETS

FILE = click.Path(path_type=Path)


@click.command("convert")
@click.argument("model", type=FILE)
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(list(TARGETS)),
    help="One or several; without it, those that --device runs.",
)
@click.option(
    "--precision",
    "precisions",
    multiple=True,
    required=True,
    type=click.Choice([*get_args(Precision), AUTO]),
    help="One or several, or auto: all that the target builds and the device runs.",
)
@click.option("--device", help="The device profile that the artifacts are for; without it, any.")
@click.option(
    "--io", type=click.Choice(get_args(Io)), help="Inputs and outputs of an integer file, where it can be chosen."
)
@click.option("--recipe", help="The recipe of a network: its task, data and preprocessing. A run folder has its own.")
@click.option("--task", type=click.Choice(get_args(Task)), help="Without a recipe: what the network does.")
@click.option("--labels", type=FILE, help="Without a recipe: a text file, one label a line.")
@click.option("--preprocess", type=FILE, help="Without a recipe: its preprocess block in a YAML file.")
@click.option("--postprocess", type=FILE, help="Without a recipe: how a detector's outputs are read, in a YAML file.")
@click.option("--calibration", type=FILE, help="Without a recipe: a folder of training images.")
@click.option(
    "--custom-layer",
    "custom_layers",
    multiple=True,
    metavar="MODULE:CLASS",
    help="A layer of your own that the network holds; its code is imported. FILE.py:CLASS serves as well.",
)
@click.option(
    "--allow-tiny-calibration", is_flag=True, help="Calibrate with fewer than 50 images; the artifact says so."
)
@click.option("--no-equalise", is_flag=True, help="Leave the ranges of the network's channels as they are.")
@click.option("--out", type=FILE, help="The artifact's folder; for several, one folder each in it.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifests as a JSON array.")
def command(
    model: Path,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    device: str | None,
    io: Io | None,
    recipe: str | None,
    task: Task | None,
    labels: Path | None,
    preprocess: Path | None,
    postprocess: Path | None,
    calibration: Path | None,
    custom_layers: tuple[str, ...],
    allow_tiny_calibration: bool,
    no_equalise: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Convert a network, every target in every precision, and prove that each is still the network.

    MODEL is a run folder, or a .keras or .h5 file or a SavedModel folder. A network that edgecv has not trained is
    described by --recipe, or by --task, --labels, --preprocess and --calibration. A build that is refused
    takes no other with it: what is proven is written, and the exit code is that of the refusal.

    \b
    Examples:
      edgecv convert runs/demo --target tflite --precision int8 --out detector
      edgecv convert runs/demo --device raspberry_pi_5 --precision auto
      edgecv convert flowers.keras --target openvino --precision float32 --precision int8 --task classification \\
        --labels labels.txt --preprocess preprocess.yaml --calibration photos/train
    """
    profile = load_device(device).record if device else None
    choice = _choice(targets, precisions, io, profile)
    foreign = _description(model, recipe, task, labels, preprocess, postprocess, calibration)
    conversion = trusting(_conversion(model, recipe, foreign, choice.builds, allow_tiny_calibration), custom_layers)
    conversion = dataclasses.replace(conversion, equalise=not no_equalise)
    places = _places(out, choice.builds)
    for place in places.values():
        require_own(place, MANIFEST)
    if choice.left_out or AUTO in precisions:
        say(f"chosen    {choice}")
    folder = (out or Path("artifacts")).resolve()
    with Progress() as progress:
        workshop = Workshop(default_store(), folder.parent / f"{folder.name}.log", say, progress)
        made = convert(conversion, choice.builds, workshop, demands=demands_of([profile] if profile else []))
        for artifact in made.artifacts:
            say(f"artifact  {publish_folder(artifact.folder, places[artifact.folder_name])}")
    if as_json:
        print_json([manifest_to_json(artifact.manifest) for artifact in made.artifacts])
    require_all(made.refused)


def _choice(targets: Sequence[str], precisions: Sequence[str], io: Io | None, profile: DeviceProfile | None) -> Choice:
    if not targets and profile is None:
        raise click.UsageError("say which --target, or which --device to convert for")
    if AUTO in precisions and len(precisions) > 1:
        raise click.UsageError(f"--precision {AUTO} chooses alone; leave the others out")
    return choose_builds(tuple(dict.fromkeys(targets)), tuple(dict.fromkeys(precisions)), io, profile)


def _description(
    model: Path,
    recipe: str | None,
    task: Task | None,
    labels: Path | None,
    preprocess: Path | None,
    postprocess: Path | None,
    calibration: Path | None,
) -> Description | None:
    """What describes a network from elsewhere; None where a recipe or a run folder does."""
    if not model.exists():
        raise InputError(f"{model}: no such file or folder")
    given = {"task": task, "labels": labels, "preprocess": preprocess, "calibration": calibration}
    said = [f"--{name}" for name, value in {**given, "postprocess": postprocess}.items() if value is not None]
    describes = f"--recipe {recipe}" if recipe else f"the run folder {model}" if is_run(model) else None
    if describes:
        if said:
            raise click.UsageError(f"{describes} says all of that already; leave {', '.join(said)} out")
        return None
    if task is None or labels is None or preprocess is None or calibration is None:
        missing = ", ".join(f"--{name}" for name, value in given.items() if value is None)
        raise click.UsageError(f"{model} is no run folder: say which --recipe describes it, or {missing}")
    return Description(task, labels, preprocess, postprocess, calibration)


def _conversion(
    model: Path, recipe: str | None, foreign: Description | None, builds: Sequence[Build], allow_tiny: bool
) -> Conversion:
    if foreign:
        return conversion_of_foreign(model, foreign, builds, allow_tiny=allow_tiny)
    if recipe:
        return conversion_of_file(model, load_recipe(recipe), builds, allow_tiny=allow_tiny)
    return conversion_of_run(model, builds, allow_tiny=allow_tiny)


def _places(out: Path | None, builds: Sequence[Build]) -> dict[str, Path]:
    """Where the artifact of each build goes."""
    if out and len(builds) == 1:
        return {builds[0].folder_name: out}
    return {build.folder_name: (out or Path("artifacts")) / build.folder_name for build in builds}
