"""Outputs that share one scale, and what is left of the smaller ones."""

import dataclasses
from typing import Any

import numpy as np

from edgecv.parity.levels import level_use, too_few_levels
from edgecv.records.artifact import Quantization, Tensor
from tests.parity.test_compare import detections, manifest_of

DECODED: dict[str, Any] = {
    "head": "decoded",
    "boxes": {"output": "out", "channels": [0, 3]},
    "scores": {"output": "out", "channels": [4, 7]},
    "order": "candidates_first",
}


def quantized(values: np.ndarray, levels: int = 256) -> np.ndarray:
    """What one scale over the whole array leaves."""
    step = (values.max() - values.min()) / (levels - 1)
    coarse: np.ndarray = (np.round(values / step) * step).astype(np.float32)
    return coarse


def mixed() -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.concatenate([rng.uniform(0, 640, (8, 60, 4)), rng.uniform(0, 1, (8, 60, 4))], axis=-1).astype(np.float32)


def decoded(**changes: Any) -> Any:
    outputs = (Tensor("out", "out", (1, 60, 8), "int8", quantization=Quantization(2.5, -128)),)
    return dataclasses.replace(manifest_of("detection", "int8"), postprocess={**DECODED, **changes}, outputs=outputs)


def test_an_output_that_mixes_boxes_with_scores_is_named_with_its_scale_and_the_way_out() -> None:
    [complaint] = too_few_levels({"out": mixed()}, {"out": quantized(mixed())}, decoded())
    assert complaint.startswith("output 'out' mixes boxes (0..640) with scores (0..")
    assert "its scale is 2.5, the scores use 1 of 256 levels" in complaint
    assert complaint.endswith("give them as separate outputs, or use int16x8 or float16")


def test_the_grid_of_yolov1_may_mix_them_as_long_as_all_is_between_0_and_1() -> None:
    grid = np.random.default_rng(0).uniform(0, 1, (8, 7, 7, 30)).astype(np.float32)
    manifest = decoded(head="yolov1", boxes_per_cell=2)
    assert too_few_levels({"grid": grid}, {"grid": quantized(grid)}, manifest) == []
    in_pixels = grid * np.where(np.arange(30) < 10, np.float32(448), np.float32(1))
    [complaint] = too_few_levels({"grid": in_pixels}, {"grid": quantized(in_pixels)}, manifest)
    assert complaint.startswith("output 'grid' mixes boxes (")


def test_objectness_ranks_answers_as_classes_do() -> None:
    logits = np.random.default_rng(0).normal(size=(8, 12, 12, 3)).astype(np.float32)
    manifest = manifest_of("detection", "int8")
    assert too_few_levels({"obj_8": logits}, {"obj_8": quantized(logits)}, manifest) == []
    [complaint] = too_few_levels({"obj_8": logits}, {"obj_8": quantized(logits, 9)}, manifest)
    assert complaint == "obj_8: only 9 different values, at least 16 are needed to rank answers"


def test_channels_may_come_first() -> None:
    turned = mixed().transpose(0, 2, 1)
    manifest = decoded(order="channels_first")
    assert "mixes boxes" in too_few_levels({"out": turned}, {"out": quantized(turned)}, manifest)[0]


def test_int16_leaves_the_scores_enough() -> None:
    assert too_few_levels({"out": mixed()}, {"out": quantized(mixed(), 65536)}, decoded()) == []


def test_scores_of_their_own_output_keep_their_levels() -> None:
    outputs = {"boxes": mixed()[..., :4], "out": mixed()[..., 4:]}
    manifest = decoded(boxes={"output": "boxes", "channels": None}, scores={"output": "out", "channels": None})
    assert too_few_levels(outputs, {name: quantized(each) for name, each in outputs.items()}, manifest) == []


def test_an_output_of_few_levels_cannot_rank_answers() -> None:
    sound = detections()
    coarse = {**sound, "cls": np.round(sound["cls"])}
    [complaint] = too_few_levels(sound, coarse, manifest_of("detection", "int8"))
    assert complaint.startswith("cls: only ")
    assert level_use(coarse)["cls"] < 16 / 256
    assert level_use(coarse)["box"] == 1.0


def test_a_network_whose_own_scores_hardly_vary_is_not_blamed_for_it() -> None:
    steps = {**detections(), "cls": np.round(detections()["cls"])}
    assert too_few_levels(steps, steps, manifest_of("detection", "int8")) == []


def test_few_images_with_few_classes_have_few_values_themselves() -> None:
    logits = np.linspace(-3, 3, 16, dtype=np.float32).reshape(8, 2)
    assert (
        too_few_levels({"logits": logits}, {"logits": quantized(logits, 16 - 1)}, manifest_of("classification", "int8"))
        == []
    )


def test_values_of_unlike_units_in_one_output_are_named_unless_they_are_standard_deviations() -> None:
    values = np.random.default_rng(0).normal(0, 1, (32, 4)).astype(np.float32) * [90, 40, 0.3, 60]
    outputs, coarse, manifest = {"values": values}, {"values": quantized(values)}, manifest_of("regression", "int8")
    [complaint] = too_few_levels(outputs, coarse, manifest)
    assert complaint.startswith(
        "'c' has only 1 different numbers, for all values share one scale; let the network give"
    )
    assert too_few_levels(outputs, outputs, manifest) == []
    standard = values / values.std(axis=0)
    assert too_few_levels({"values": standard}, {"values": quantized(standard)}, manifest) == []
    learnt = dataclasses.replace(manifest, postprocess={"mean": [0] * 4, "std": [1] * 4})
    assert too_few_levels(outputs, coarse, learnt) == []
