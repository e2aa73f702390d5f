"""Names to files: a recipe or a device profile by the name of its YAML, or by a path to a user's own."""

import os
from pathlib import Path
from typing import Literal

import edgecv
from edgecv.errors import InputError, did_you_mean

Kind = Literal["recipes", "devices"]


def folder(kind: Kind) -> Path:
    """The registry: inside the package where edgecv is installed, beside it in a checkout."""
    package = Path(edgecv.__file__).parent
    inside = package / kind
    return inside if inside.is_dir() else package.parent / kind


def names(kind: Kind) -> list[str]:
    """Everything that can be said by name, in order."""
    return sorted(path.stem for path in folder(kind).glob("*.yaml"))


def find(kind: Kind, name_or_path: str | os.PathLike[str]) -> Path:
    """The file that a name or a path stands for."""
    text = os.fspath(name_or_path)
    path = Path(text)
    if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        if not path.is_file():
            raise InputError(f"{text}: expected a YAML file, got {'a folder' if path.is_dir() else 'nothing there'}")
        return path
    known = names(kind)
    if text not in known:
        word = kind.removesuffix("s")
        raise InputError(f"unknown {word} '{text}'{did_you_mean(text, known) or ';'} to list them: edgecv {kind}")
    return folder(kind) / f"{text}.yaml"
