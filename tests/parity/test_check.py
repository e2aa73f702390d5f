"""Sound drafts pass on their real runtimes; every fault that conversions are known for is refused, and blamed.

A fault is put into a copy of a sound draft, or of what it was made from, and everything else is left as it is.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgecv.errors import GateRefused
from edgecv.hosts import local
from edgecv.parity import NotTheNetwork, check, seal
from edgecv.parity.bisect import BuildAnew, build_anew
from edgecv.parity.contents import NO_INTEGERS
from edgecv.parity.control import DAMAGES
from edgecv.parity.layers import Found
from edgecv.parity.weights import COPIES
from edgecv.records.recipe import Task
from edgecv.targets import Spec
from edgecv.targets.order import Order, write_orders
from tests.parity import faults
from tests.parity.conftest import WorkplaceOf
from tests.targets.networks import BUILDS, PREPROCESS, Workplace, lively_network, request_for, write_request

RUNS: list[tuple[Task, str, str]] = [(task, *build) for task, builds in BUILDS.items() for build in builds]


@pytest.mark.parametrize(("task", "target", "precision"), RUNS, ids=["-".join(run) for run in RUNS])
def test_a_sound_draft_passes_and_neither_its_damaged_images_nor_its_damaged_copy_does(
    task: Task, target: str, precision: str, workplace_of: WorkplaceOf, tmp_path: Path
) -> None:
    place = workplace_of(task)
    checked = check(place.draft(target, precision), place.exported, log=tmp_path / "log")
    assert checked.report["passed"] is True
    assert checked.report["images"] == 32
    control = checked.report["negative_control"]
    shown = [damage for damage in DAMAGES if task != "classification" or damage != "channels swapped"]  # it is gray
    assert control["passed"] is False
    assert sorted(control["refused"] + control["not_noticed"]) == sorted([*shown, COPIES[0]])
    assert len(control["not_noticed"]) <= 1
    assert COPIES[0] in control["refused"]
    rungs = checked.report["rungs"]
    assert list(rungs) == ["folded", "onnx" if target in ("onnx", "tensorrt") else "saved_model", "artifact"]
    for rung in rungs.values():
        assert set(rung) == ({"cls", "box"} if task == "detection" else {"logits"})
    exact = [rungs[rung] for rung in rungs if rung != "artifact" or precision == "float32"]
    assert all(each["max_abs_over_spread"] < 1e-4 for rung in exact for each in rung.values())
    if precision in ("int8", "int16x8"):
        assert set(checked.level_use) == set(rungs["artifact"])
        assert all(0.06 < share <= 1 for share in checked.level_use.values())
    else:
        assert checked.level_use == {}


def test_a_tensorrt_file_is_read_by_another_runtime_and_the_report_says_so(
    workplace_of: WorkplaceOf, tmp_path: Path
) -> None:
    place = workplace_of("detection")
    checked = check(place.draft("tensorrt", "int8"), place.exported, log=tmp_path / "log")
    assert checked.ran.verified_on == ()
    assert checked.report["runtime"].startswith("onnxruntime ")
    assert checked.report["runtime"].endswith(", not tensorrt")
    checked = check(place.draft("onnx", "int8"), place.exported, log=tmp_path / "log")
    assert checked.ran.verified_on == (checked.report["runtime"],)


@pytest.fixture
def detector(workplace_of: WorkplaceOf, tmp_path: Path) -> Workplace:
    """Copies that may be spoiled."""
    source = workplace_of("detection")
    copy = Workplace(tmp_path / "exported")
    shutil.copytree(source.exported, copy.exported)
    for build in BUILDS["detection"]:
        shutil.copytree(source.draft(*build), copy.draft(*build))
    return copy


@pytest.fixture
def _no_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which layer it was takes Keras seconds to say, and is tested by itself."""
    monkeypatch.setattr("edgecv.parity.bisect.first_bad_layer", lambda *_, **__: Found())


def refused(place: Workplace, draft: Path, build: BuildAnew = build_anew) -> NotTheNetwork:
    with pytest.raises(NotTheNetwork) as raised:
        check(draft, place.exported, log=place.exported.parent / "log", build=build)
    return raised.value


