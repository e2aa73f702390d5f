"""Thirty sound conversions, of which none may be refused: every build of every target, in turns, of six networks."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import NamedTuple

from edgecv.records.recipe import Precision, Task
from edgecv.targets import TARGETS

CONVERSIONS = 30
SEEDS = (3, 11)
TASKS: tuple[Task, ...] = ("classification", "detection", "segmentation")


class Conversion(NamedTuple):
    network: str
    target: str
    precision: Precision


def conversions() -> Iterator[Conversion]:
    """The same ones every time."""
    networks = [f"{task}-{seed}" for seed in SEEDS for task in TASKS]
    builds = [(target, precision) for target, module in TARGETS.items() for precision in module.PRECISIONS]
    for network, (target, precision) in islice(zip(cycle(networks), cycle(builds), strict=False), CONVERSIONS):
        yield Conversion(network, target, precision)
