"""`edgecv evaluate`: the accuracy of artifacts."""

from pathlib import Path

import click

from edgecv import datasets
from edgecv.cli.output import Progress, print_json, say
from edgecv.cli.places import places_for
from edgecv.cli.verdicts import exit_code
from edgecv.documents import load_device, load_recipe, to_plain
from edgecv.errors import Unavailable
from edgecv.hosts import require_usable
from edgecv.ondevice.engines import HINTS, check_hint
from edgecv.pipeline.measure import evaluate
from edgecv.pipeline.reference import float_predictions
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import open_sealed
from edgecv.records.device import threads_for
from edgecv.records.evaluation import SUFFIX
from edgecv.report import as_terminal, join


@click.command("evaluate")
@click.argument("artifacts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--recipe", required=True, help="The recipe whose data and budget apply.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="The float network: a .keras or .h5 file, a SavedModel folder, or a run folder.",
)
@click.option("--custom-layer", "custom_layers", multiple=True, help="A layer to trust: module:Class or file.py:Class.")
@click.option("--split", default="test", show_default=True, help="The part of the data to score.")
@click.option("--limit", type=click.IntRange(min=1), help="Score so many of the images only, spread evenly.")
@click.option("--device", default="local", show_default=True, help="A device profile: a name, or a YAML file.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the runtime; the profile's by default.")
@click.option("--hint", type=click.Choice(HINTS), help="Let OpenVINO compute floats in this precision.")
@click.option("--out", type=click.Path(path_type=Path), help="A file for one artifact, a folder for several.")
@click.option("--json", "as_json", is_flag=True, help="Print the evaluations as a JSON array.")
def command(
    artifacts: tuple[Path, ...],
    recipe: str,
    against: Path | None,
    custom_layers: tuple[str, ...],
    split: str,
    limit: int | None,
    device: str,
    threads: int | None,
    hint: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Score artifacts on a recipe's data; with --against, also the drop from the float network, image by image.

    \b
    Examples:
      edgecv evaluate runs/demo/artifacts/tflite-int8 --recipe shapes_detection --against runs/demo
      edgecv evaluate runs/demo/artifacts/* --recipe shapes_detection --limit 100 --out evaluations
    """
    if custom_layers and against is None:
        raise click.UsageError("--custom-layer is for the network of --against; say which")
    document, profile = load_recipe(recipe), load_device(device).record
    opened = [open_sealed(path) for path in artifacts]
    require_usable(profile, [artifact.manifest.target for artifact in opened])
    for artifact in opened:
        check_hint(artifact, hint or "")
    with document.places():
        samples = datasets.load(document.record.data, document.record.task, split)
    for note in samples.notes:
        say(f"data      {note}")
    ending = f"-{hint}{SUFFIX}" if hint else SUFFIX
    places = places_for(out, [f"{artifact.manifest.name}{ending}" for artifact in opened])
    results = []
    with Progress() as progress:
        workshop = Workshop(default_store(), places[0].with_suffix(".log"), say, progress)
        reference = against and float_predictions(
            against, opened, document.record, samples, split, workshop, custom_layers
        )
        for artifact, place in zip(opened, places, strict=True):
            try:
                result = evaluate(
                    artifact,
                    samples,
                    document.record.accuracy,
                    workshop,
                    place,
                    device=profile,
                    split=split,
                    float_predictions=reference,
                    limit=limit,
                    threads=threads_for(profile, artifact.manifest.target, threads),
                    hint=hint or "",
                )
            except Unavailable as reason:
                if len(opened) == 1:
                    raise
                say(f"{artifact.manifest.name}: not evaluated: {reason}")
                continue
            say(f"evaluated {place}")
            results.append(result)
    if as_json:
        print_json([to_plain(each) for each in results])
    else:
        click.echo(as_terminal.text(join([], results)))
    return exit_code([], results)
