"""What an export is asked to do: a JSON file, because the answer comes from another process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Task


@dataclass(frozen=True)
class Request:
    """A network with all that its artifacts have to know, and the images it is calibrated and checked with."""

    network: Path  # a .keras or .h5 file, or a SavedModel folder
    name: str
    task: Task
    labels: tuple[str, ...]
    preprocess: Preprocess
    postprocess: Mapping[str, Any]
    calibration: Path  # .npy of (n, height, width, channels) uint8 at the network's size
    reference: Path  # the same, of other images
    custom_layers: tuple[str, ...] = ()  # "module:Class" or "file.py:Class", which the user trusts
    equalise: bool = True  # False: to see what equalisation gains


def read_request(path: Path) -> Request:
    """Read a request; its paths are taken as they are written."""
    try:
        plain = json.loads(path.read_bytes())
        plain["preprocess"] = Preprocess.from_json(plain["preprocess"])
        for name in ("labels", "custom_layers"):
            plain[name] = tuple(plain.get(name, ()))
        for name in ("network", "calibration", "reference"):
            plain[name] = Path(plain[name])
        return Request(**plain)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a request that an export understands: {error}") from error
