"""`edgecv run`: a recipe from data to report."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from edgecv.cli.output import Progress, print_json, say
from edgecv.cli.verdicts import exit_code
from edgecv.documents import load_device, load_recipe
from edgecv.errors import InputError
from edgecv.pipeline.convert import require_all
from edgecv.pipeline.run import run
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.device import DeviceProfile
from edgecv.report import as_json, as_terminal, join


@click.command("run")
@click.argument("recipe")
@click.option("--device", "devices", multiple=True, default=("local",), show_default=True, help="Measure there.")
@click.option("--out", type=click.Path(path_type=Path), help="The run folder; runs/NAME by default.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Change a field of the recipe.")
@click.option("--remeasure", is_flag=True, help="Take every latency again, also where one is stored.")
@click.option(
    "--allow-tiny-calibration", is_flag=True, help="Calibrate with fewer than 50 images; the artifacts say so."
)
@click.option("--json", "as_json_", is_flag=True, help="Print the rows of the report as JSON.")
def command(
    recipe: str,
    devices: tuple[str, ...],
    out: Path | None,
    settings: tuple[str, ...],
    remeasure: bool,
    allow_tiny_calibration: bool,
    as_json_: bool,
) -> int:
    """All of it: data, train, build, parity, bench, evaluate, report. Finished stages are reused.

    \b
    Examples:
      edgecv run shapes_detection --out runs/demo
      edgecv run digits --set training.epochs=2 --set bench.mode=quick
      edgecv run my/cells.yaml --device raspberry_pi_5
    """
    document = load_recipe(recipe, settings)
    profiles = [load_device(name).record for name in devices]
    _require_names_apart(profiles)
    folder = out or Path("runs") / document.record.name
    with Progress() as progress:
        workshop = Workshop(default_store(), folder / "log", say, progress)
        finished = run(
            document,
            profiles,
            folder,
            workshop,
            remeasure=remeasure,
            allow_tiny_calibration=allow_tiny_calibration,
        )
    rows = join(finished.measurements, finished.evaluations)
    if as_json_:
        print_json(as_json.plain(rows))
    else:
        click.echo(as_terminal.text(rows))
    say(f"report    {finished.page}")
    require_all(finished.refused)
    return exit_code(finished.measurements, finished.evaluations)


def _require_names_apart(profiles: Sequence[DeviceProfile]) -> None:
    """Results are filed by the names of devices."""
    for name, count in Counter(profile.name for profile in profiles).items():
        if count > 1:
            raise InputError(f"--device: '{name}' is named twice; leave one out, or give its file another name")
