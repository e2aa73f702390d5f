"""Everything that can go wrong through no fault of edgecv, with one exit code a class.

EdgecvError
├── InputError            3   recipe, profile, model, image or data set is not usable
├── Unavailable           4   something is not installed, or a board cannot be reached
├── GateRefused           5   parity, an accuracy budget, a comparison or a selection said no
└── MeasurementNotValid   6   a measurement was taken, and its verdict is not VALID

A message is one or two lines: where, what was expected, what came, and the cure. Anything else that is raised is a
bug and keeps its traceback.
"""


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