DESCRIPTIONS = [
    (faults.swap_colours, "tflite", "int8", 'preprocess.color: expected "rgb", got "bgr"'),
    (faults.forget_the_mean, "onnx", "float32", "preprocess.mean: expected [127.5, 127.5, 127.5], got [0, 0, 0]"),
    (faults.move_the_labels, "openvino", "int8", "label 0: expected 'disc', got 'square'"),
    (faults.move_the_strides, "tensorrt", "int8", "postprocess.strides: expected [8], got [16]"),
    (faults.swap_outputs, "tflite", "int8", 'outputs: \'box\': tensor: expected "box", got "cls"'),
    (faults.swap_outputs, "openvino", "float32", 'outputs: \'box\': tensor: expected "box", got "cls"'),
    (faults.lose_the_scale, "tflite", "int8", "outputs: 'cls': quantization: expected"),
    (faults.halve_the_scale, "tflite", "int8", "outputs: 'cls': quantization: expected"),
    (faults.call_it_int8, "tflite", "float32", 'int8: narrow numbers: expected ["int8"], got []'),
]


@pytest.mark.parametrize(
    ("fault", "target", "precision", "complaint"),
    DESCRIPTIONS,
    ids=[f"{fault.__name__}-{target}-{precision}" for fault, target, precision, _ in DESCRIPTIONS],
)
def test_a_manifest_that_lies_is_to_blame_itself(
    fault: Callable[[Path], None], target: str, precision: str, complaint: str, detector: Workplace
) -> None:
    draft = detector.draft(target, precision)
    fault(draft)
    error = refused(detector, draft)
    assert error.blame.rung == "description"
    assert ": not the network any more: the manifest is wrong: " in str(error)
    assert complaint in str(error)


@pytest.mark.usefixtures("_no_layers")
@pytest.mark.parametrize(
    ("rung", "target", "words"),
    [
        ("folded", "onnx", "already in Keras, after folding and equalising: cls: off by "),
        ("saved_model", "tflite", "already as a SavedModel: cls: off by "),
        ("onnx", "tensorrt", "already as ONNX: cls: off by "),
    ],
)
def test_a_small_fault_of_a_shared_step_is_seen_though_int8_would_hide_it(
    rung: str, target: str, words: str, detector: Workplace
) -> None:
    answers = detector.exported / f"rungs/{rung}/cls.npy"
    np.save(answers, np.load(answers) * np.float32(1.01))
    error = refused(detector, detector.draft(target, "int8"))
    assert error.blame.rung == rung
    assert words in str(error)
    other = "openvino" if rung == "onnx" else "onnx"
    if rung != "folded":  # which all targets share
        check(detector.draft(other, "int8"), detector.exported, log=detector.exported.parent / "log")


@pytest.mark.usefixtures("_no_layers")
@pytest.mark.parametrize(
    ("fault", "target", "precision"),
    [
        (faults.turn_weights_around, "openvino", "float32"),
        (faults.cut_short, "onnx", "int8"),
        (faults.name_another_network, "onnx", "int8"),
    ],
)
def test_a_file_that_is_sound_when_made_anew_is_damaged_or_stale(
    fault: Callable[[Path], None], target: str, precision: str, detector: Workplace
) -> None:
    draft = detector.draft(target, precision)
    fault(draft)
    error = refused(detector, draft)
    assert error.blame.rung == "artifact"
    assert "this file alone is damaged or stale" in str(error)


def building(place: Workplace, spoil: Callable[[Path], None], *precisions: str) -> BuildAnew:
    """A toolchain that makes the same mistake every time, in some precisions."""

    def build(exported: Path, order: Order, log: Path) -> None:
        sound = place.draft(order.target, order.spec.precision)
        folder = order.folder.with_name(sound.name)
        shutil.copytree(sound, folder)
        if order.spec.precision in precisions:
            spoil(folder)
        folder.rename(order.folder)

    return build


@pytest.mark.usefixtures("_no_layers")
def test_a_converter_that_fails_in_float32_is_to_blame(detector: Workplace, tmp_path: Path) -> None:
    build = building(detector, faults.turn_weights_around, "float32")
    draft = tmp_path / "openvino-draft"
    shutil.copytree(detector.draft("openvino", "float32"), draft)
    faults.turn_weights_around(draft)
    error = refused(detector, draft, build)
    assert error.blame.rung == "converted"
    assert "already in float32, as the file of its target: box: off by" in str(error)


