"""Images that are wrong in ways in which conversions go wrong: an artifact that is shown them must fail its check."""

from collections.abc import Callable

import numpy as np

DAMAGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "channels swapped": lambda images: images[..., ::-1],  # no damage to gray images
    "inverted": lambda images: 255 - images,
    "normalised twice": lambda images: images // 2,
}
