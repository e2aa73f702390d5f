"""The exit code that results ask for: a gate's no first, then a measurement that nobody should quote."""

from collections.abc import Iterable

from edgecv.errors import GateRefused, MeasurementNotValid
from edgecv.records.evaluation import Evaluation
from edgecv.records.measurement import Measurement


def exit_code(measurements: Iterable[Measurement], evaluations: Iterable[Evaluation] = ()) -> int:
    if any(each.verdict == "fail" for each in evaluations):
        return GateRefused.exit_code
    if any(each.verdict != "VALID" for each in measurements):
        return MeasurementNotValid.exit_code
    return 0
