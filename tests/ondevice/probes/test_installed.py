from importlib.metadata import version

import pytest

from edgecv.ondevice.probes.installed import runtimes, trtexec
from edgecv.records.machine import FoundRuntime
from tests.ondevice.boards import imx8mp, nano, package, pi
from tests.ondevice.probes.conftest import Tree


def test_packages_of_the_system_are_found_with_their_versions(tree: Tree) -> None:
    root = tree(pi.PI_5)
    assert runtimes(root) == (
        FoundRuntime("tflite", "ai-edge-litert", "2.3.0"),
        FoundRuntime("onnx", "onnxruntime", "1.31.1"),
    )
    assert trtexec(root) == ""


def test_of_two_packages_for_one_engine_the_one_that_it_takes_is_named(tree: Tree) -> None:
    (found,) = runtimes(tree({**imx8mp.FILES, **package("ai_edge_litert", "2.2.0")}))
    assert found == FoundRuntime("tflite", "ai-edge-litert", "2.2.0")


def test_jetpack_keeps_trtexec_off_the_path(tree: Tree) -> None:
    root = tree(nano.FILES)
    assert runtimes(root) == (FoundRuntime("tensorrt", "tensorrt", "8.2.1.8"),)
    assert trtexec(root) == "/usr/src/tensorrt/bin/trtexec"


def test_words_that_make_no_sense_are_nothing(tree: Tree) -> None:
    folder = "usr/lib/python3/dist-packages/onnxruntime-1.dist-info"
    assert runtimes(tree({f"{folder}/RECORD": "", "usr/lib/python3/dist-packages/x.dist-info/METADATA": "\0"})) == ()


def test_this_python_has_what_it_can_import() -> None:
    pytest.importorskip("onnxruntime")
    found = {each.target: each for each in runtimes()}
    assert found["onnx"] == FoundRuntime("onnx", "onnxruntime", version("onnxruntime"))
