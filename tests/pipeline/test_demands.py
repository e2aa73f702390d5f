"""What devices ask of the files that are built for them."""

import dataclasses

import pytest

from edgecv.documents import load_device
from edgecv.errors import InputError
from edgecv.pipeline.demands import Demands, demands_of
from edgecv.records.recipe import Build


def test_a_device_with_the_old_runtime_is_heeded_beside_one_with_the_new() -> None:
    both = demands_of([load_device(name).record for name in ("raspberry_pi_5", "raspberry_pi_3")])
    spec = both.spec(Build("tflite", "int8"))
    assert (spec.package, spec.oldest) == ("tflite-runtime", "2.14.0")


def test_a_device_that_makes_no_difference_asks_for_the_same_file_as_none() -> None:
    local = demands_of([load_device("local").record])
    for build in (Build("tflite", "int8"), Build("onnx", "float32"), Build("openvino", "int8")):
        assert local.spec(build) == Demands().spec(build)


def test_the_older_tensorrt_of_two_boards_counts() -> None:
    orin, nano = (load_device(name).record for name in ("jetson_orin_nano", "jetson_nano"))
    assert demands_of([orin]).spec(Build("tensorrt", "float32")).oldest == "8.6"
    assert demands_of([orin, nano]).spec(Build("tensorrt", "float32")).oldest == "8.0"


def test_weights_are_the_devices_for_integers_and_mean_nothing_to_floats() -> None:
    demands = demands_of([dataclasses.replace(load_device("local").record, weights="per_tensor")])
    assert demands.spec(Build("onnx", "int8")).weights == "per_tensor"
    assert demands.spec(Build("onnx", "float32")).weights == "per_channel"


def test_devices_that_want_different_weights_are_refused() -> None:
    local = load_device("local").record
    with pytest.raises(InputError, match=r"want different int8 weights \(local per_channel, local per_tensor\)"):
        demands_of([local, dataclasses.replace(local, weights="per_tensor")])
