"""The operators of a TFLite file, against what the device's runtime knows: files made by hand, one operator each."""

from pathlib import Path

import pytest

from edgecv.errors import InputError
from edgecv.targets import Spec
from edgecv.targets.tflite_operators import check_one_scale_a_tensor, check_operators, operators
from tests.ondevice import models, tflite_file

OLD = Spec("dynamic", package="tflite-runtime", oldest="2.14.0")


def test_operators_are_read_in_order_with_their_versions(tmp_path: Path) -> None:
    models.artifact("tflite", tmp_path / "tiny", "int8")
    found = list(operators((tmp_path / "tiny/model.tflite").read_bytes()))
    assert [(each.name, each.version, each.mixed, each.custom) for each in found] == [("CONV_2D", 3, False, "")] * 3


@pytest.mark.parametrize(
    ("kind", "version", "complaint"),
    [
        ("FULLY_CONNECTED", 12, "FULLY_CONNECTED of version 12: tflite-runtime ends at version 10; choose float32, "),
        ("STABLEHLO_ADD", 1, "STABLEHLO_ADD: tflite-runtime does not know this operator"),
    ],
)
def test_an_operator_that_is_too_new_is_refused_with_what_to_do(kind: str, version: int, complaint: str) -> None:
    content = tflite_file.one_operator(kind, version)
    with pytest.raises(InputError, match=f"seen: dynamic: {complaint}"):
        check_operators(content, "seen", OLD)
    check_operators(content, "seen", Spec("dynamic", package="ai-edge-litert", oldest="2.1"))
    check_operators(content, "seen", Spec("dynamic"))


def test_the_newest_version_that_the_old_runtime_knows_passes() -> None:
    check_operators(tflite_file.one_operator("FULLY_CONNECTED", 10), "seen", OLD)


@pytest.mark.parametrize(("kind", "refused"), [("TRANSPOSE_CONV", True), ("CONV_2D", False)])
def test_integer_weights_for_float_values_are_refused_where_the_old_runtime_has_no_kernel(
    kind: str, *, refused: bool
) -> None:
    content = tflite_file.one_operator(kind, 3, inputs=("float32", "int8"))
    if not refused:
        check_operators(content, "seen", OLD)
        return
    with pytest.raises(InputError, match=r"TRANSPOSE_CONV with int8 weights for float32 values.*ai-edge-litert"):
        check_operators(content, "seen", OLD)
    check_operators(tflite_file.one_operator(kind, 3, inputs=("int8", "int8")), "seen", OLD)


def test_an_operator_from_outside_tflite_is_refused_for_every_runtime() -> None:
    with pytest.raises(InputError, match="seen: the file needs 'FlexErfinv', an operator from outside TFLite"):
        check_operators(tflite_file.one_operator("CUSTOM", 1, custom="FlexErfinv"), "seen", Spec("float32"))


def test_a_scale_for_each_channel_is_refused_where_the_hardware_takes_one(tmp_path: Path) -> None:
    models.artifact("tflite", tmp_path / "tiny", "int8")
    content = (tmp_path / "tiny/model.tflite").read_bytes()
    with pytest.raises(InputError, match=r"seen: the TFLite converter keeps 8 scales for 'operator_0_weights'"):
        check_one_scale_a_tensor(content, "seen")
    check_one_scale_a_tensor(tflite_file.one_operator("CONV_2D", 3), "seen")
