"""A device profile is facts, checked as strictly as a recipe."""

import platform
from pathlib import Path

import pytest

from edgecv.documents import load_device, names
from edgecv.documents.device import lack_of_int8
from edgecv.errors import InputError

GOOD = """\
summary: A board
vendor: somebody
arch: aarch64
cpu: {model: Cortex-A55, cores: 4}
memory_mb: 2048
runtimes:
  tflite:
    package: ai-edge-litert
    versions: ">=2.1,<3"
    precisions: [float32, int8]
    threads: 4
connection: {ssh: board}
"""

BAD = {
    "unknown key": ("memory_mb", "memory_gb", "5: memory_gb: unknown key; did you mean 'memory_mb'?"),
    "arch": ("aarch64", "arm64", "3: arch: expected one of x86_64, aarch64, armv7l, got 'arm64'"),
    "precision": (
        "[float32, int8]",
        "[float32, int4]",
        "10: runtimes.tflite.precisions[1]: expected one of float32, float16, dynamic, int8, int16x8, "
        "got 'int4'; did you mean 'int8'?",
    ),
    "precision twice": (
        "[float32, int8]",
        "[int8, int8]",
        "10: runtimes.tflite.precisions[1]: the same as runtimes.tflite.precisions[0]; remove one",
    ),
    "no precision": ("[float32, int8]", "[]", "10: runtimes.tflite.precisions: expected at least one precision"),
    "target": (
        "  tflite:",
        "  tflight:",
        "7: runtimes.tflight: expected one of tflite, onnx, openvino, tensorrt, got 'tflight'; did you mean 'tflite'?",
    ),
    "version": (
        '">=2.1,<3"',
        "~2.1",
        "9: runtimes.tflite.versions: expected a range such as '>=2.1,<3', got '~2.1'",
    ),
    "version as a number": (
        '">=2.1,<3"',
        "2.1",
        "9: runtimes.tflite.versions: expected text, got '2.1'; put it in quotes",
    ),
    "lack of no precision": (
        "threads: 4",
        "lacks: {int4: too old}",
        "11: runtimes.tflite.lacks.int4: expected one of float32, float16, dynamic, int8, int16x8, got 'int4'; "
        "did you mean 'int8'?",
    ),
    "lack of what it has": (
        "threads: 4",
        "lacks: {int8: too old}",
        "11: runtimes.tflite.lacks.int8: it is among its precisions as well; keep one",
    ),
    "lack without a reason": ("threads: 4", "lacks: {int16x8: ''}", "11: runtimes.tflite.lacks.int16x8: expected the "),
    "threads": ("threads: 4", "threads: 0", "11: runtimes.tflite.threads: expected a number above 0, got '0'"),
    "cores": ("cores: 4", "cores: 0", "4: cpu.cores: expected a number above 0, got '0'"),
    "connection": ("{ssh: board}", "{ssh: -oProxyCommand=x}", "12: connection.ssh: expected a name from your ssh "),
    "no python": (
        "{ssh: board}",
        "{ssh: board, python: ''}",
        "12: connection.python: expected a name or path such as ",
    ),
    "python": ("{ssh: board}", "{ssh: board, python: -a}", "12: connection.python: expected a name or path such as "),
    "compute capability": (
        "connection:",
        "gpu: {model: A GPU, compute_capability: sm_87}\nconnection:",
        "12: gpu.compute_capability: expected a number such as '8.7', got 'sm_87'",
    ),
    "memory of a GPU": (
        "connection:",
        'gpu: {model: A GPU, compute_capability: "8.7", memory_mb: 0}\nconnection:',
        "12: gpu.memory_mb: expected a number above 0, got '0'",
    ),
    "int8 on a GPU without it": (
        "runtimes:\n  tflite:",
        'gpu: {model: A GPU, compute_capability: "5.3"}\nruntimes:\n  tensorrt:',
        "11: runtimes.tensorrt.precisions: int8: a GPU of compute capability 5.3 has no int8 arithmetic; name it ",
    ),
    "power mode twice": (
        "connection:",
        "power_modes: [15W, 15W]\nconnection:",
        "12: power_modes[1]: the same as power_modes[0]; remove one",
    ),
    "missing": ("vendor: somebody\n", "", "1: vendor: missing, expected text"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_refused_with_its_place_and_its_cure(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old, new, message = BAD[case]
    Path("board.yaml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_device("board.yaml")
    assert str(error.value).startswith(f"board.yaml:{message}")


def test_a_users_own_profile_is_read_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(GOOD)
    profile = load_device(tmp_path / "board.yaml").record
    assert (profile.name, profile.runtimes["tflite"].threads) == ("board", 4)
    assert profile.connection is not None
    assert profile.connection.ssh == "board"


@pytest.mark.parametrize("name", names("devices"))
def test_every_profile_that_ships_is_good(name: str) -> None:
    document = load_device(name)
    assert document.record.name == name
    assert document.record.sources, "a fact without a source is a guess"
    first = document.path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/schemas/device.schema.json"


def test_the_local_profile_has_the_hardware_of_this_machine() -> None:
    profile = load_device("local").record
    assert profile.arch == platform.machine()
    assert profile.cpu.cores >= 1
    assert profile.memory_mb > 100
    assert profile.connection is None


def test_a_jetson_nano_runs_no_int8_and_says_why() -> None:
    runtime = load_device("jetson_nano").record.runtimes["tensorrt"]
    assert "int8" not in runtime.precisions
    assert "Maxwell" in runtime.lacks["int8"]


ASKED_FOR = [
    *("jetson_nano", "jetson_tx2", "jetson_xavier_nx", "jetson_agx_xavier"),
    *("jetson_orin_nano", "jetson_orin_nx", "jetson_agx_orin", "jetson_thor"),
    *("raspberry_pi_3b_plus", "raspberry_pi_4", "raspberry_pi_5", "raspberry_pi_zero_2_w"),
    *("imx8mp_evk", "imx93_evk", "rock_5b", "intel_n100", "core_ultra_laptop", "xeon_amx", "nvidia_v100", "nvidia_l4"),
]


@pytest.mark.parametrize("name", ASKED_FOR)
def test_the_usual_boards_are_described(name: str) -> None:
    profile = load_device(name).record
    assert ("tensorrt" in profile.runtimes) == (profile.gpu is not None)


@pytest.mark.parametrize("name", ["jetson_nano", "jetson_tx2"])
def test_old_jetsons_say_why_they_have_no_int8(name: str) -> None:
    profile = load_device(name).record
    assert profile.gpu is not None
    assert lack_of_int8(profile.gpu.compute_capability)
    assert profile.gpu.compute_capability in profile.runtimes["tensorrt"].lacks["int8"]


def test_the_docs_list_every_profile_with_what_was_verified() -> None:
    lines = (Path(__file__).parents[2] / "docs/devices.md").read_text().splitlines()
    rows = {line.split("`")[1]: line.rstrip(" |").rpartition("| ")[2] for line in lines if line.startswith("| `")}
    profiles = [load_device(name).record for name in names("devices") if name != "local"]
    assert {name: rows.get(name) for name in rows if name in names("devices")} == {
        profile.name: profile.verified or "no" for profile in profiles
    }


def test_an_npu_that_wants_one_scale_a_tensor_says_so() -> None:
    assert load_device("stm32mp257f_ev1").record.weights == "per_tensor"


def test_a_32_bit_board_has_the_last_tflite_runtime() -> None:
    profile = load_device("raspberry_pi_3").record
    assert profile.arch == "armv7l"
    assert {target: runtime.package for target, runtime in profile.runtimes.items()} == {"tflite": "tflite-runtime"}


def test_an_unknown_name_is_answered_with_the_near_one() -> None:
    with pytest.raises(InputError, match="unknown device 'raspbery_pi_5'; did you mean 'raspberry_pi_5'"):
        load_device("raspbery_pi_5")
