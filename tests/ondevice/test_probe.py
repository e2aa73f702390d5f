"""What a probe finds on recorded boards, on this machine, and with nothing but Python."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edgecv.errors import Unavailable
from edgecv.ondevice import probe
from edgecv.ondevice.__main__ import main
from edgecv.ondevice.engines import cuda
from edgecv.ondevice.probe import look
from edgecv.records.machine import FoundGpu, Machine
from tests.ondevice.boards import Files, imx8mp, laptop, lay_out, nano, orin_nano, pi, rock_5b, virtual
from tests.ondevice.fake_tensorrt import FakeDriver

ROOT = Path(__file__).parents[2]


def found(tmp_path: Path, files: Files, arch: str = "aarch64") -> Machine:
    return look(lay_out(tmp_path, files), arch)


def test_a_jetson_orin_nano(tmp_path: Path) -> None:
    machine = found(tmp_path, orin_nano.FILES)
    assert (machine.board, machine.vendor) == ("NVIDIA Jetson Orin Nano Developer Kit", "nvidia")
    assert (machine.cpu, machine.cores, machine.memory_mb) == ("Cortex-A78AE", 6, 7620)
    assert machine.features == ("asimd", "asimdhp", "asimddp")
    assert machine.gpu == FoundGpu("Ampere", "8.7")
    assert (machine.power_mode, machine.power_modes) == ("7W", ("15W", "7W"))
    assert machine.trtexec == "/usr/src/tensorrt/bin/trtexec"
    assert machine.system == "Ubuntu 22.04.4 LTS"
    expected = ("cpufreq", "thermal_zone", "throttle_count", "cooling_device", "devfreq", "ina3221", "nvpmodel")
    assert machine.sensors == expected
    missing = ("tflite runtime (ai-edge-litert or tflite-runtime)", "onnx runtime (onnxruntime or onnxruntime-gpu)")
    assert machine.missing == (*missing, "openvino runtime (openvino)")


def test_a_jetson_nano(tmp_path: Path) -> None:
    machine = found(tmp_path, nano.FILES)
    assert machine.gpu == FoundGpu("Maxwell", "5.3")
    assert (machine.power_mode, machine.power_modes) == ("MAXN", ("MAXN", "5W"))
    assert {"devfreq", "ina3221", "nvpmodel"} <= set(machine.sensors)


def test_a_raspberry_pi_5(tmp_path: Path) -> None:
    machine = found(tmp_path, pi.PI_5)
    assert (machine.vendor, machine.cpu, machine.memory_mb) == ("raspberry-pi", "Cortex-A76", 8061)
    assert machine.sensors == ("cpufreq", "thermal_zone", "vcgencmd", "cooling_device")
    assert {"NVIDIA GPU", "power"} <= set(machine.missing)
    assert machine.emulated is False


def test_an_imx_board(tmp_path: Path) -> None:
    machine = found(tmp_path, imx8mp.FILES)
    assert (machine.vendor, machine.cpu, machine.cores) == ("nxp", "Cortex-A53", 4)
    assert [runtime.package for runtime in machine.runtimes] == ["tflite-runtime"]
    assert machine.sensors == ("cpufreq", "thermal_zone", "cooling_device")


def test_a_board_with_two_kinds_of_cores(tmp_path: Path) -> None:
    machine = found(tmp_path, rock_5b.FILES)
    assert (machine.vendor, machine.cpu, machine.cores) == ("radxa", "Cortex-A55, Cortex-A76", 8)


def test_a_laptop(tmp_path: Path) -> None:
    machine = found(tmp_path, laptop.FILES, "x86_64")
    assert (machine.board, machine.vendor, machine.cores) == ("Mini Box 12", "intel", 12)
    assert machine.sensors == ("cpufreq", "thermal_zone", "throttle_count", "cooling_device", "rapl")
    assert "board" not in machine.missing


def test_a_virtual_machine_says_how_little_it_shows(tmp_path: Path) -> None:
    machine = found(tmp_path, virtual.FILES, "x86_64")
    assert machine.sensors == ()
    assert {"board", "memory", "clocks", "temperature", "throttling", "power"} <= set(machine.missing)


def test_an_empty_root_finds_nothing_and_fails_at_nothing(tmp_path: Path) -> None:
    machine = look(tmp_path, "aarch64")
    assert (machine.board, machine.cpu, machine.cores, machine.memory_mb, machine.gpu) == ("", "", None, None, None)
    assert {"board", "cpu", "cores", "memory"} <= set(machine.missing)


def test_a_gpu_is_asked_through_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "load_driver", FakeDriver)
    machine = look()
    driver = cuda.Gpu(FakeDriver())
    assert machine.gpu == FoundGpu(driver.name, driver.compute_capability, driver.memory_bytes >> 20)
    assert "NVIDIA GPU" not in machine.missing


def test_a_driver_that_refuses_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses() -> None:
        raise Unavailable("cuInit: no device")

    monkeypatch.setattr(cuda, "load_driver", refuses)
    assert look().gpu is None


def test_the_command_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--out", str(tmp_path / "facts.json")]) == 0
    assert capsys.readouterr().out == ""
    assert main(["probe"]) == 0
    printed, written = json.loads(capsys.readouterr().out), json.loads((tmp_path / "facts.json").read_text())
    assert {**printed, "taken_at": ""} == {**written, "taken_at": ""}
    assert printed["cores"] >= 1


def test_it_needs_neither_numpy_nor_pillow() -> None:
    """With a Python that has no packages at all, as `-I -S` makes it."""
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from edgecv.ondevice.__main__ import main; main(['probe'])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["runtimes"] == []
    assert probe.__doc__
