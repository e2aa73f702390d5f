"""Is an artifact still the network it was made from? Its own bytes, on its real runtime, against the Keras outputs.

The check has to prove itself too: shown damaged images, the same artifact must fail it. A check that passes those
would pass anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import GateRefused
from edgecv.parity.compare import Comparison, compare, level_use
from edgecv.parity.control import DAMAGES
from edgecv.parity.limits import LIMITS, Limits
from edgecv.parity.run import Run, run
from edgecv.records.artifact import open_artifact
from edgecv.targets import open_exported


@dataclass(frozen=True)
class Checked:
    """What a passed check leaves for the seal."""

    report: dict[str, Any]  # manifest.parity
    outputs: dict[str, np.ndarray]  # the artifact's own, for the reference images
    level_use: dict[str, float]
    verified_on: tuple[str, ...]


def check(draft: Path, exported: Path, *, log: Path, on_progress: Callable[[str], None] | None = None) -> Checked:
    """Compare a draft with the network it was exported from; GateRefused where it is another network."""
    manifest, network = open_artifact(draft).manifest, open_exported(exported)
    limits = LIMITS[manifest.precision]
    images, reference = network.reference_images(), network.reference_outputs()
    # One process for all: starting a runtime takes longer than the images.
    shown = [images, *(damage(images) for damage in DAMAGES.values())]
    ran = run(draft, np.concatenate(shown), log=log, on_progress=on_progress)
    outputs, *damaged = _parted(ran.outputs, len(shown))
    compared = compare(reference, outputs, manifest, limits)
    if compared.reasons:
        raise GateRefused(
            f"{manifest.target} {manifest.precision}: not the network any more: {'; '.join(compared.reasons)}"
        )
    caught = {
        name: bool(compare(reference, each, manifest, limits).reasons)
        for name, each in zip(DAMAGES, damaged, strict=True)
    }
    if not any(caught.values()):
        raise GateRefused(
            f"{manifest.target} {manifest.precision}: the check cannot tell a broken model: "
            f"it passes with images that are {' and with images that are '.join(caught)}"
        )
    return Checked(
        _report(manifest.target, ran, compared, caught, limits, len(images)),
        outputs,
        level_use(outputs) if manifest.precision == "int8" else {},
        (ran.runtime,) if ran.on_target else (),
    )


def _parted(outputs: Mapping[str, np.ndarray], count: int) -> list[dict[str, np.ndarray]]:
    """Outputs for a stack of images, as `count` equal parts."""
    parts = {name: np.split(values, count) for name, values in outputs.items()}
    return [{name: values[index] for name, values in parts.items()} for index in range(count)]


def _report(
    target: str, ran: Run, compared: Comparison, caught: Mapping[str, bool], limits: Limits, images: int
) -> dict[str, Any]:
    return {
        "passed": True,
        "runtime": ran.runtime if ran.on_target else f"{ran.runtime}, not {target}",
        "images": images,
        "rungs": {
            "artifact": {
                name: {
                    "max_abs_over_spread": _rounded(difference.max_abs_over_spread),
                    "centred_cosine": _rounded(difference.centred_cosine),
                }
                for name, difference in compared.differences.items()
            }
        },
        "agreement": None if compared.agreement is None else _rounded(compared.agreement),
        "limits": asdict(limits),
        "negative_control": {"passed": False, "refused": [name for name, is_caught in caught.items() if is_caught]},
    }


def _rounded(figure: float) -> float:
    """Without the digits that are noise, so that equal builds have equal digests."""
    return round(float(f"{figure:.3g}"), 6)
