"""Every engine on the same tiny detector, against its outputs as numpy computes them."""

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgecv.errors import InputError, Unavailable
from edgecv.ondevice.engines import ENGINES, EngineOptions, infer, open_engine, openvino, tflite
from edgecv.records.artifact import Artifact, open_artifact
from tests.ondevice import models

BUILDS = [
    ("tflite", "float32"),
    ("tflite", "int8"),
    ("onnx", "float32"),
    ("onnx", "int8"),
    ("openvino", "float32"),
    ("openvino", "int8"),
]
# float32: the order of additions. int8: three roundings, to steps of up to 0.07, in outputs that span -8 to 6.
TOLERANCE = {"float32": 1e-5, "int8": 0.25}
RUNTIMES = ("tflite", "onnx", "openvino")
CPUINFO = Path("/proc/cpuinfo")
HAS_BFLOAT16 = CPUINFO.exists() and ("avx512_bf16" in CPUINFO.read_text() or "amx_bf16" in CPUINFO.read_text())


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory, need) -> dict[tuple[str, str], Artifact]:
    folder = tmp_path_factory.mktemp("artifacts")
    for target in RUNTIMES:
        need(target, ENGINES[target].missing())
    return {build: models.artifact(build[0], folder / "-".join(build), build[1]) for build in BUILDS}


@pytest.fixture
def copied(artifacts, tmp_path):
    """A copy of a float32 artifact, to be damaged."""

    def copy(target: str) -> Artifact:
        shutil.copytree(artifacts[target, "float32"].folder, tmp_path / target)
        return open_artifact(tmp_path / target)

    return copy


@pytest.mark.parametrize(("target", "precision"), BUILDS)
def test_outputs_are_the_networks_by_name_whatever_the_files_order_and_layout(artifacts, target, precision) -> None:
    images = models.pictures(6, seed=7)
    expected = models.expected(images)
    outputs = infer(open_engine(artifacts[target, precision]), images)
    assert list(outputs) == ["cls", "box"]
    for name, values in outputs.items():
        assert values.dtype == np.float32
        assert values.shape == expected[name].shape
        assert np.isfinite(values).all()
        assert np.abs(values - expected[name]).max() <= TOLERANCE[precision]
        assert not (values[0] == values[1]).all()


@pytest.mark.parametrize("target", RUNTIMES)
def test_channels_in_the_wrong_order_are_seen_by_the_same_comparison(artifacts, target) -> None:
    images = models.pictures(4, seed=7)
    outputs = infer(open_engine(artifacts[target, "float32"]), images[..., ::-1])
    assert np.abs(outputs["cls"] - models.expected(images)["cls"]).max() > 100 * TOLERANCE["float32"]


@pytest.mark.parametrize(("target", "precision"), BUILDS)
def test_an_engine_says_what_it_is_and_what_it_computes_in(artifacts, target, precision) -> None:
    engine = open_engine(artifacts[target, precision])
    package, version = engine.runtime.split(" ")
    assert package in ("ai-edge-litert", "tflite-runtime", "onnxruntime", "openvino")
    assert version[0].isdigit()
    # OpenVINO's is read back from the compiled model: on some processors it would be bfloat16, if left alone.
    assert engine.runtime_precision == precision
    assert engine.kernels


@pytest.mark.skipif(not HAS_BFLOAT16, reason="this processor has no bfloat16, which is what the test asks OpenVINO for")
def test_openvino_computes_in_what_it_is_told_and_says_so(artifacts) -> None:
    images = models.pictures(4, seed=7)
    engine = open_engine(artifacts["openvino", "float32"], EngineOptions(hint="bfloat16"))
    assert engine.runtime_precision == "bfloat16"
    errors = np.abs(infer(engine, images)["cls"] - models.expected(images)["cls"])
    assert 10 * TOLERANCE["float32"] < errors.max() < 0.1


def test_a_processor_is_not_told_what_it_cannot_do() -> None:
    with pytest.raises(Unavailable, match="hint: this processor computes in float32, int8, not in 'bfloat16'"):
        openvino._settings(EngineOptions(hint="bfloat16"), ["FP32", "INT8", "BIN"])


@pytest.mark.parametrize("target", ["tflite", "onnx"])
def test_a_hint_that_an_engine_cannot_follow_is_refused(artifacts, target) -> None:
    with pytest.raises(InputError, match=f"hint: {target} computes in what the file says, .*; remove 'bfloat16'"):
        open_engine(artifacts[target, "float32"], EngineOptions(hint="bfloat16"))


def test_a_hint_that_does_not_exist_is_told_with_those_that_do(artifacts) -> None:
    with pytest.raises(InputError, match="hint: expected one of bfloat16, float16, got 'bfloat8'"):
        open_engine(artifacts["openvino", "float32"], EngineOptions(hint="bfloat8"))


@pytest.mark.parametrize("target", RUNTIMES)
def test_an_answer_is_the_callers_to_keep(artifacts, target) -> None:
    engine = open_engine(artifacts[target, "float32"])
    first, second = (engine.encode(image[None]) for image in models.pictures(2))
    answer = engine.decode(engine.invoke(first))
    before = {name: values.copy() for name, values in answer.items()}
    engine.decode(engine.invoke(second))
    for name, values in answer.items():
        np.testing.assert_array_equal(values, before[name])


