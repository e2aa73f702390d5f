"""What a task or a head reads from a network: its raw outputs by name, and the shape of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence, Tuple


@dataclass(frozen=True)
class Output:
    """One raw output: batch 1, channels last where it is a picture; None is any length."""

    shape: Tuple[Optional[int], ...]
    meaning: str
    at_least: bool = False  # longer is fine too: a foreign network may give more than is read

    def fits(self, shape: Sequence[Optional[int]]) -> bool:
        return len(shape) == len(self.shape) and all(
            wanted is None or got == wanted or (self.at_least and got is not None and got > wanted)
            for wanted, got in zip(self.shape, shape)
        )

    def __str__(self) -> str:
        return f"({', '.join('any' if length is None else str(length) for length in self.shape)})"
