"""What every detection head learns is what the board reads: both halves of each head, held against each other."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from edgecv.ondevice import heads as ondevice
from edgecv.ondevice.heads.yolo import BEYOND
from edgecv.records.samples import Boxes
from edgecv.training.heads import HEADS
from edgecv.training.heads.overlaps import iou_matrix

SIZE = (64, 96)
CLASSES = 3
SETTINGS: dict[str, dict[str, Any]] = {
    "anchor_free": {"strides": [8, 16]},
    "yolo": {
        "levels": [
            {"stride": 8, "anchors": [[10.0, 10.0], [16.0, 32.0]]},
            {"stride": 16, "anchors": [[28.0, 24.0], [64.0, 64.0]]},
        ]
    },
    "yolov1": {"stride": 16, "boxes_per_cell": 2},
    "ssd": {"strides": [8, 16, 32], "sides": [10.0, 20.0, 32.0, 50.0], "aspect_ratios": [2.0]},
}
CERTAIN = 9.0  # a logit, or the negative of one


def boxes(*corners: tuple[float, float, float, float]) -> Boxes:
    """One object a box, of the classes 0, 1, 2, 0..."""
    return Boxes(np.array(corners, np.float32).reshape(-1, 4), np.arange(len(corners)) % CLASSES)


NOTHING = boxes()
TRUTHS = {
    "usual": boxes((10, 12, 50, 44), (60, 8, 90, 60), (3, 50, 17, 61)),
    "at the border": boxes((0, 0, 20, 12), (80, 50, 96, 64), (0, 30, 9, 64)),
    "smaller than a cell": boxes((41, 17, 43, 19), (95, 63, 96, 64), (0, 0, 1, 1)),
    "the whole picture": boxes((0, 0, 96, 64)),
    "long and thin": boxes((0, 30, 96, 33), (70, 0, 74, 64)),
    "side by side": boxes((8, 8, 24, 24), (24, 8, 40, 24), (40, 8, 56, 24), (56, 8, 72, 24)),
}


def block(head: str) -> dict[str, Any]:
    return {"head": head, **SETTINGS[head], "score_threshold": 0.5}


def encode(head: str, *truths: Boxes) -> dict[str, np.ndarray]:
    target: dict[str, np.ndarray] = HEADS[head].encode(truths, SIZE, block(head))
    return target


def loss(head: str, target: dict[str, np.ndarray], outputs: dict[str, np.ndarray]) -> float:
    return float(HEADS[head].loss(target, {name: keras.ops.convert_to_tensor(each) for name, each in outputs.items()}))


def perfect_anchor_free(target: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    outputs = {}
    for ending in ("_8", "_16"):
        outputs[f"cls{ending}"] = one_hot(target[f"indices{ending}"])
        outputs[f"box{ending}"] = np.log(target[f"distances{ending}"])
    return outputs


def perfect_yolo(target: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    outputs = {}
    for ending in ("_8", "_16"):
        indices, wanted = target[f"indices{ending}"], target[f"boxes{ending}"]
        cells = indices.shape[:3]
        share = np.clip((wanted[..., :2] + BEYOND) / (1 + 2 * BEYOND), 1e-6, 1 - 1e-6)
        raw = [np.log(share / (1 - share)), np.log(wanted[..., 2:] / target[f"anchors{ending}"][:, None, None])]
        outputs[f"box{ending}"] = np.concatenate(raw, axis=-1).reshape(*cells, -1)
        outputs[f"obj{ending}"] = np.where(indices >= 0, CERTAIN, -CERTAIN)
        outputs[f"cls{ending}"] = one_hot(indices).reshape(*cells, -1)
    return outputs


def perfect_yolov1(target: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    has_object = (target["indices"] >= 0)[..., None, None] * np.array([[1.0], [0.0]])  # of two as good, the first
    cells = target["indices"].shape
    numbers = np.concatenate([target["boxes"], has_object], axis=-1).reshape(*cells, -1)
    return {"grid": np.concatenate([numbers, one_hot(target["indices"]) > 0], axis=-1)}


def perfect_ssd(target: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    outputs = {}
    for stride in SETTINGS["ssd"]["strides"]:
        cells = (-1, SIZE[0] // stride, SIZE[1] // stride)
        certain = one_hot(target[f"indices_{stride}"] + 1, CLASSES + 1)
        outputs[f"cls_{stride}"] = certain.reshape(*cells, 4 * (CLASSES + 1))
        outputs[f"box_{stride}"] = target[f"boxes_{stride}"].reshape(*cells, 4 * 4)
    return outputs


def one_hot(indices: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    return np.where(indices[..., None] == np.arange(classes), CERTAIN, -CERTAIN)


PERFECT: dict[str, Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]] = {
    "anchor_free": perfect_anchor_free,
    "yolo": perfect_yolo,
    "yolov1": perfect_yolov1,
    "ssd": perfect_ssd,
}


def perfect(head: str, target: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: output.astype(np.float32) for name, output in PERFECT[head](target).items()}


def test_every_head_that_learns_is_tested_here() -> None:
    assert set(HEADS) == set(SETTINGS) == set(ondevice.HEADS) - {"decoded"}


@pytest.mark.parametrize("name", TRUTHS)
@pytest.mark.parametrize("head", HEADS)
def test_the_board_decodes_perfect_outputs_to_every_box_and_no_other(head: str, name: str) -> None:
    truth = TRUTHS[name]
    found = ondevice.HEADS[head].decode(perfect(head, encode(head, truth)), block(head), SIZE)
    off = np.abs(found.boxes[:, np.newaxis] - truth.boxes).max(axis=-1)
    off[found.indices[:, np.newaxis] != truth.indices] = np.inf
    # Distances have no sign: a box thinner than a cell, beside its centre, is up to half a stride of 8 pixels off.
    thin = head == "anchor_free" and name in ("smaller than a cell", "long and thin")
    most = 4.2 if thin else 0.01
    assert (off.min(axis=1) < most).all()
    assert (off.min(axis=0) < most).all()


@pytest.mark.parametrize("head", HEADS)
def test_a_batch_is_encoded_picture_by_picture(head: str) -> None:
    together = encode(head, TRUTHS["usual"], NOTHING, TRUTHS["at the border"])
    for position, truth in enumerate((TRUTHS["usual"], NOTHING, TRUTHS["at the border"])):
        for name, alone in encode(head, truth).items():
            np.testing.assert_array_equal(together[name][position : position + 1], alone)


@pytest.mark.parametrize("head", HEADS)
def test_a_picture_without_objects_teaches_background(head: str) -> None:
    target = encode(head, NOTHING)
    right = perfect(head, target)
    assert all((part < 0).all() for name, part in target.items() if name.startswith("indices"))
    assert 0 <= loss(head, target, right) < 2e-3
    sure = {name: np.full_like(output, CERTAIN) for name, output in right.items()}
    for name in sure:
        if name.startswith("cls") and head == "ssd":  # the first logit of each prior is the background's
            sure[name].reshape(-1, CLASSES + 1)[:, 0] = -CERTAIN
    assert 1 < loss(head, target, sure) < np.inf
    _, weights = HEADS[head].score(target, {n: keras.ops.convert_to_tensor(each) for n, each in right.items()})
    assert not np.asarray(weights).any()


@pytest.mark.parametrize("head", HEADS)
def test_perfect_outputs_cost_next_to_nothing_and_each_mistake_costs(head: str) -> None:
    target = encode(head, TRUTHS["usual"])
    right = perfect(head, target)
    cheap = loss(head, target, right)
    assert cheap < 0.02
    for name, output in right.items():
        if output.std() > 0:  # no object on a level: nothing to get wrong but what the next test asks
            wrong = {**right, name: np.roll(output, 1, axis=2)}
            assert loss(head, target, wrong) > cheap + 0.05, name


@pytest.mark.parametrize("head", HEADS)
def test_extreme_outputs_in_half_precision_give_a_finite_loss(head: str) -> None:
    target = encode(head, TRUTHS["usual"], TRUTHS["smaller than a cell"], NOTHING)
    for extreme in (-60000.0, -20.0, 0.0, 20.0):
        outputs = {name: np.full(each.shape, extreme, np.float16) for name, each in perfect(head, target).items()}
        assert np.isfinite(loss(head, target, outputs))


@pytest.mark.parametrize("head", HEADS)
def test_gradients_lead_from_nothing_to_the_boxes(head: str) -> None:
    truth = TRUTHS["usual"]
    target = encode(head, truth)
    free = {name: keras.Variable(np.zeros_like(output)) for name, output in perfect(head, target).items()}
    first, last = descend(head, target, free)
    assert last < first / 3
    outputs = {name: np.asarray(variable.value) for name, variable in free.items()}
    found = ondevice.HEADS[head].decode(outputs, {**block(head), "score_threshold": 0.4}, SIZE)
    covered = iou_matrix(truth.boxes, found.boxes) * (truth.indices[:, np.newaxis] == found.indices)
    assert (covered.max(axis=1, initial=0) > 0.85).all()


def descend(head: str, target: dict[str, np.ndarray], free: dict[str, keras.Variable]) -> tuple[float, float]:
    """Make the loss smaller by changing the outputs themselves; the loss at first and at last."""
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(0.2)
    variables = list(free.values())
    optimizer.build(variables)

    def step() -> Any:
        with tf.GradientTape() as tape:
            cost = HEADS[head].loss(target, {name: variable.value for name, variable in free.items()})
        gradients = tape.gradient(cost, [each.value for each in variables])
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return cost

    compiled = tf.function(step)
    costs = [float(compiled()) for _ in range(60)]
    return costs[0], costs[-1]


def learnt(head: str, truth: Boxes) -> set[int]:
    """The classes that some cell, anchor or prior learns."""
    target = encode(head, truth)
    return {int(each) for name, part in target.items() if name.startswith("indices") for each in np.unique(part)} - {-1}


@pytest.mark.parametrize("head", ["yolo", "ssd"])
def test_a_small_object_within_a_large_one_is_learnt_too(head: str) -> None:
    assert learnt(head, boxes((0, 0, 96, 64), (44, 28, 52, 36))) == {0, 1}


def test_each_level_of_anchor_free_learns_the_sizes_that_fit_it() -> None:
    target = encode("anchor_free", boxes((0, 0, 90, 40), (4, 0, 90, 60), (50, 50, 52, 52)))
    assert set(np.unique(target["indices_8"])) == {-1, 0, 2}  # up to 8 strides: 64 pixels in the mean of both sides
    assert set(np.unique(target["indices_16"])) == {-1, 1}


def test_yolo_learns_an_object_in_its_own_cell_and_in_the_nearest_two() -> None:
    target = encode("yolo", boxes((21, 22, 31, 32)))  # centred at 26, 27: in the upper left of cell 3, 3
    assert np.argwhere(target["indices_8"][0, :, :, 0] == 0).tolist() == [[2, 3], [3, 2], [3, 3]]


def test_of_two_objects_in_one_anchor_yolo_learns_the_smaller() -> None:
    target = encode("yolo", boxes((20, 20, 30, 30), (21, 21, 29, 29)))
    assert target["indices_8"][0, 3, 3, 0] == 1


def test_yolov1_learns_one_object_a_cell_the_nearest_to_its_middle() -> None:
    target = encode("yolov1", boxes((1, 1, 5, 5), (4, 4, 14, 14), (2, 2, 30, 30)))  # centres 3, 9 and 16
    assert target["indices"][0, 0, 0] == 1
    assert target["indices"][0, 1, 1] == 2


def test_every_object_has_a_prior_of_its_own_even_where_all_want_the_same() -> None:
    truth = Boxes(np.tile(np.array([[40, 24, 56, 40]], np.float32), (3, 1)), np.array([0, 1, 2]))
    assert learnt("ssd", truth) == {0, 1, 2}


def test_three_priors_without_an_object_count_for_one_that_has_one() -> None:
    target = encode("ssd", TRUTHS["smaller than a cell"])  # no prior overlaps these by half: three have an object
    right = perfect("ssd", target)
    wrong = dict(right)
    flat = wrong["cls_8"] = right["cls_8"].copy()
    background = flat.reshape(-1, CLASSES + 1)
    empty = np.flatnonzero(target["indices_8"].reshape(-1) < 0)
    background[empty[:50]] = [-CERTAIN, CERTAIN, -CERTAIN, -CERTAIN]  # fifty that see what is not there
    assert loss("ssd", target, wrong) == pytest.approx(3 * 2 * CERTAIN, rel=0.01)
