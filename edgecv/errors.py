"""Everything that can go wrong through no fault of edgecv, with one exit code a class.

EdgecvError
├── InputError            3   recipe, profile, model, image or data set is not usable
├── Unavailable           4   something is not installed, or a board cannot be reached
├── GateRefused           5   parity, an accuracy budget, a comparison or a selection said no
└── MeasurementNotValid   6   a measurement was taken, and its verdict is not VALID

A message is one or two lines: where, what was expected, what came, and the cure. Anything else that is raised is a
bug and keeps its traceback.
"""

from __future__ import annotations

import errno
from typing import Iterable


class EdgecvError(Exception):
    """A mistake that a user can cause and mend."""

    exit_code = 1


class InputError(EdgecvError):
    """What was given cannot be used."""

    exit_code = 3


class Unavailable(EdgecvError):
    """This machine or board lacks what the work needs."""

    exit_code = 4


class GateRefused(EdgecvError):
    """A check that guards the user looked at the result and said no."""

    exit_code = 5


class MeasurementNotValid(EdgecvError):
    """The measurement is written, but nobody should quote it."""

    exit_code = 6


BY_EXIT_CODE = {kind.exit_code: kind for kind in (InputError, Unavailable, GateRefused, MeasurementNotValid)}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest known word, or nothing."""
    from difflib import get_close_matches  # only those who mistyped pay for it

    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_lower, n=1)
    return f"; did you mean '{by_lower[near[0]]}'?" if near else ""


def not_one_of(known: Iterable[str], got: str) -> str:
    """The whole complaint about a word that is not among the choices."""
    known = list(known)
    return f"expected one of {', '.join(known)}, got '{got}'{did_you_mean(got, known)}"


_PLACES_THAT_CANNOT_BE_WRITTEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


def from_os_error(error: OSError) -> EdgecvError | None:
    """The sentence for a place that cannot be read or written; None when the error has another cause."""
    if error.errno not in _PLACES_THAT_CANNOT_BE_WRITTEN:
        return None
    where = error.filename or "output"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InputError(f"{where}: no space left on its disk; free some, or choose another place")
    return InputError(
        f"{where}: {(error.strerror or 'no access').lower()}; choose another place, or mend its permissions"
    )