@pytest.mark.parametrize("target", RUNTIMES)
def test_equal_images_give_equal_outputs_to_the_last_bit(artifacts, target) -> None:
    engine = open_engine(artifacts[target, "float32"], EngineOptions(threads=2))
    image = models.pictures(1)
    runs = [engine.decode(engine.invoke(engine.encode(image))) for _ in range(3)]
    for name, values in runs[0].items():
        assert all((run[name] == values).all() for run in runs)


COUNT_THREADS = """
import sys
from pathlib import Path
from edgecv.ondevice.engines import EngineOptions, infer, open_engine
from edgecv.records.artifact import open_artifact
from tests.ondevice.models import pictures

before = len(list(Path("/proc/self/task").iterdir()))
engine = open_engine(open_artifact(Path(sys.argv[1])), EngineOptions(int(sys.argv[2])))
infer(engine, pictures(20))
print(len(list(Path("/proc/self/task").iterdir())) - before)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc, which is not here")
@pytest.mark.parametrize("target", RUNTIMES)
def test_a_second_thread_is_started_when_asked_for_and_only_then(artifacts, target) -> None:
    folder = str(artifacts[target, "float32"].folder)
    counts = [
        int(subprocess.check_output([sys.executable, "-c", COUNT_THREADS, folder, threads], text=True))
        for threads in ("1", "2")
    ]
    assert counts[1] == counts[0] + 1


@pytest.mark.parametrize("target", RUNTIMES)
@pytest.mark.parametrize("damage", ["gone", "empty", "cut short", "changed"])
def test_damage_is_found_before_the_runtime_sees_the_file(copied, target, damage) -> None:
    artifact = copied(target)
    file = artifact.model_file
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        flipped = bytes([content[-1] ^ 1])
        file.write_bytes({"empty": b"", "cut short": content[:-9], "changed": content[:-1] + flipped}[damage])
    with pytest.raises(InputError, match=rf"{file.name}: .*convert again"):
        open_engine(artifact)


@pytest.mark.parametrize("target", RUNTIMES)
@pytest.mark.parametrize("content", ["noise", "half"])
def test_a_file_that_a_runtime_refuses_is_named_with_the_cure(copied, target, content) -> None:
    artifact = copied(target)
    good = artifact.model_file.read_bytes()
    noise = np.random.default_rng(3).bytes(len(good))
    artifact.model_file.write_bytes({"noise": noise, "half": good[: len(good) // 2]}[content])
    artifact = models.seal(artifact.folder, artifact.manifest)  # damaged before it was sealed
    with pytest.raises(InputError, match=rf"{artifact.model_file.name}: .* cannot open it: .*; convert again"):
        open_engine(artifact)


@pytest.mark.parametrize("target", RUNTIMES)
def test_an_output_that_the_file_does_not_have_is_told_with_those_it_has(copied, target) -> None:
    artifact = copied(target)
    outputs = (dataclasses.replace(artifact.manifest.outputs[0], tensor="scores"), *artifact.manifest.outputs[1:])
    artifact = models.seal(artifact.folder, dataclasses.replace(artifact.manifest, outputs=outputs))
    with pytest.raises(InputError, match=r"expected 'scores', the file has (box, cls|cls, box); convert again"):
        open_engine(artifact)


def test_an_unknown_target_is_told_with_the_known_ones(copied) -> None:
    artifact = copied("onnx")
    artifact = models.seal(artifact.folder, dataclasses.replace(artifact.manifest, target="coreml"))
    with pytest.raises(InputError, match="expected one of tflite, onnx, openvino, tensorrt, got 'coreml'"):
        open_engine(artifact)


def test_a_missing_runtime_is_told_with_the_command_to_type(artifacts, monkeypatch) -> None:
    monkeypatch.setattr(tflite, "PACKAGES", ("not_installed_anywhere",))
    with pytest.raises(Unavailable, match="pip install ai-edge-litert"):
        open_engine(artifacts["tflite", "float32"])


def test_tflite_runtime_beside_numpy_2_is_told_with_the_command_to_type(tmp_path, monkeypatch) -> None:
    (tmp_path / "tflite_runtime").mkdir()
    (tmp_path / "tflite_runtime/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(tflite, "PACKAGES", ("tflite_runtime",))
    monkeypatch.setattr(np, "__version__", "2.4.6")
    assert tflite.missing() == "tflite-runtime cannot work with numpy 2: pip install 'numpy<2'"
    monkeypatch.setattr(np, "__version__", "1.26.4")
    assert tflite.missing() is None


def test_a_runtime_that_is_installed_but_cannot_be_loaded_is_unavailable(artifacts, tmp_path, monkeypatch) -> None:
    (tmp_path / "unloadable").mkdir()
    (tmp_path / "unloadable/__init__.py").touch()
    (tmp_path / "unloadable-1.0.dist-info").mkdir()
    (tmp_path / "unloadable-1.0.dist-info/METADATA").write_text("Name: unloadable\nVersion: 1.0\n")
    (tmp_path / "unloadable/interpreter.py").write_text('raise ImportError("version GLIBC_2.38 not found")')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(tflite, "PACKAGES", ("unloadable",))
    with pytest.raises(Unavailable, match=r"cannot open 'tflite' artifacts here: version GLIBC_2.38 not found"):
        open_engine(artifacts["tflite", "float32"])


def test_tensorrt_opens_nothing_and_says_why_in_one_sentence(tmp_path) -> None:
    artifact = models.artifact("tensorrt", tmp_path / "tensorrt")
    with pytest.raises(Unavailable) as refused:
        open_engine(artifact)
    assert str(refused.value).startswith("cannot open 'tensorrt' artifacts ")
    assert "\n" not in str(refused.value)
