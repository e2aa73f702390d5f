import numpy as np
import pytest

from edgecv.errors import InputError
from edgecv.ondevice.heads import HEADS
from edgecv.ondevice.heads.candidates import MOST_CANDIDATES

SIZE = (32, 48)
ONE_STRIDE = {"head": "anchor_free", "strides": [8], "score_threshold": 0.25}
decode = HEADS["anchor_free"].decode


def background(stride: int = 8, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    grid = (SIZE[0] // stride, SIZE[1] // stride)
    return np.full((1, *grid, classes), -9, np.float32), np.zeros((1, *grid, 4), np.float32)


def test_a_cell_becomes_the_box_around_its_centre() -> None:
    cls, box = background()
    cls[0, 2, 1, 1] = 2.0
    box[0, 2, 1] = np.log([0.5, 1, 1.5, 2])  # left, top, right, bottom in strides
    found = decode({"cls": cls, "box": box}, ONE_STRIDE, SIZE)
    np.testing.assert_allclose(found.boxes, [[12 - 4, 20 - 8, 12 + 12, 20 + 16]], rtol=1e-6)
    np.testing.assert_allclose(found.scores, [1 / (1 + np.exp(-2.0))], rtol=1e-6)
    assert found.indices.tolist() == [1]


def test_one_cell_can_stand_for_two_classes_and_the_best_comes_first() -> None:
    cls, box = background()
    cls[0, 0, 0] = [1.0, -9.0, 3.0]
    found = decode({"cls": cls, "box": box}, ONE_STRIDE, SIZE)
    assert found.indices.tolist() == [2, 0]
    assert (found.boxes[0] == found.boxes[1]).all()


def test_the_threshold_is_exact() -> None:
    cls, box = background()
    cls[0, 0, :4, 0] = np.log([0.24 / 0.76, 0.26 / 0.74, 0.5 / 0.5, 0.9 / 0.1])
    found = decode({"cls": cls, "box": box}, ONE_STRIDE, SIZE)
    np.testing.assert_allclose(found.scores, [0.9, 0.5, 0.26], rtol=1e-5)
    assert len(decode({"cls": cls, "box": box}, {**ONE_STRIDE, "score_threshold": 1.0}, SIZE).scores) == 0


def test_extreme_outputs_stay_finite() -> None:
    cls, box = background()
    cls[:] = [-200, 200, 0]
    box[:] = [-50, 50, -50, 50]
    found = decode({"cls": cls, "box": box}, {**ONE_STRIDE, "score_threshold": 0.0}, SIZE)
    assert len(found.scores) == cls.size
    assert np.isfinite(found.boxes).all()
    assert np.isfinite(found.scores).all()
    assert found.boxes.dtype == found.scores.dtype == np.float32


def test_several_strides_are_read_by_name() -> None:
    outputs = {}
    for stride in (8, 16):
        outputs[f"cls_{stride}"], outputs[f"box_{stride}"] = background(stride)
        outputs[f"cls_{stride}"][0, 1, 1, 0] = stride
    found = decode(outputs, {**ONE_STRIDE, "strides": [8, 16]}, SIZE)
    np.testing.assert_allclose(found.boxes, [[8, 8, 40, 40], [4, 4, 20, 20]])


def test_only_the_strongest_candidates_go_on() -> None:
    rng = np.random.default_rng(0)
    cls = rng.normal(size=(1, 32, 32, 10)).astype(np.float32)
    found = decode({"cls": cls, "box": np.zeros((1, 32, 32, 4), np.float32)}, ONE_STRIDE, (256, 256))
    assert len(found.scores) == MOST_CANDIDATES
    expected = np.sort(cls.reshape(-1))[::-1][:MOST_CANDIDATES]
    np.testing.assert_allclose(found.scores, 1 / (1 + np.exp(-expected)), rtol=1e-5)


def test_outputs_that_do_not_fit_the_strides_are_refused() -> None:
    cls, box = background()
    with pytest.raises(InputError, match="expected 'cls_8', got cls, box"):
        decode({"cls": cls, "box": box}, {**ONE_STRIDE, "strides": [8, 16]}, SIZE)
    with pytest.raises(InputError, match=r"expected a grid of \(2, 3\), got \(4, 6\)"):
        decode({"cls": cls, "box": box}, {**ONE_STRIDE, "strides": [16]}, SIZE)
