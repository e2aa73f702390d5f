"""Images that are wrong in ways in which conversions go wrong: an artifact that is shown them must fail its check.

A single kind may escape: some networks hardly look at colours, and int8 hides small differences.
"""

from collections.abc import Callable, Mapping

import numpy as np

DAMAGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "channels swapped": lambda images: images[..., ::-1],  # no damage to gray images
    "inverted": lambda images: 255 - images,
    "normalised twice": lambda images: images // 2,
}
MAY_ESCAPE = 1


def damaged(images: np.ndarray) -> dict[str, np.ndarray]:
    """The images with each damage that changes them."""
    return {name: wrong for name, damage in DAMAGES.items() if ((wrong := damage(images)) != images).any()}


def tells_broken_from_sound(refused: Mapping[str, bool]) -> bool:
    """Whether a check that refused these damages, and let those pass, can be believed when it passes."""
    return sum(refused.values()) >= max(1, len(refused) - MAY_ESCAPE)
