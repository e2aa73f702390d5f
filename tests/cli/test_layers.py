"""What `edgecv bench --layers` shows and writes."""

import dataclasses

from edgecv.bench.layers import summarise
from edgecv.cli import layers
from edgecv.documents import load_device
from edgecv.ondevice.engines import ENGINES
from tests.bench.test_layers import layer, taken
from tests.ondevice import models


def test_a_table_shows_each_layer_and_below_it_what_they_come_to() -> None:
    profile = taken("int8", layer("stem", "int8", 0.25, "built-in"), layer("head" * 20, "float32", 0.75))
    title, heading, stem, head, *remarks = layers.text(
        [dataclasses.replace(profile, summary=summarise(profile))]
    ).split("\n")
    assert title == "tiny on fake 1.0, 1 thread, 1 runs, told by the fake profiler"
    assert heading.split() == ["layer", "type", "kernel", "computes", "in", "p50", "ms", "share"]
    assert stem.split() == ["stem", "CONV_2D", "built-in", "int8", "0.250", "25.0%"]
    assert head.startswith("headhead")
    assert "…" in head
    assert remarks[:3] == [
        "time in integers 25%, floats 75%",
        "kernels: XNNPACK 75%, built-in 25%",
        f"computed in floats: {'head' * 20}",
    ]
    assert remarks[3].startswith("WARNING: int8, but 75% of the time")


def test_what_the_runtime_does_not_tell_is_said() -> None:
    profile = dataclasses.replace(taken("int8", layer("stem", "int8", None), told=False), untold=("times: none",))
    text = layers.text([dataclasses.replace(profile, summary=summarise(profile))])
    assert text.endswith("not told: times: none")
    assert text.split("\n")[2].split()[-2:] == ["–", "–"]


def test_a_profile_lies_beside_its_measurement(tmp_path, need, capsys) -> None:
    need("onnx", ENGINES["onnx"].missing())
    artifact = models.artifact("onnx", tmp_path / "tiny")
    layers.take(artifact, tmp_path / "tiny-local.measurement.json", device=load_device("local").record, threads=1)
    assert (tmp_path / "tiny-local.layers.json").is_file()
    assert f"profiled  {tmp_path / 'tiny-local.layers.json'}" in capsys.readouterr().err
