"""What every stage works with: the store of finished work, the user's ear, and a log for what the tools print."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgecv.pipeline.store import Store


def _silent(_text: str) -> None:
    pass


@dataclass(frozen=True)
class Workshop:
    store: Store
    log: Path
    say: Callable[[str], None] = _silent  # a line that stays
    progress: Callable[[str], None] = _silent  # how far it is; gone when the next one comes
