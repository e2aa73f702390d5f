"""Figures and refusals, on arrays made for the purpose."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from edgecv.parity.agreement import agreement
from edgecv.parity.compare import Outputs, compare
from edgecv.parity.limits import LIMITS
from edgecv.records.artifact import Manifest, Tensor
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Precision, Task

POSTPROCESS: Mapping[str, dict[str, Any]] = {
    "classification": {},
    "segmentation": {},
    "regression": {},
    "detection": {"head": "anchor_free", "strides": [8], "score_threshold": 0.25},
}


def manifest_of(task: Task, precision: Precision = "float32") -> Manifest:
    tensor = Tensor("any", "any", (1,), "float32")
    preprocess = Preprocess((32, 32))
    labels = ("a", "b", "c", "d")
    return Manifest("m", task, "onnx", precision, labels, preprocess, POSTPROCESS[task], (tensor,), (tensor,), "m.onnx")


def detections(seed: int = 0) -> dict[str, np.ndarray]:
    """Raw outputs of a detector for 32 images: about one confident cell in eight."""
    rng = np.random.default_rng(seed)
    cls = np.where(rng.random((32, 4, 4, 4)) < 0.03, 3.0, -4.0) + rng.normal(0, 0.3, (32, 4, 4, 4))
    return {"cls": cls.astype(np.float32), "box": rng.normal(0, 0.5, (32, 4, 4, 4)).astype(np.float32)}


def reasons(reference: Outputs, got: Outputs, precision: Precision = "float32", task: Task = "detection") -> str:
    return "; ".join(compare(reference, got, manifest_of(task, precision), LIMITS[precision]).reasons)


def with_cls(change: Any) -> dict[str, np.ndarray]:
    outputs = detections()
    return {**outputs, "cls": change(outputs["cls"])}


def test_equal_outputs_pass_with_perfect_figures() -> None:
    compared = compare(detections(), detections(), manifest_of("detection"), LIMITS["float32"])
    assert compared.reasons == ()
    assert compared.agreement == 1.0
    for difference in compared.differences.values():
        assert difference.max_abs_over_spread == 0
        assert difference.centred_cosine == pytest.approx(1)


def some_nan(values: np.ndarray) -> np.ndarray:
    values = values.copy()
    values[3, 1, 1, 2] = np.nan
    return values


@pytest.mark.parametrize("precision", ["float32", "int8"])
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (some_nan, "cls: not all values are finite"),
        (lambda values: np.full_like(values, np.nan), "cls: not all values are finite"),
        (lambda values: np.full_like(values, np.inf), "cls: not all values are finite"),
        (lambda values: np.full_like(values, -4.6), "cls: the same for all images"),
        (lambda values: np.repeat(values[:1], 32, axis=0), "cls: the same for all images"),
        (lambda values: values[:, :2], r"cls: expected shape (32, 4, 4, 4), got (32, 2, 4, 4)"),
        (lambda values: values[::-1], "cls: "),
        (lambda values: np.random.default_rng(1).permutation(values.ravel()).reshape(values.shape), "cls: "),
    ],
    ids=["a NaN", "all NaN", "infinite", "constant", "always the first", "shape", "images reversed", "shuffled"],
)
def test_a_broken_output_is_refused_by_name(change: Any, complaint: str, precision: Precision) -> None:
    assert complaint in reasons(detections(), with_cls(change), precision)


def test_swapped_outputs_are_refused_even_though_their_shapes_are_the_same() -> None:
    outputs = detections()
    assert "cls: centred cosine" in reasons(outputs, {"cls": outputs["box"], "box": outputs["cls"]}, "int8")


def test_a_missing_output_is_refused() -> None:
    assert reasons(detections(), {"cls": detections()["cls"]}) == "expected outputs box, cls, got cls"


def test_a_reference_that_never_changes_checks_nothing_and_is_refused() -> None:
    constant = {name: np.full_like(values, 0.1) for name, values in detections().items()}
    assert "the reference is the same for all images" in reasons(constant, constant)


def test_constant_offsets_between_classes_do_not_flatter_the_figures() -> None:
    reference = with_cls(lambda values: values + np.array([0, 1000, 2000, 3000], np.float32))
    got = with_cls(lambda values: values[::-1] + np.array([0, 1000, 2000, 3000], np.float32))
    assert "cls: centred cosine" in reasons(reference, got, "int8")


def test_errors_of_bfloat16_are_refused_in_float32_and_pass_in_int8() -> None:
    def coarse(values: np.ndarray) -> np.ndarray:
        return (values.view(np.uint32) & 0xFFFF0000).view(np.float32)  # eight bits of mantissa, as in bfloat16

    assert "cls: off by" in reasons(detections(), with_cls(coarse))
    assert reasons(detections(), with_cls(coarse), "int8") == ""


def test_a_wrong_scale_is_refused_though_no_cosine_sees_it() -> None:
    assert "cls: off by" in reasons(detections(), with_cls(lambda values: values / 2), "int8")


def test_weights_stored_as_float16_without_a_word_are_refused_in_float32() -> None:
    coarse = with_cls(lambda values: values.astype(np.float16).astype(np.float32))
    assert "cls: off by" in reasons(detections(), coarse)
    assert reasons(detections(), coarse, "float16") == ""


def test_an_output_of_another_type_is_refused() -> None:
    assert reasons(detections(), with_cls(lambda values: values.astype(np.float64))) == (
        "cls: expected float32, got float64"
    )


def test_classes_agree_where_the_best_one_is_the_same() -> None:
    logits = np.eye(4, dtype=np.float32)[[0, 1, 2, 3]]
    other = np.eye(4, dtype=np.float32)[[0, 1, 2, 2]]
    assert agreement({"logits": logits}, {"logits": other}, manifest_of("classification")) == 0.75


def test_pixels_agree_where_the_class_is_the_same() -> None:
    logits = np.zeros((2, 16, 16, 4), np.float32)
    logits[..., 1] = 1
    other = logits.copy()
    other[0, ..., 2] = 2
    assert agreement({"logits": logits}, {"logits": other}, manifest_of("segmentation")) == 0.5


def one_box(cell: int, index: int) -> dict[str, np.ndarray]:
    """One confident cell of the diagonal; boxes reach a stride to each side of the cell's centre."""
    cls = np.full((1, 4, 4, 4), -9, np.float32)
    cls[0, cell, cell, index] = 5
    return {"cls": cls, "box": np.zeros((1, 4, 4, 4), np.float32)}


