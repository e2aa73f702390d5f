"""Version ranges as pip writes them: `>=2.1,<3`. Only numbers are compared, which is all that runtimes here use."""

import operator
import re

COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
PART = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)*)\s*")


def is_range(text: str) -> bool:
    """Whether this is a range; the empty text is one, and holds every version."""
    return not text or all(PART.fullmatch(part) for part in text.split(","))


def in_range(version: str, text: str) -> bool:
    """Whether a version is in a range."""
    found = _numbers(version)
    for part in text.split(",") if text else ():
        sign, bound = PART.fullmatch(part).groups()  # type: ignore[union-attr]  # is_range has been asked
        length = max(len(found), bound.count(".") + 1)
        if not COMPARE[sign](_padded(found, length), _padded(_numbers(bound), length)):
            return False
    return True


def oldest(text: str) -> str:
    """The lowest version that a range names; empty where it names none."""
    bounds = [PART.fullmatch(part).groups() for part in text.split(",")] if text else []  # type: ignore[union-attr]
    return next((bound for sign, bound in bounds if sign in (">=", "==")), "")


def older(a: str, b: str) -> bool:
    """Whether one version comes before another; the empty one comes before none."""
    length = max(a.count("."), b.count(".")) + 1
    return bool(a) and (not b or _padded(_numbers(a), length) < _padded(_numbers(b), length))


def leading(version: str) -> str:
    """The numbers that a version begins with, as a range may name them; empty where it begins with none."""
    return ".".join(map(str, _numbers(version)))


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers: what follows them, such as rc1 or +cu13, does not decide here."""
    numbers = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, numbers[0].split("."))) if numbers else ()


def _padded(numbers: tuple[int, ...], length: int) -> tuple[int, ...]:
    return numbers + (0,) * (length - len(numbers))
