"""The picture of the learning curves."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.training import curves
from edgecv.training.progress import Row

BLUE = (31, 119, 180)  # of the line of training


@pytest.mark.parametrize("r2", [-0.6, 0.5])
def test_a_figure_below_zero_is_drawn_like_one_above(r2: float, tmp_path: Path) -> None:
    history: list[Row] = [
        {"epoch": epoch, "learning_rate": 0.1, "loss": 1.0, "val_loss": 1.0, "r2": r2, "val_r2": r2 - 0.2}
        for epoch in (1, 2, 3)
    ]
    with Image.open(curves.draw(tmp_path / "curves.png", history, "r2", 2, "heads")) as picture:
        middle = np.asarray(picture.convert("RGB"))[:, picture.width // 3 : 2 * picture.width // 3]
    assert (np.abs(middle.astype(int) - BLUE).max(axis=-1) < 30).sum() > 300, "more than the line in the legend"
