"""`edgecv data`: look at data before a network does."""

import io
from dataclasses import replace
from pathlib import Path
from typing import get_args

import click
from PIL import Image

from edgecv import datasets
from edgecv.cli.data_report import as_plain, as_text
from edgecv.cli.output import Progress, print_json, say
from edgecv.datasets import DATASETS
from edgecv.datasets.checking import check
from edgecv.datasets.faults import Faults, in_words
from edgecv.datasets.guessing import Guess, guess
from edgecv.datasets.sheet import contact_sheet
from edgecv.documents import load_recipe, names
from edgecv.errors import InputError
from edgecv.records.files import write_whole
from edgecv.records.recipe import Data, Task

TASKS = get_args(Task)
ENDINGS = (".png", ".jpg", ".jpeg")


@click.group("data")
def command() -> None:
    """Check data before a training, or look at it.

    \b
    Examples:
      edgecv data check ~/data/cells
      edgecv data check bccd --json
      edgecv data show ~/data/cells --split train --out sheet.png
    """


def of_which_data(function: click.decorators.FC) -> click.decorators.FC:
    """What both commands ask for: the data, by a folder or by a recipe."""
    for parameter in (
        click.option("--recipe", metavar="RECIPE", help="Read the folder as this recipe says: format, labels, rules."),
        click.option(
            "--task", type=click.Choice(TASKS), help="What is to be learnt; found by the files where it can be."
        ),
        click.option("--format", type=click.Choice(list(DATASETS)), help="How the files lie; found where it can be."),
        click.argument("path"),
    ):
        function = parameter(function)
    return function


@command.command("check")
@of_which_data
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def check_(path: str, format: str | None, task: Task | None, recipe: str | None, as_json: bool) -> int:
    """List every fault of a data set, and what is in it. PATH is a folder, or a recipe's name or file.

    Every image and mask is decoded. Exit code 3 when a training would be refused.

    \b
    Examples:
      edgecv data check ~/data/cells
      edgecv data check ~/data/cells --recipe bccd
      edgecv data check bccd --json
    """
    data, found = _data(path, format, task, recipe)
    with Progress("reading") as progress:
        result = check(data, found.task, lenient=recipe is None and Path(path).is_dir(), tell=progress)
    if as_json:
        print_json(as_plain(result, found))
    else:
        click.echo(as_text(result, found))
    return InputError.exit_code if result.refused else 0


@command.command("show")
@of_which_data
@click.option("--split", default="train", show_default=True, help="The part of the data to show.")
@click.option("--count", type=click.IntRange(1, 400), default=16, show_default=True, help="So many images.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Which images are drawn by lot.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="A .png or .jpg; NAME-SPLIT.png in this folder by default."
)
def show(
    path: str,
    format: str | None,
    task: Task | None,
    recipe: str | None,
    split: str,
    count: int,
    seed: int,
    out: Path | None,
) -> None:
    """Draw images with their truth on a contact sheet. PATH is a folder, or a recipe's name or file.

    \b
    Examples:
      edgecv data show ~/data/cells
      edgecv data show bccd --split val --count 24 --out cells.png
    """
    if out and out.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"--out: expected a name that ends in {', '.join(ENDINGS)}, got '{out}'")
    data, found = _data(path, format, task, recipe)
    # Pixels that no label names are shown as void: to look at them is what the sheet is for.
    faults = Faults({**datasets.rules(data), "mask_values": "void"})
    samples = datasets.scan(data, found.task, split, faults)
    if not len(samples):
        raise InputError(f"data: the split '{split}' of '{data.format}' has no images")
    if faults.found:
        where = f"to see them: edgecv data check {path}"
        say(f"faults    {in_words(faults.found)}, left out where they cannot be drawn; {where}")
    name = Path(path).resolve().name if Path(path).is_dir() else Path(path).stem
    sheet = contact_sheet(samples, f"{name}   {split}", count, seed)
    say(f"drawn     {_write(sheet, out or Path(f'{name}-{split}.png'))}")


def _write(sheet: Image.Image, out: Path) -> Path:
    content = io.BytesIO()
    sheet.save(content, "PNG" if out.suffix.lower() == ".png" else "JPEG", quality=92)
    return write_whole(out, content.getvalue())


def _data(path: str, format: str | None, task: Task | None, recipe: str | None) -> tuple[Data, Guess]:
    """The data that a user means, and how its format is known."""
    if not Path(path).is_dir():
        if format or task or recipe:
            raise InputError(f"{path}: expected a folder beside --format, --task or --recipe, got a recipe or nothing")
        if not Path(path).exists() and path not in names("recipes"):
            raise InputError(f"{path}: expected a folder of data, or a recipe; to list those: edgecv recipes")
        record = load_recipe(path).record
        return record.data, Guess(record.data.format, record.task, f"the recipe '{record.name}'")
    if recipe:
        if format or task:
            raise click.UsageError("--recipe says the format and the task already; give one or the other")
        record = load_recipe(recipe, expand=False).record
        return replace(record.data, path=path), Guess(record.data.format, record.task, f"the recipe '{record.name}'")
    found = guess(Path(path), format, task)
    return Data(found.format, path), found
