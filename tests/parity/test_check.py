"""Sound drafts pass on their real runtimes; every fault that conversions are known for is refused.

A fault is put into a copy of a sound draft, or of what it is compared with, and everything else is left as it is.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgecv.errors import GateRefused
from edgecv.parity import check
from edgecv.parity.control import DAMAGES
from edgecv.records.artifact import MANIFEST
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.recipe import Task
from tests.parity.conftest import WorkplaceOf
from tests.targets.networks import BUILDS, PREPROCESS, Workplace, lively_network

RUNS: list[tuple[Task, str, str]] = [(task, *build) for task, builds in BUILDS.items() for build in builds]


@pytest.mark.parametrize(("task", "target", "precision"), RUNS, ids=["-".join(run) for run in RUNS])
def test_a_sound_draft_passes_and_its_damaged_images_do_not(
    task: Task, target: str, precision: str, workplace_of: WorkplaceOf, tmp_path: Path
) -> None:
    place = workplace_of(task)
    checked = check(place.draft(target, precision), place.exported, log=tmp_path / "log")
    assert checked.report["passed"] is True
    assert checked.report["images"] == 32
    refused = [damage for damage in DAMAGES if task != "classification" or damage != "channels swapped"]  # it is gray
    assert checked.report["negative_control"] == {"passed": False, "refused": refused}
    figures = checked.report["rungs"]["artifact"]
    assert set(figures) == ({"cls", "box"} if task == "detection" else {"logits"})
    if precision == "float32":
        assert all(each["max_abs_over_spread"] < 1e-4 for each in figures.values())
        assert checked.level_use == {}
    else:
        assert set(checked.level_use) == set(figures)
        assert all(0.06 < share <= 1 for share in checked.level_use.values())


def test_a_tensorrt_file_is_read_by_another_runtime_and_the_report_says_so(
    workplace_of: WorkplaceOf, tmp_path: Path
) -> None:
    place = workplace_of("detection")
    checked = check(place.draft("tensorrt", "int8"), place.exported, log=tmp_path / "log")
    assert checked.verified_on == ()
    assert checked.report["runtime"].startswith("onnxruntime ")
    assert checked.report["runtime"].endswith(", not tensorrt")
    checked = check(place.draft("onnx", "int8"), place.exported, log=tmp_path / "log")
    assert checked.verified_on == (checked.report["runtime"],)


@pytest.fixture
def detector(workplace_of: WorkplaceOf, tmp_path: Path) -> Workplace:
    """Copies that may be spoiled."""
    source = workplace_of("detection")
    copy = Workplace(tmp_path / "exported")
    shutil.copytree(source.exported, copy.exported, ignore=shutil.ignore_patterns("saved_model"))
    for build in BUILDS["detection"]:
        shutil.copytree(source.draft(*build), copy.draft(*build))
    return copy


def edit(draft: Path, change: Callable[[dict[str, Any]], None]) -> None:
    plain = json.loads((draft / MANIFEST).read_bytes())
    change(plain)
    write_json(draft / MANIFEST, plain)


def swap_colours(place: Workplace, draft: Path) -> None:
    images = np.load(place.exported / "reference/images.npy")
    np.save(place.exported / "reference/images.npy", np.ascontiguousarray(images[..., ::-1]))


def forget_the_mean(place: Workplace, draft: Path) -> None:
    edit(draft, lambda plain: plain["preprocess"].update(mean=[0, 0, 0]))


def swap_outputs(place: Workplace, draft: Path) -> None:
    def swap(plain: dict[str, Any]) -> None:
        first, second = plain["outputs"]
        first["tensor"], second["tensor"] = second["tensor"], first["tensor"]

    edit(draft, swap)


def lose_the_scale(place: Workplace, draft: Path) -> None:
    edit(draft, lambda plain: plain["outputs"][1].update(quantization={"scale": 0.0, "zero_point": 0}))


def turn_weights_around(place: Workplace, draft: Path) -> None:
    """Negate a run of float weights in the file, and let the manifest vouch for the result."""
    name = "model.bin" if "openvino" in draft.name else json.loads((draft / MANIFEST).read_bytes())["model"]
    content = bytearray((draft / name).read_bytes())
    middle = len(content) // 2 // 4 * 4
    for sign in range(middle + 3, middle + 400, 4):  # the last byte of a little-endian float32
        content[sign] ^= 0x80
    (draft / name).write_bytes(content)
    edit(draft, lambda plain: plain["files"].update({name: digest_of_file(draft / name)}))


FAULTS = [
    (swap_colours, "tflite", "float32", "centred cosine"),
    (swap_colours, "tflite", "int8", "centred cosine"),
    (swap_colours, "openvino", "int8", "centred cosine"),
    (swap_colours, "tensorrt", "int8", "centred cosine"),
    (forget_the_mean, "onnx", "float32", "off by"),
    (forget_the_mean, "onnx", "int8", "centred cosine"),
    (swap_outputs, "tflite", "int8", "cls: centred cosine"),
    (swap_outputs, "openvino", "float32", "cls: off by"),
    (lose_the_scale, "tflite", "int8", "cls: the same for all images"),
    (turn_weights_around, "openvino", "float32", "off by"),
]


@pytest.mark.parametrize(
    ("fault", "target", "precision", "complaint"),
    FAULTS,
    ids=[f"{fault.__name__}-{target}-{precision}" for fault, target, precision, _ in FAULTS],
)
def test_a_fault_is_refused(
    fault: Callable[[Workplace, Path], None], target: str, precision: str, complaint: str, detector: Workplace
) -> None:
    draft = detector.draft(target, precision)
    fault(detector, draft)
    with pytest.raises(GateRefused, match=complaint) as refused:
        check(draft, detector.exported, log=detector.exported.parent / "log")
    assert f"{target} {precision}: not the network any more" in str(refused.value)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of the converter, about what makes this file the broken one
def test_a_tflite_file_whose_variables_were_not_frozen_is_refused(detector: Workplace) -> None:
    import tensorflow as tf

    network = lively_network("detection")
    spec = tf.TensorSpec((1, *PREPROCESS.size, 3), tf.float32, name="input")
    function = tf.function(lambda input: network(input, training=False)).get_concrete_function(spec)  # noqa: A006
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], network)
    draft = detector.draft("tflite", "float32")
    (draft / "model.tflite").write_bytes(converter.convert())
    edit(draft, lambda plain: plain["files"].update({"model.tflite": digest_of_file(draft / "model.tflite")}))
    with pytest.raises(GateRefused, match="not all values are finite"):
        check(draft, detector.exported, log=detector.exported.parent / "log")


def test_a_check_that_cannot_tell_a_broken_model_refuses_a_sound_one(
    detector: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for damage in DAMAGES:
        monkeypatch.setitem(DAMAGES, damage, lambda images: images)
    with pytest.raises(GateRefused, match="the check cannot tell a broken model: it passes with images that are "):
        check(detector.draft("onnx", "int8"), detector.exported, log=detector.exported.parent / "log")
