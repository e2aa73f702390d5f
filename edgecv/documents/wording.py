"""How a refusal is put: what was expected, what came, and the near word."""

from collections.abc import Iterable
from typing import Any


def one_of(known: Iterable[str]) -> str:
    """The choices, as a message lists them."""
    return f"one of {', '.join(known)}"


def shown(value: Any) -> str:
    """A value as a message shows it: in quotes, and never longer than a line."""
    text = str(list(value) if isinstance(value, tuple) else value)
    return f"'{text[:57]}...'" if len(text) > 60 else f"'{text}'"
