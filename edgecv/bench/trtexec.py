"""Read what `trtexec` exports: the times of every inference, and the profile of the layers.

The file of times has had three forms, which agree in what is read here. Up to TensorRT 8.4 the warm-up is in it. Later
versions leave out what began to compute before the warm-up ended, so leaving it out again is right for all of them.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

from edgecv.errors import InputError
from edgecv.hosts.trtexec import WARM_UP_MS


@dataclass(frozen=True)
class Times:
    """One entry an inference, in the order of time."""

    latency_ms: tuple[float, ...]  # the copy in, the computation and the copy out
    compute_ms: tuple[float, ...]
    warm_up: int = 0  # inferences that were left out


@dataclass(frozen=True)
class Layer:
    name: str
    average_ms: float
    share: float  # of the time of all layers: a fraction
    median_ms: float | None = None  # older tools tell the average alone


def read_times(content: bytes, where: str, warm_up_ms: float = WARM_UP_MS) -> Times:
    """The times in the file of `--exportTimes`; `warm_up_ms` is what trtexec was told with `--warmUp`."""
    every = _records(content, where)
    records = [each for each in every if _number(each, "startComputeMs", where) >= warm_up_ms]
    if not records:
        raise InputError(f"{where}: expected the times of inferences, got none behind a warm-up of {warm_up_ms:g} ms")
    return Times(
        tuple(_number(each, "latencyMs", where) for each in records),
        tuple(_number(each, "computeMs", where) for each in records),
        len(every) - len(records),
    )


def read_profile(content: bytes, where: str) -> tuple[Layer, ...]:
    """The layers in the file of `--exportProfile`, in the order in which they run."""
    layers = [each for each in _records(content, where) if "name" in each]
    if not layers:
        raise InputError(f"{where}: expected the profile of layers, got none")
    return tuple(
        Layer(
            str(each["name"]),
            _number(each, "averageMs", where),
            _number(each, "percentage", where) / 100,
            _number(each, "medianMs", where) if "medianMs" in each else None,
        )
        for each in layers
    )


def _records(content: bytes, where: str) -> list[dict[str, Any]]:
    try:
        records = json.loads(content)
    except ValueError as error:
        raise InputError(f"{where}: expected JSON as trtexec exports it: {error}") from error
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise InputError(f"{where}: expected a list of objects, as trtexec exports it")
    return records


def _number(record: dict[str, Any], field: str, where: str) -> float:
    value = record.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise InputError(f"{where}: {field}: expected a number of milliseconds, got '{value}'")
    return float(value)
