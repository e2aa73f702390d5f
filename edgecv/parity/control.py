"""What must fail the check of an artifact, so that its passing can be believed.

Images that are wrong in ways in which conversions go wrong: a single kind may escape, since some networks hardly look
at colours, and int8 hides small differences. And a copy of the file with damaged weights. One tensor may matter little,
as in a branch that adds next to nothing: then all weights are damaged, and that cannot escape any check worth its name.
"""

from collections.abc import Callable, Mapping

import numpy as np

DAMAGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "channels swapped": lambda images: images[..., ::-1],  # no damage to gray images
    "inverted": lambda images: 255 - images,
    "normalised twice": lambda images: images // 2,
}
MAY_ESCAPE = 1
FEW = 8  # images that damaged copies are run on


def damaged(images: np.ndarray) -> dict[str, np.ndarray]:
    """The images with each damage that changes them."""
    return {name: wrong for name, damage in DAMAGES.items() if ((wrong := damage(images)) != images).any()}


def tells_broken_from_sound(refused: Mapping[str, bool]) -> bool:
    """Whether a check that refused these damages, and let those pass, can be believed when it passes."""
    images = [noticed for name, noticed in refused.items() if name in DAMAGES]
    copies = [noticed for name, noticed in refused.items() if name not in DAMAGES]
    return sum(images) >= max(1, len(images) - MAY_ESCAPE) and (any(copies) or not copies)


def in_words(damage: str) -> str:
    """What was shown to the check."""
    return f"images that are {damage}" if damage in DAMAGES else f"a copy with {damage}"
