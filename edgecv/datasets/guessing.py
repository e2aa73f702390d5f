"""Which format a folder is in: found by its files where they leave no doubt, and asked for where they do."""

from pathlib import Path
from typing import NamedTuple

from edgecv.datasets import DATASETS, files
from edgecv.errors import InputError, not_one_of
from edgecv.records.recipe import Task


class Guess(NamedTuple):
    format: str
    task: Task
    why: str


def guess(folder: Path, format_: str | None = None, task: Task | None = None) -> Guess:
    """The format and task of a folder; what the user gives is not guessed."""
    if format_ and format_ not in DATASETS:
        raise InputError(f"--format: {not_one_of(DATASETS, format_)}")
    formats = [format_] if format_ else list(DATASETS)
    found = {name: sign for name in formats if (sign := DATASETS[name].found_in(folder))}
    fitting = {name: sign for name, sign in found.items() if task is None or task in sign.tasks}
    if len(fitting) == 1:
        name, sign = fitting.popitem()
        return Guess(name, task or sign.tasks[0], "as you say" if format_ else sign.sign)
    if format_:
        return Guess(format_, task or DATASETS[format_].TASKS[0], "as you say")
    if not fitting:
        known = ", ".join(name for name, module in DATASETS.items() if module.FAULTS)
        raise InputError(
            f"{folder}: its files look like none of {known}; say which it is: --format NAME{_hint(folder)}"
        )
    signs = " or ".join(f"'{name}' ({sign.sign})" for name, sign in fitting.items())
    raise InputError(f"{folder}: could be {signs}; say which it is: --format {next(iter(fitting))}")


def _hint(folder: Path) -> str:
    """What else can be said of a folder that fits no format."""
    if not any(folder.iterdir()):
        return "; the folder is empty"
    if any(files.holds_images(each) for each in files.folders(folder)):
        data = f"data: {{format: image_folder, path: {folder}, train: ., val_share: 0.1, test_share: 0.1}}"
        return f"; or write a recipe, where its folders are classes that nobody has split, with {data}"
    return ""
