"""What must fail the check of an artifact, so that its passing can be believed.

A copy of the file with damaged weights. One tensor may matter little, as in a branch that adds next to nothing: then
all weights are damaged, and that cannot escape any check worth its name. Images that are wrong in ways in which
conversions go wrong are shown as well; but a well trained network may know a picture by its negative, and int8's limits
are wide. So what it makes of these is written down, and decides only where no weights could be damaged.
"""

from collections.abc import Callable, Mapping

import numpy as np

DAMAGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "channels swapped": lambda images: images[..., ::-1],  # no damage to gray images
    "inverted": lambda images: 255 - images,
    "normalised twice": lambda images: images // 2,
}
FEW = 8  # images that damaged copies are run on


def damaged(images: np.ndarray) -> dict[str, np.ndarray]:
    """The images with each damage that changes them."""
    return {name: wrong for name, damage in DAMAGES.items() if ((wrong := damage(images)) != images).any()}


def tells_broken_from_sound(refused: Mapping[str, bool]) -> bool:
    """Whether a check that refused these damages, and let those pass, can be believed when it passes."""
    copies = [noticed for name, noticed in refused.items() if name not in DAMAGES]
    return any(copies or refused.values())


def in_words(damage: str) -> str:
    """What was shown to the check."""
    return f"images that are {damage}" if damage in DAMAGES else f"a copy with {damage}"
