"""`edgecv train`: the network of a recipe."""

from pathlib import Path

import click

from edgecv.cli.output import Progress, say
from edgecv.documents import load_recipe
from edgecv.pipeline.check import check_recipe
from edgecv.pipeline.run import alone_in, trained_network
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop


@click.command("train")
@click.argument("recipe")
@click.option("--out", type=click.Path(path_type=Path), help="The run folder; runs/NAME by default.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Change a field of the recipe.")
@click.option(
    "--tensorboard",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write the curves here, for TensorBoard.",
)
@click.option("--resume", is_flag=True, help="Go on where a training of this recipe was stopped.")
def command(recipe: str, out: Path | None, settings: tuple[str, ...], tensorboard: Path | None, resume: bool) -> None:
    """Train the network of a recipe; `edgecv run` and `edgecv convert` go on from its folder.

    \b
    Examples:
      edgecv train shapes_detection --out runs/demo
      edgecv train digits --set training.epochs=5 --resume
      edgecv train digits --tensorboard runs/events
    """
    document = load_recipe(recipe, settings)
    folder = out or Path("runs") / document.record.name
    splits = check_recipe(document, allow_tiny_calibration=True)  # nothing is calibrated here
    with alone_in(folder), Progress() as progress:
        workshop = Workshop(default_store(), folder / "log", say, progress)
        trained_network(document.record, splits, folder, workshop, resume=resume, tensorboard=tensorboard)
    say(f"network   {folder / 'network.keras'}")
