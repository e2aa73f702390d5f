"""One build that is refused, or crashes, takes no other with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgecv.errors import EdgecvError, GateRefused, InputError
from edgecv.hosts import local
from edgecv.hosts.local import ChildFailed
from edgecv.pipeline.check import check_build
from edgecv.pipeline.convert import _build, require_all
from edgecv.pipeline.store import Store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import MANIFEST
from edgecv.records.files import write_json
from edgecv.records.recipe import Build
from edgecv.targets import Spec
from edgecv.targets.order import Order, read_orders


def child(fate: Callable[[Order], EdgecvError | None], started: list[list[str]]) -> Callable[..., None]:
    """A child process that answers orders one by one, until one of them is fatal."""

    def run_module(_module: str, arguments: list[Any], **_options: Any) -> None:
        orders = read_orders(arguments[2])
        started.append([order.spec.precision for order in orders])
        for order in orders:
            error = fate(order)
            if error:
                raise error
            write_json(order.folder / MANIFEST, {})

    return run_module


def test_a_crash_costs_one_build_and_not_those_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    crash = ChildFailed("it crashed")
    answer = child(lambda order: crash if order.spec.precision == "float16" else None, started)
    monkeypatch.setattr(local, "run_module", answer)
    precisions = ("float32", "float16", "int8")
    orders = [Order("onnx", Spec(each), tmp_path / each) for each in precisions]  # type: ignore[arg-type]
    _build(tmp_path, orders, Workshop(Store(tmp_path / "store"), tmp_path / "log"))
    assert started == [["float32", "float16", "int8"], ["float16", "int8"], ["int8"]]
    assert [str(order.refusal or "") for order in orders] == ["", "it crashed", ""]


def test_the_worst_of_several_refusals_decides_how_it_ends() -> None:
    mistake, gate = InputError("a mistake"), GateRefused("a gate")
    with pytest.raises(GateRefused, match="a gate"):
        require_all({Build("onnx", "float16"): mistake, Build("onnx", "int8"): gate})
    require_all({})


def test_inputs_and_outputs_that_leave_no_choice_are_refused_before_anything_is_trained() -> None:
    said = r"builds\[1\]\.io: onnx int8 leaves no choice of inputs and outputs; remove 'float'"
    with pytest.raises(InputError, match=said):
        check_build(Build("onnx", "int8", "float"), "builds[1]")
    check_build(Build("tflite", "int8", "float"), "builds[0]")
