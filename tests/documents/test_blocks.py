"""The blocks that stand in for a recipe are checked as strictly as one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from edgecv.documents import load_labels, load_postprocess, load_preprocess, usual_postprocess
from edgecv.errors import InputError
from edgecv.models import MODELS, options_of
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Task

DECODED = """\
head: decoded
order: channels_first
boxes: {output: out, format: center_xywh, unit: pixels, channels: [0, 3]}
scores:
  output: out
  activation: sigmoid
  channels: [4, 5]
score_threshold: 0.4
"""


@pytest.fixture
def block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("block.yaml")


def test_a_preprocess_block_is_that_of_a_recipe(block: Path) -> None:
    block.write_text("size: [64, 96]\ncolor: gray\nresize: letterbox\n")
    assert load_preprocess(block).record == Preprocess((64, 96), "letterbox", color="gray", mean=(0.0,), std=(255.0,))


PREPROCESS = {
    "size: [64]": "1: size: expected a list of 2 whole numbers, got 1 of them",
    "resize: crop": "1: size: missing, expected a list of 2 whole numbers",
    "size: [64, 0]": "1: size: expected height and width above 0, got '[64, 0]'",
    "size: [64, 64]\ncolour: bgr": "2: colour: unknown key; did you mean 'color'?",
    "size: [64, 64]\ncolor: bgt": "2: color: expected one of rgb, bgr, gray, got 'bgt'; did you mean 'bgr'?",
    "size: [64, 64]\nstd: [1, 1]": "2: std: expected 3 numbers for color 'rgb', got 2",
    "size: [64, 64]\nstd: [1, 0, 1]": "2: std[1]: expected anything but 0, got '0': it divides",
    "size: [64, 64]\nresize_to: 80": "2: resize_to: only with resize 'crop', got resize 'stretch'",
    "preprocess: {size: [64, 64]}": "1: preprocess: unknown key; expected one of size, ",
}


@pytest.mark.parametrize("text", PREPROCESS)
def test_a_mistake_in_a_preprocess_block_is_refused_with_its_place(text: str, block: Path) -> None:
    block.write_text(text + "\n")
    with pytest.raises(InputError) as error:
        load_preprocess(block)
    assert str(error.value).startswith(f"block.yaml:{PREPROCESS[text]}")


def test_a_head_is_read_with_every_default_written_out(block: Path) -> None:
    block.write_text(DECODED)
    assert load_postprocess(block, "detection", ("cat", "dog")) == {
        "head": "decoded",
        "order": "channels_first",
        "boxes": {"output": "out", "format": "center_xywh", "unit": "pixels", "channels": [0, 3]},
        "scores": {
            "output": "out",
            "activation": "sigmoid",
            "channels": [4, 5],
            "background": "none",
            "objectness": None,
        },
        "score_threshold": 0.4,
        "nms_iou": 0.6,
        "max_detections": 300,
    }


@pytest.mark.parametrize("name", [name for name, module in MODELS.items() if module.TASK == "detection"])
def test_what_a_detector_of_the_zoo_says_can_be_written_as_a_file(name: str, block: Path) -> None:
    said = MODELS[name].postprocess(**options_of(name))
    block.write_text(yaml.safe_dump(said))
    assert load_postprocess(block, "detection", ("cat",)) == said


YOLO = "head: yolo\nlevels:\n  - {stride: 8, anchors: [[10, 13], [16, 30]]}\n"
ANCHORS = {
    "[10, 13, 16, 30]": "3: levels[0].anchors[0]: expected a list of 2 numbers, got '10'",
    "[[10, 13, 16]]": "3: levels[0].anchors[0]: expected a list of 2 numbers, got 3 of them",
    "10": "3: levels[0].anchors: expected a list of lists of 2 numbers, got '10'",
    "[[10, 0]]": "2: levels: anchors: expected widths and heights above 0, got '[[10.0, 0.0]]'",
}


@pytest.mark.parametrize("anchors", ANCHORS)
def test_anchors_are_pairs_of_lengths(anchors: str, block: Path) -> None:
    block.write_text(YOLO.replace("[[10, 13], [16, 30]]", anchors))
    with pytest.raises(InputError) as error:
        load_postprocess(block, "detection", ("cat",))
    assert str(error.value).startswith(f"block.yaml:{ANCHORS[anchors]}")


POSTPROCESS: dict[str, tuple[Task, str, str, str]] = {
    "head of another name": (
        "detection",
        "decoded",
        "decodet",
        "1: head: expected one of anchor_free, decoded, ssd, yolo, yolov1, got 'decodet'; did you mean",
    ),
    "no head": ("detection", "head: decoded\n", "", "1: head: missing, expected one of anchor_free, decoded"),
    "format": (
        "detection",
        "center_xywh",
        "centre_xywh",
        "3: boxes.format: expected one of xyxy, yxyx, xywh, center_xywh, got 'centre_xywh'; did you mean",
    ),
    "unit missing": ("detection", ", unit: pixels", "", "3: boxes.unit: missing, expected one of pixels, share"),
    "unknown key": (
        "detection",
        "  activation:",
        "  activatoin:",
        "6: scores.activatoin: unknown key; did you mean 'activation'?",
    ),
    "labels of another number": (
        "detection",
        "[4, 5]",
        "[4, 83]",
        "7: scores.channels: expected the first and the last of 2 channels, one a label, got '[4, 83]'",
    ),
    "threshold": ("detection", "0.4", "4", "8: score_threshold: expected a fraction from 0 to 1, got '4.0'"),
    "head for a classifier": ("classification", "", "", "1: head: unknown key; expected one of activation"),
    "settings for a segmenter": ("segmentation", "", "", "1: expected nothing"),
}


@pytest.mark.parametrize("case", POSTPROCESS)
def test_a_mistake_in_a_postprocess_block_is_refused_with_its_place(case: str, block: Path) -> None:
    task, old, new, message = POSTPROCESS[case]
    block.write_text(DECODED.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_postprocess(block, task, ("cat", "dog"))
    assert str(error.value).startswith(f"block.yaml:{message}")


def test_a_classifier_s_scores_may_be_final(block: Path) -> None:
    block.write_text("activation: none\n")
    assert load_postprocess(block, "classification", ("cat", "dog")) == {"activation": "none"}


def test_values_may_be_learnt_in_standard_deviations(block: Path) -> None:
    block.write_text("mean: [1, -2.5]\nstd: [4, 0.5]\n")
    assert load_postprocess(block, "regression", ("yaw", "roll")) == {"mean": [1, -2.5], "std": [4, 0.5]}
    block.write_text("std: [4, 0.5]\n")
    assert load_postprocess(block, "regression", ("yaw", "roll")) == {"mean": [], "std": [4, 0.5]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mean: [1]\nstd: [4, 2]", "1: mean: expected 2 numbers, one for each label, got 1"),
        ("mean: [1, 2]\nstd: [4, 0]", "2: std: expected numbers above 0, got '[4.0, 0.0]'"),
        ("activation: softmax", "1: activation: unknown key; expected one of mean, std"),
    ],
)
def test_units_that_cannot_be_meant_are_refused(text: str, message: str, block: Path) -> None:
    block.write_text(text)
    with pytest.raises(InputError) as error:
        load_postprocess(block, "regression", ("yaw", "roll"))
    assert str(error.value) == f"block.yaml:{message}"


def test_what_is_usual_needs_no_file_but_no_head_is_usual() -> None:
    usual: dict[Task, dict[str, Any]] = {
        "classification": {"activation": "softmax"},
        "segmentation": {},
        "regression": {"mean": [], "std": []},
    }
    for task, expected in usual.items():
        assert usual_postprocess(task) == expected
    with pytest.raises(InputError, match=r"postprocess: missing.*anchor_free, decoded"):
        usual_postprocess("detection")


def test_labels_are_the_lines_of_a_file(block: Path) -> None:
    block.write_bytes("﻿tabby cat\r\ncrane\ncrane\nSpätzle\n\n".encode())
    assert load_labels(block) == ("tabby cat", "crane", "crane", "Spätzle")  # ImageNet has two cranes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "block.yaml: expected one label a line, got an empty file"),
        (b"cat\n\ndog\n", "block.yaml:2: expected a label, got an empty line"),
        (b"cat\nd\x00g\n", "block.yaml:2: expected a label, got "),
        (b"cat\n\xff\n", "block.yaml: expected text in UTF-8, got other bytes at 4"),
    ],
)
def test_labels_that_cannot_be_read_are_refused(content: bytes, message: str, block: Path) -> None:
    block.write_bytes(content)
    with pytest.raises(InputError) as error:
        load_labels(block)
    assert str(error.value).startswith(message)
