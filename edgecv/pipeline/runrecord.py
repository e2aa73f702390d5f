"""What a run folder knows about its network, for the commands that are given the folder later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from edgecv.errors import InputError
from edgecv.records.recipe import Recipe

RUN = "run.json"


@dataclass(frozen=True)
class RunRecord:
    recipe: Recipe
    labels: tuple[str, ...]
    postprocess: Mapping[str, Any]
    network_digest: str  # of what the network computes
    network_file: str  # of network.keras, as the run left it
    data: Mapping[str, str]  # a digest for each split


def is_run(folder: Path) -> bool:
    """Whether a model is a run folder."""
    return (folder / RUN).is_file()


def read_run(folder: Path) -> RunRecord:
    """The record of a run folder."""
    try:
        facts = json.loads((folder / RUN).read_bytes())
        training = facts["training"]
        return RunRecord(
            msgspec.convert(facts["recipe"], Recipe),
            tuple(training["labels"]),
            training["postprocess"],
            training["network_digest"],
            facts["network_file"],
            facts["data"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder}: expected a run folder, with a whole {RUN}: {error}") from error
