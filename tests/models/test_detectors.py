"""The detectors of the zoo, on a backbone that is quickly built."""

import functools
import math
from typing import Any

import pytest

from edgecv.errors import InputError
from edgecv.models import MODELS, options_of
from edgecv.ondevice.heads import HEADS

SIZE = (64, 96)
CLASSES = 5
DETECTORS = [name for name in MODELS if MODELS[name].TASK == "detection" and "backbone" in options_of(name)]
QUICK = {"backbone": "tiny_classifier", "width": 0.25}


@functools.cache
def new(name: str, **options: Any) -> Any:
    return MODELS[name].network(SIZE, 3, CLASSES, **{**QUICK, **options})


def block(name: str, **options: Any) -> dict[str, Any]:
    return MODELS[name].postprocess(**{**options_of(name), **options})


def test_the_zoo_has_detectors_of_every_kind() -> None:
    assert {block(name)["head"] for name in DETECTORS} == {"anchor_free", "ssd", "yolo", "yolov1"}


@pytest.mark.parametrize("name", DETECTORS)
def test_a_detector_gives_what_its_head_reads(name: str) -> None:
    outputs = new(name).output
    expected = HEADS[block(name)["head"]].outputs(block(name), CLASSES)
    assert set(outputs) == set(expected)
    for word, output in expected.items():
        assert output.fits((1, *outputs[word].shape[1:])), word
        if "_" in word:
            stride = int(word.rpartition("_")[2])
            assert outputs[word].shape[1:3] == tuple(math.ceil(side / stride) for side in SIZE)


@pytest.mark.parametrize("name", DETECTORS)
def test_outputs_are_raw_and_end_in_a_layer_of_their_own(name: str) -> None:
    network = new(name)
    for word, output in network.output.items():
        layer = output._keras_history.operation
        assert layer.name == word
        assert layer.activation.__name__ == "linear"


def test_yolov1_ends_in_the_published_grid() -> None:
    published = MODELS["yolov1"].network((448, 448), 3, 20, **QUICK)
    assert published.output["grid"].shape == (None, 7, 7, 30)
    smaller = MODELS["yolov1"].network((224, 224), 3, 20, stride=32, **QUICK)
    assert smaller.output["grid"].shape == (None, 7, 7, 30)
    assert new("yolov1", boxes=3).output["grid"].shape == (None, 1, 2, 3 * 5 + CLASSES)
    said = block("yolov1", boxes=3, stride=16)
    assert (said["boxes_per_cell"], said["stride"]) == (3, 16)


def test_ssdlite_has_the_levels_that_are_asked_for() -> None:
    outputs = new("ssdlite", levels=6).output
    said = block("ssdlite", levels=6)
    assert said["strides"] == [16, 32, 64, 128, 256, 512]
    assert said["sides"] == [32, 64, 128, 256, 512, 1024, 2048]
    assert set(outputs) == set(HEADS["ssd"].outputs(said, CLASSES))


def test_a_grid_or_a_level_that_there_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"model.stride: expected one of 16, 32, 64, got '48'"):
        new("yolov1", stride=48)
    with pytest.raises(InputError, match=r"model.levels: expected 2 to 6, got '7'"):
        new("ssdlite", levels=7)


def test_the_anchor_free_detectors_grow_with_their_letter() -> None:
    nano, small, medium = (new(f"anchor_free_{letter}").count_params() for letter in "nsm")
    assert nano < small < medium
    defaults = [options_of(f"anchor_free_{letter}") for letter in "nsm"]
    assert [each["width"] for each in defaults] == [0.35, 0.5, 1.0]


@pytest.mark.parametrize("name", DETECTORS)
def test_an_unknown_backbone_is_refused_by_its_field(name: str) -> None:
    with pytest.raises(InputError, match=r"model.backbone: expected one of .*got 'mobilenet_v9'"):
        new(name, backbone="mobilenet_v9")
