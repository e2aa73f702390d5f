"""Large numbers as a reader takes them in: exact ones in groups of three digits, others with three digits."""

from collections.abc import Sequence


def exact(number: int) -> str:
    """Such as 62,378,344."""
    return f"{number:,}"


def count(number: float) -> str:
    """Such as 15.5 G; below a thousand exact."""
    for unit in ("", " k", " M"):
        if number < 999.5:
            return f"{number:.3g}{unit}"
        number /= 1000
    return f"{number:.3g} G"


def bytes_of(number: float) -> str:
    """Such as 25.7 MB."""
    text = count(number)
    return text + ("B" if " " in text else " B")


def volume(sides: Sequence[float]) -> str:
    """Such as 224x224x64."""
    return "x".join(f"{side:g}" for side in sides)
