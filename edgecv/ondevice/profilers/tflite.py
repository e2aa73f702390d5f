"""TFLite: the operators that XNNPACK took over are named by its kernels, as in `Convolution (NHWC, QC8) IGEMM`.

Which operators of the file such a kernel carries out, nothing tells. But a part of the network that XNNPACK took over
keeps its order, so the layers with weights are tied to the file one by one where there are as many on both sides.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any, Deque, Dict, List, Sequence

import numpy as np

from edgecv.ondevice.engines.protocol import EngineOptions
from edgecv.ondevice.engines.tflite import open_engine
from edgecv.ondevice.profilers import litert
from edgecv.ondevice.profilers.protocol import Profile, Timed, add_times
from edgecv.ondevice.profilers.tflite_operators import WITH_WEIGHTS, Operator, read_operators
from edgecv.records.artifact import Artifact

WEIGHTY = ("Convolution", "Fully Connected", "Deconvolution", "Dynamic Fully Connected")  # XNNPACK's words for these
INTEGERS = re.compile(r"\bQ[SUCDP]8\b")  # XNNPACK's words for numbers of 8 bits; QC8W are weights alone


def profile(artifact: Artifact, options: EngineOptions, images: np.ndarray, runs: int) -> Profile:
    engine = open_engine(artifact, options)
    operators, parts = read_operators(engine.interpreter)
    why = litert.missing()
    if why:
        return Profile(engine, None, _without_times(operators, parts), None, (f"times of operators: {why}",))
    encoded = [engine.encode(image[None]) for image in images]
    noted = litert.profile(artifact.model_file, options.threads, encoded, runs)
    layers: Dict[Any, Timed] = {}
    for events in noted:
        for place, layer in enumerate(read_events(events, operators, parts)):
            add_times(layers, place, layer)
    taken_over = sum(map(len, parts)) + sum(not each.delegated for each in noted[0]) == len(operators)
    untold = () if taken_over else ("XNNPACK took other operators over in the profiled runs than in the timed ones",)
    return Profile(engine, "LiteRT profiler", list(layers.values()), None, untold)


def read_events(
    events: Sequence[litert.Event], file: Sequence[Operator], parts: Sequence[Sequence[int]]
) -> List[Timed]:
    """One run. A delegate counts its operators from 0 in each of its parts."""
    layers: List[Timed] = []
    waiting = deque(parts)
    group: List[litert.Event] = []
    for event in [*events, None]:
        if group and (event is None or not event.delegated or event.place == 0):
            layers += _delegated(group, [file[place] for place in waiting.popleft()] if waiting else [])
            group = []
        if event and event.delegated:
            group.append(event)
        elif event:
            layers.append(_built_in(file[event.place], [event.time_ms]))
    return layers


def _delegated(events: Sequence[litert.Event], operators: Sequence[Operator]) -> List[Timed]:
    with_weights: Deque[Operator] = deque(each for each in operators if each.kind in WITH_WEIGHTS)
    tied = len(with_weights) == sum(each.name.startswith(WEIGHTY) for each in events)
    common = {each.precision for each in operators}
    otherwise = common.pop() if len(common) == 1 else None
    layers = []
    for event in events:
        known = with_weights.popleft() if tied and event.name.startswith(WEIGHTY) else None
        names = known.network if known else ()
        kind = known.kind if known else event.name.partition(" (")[0]
        precision = xnnpack_precision(event.name) or otherwise
        name = names[0] if names else event.name
        layers.append(Timed(name, kind, f"XNNPACK {event.name}", precision, names, [event.time_ms]))
    return layers


def xnnpack_precision(kernel: str) -> str | None:
    """What a kernel computes in, where its name says so; a conversion computes in floats."""
    if INTEGERS.search(kernel) and not kernel.startswith("Convert"):
        return "int8"
    return "float16" if "F16" in kernel else "float32" if "F32" in kernel else None


def _built_in(operator: Operator, times_ms: List[float]) -> Timed:
    name = operator.network[0] if operator.network else operator.kind
    return Timed(name, operator.kind, "built-in", operator.precision, operator.network, times_ms)


def _without_times(operators: Sequence[Operator], parts: Sequence[Sequence[int]]) -> List[Timed]:
    taken = {place for part in parts for place in part}
    layers = [_built_in(each, []) for each in operators]
    return [each._replace(kernel="XNNPACK") if place in taken else each for place, each in enumerate(layers)]