@pytest.mark.parametrize(
    ("got", "share"),
    [(one_box(1, 2), 1.0), (one_box(1, 3), 0.0), (one_box(3, 2), 0.0)],
    ids=["same", "another class", "another place"],
)
def test_boxes_agree_where_class_and_place_are_the_same(got: Outputs, share: float) -> None:
    assert agreement(one_box(1, 2), got, manifest_of("detection")) == share


def test_where_nothing_is_found_agreement_is_unknown_and_what_is_found_too_much_counts() -> None:
    nothing = {"cls": np.full((1, 4, 4, 4), -9, np.float32), "box": np.zeros((1, 4, 4, 4), np.float32)}
    assert agreement(nothing, nothing, manifest_of("detection")) is None
    assert agreement(nothing, one_box(1, 2), manifest_of("detection")) == 0.0


def test_values_agree_where_they_are_near_and_the_one_that_is_lost_counts() -> None:
    values = np.random.default_rng(0).normal(0, 1, (32, 4)).astype(np.float32) * [1, 100, 1, 1]
    manifest, lost = manifest_of("regression"), values.copy()
    assert agreement({"values": values}, {"values": values + 0.4 * values.std(axis=0)}, manifest) == 1.0
    lost[:, 2] = 0
    share = agreement({"values": values}, {"values": lost}, manifest)
    assert share is not None
    assert 0.2 < share < 0.5


def test_a_value_that_never_changes_has_no_say_and_one_that_is_hardly_learnt_asks_for_little() -> None:
    values = np.random.default_rng(0).normal(0, 1, (32, 4)).astype(np.float32)
    values[:, 1], values[:, 2] = 3, 0.01 * values[:, 2]
    noisy, plain = values + np.float32(0.05), manifest_of("regression")
    learnt = dataclasses.replace(plain, postprocess={"mean": [0] * 4, "std": [1] * 4})
    assert agreement({"values": values}, {"values": noisy}, learnt) == 1.0
    assert agreement({"values": values}, {"values": noisy}, plain) == 0.0
