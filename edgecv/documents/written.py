"""A tree of YAML values in which every value knows where it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Written:
    """A scalar, a list of Written, or a dict of name to Written, and its place."""

    value: Any
    source: str  # the file, or the --set it comes from
    line: int | None = None  # of the key, for what has one; None for --set
    count: int = 1  # values in it, itself included

    @property
    def where(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"

    @property
    def plain(self) -> Any:
        """The same without places."""
        if isinstance(self.value, dict):
            return {name: each.plain for name, each in self.value.items()}
        if isinstance(self.value, list):
            return [each.plain for each in self.value]
        return self.value


def shown_path(path: Path) -> str:
    """A path as messages show it: relative where that is shorter to read."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else path)
