"""Labels by index."""

from __future__ import annotations

from typing import Sequence


def label_of(labels: Sequence[str], index: int) -> str:
    """The label, or the index itself where a network knows more classes than it has labels."""
    return labels[index] if index < len(labels) else str(index)
