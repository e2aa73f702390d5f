from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.ondevice.predictions import read, save
from edgecv.ondevice.tasks.classification import Classification
from edgecv.ondevice.tasks.detection import Detection
from edgecv.ondevice.tasks.regression import Regression
from edgecv.ondevice.tasks.segmentation import Segmentation

RNG = np.random.default_rng(0)


def detection(count: int) -> Detection:
    return Detection(
        RNG.random((count, 4)).astype(np.float32), RNG.random(count).astype(np.float32), RNG.integers(0, 9, count)
    )


PREDICTIONS: dict[str, list[Any]] = {
    "classification": [Classification(RNG.random(7).astype(np.float32)) for _ in range(3)],
    "detection": [detection(0), detection(3), detection(1), detection(0)],
    "segmentation": [Segmentation(RNG.integers(0, 9, shape, dtype=np.uint8)) for shape in ((2, 3), (5, 1), (4, 4))],
    "regression": [Regression(RNG.random(3).astype(np.float32)) for _ in range(2)],
}


@pytest.mark.parametrize("count", [0, 1, None], ids=["none", "one", "all"])
@pytest.mark.parametrize("task", PREDICTIONS)
def test_what_is_saved_is_read_again(task: str, count: int | None, tmp_path: Path) -> None:
    saved = PREDICTIONS[task][:count]
    again = read(save(tmp_path / "test.predictions.npz", saved, task))
    assert len(again) == len(saved)
    for before, after in zip(saved, again, strict=True):
        assert type(before) is type(after)
        for one, other in zip(before, after, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("task", PREDICTIONS)
def test_equal_predictions_make_equal_files(task: str, tmp_path: Path) -> None:
    first = save(tmp_path / "first.npz", PREDICTIONS[task], task)
    second = save(tmp_path / "second.npz", PREDICTIONS[task], task)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04nonsense"])
def test_a_damaged_file_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "test.predictions.npz"
    with pytest.raises(InputError, match="no such file"):
        read(path)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"test\.predictions\.npz: expected saved predictions"):
        read(path)


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "test.predictions.npz"
    np.savez(path, task=np.array("classification"), scores=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(InputError, match="allow_pickle"):
        read(path)
