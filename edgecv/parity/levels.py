"""How much of an integer's range the outputs use.

An int8 tensor has one scale. Boxes in pixels beside scores from 0 to 1 leave the scores a single level, and figures
over the whole tensor hide it: so the scores are looked at alone. So is each value of a regression whose outputs are in
units of their own; those in standard deviations share a scale without harm.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from edgecv.parity.limits import LEAST_LEVELS, LEAST_LEVELS_OF_VALUE
from edgecv.records.artifact import Manifest

Outputs = Mapping[str, np.ndarray]
LEVELS = 256  # of int8; of int16 no more are asked for
CLEARLY_MORE = 2  # times the levels that are asked for: a few images and classes have hardly more values themselves

INTEGERS = ("int8", "int16x8")  # precisions whose outputs have levels
RANKING = ("logits", "cls", "obj")  # outputs, or how their names begin, whose values are compared with each other


class Ranked(NamedTuple):
    """The part of an output that ranks answers, or is one itself, and what else shares its scale."""

    output: str
    values: np.ndarray
    others: np.ndarray | None = None
    value: str = ""  # of regression: its name

    @property
    def least(self) -> int:
        """The levels that it takes."""
        return LEAST_LEVELS_OF_VALUE if self.value else LEAST_LEVELS


def level_use(outputs: Outputs) -> dict[str, float]:
    """The share of the 256 levels of int8 that each output uses; 1 where an output left int8 before its end."""
    return {name: min(_levels(values), LEVELS) / LEVELS for name, values in sorted(outputs.items())}


def too_few_levels(reference: Outputs, got: Outputs, manifest: Manifest) -> list[str]:
    """What cannot rank answers any more though the network's own outputs could, in words that say why."""
    pairs = zip(_ranked(reference, manifest), _ranked(got, manifest), strict=True)
    return [
        _complaint(part, manifest)
        for ideal, part in pairs
        if _levels(part.values) < part.least and _levels(ideal.values) >= CLEARLY_MORE * part.least
    ]


def _ranked(outputs: Outputs, manifest: Manifest) -> Iterator[Ranked]:
    if manifest.task == "regression":
        if not manifest.postprocess.get("std"):
            for label, values in zip(manifest.labels, outputs["values"].T, strict=True):
                yield Ranked("values", values, value=label)
        return
    if manifest.postprocess.get("head") == "yolov1":  # its boxes may share the scale, for all is between 0 and 1
        first = 5 * manifest.postprocess["boxes_per_cell"]
        yield Ranked("grid", outputs["grid"][..., first:], outputs["grid"][..., :first])
        return
    scores = manifest.postprocess.get("scores")
    if scores is None:
        for name in sorted(outputs):
            if name.startswith(RANKING):
                yield Ranked(name, outputs[name])
        return
    name, boxes = scores["output"], manifest.postprocess["boxes"]
    values = np.moveaxis(outputs[name], 1, -1) if _channels_first(manifest) else outputs[name]
    shared = boxes["output"] == name
    yield Ranked(name, _part(values, scores), _part(values, boxes) if shared else None)


def _channels_first(manifest: Manifest) -> bool:
    return bool(manifest.postprocess.get("order") == "channels_first")


def _part(values: np.ndarray, block: Mapping[str, Any]) -> np.ndarray:
    if block.get("channels") is None:
        return values
    first, last = block["channels"]
    return values[..., first : last + 1]


def _levels(values: np.ndarray) -> int:
    return len(np.unique(values))


def _complaint(part: Ranked, manifest: Manifest) -> str:
    used = _levels(part.values)
    if part.value:
        return (
            f"'{part.value}' has only {used} different numbers, for all values share one scale; let the network give "
            "each in standard deviations from a mean, and a --postprocess file say both, or use int16x8 or float16"
        )
    if part.others is None:
        return f"{part.output}: only {used} different values, at least {LEAST_LEVELS} are needed to rank answers"
    scale = next((t.quantization.scale for t in manifest.outputs if t.name == part.output and t.quantization), None)
    its_scale = f"its scale is {scale:.3g}, " if scale else ""
    return (
        f"output '{part.output}' mixes boxes ({_range(part.others)}) with scores ({_range(part.values)}): {its_scale}"
        f"the scores use {used} of {LEVELS} levels; give them as separate outputs, or use int16x8 or float16"
    )


def _range(values: np.ndarray) -> str:
    return f"{values.min():.3g}..{values.max():.3g}"
