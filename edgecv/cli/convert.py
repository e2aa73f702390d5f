"""`edgecv convert`: a network becomes artifacts."""

from pathlib import Path
from typing import get_args

import click

from edgecv.cli.output import Progress, print_json, say
from edgecv.documents import load_device, load_recipe
from edgecv.pipeline.check import check_build, require_runnable
from edgecv.pipeline.convert import convert
from edgecv.pipeline.networks import conversion_of_file, conversion_of_run
from edgecv.pipeline.runfolder import publish_folder, require_own
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import MANIFEST, manifest_to_json
from edgecv.records.recipe import Build, Precision
from edgecv.targets import TARGETS


@click.command("convert")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--target", "targets", multiple=True, required=True, type=click.Choice(list(TARGETS)))
@click.option("--precision", "precisions", multiple=True, required=True, type=click.Choice(get_args(Precision)))
@click.option(
    "--recipe", help="The recipe of a .keras file: its task, data and preprocessing. A run folder has its own."
)
@click.option("--device", help="The device profile that the artifacts are for; without it, any.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The artifact's folder; for several, one folder each in it."
)
@click.option("--json", "as_json", is_flag=True, help="Print the manifests as a JSON array.")
def command(
    model: Path,
    targets: tuple[str, ...],
    precisions: tuple[Precision, ...],
    recipe: str | None,
    device: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Convert a network that edgecv has trained, every target in every precision, and prove that each is still it.

    MODEL is a run folder, or a .keras file with --recipe.

    \b
    Examples:
      edgecv convert runs/demo --target tflite --precision int8 --out detector
      edgecv convert network.keras --recipe shapes_detection --target onnx --target openvino --precision float32
    """
    builds = [Build(target, precision) for target in targets for precision in precisions]
    for build in builds:
        check_build(build, "convert")
    profile = load_device(device).record if device else None
    if profile:
        require_runnable(builds, profile)
    conversion = conversion_of_file(model, load_recipe(recipe)) if recipe else conversion_of_run(model)
    place = out or Path("artifacts")
    places = {
        build: place if out and len(builds) == 1 else place / f"{build.target}-{build.precision}" for build in builds
    }
    for each in places.values():
        require_own(each, MANIFEST)
    with Progress() as progress:
        workshop = Workshop(default_store(), place.with_name(f"{place.resolve().name}.log"), say, progress)
        made = convert(conversion, builds, workshop, weights=profile.weights if profile else "per_channel")
        for artifact in made:
            say(f"artifact  {publish_folder(artifact.folder, places[artifact.build])}")
    if as_json:
        print_json([manifest_to_json(artifact.manifest) for artifact in made])
