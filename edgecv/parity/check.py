"""Is an artifact still the network it was made from? Its own bytes, on its real runtime, against the Keras outputs.

The check has to prove itself too: shown damaged images, the same artifact must fail it, and so must a damaged copy of
it. A check that passes those would pass anything.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgecv.errors import GateRefused
from edgecv.parity.bisect import Blame, BuildAnew, blame, build_anew
from edgecv.parity.compare import Comparison
from edgecv.parity.control import in_words, tells_broken_from_sound
from edgecv.parity.ladder import Ladder, Say, climb
from edgecv.parity.levels import INTEGERS, level_use
from edgecv.parity.limits import LIMITS
from edgecv.parity.run import Run


class NotTheNetwork(GateRefused):
    """An artifact that is another network than the one it was made from, and what made it so."""

    def __init__(self, message: str, blame: Blame) -> None:
        super().__init__(message)
        self.blame = blame


@dataclass(frozen=True)
class Checked:
    """What a passed check leaves for the seal."""

    report: dict[str, Any]  # manifest.parity
    ran: Run  # the artifact itself, on the reference images
    level_use: dict[str, float]
    warnings: tuple[str, ...]


def check(
    draft: Path, exported: Path, *, log: Path, on_progress: Say | None = None, build: BuildAnew = build_anew
) -> Checked:
    """Compare a draft with the network it was exported from; NotTheNetwork where it is another one.

    `build` makes builds anew, to find out which step is to blame.
    """
    ladder = climb(draft, exported, log=log, on_progress=on_progress)
    require_sound(ladder, draft, exported, log=log, on_progress=on_progress, build=build)
    assert ladder.ran is not None
    integers = ladder.manifest.precision in INTEGERS
    return Checked(
        _report(ladder, ladder.ran),
        ladder.ran,
        level_use(ladder.ran.outputs) if integers else {},
        ladder.warnings,
    )


def require_sound(
    ladder: Ladder,
    draft: Path,
    exported: Path,
    *,
    log: Path,
    on_progress: Say | None = None,
    build: BuildAnew = build_anew,
) -> None:
    """Refuse a ladder of which a rung is broken, or whose check cannot be believed."""
    what = f"{ladder.manifest.target} {ladder.manifest.precision}"
    if ladder.fault:
        found = blame(ladder, draft, exported, log=log, on_progress=on_progress, build=build)
        raise NotTheNetwork(f"{what}: not the network any more: {found.sentence}", found)
    if not tells_broken_from_sound(ladder.refused):
        passed = [name for name, refused in ladder.refused.items() if not refused]
        raise GateRefused(
            f"{what}: the check cannot tell a broken model: it passes with {' and with '.join(map(in_words, passed))}"
        )


def _report(ladder: Ladder, ran: Run) -> dict[str, Any]:
    agreement = ladder.rungs["artifact"].agreement
    return {
        "passed": True,
        "runtime": ran.runtime if ran.on_target else f"{ran.runtime}, not {ladder.manifest.target}",
        "images": len(next(iter(ran.outputs.values()))),
        "rungs": {rung: figures(compared) for rung, compared in ladder.rungs.items()},
        "agreement": None if agreement is None else _rounded(agreement),
        "limits": asdict(LIMITS[ladder.manifest.precision]),
        "negative_control": {
            "passed": False,
            "refused": [name for name, refused in ladder.refused.items() if refused],
            "not_noticed": [name for name, refused in ladder.refused.items() if not refused],
        },
    }


def figures(compared: Comparison) -> dict[str, dict[str, float | None]]:
    """The figures of a rung, one row an output."""
    agreed = None if compared.agreement is None else _rounded(compared.agreement)
    return {
        name: {**{field: _rounded(figure) for field, figure in asdict(difference).items()}, "agreement": agreed}
        for name, difference in compared.differences.items()
    }


def _rounded(figure: float) -> float:
    """Without the digits that are noise, so that equal builds have equal digests."""
    return round(float(f"{figure:.3g}"), 6)
