"""What a format says of a folder that looks like its own."""

from typing import NamedTuple

from edgecv.records.recipe import Task


class Found(NamedTuple):
    """The sign by which a format knew its files, and the tasks that they serve."""

    sign: str
    tasks: tuple[Task, ...]
