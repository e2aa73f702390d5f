"""Where a picture goes, by chance: how it is turned, and which window of it is shown."""

from typing import NamedTuple

import numpy as np

from edgecv.records.augment import EVEN, Augment


class Turn(NamedTuple):
    """Mirrored left to right, then top to bottom, then along the diagonal."""

    mirrored: bool
    upside_down: bool
    transposed: bool


class Window(NamedTuple):
    """What is shown of a turned picture, in shares of its sides; it may reach beyond the picture."""

    left: float
    top: float
    width: float
    height: float


class Move(NamedTuple):
    turn: Turn
    window: Window


def random_move(settings: Augment, rng: np.random.Generator) -> Move:
    """A turn, and a window to go with it."""
    zoom = rng.uniform(*settings.scale)
    mirrored = bool(rng.random() >= 0.5)
    shift_x, shift_y = rng.uniform(-settings.translate, settings.translate, 2)
    cut = random_cut(settings, rng)
    # Scaling keeps the centre in its place.
    window = Window(
        cut.left + cut.width * (0.5 - (0.5 + shift_x) / zoom),
        cut.top + cut.height * (0.5 - (0.5 + shift_y) / zoom),
        cut.width / zoom,
        cut.height / zoom,
    )
    return Move(random_turn(mirrored, settings, rng), window)


def random_turn(mirrored: bool, settings: Augment, rng: np.random.Generator) -> Turn:
    """The turns that the settings allow."""
    upside_down = settings.flip in ("both", "dihedral") and rng.random() < 0.5
    transposed = settings.flip == "dihedral" and rng.random() < 0.5
    return Turn(mirrored and settings.flip != "none", bool(upside_down), bool(transposed))


def random_cut(settings: Augment, rng: np.random.Generator) -> Window:
    """A part of the picture of a random area and shape, anywhere in it."""
    if settings.crop == settings.aspect == EVEN:
        return Window(0, 0, 1, 1)
    area, aspect = rng.uniform(*settings.crop), np.exp(rng.uniform(*np.log(settings.aspect)))
    width, height = min(1.0, (area * aspect) ** 0.5), min(1.0, (area / aspect) ** 0.5)
    left, top = rng.random(2) * (1 - width, 1 - height)
    return Window(left, top, width, height)