@pytest.mark.usefixtures("_no_layers")
def test_the_step_to_fewer_bits_is_to_blame_where_float32_is_sound(detector: Workplace, tmp_path: Path) -> None:
    build = building(detector, faults.cut_short, "int8")
    draft = tmp_path / "draft"
    shutil.copytree(detector.draft("onnx", "int8"), draft)
    faults.cut_short(draft)
    error = refused(detector, draft, build)
    assert error.blame.rung == "precision"
    assert "sound in float32, broken by the step to int8: " in str(error)


@pytest.mark.usefixtures("_no_layers")
@pytest.mark.filterwarnings("ignore::UserWarning")  # of the converter, about what makes this file the broken one
def test_a_tflite_file_whose_variables_were_not_frozen_is_refused(detector: Workplace) -> None:
    import tensorflow as tf

    network = lively_network("detection")
    spec = tf.TensorSpec((1, *PREPROCESS.size, 3), tf.float32, name="input")
    function = tf.function(lambda input: network(input, training=False)).get_concrete_function(spec)  # noqa: A006
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], network)
    draft = detector.draft("tflite", "float32")
    sound = (draft / "model.tflite").read_bytes()
    (draft / "model.tflite").write_bytes(converter.convert())
    faults.vouch_for(draft, "model.tflite")

    def restore(folder: Path) -> None:
        (folder / "model.tflite").write_bytes(sound)
        faults.vouch_for(folder, "model.tflite")

    error = refused(detector, draft, building(detector, restore, "float32"))
    assert error.blame.rung == "artifact"
    assert "not all values are finite" in str(error)


def test_images_that_the_network_takes_for_the_same_are_written_down(
    detector: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hardly(images: np.ndarray) -> np.ndarray:
        changed = images.copy()
        changed[0, 0, 0] ^= 1
        return changed

    for damage in DAMAGES:
        monkeypatch.setitem(DAMAGES, damage, hardly)
    checked = check(detector.draft("onnx", "int8"), detector.exported, log=detector.exported.parent / "log")
    assert checked.report["negative_control"]["not_noticed"] == list(DAMAGES)
    assert checked.report["negative_control"]["refused"] == ["largest weights reversed"]


def test_a_check_that_passes_damaged_copies_refuses_a_sound_file(
    detector: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edgecv.parity.weights._reverse", lambda *_: True)  # which leaves the copies sound
    with pytest.raises(
        GateRefused, match="a copy with largest weights reversed and with a copy with all weights reversed"
    ):
        check(detector.draft("onnx", "int8"), detector.exported, log=detector.exported.parent / "log")


def test_a_build_made_anew_is_for_the_same_runtime_and_may_be_refused(detector: Workplace) -> None:
    draft = detector.draft("tensorrt", "int8")
    faults.made_for(draft, "tensorrt", "8.2")
    faults.cut_short(draft)
    ordered = []

    def build(exported: Path, order: Order, log: Path) -> None:
        ordered.append((order.spec.precision, order.spec.package, order.spec.oldest))
        raise GateRefused("the lint refuses it")

    error = refused(detector, draft, build)
    assert ordered == [("float32", "tensorrt", "8.2")]
    assert error.blame.rung == "converted"
    assert "the lint refuses it" in str(error)


def test_a_dynamic_file_may_hold_no_integers_where_all_weights_are_small(tmp_path: Path) -> None:
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    network = keras.Sequential([keras.Input((64, 64, 3)), layers.Conv2D(4, 3, 4), layers.GlobalMaxPool2D()])
    network.add(layers.Dense(4, name="logits"))
    ask = write_request(request_for(network, "classification", tmp_path), tmp_path / "request.json")
    orders = write_orders([Order("tflite", Spec("dynamic"), tmp_path / "draft")], tmp_path / "orders.json")
    exported = tmp_path / "exported"
    local.run_module("edgecv.targets", [exported, "--export", ask, "--builds", orders, "--rungs"], log=tmp_path / "log")
    checked = check(tmp_path / "draft", exported, log=tmp_path / "log")
    assert checked.warnings == (NO_INTEGERS,)
    sealed = seal(tmp_path / "draft", exported, checked, {})
    assert NO_INTEGERS in sealed.manifest.warnings


def test_a_float_file_that_is_sold_as_dynamic_is_refused_where_its_weights_are_large(detector: Workplace) -> None:
    draft = detector.draft("tflite", "float32")
    faults.edit(draft, lambda plain: plain.update(precision="dynamic"))
    assert 'dynamic: narrow numbers: expected ["int8"], got []' in str(refused(detector, draft))
