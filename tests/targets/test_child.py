"""The child process: what it is told, what it leaves, and that it leaves the same every time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgecv.errors import InputError
from edgecv.hosts import local
from edgecv.records.artifact import open_artifact
from edgecv.targets import Spec, open_exported
from edgecv.targets.order import Order, write_orders
from tests.targets.networks import ALL, Workplace, workplace
from tests.targets.tensorrt_network import add_before_the_end, exported


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace("detection", tmp_path_factory.getbasetemp())


def test_the_same_network_gives_the_same_bytes_wherever_and_whenever_it_is_built(
    detector: Workplace, tmp_path: Path
) -> None:
    place = tmp_path / "another/place/with a longer name"
    # In another order: some tools number what they make from the start of their process.
    orders = [Order(target, Spec(precision), tmp_path / f"{target}-{precision}") for target, precision in reversed(ALL)]
    argv: list[str | Path] = [sys.executable, "-m", "edgecv.targets", place]
    argv += ["--export", detector.exported.parent / "request.json", "--builds"]
    argv += [write_orders(orders, tmp_path / "orders.json")]
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}  # the order of sets of names depends on it
    subprocess.run(argv, env=environment, check=True, capture_output=True)
    for build in ALL:
        first, second = detector.draft(*build), tmp_path / "-".join(build)
        assert sorted(path.name for path in first.iterdir()) == sorted(path.name for path in second.iterdir())
        for path in first.iterdir():
            assert path.read_bytes() == (second / path.name).read_bytes(), path
    again = open_exported(place)
    for name, values in open_exported(detector.exported).reference_outputs().items():
        assert values.tobytes() == again.reference_outputs()[name].tobytes()


@pytest.mark.parametrize(
    ("target", "spec", "complaint"),
    [
        ("tflight", Spec("int8"), "target: expected one of tflite, .*, got 'tflight'; did you mean 'tflite'"),
        (
            "onnx",
            Spec("int9"),  # type: ignore[arg-type]
            "precision: onnx: expected one of float32, .*int8, got 'int9'; did you mean 'int8'",
        ),
        ("onnx", Spec("int8", io="float"), "io: onnx int8 leaves no choice of inputs and outputs; remove 'float'"),
    ],
)
def test_an_order_that_does_not_exist_is_refused_before_anything_starts(
    target: str, spec: Spec, complaint: str, tmp_path: Path
) -> None:
    orders = write_orders([Order(target, spec, tmp_path)], tmp_path / "orders.json")
    arguments = [tmp_path / "exported", "--export", tmp_path / "request.json", "--builds", orders]
    with pytest.raises(InputError, match=complaint):
        local.run_module("edgecv.targets", arguments, log=tmp_path / "log")


def test_a_build_that_is_refused_takes_no_other_with_it(tmp_path: Path) -> None:
    network = exported(tmp_path / "exported")
    add_before_the_end(network, "HardSwish")
    refused = Order("tensorrt", Spec("float32", oldest="8.2"), tmp_path / "refused")
    sound = Order("onnx", Spec("float32"), tmp_path / "sound")
    orders = write_orders([refused, sound], tmp_path / "orders.json")
    with pytest.raises(InputError, match="reads opset 13, which cannot hold this network"):
        local.run_module("edgecv.targets", [network.folder, "--builds", orders], log=tmp_path / "log")
    assert isinstance(refused.refusal, InputError)
    assert "reads opset 13, which cannot hold this network" in str(refused.refusal)
    assert sound.refusal is None
    assert sound.answered
    assert open_artifact(sound.folder).manifest.target == "onnx"


def test_a_folder_that_holds_no_exported_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected an exported network"):
        local.run_module("edgecv.targets", [tmp_path, "--rungs"], log=tmp_path / "log")


def test_orders_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text('[{"target": "onnx"}]')
    with pytest.raises(InputError, match=r"orders\.json: not a list of builds"):
        local.run_module("edgecv.targets", [tmp_path, "--builds", tmp_path / "orders.json"], log=tmp_path / "log")


def test_a_request_that_lacks_a_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text('{"name": "half a request"}')
    with pytest.raises(InputError, match=r"request\.json: not a request that an export understands"):
        local.run_module(
            "edgecv.targets", [tmp_path / "out", "--export", tmp_path / "request.json"], log=tmp_path / "log"
        )
