"""The names of the classes that YOLO's text files know by number."""

from pathlib import Path
from typing import Any

import yaml

from edgecv.datasets import files
from edgecv.errors import InputError

DESCRIPTIONS = ("data.yaml", "data.yml", "dataset.yaml")
LISTS = ("classes.txt", "obj.names")
MOST_MB = 1


def labels_of(folder: Path) -> tuple[str, ...]:
    """By the description that lies beside the images, else by a list."""
    for name in DESCRIPTIONS:
        if (folder / name).exists():
            return _names_in(folder / name)
    for name in LISTS:
        if (folder / name).exists():
            return files.labels(folder / name)
    raise InputError(
        f"{folder / DESCRIPTIONS[0]}: expected the names of the classes, found nothing there; or give labels"
    )


def _names_in(path: Path) -> tuple[str, ...]:
    try:
        written = yaml.safe_load(files.content(path, "a YAML file", MOST_MB))
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{path}{line}: not well-formed YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # the second for a date or number that is none
        raise InputError(f"{path}: not well-formed YAML: {' '.join(str(error).split())}") from error
    names: Any = written.get("names") if isinstance(written, dict) else None
    if isinstance(names, dict) and sorted(names, key=str) == sorted(range(len(names)), key=str):
        names = [names[index] for index in range(len(names))]
    good = isinstance(names, list) and names and all(isinstance(each, str | int) for each in names)
    if not good or len({str(each) for each in names}) < len(names):
        raise InputError(f"{path}: names: expected a list of different words, or one for each index from 0 on")
    if written.get("nc", len(names)) != len(names):
        raise InputError(f"{path}: nc: expected {len(names)}, the number of names, got '{written['nc']}'")
    return tuple(str(each) for each in names)
