"""The commands for every age of trtexec, and what it exports in all three forms."""

import json
import shlex
from typing import Any

import pytest

from edgecv.bench.trtexec import Layer, Times, read_profile, read_times
from edgecv.errors import InputError
from edgecv.hosts.trtexec import commands, shell_lines

OLDEST = [
    "startInMs",
    "endInMs",
    "startComputeMs",
    "endComputeMs",
    "startOutMs",
    "endOutMs",
    "inMs",
    "computeMs",
    "outMs",
    "latencyMs",
    "endToEndMs",
]
OLD = [
    "startEnqMs",
    "endEnqMs",
    "startH2dMs",
    "endH2dMs",
    "startComputeMs",
    "endComputeMs",
    "startD2hMs",
    "endD2hMs",
    "h2dMs",
    "computeMs",
    "d2hMs",
    "latencyMs",
    "endToEndMs",
]
NEW = OLD[:-1]


def exported(fields: list[str], starts_ms: list[float]) -> bytes:
    """One record an inference, as trtexec writes them: by its start, 3 ms of computation and 1 ms of copies."""
    records = []
    for start in starts_ms:
        known: dict[str, Any] = {"startComputeMs": start, "computeMs": 3.0, "latencyMs": 4.0}
        records.append({field: known.get(field, 0.5) for field in fields})
    return json.dumps(records).encode()


@pytest.mark.parametrize("fields", [OLDEST, OLD, NEW], ids=["7", "8.2", "8.4"])
def test_older_tools_export_the_warm_up_which_is_left_out(fields) -> None:
    assert read_times(exported(fields, [1.0, 499.9, 500.0, 504.0]), "times.json") == Times((4.0, 4.0), (3.0, 3.0), 2)


def test_newer_tools_have_left_it_out_and_nothing_more_is_lost() -> None:
    assert read_times(exported(NEW, [500.0, 504.0]), "times.json") == Times((4.0, 4.0), (3.0, 3.0))


def test_the_warm_up_is_as_long_as_trtexec_was_told() -> None:
    assert len(read_times(exported(OLD, [1.0, 150.0, 504.0]), "times.json", warm_up_ms=100).latency_ms) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[{", "expected JSON as trtexec exports it"),
        (b"{}", "expected a list of objects"),
        (b"[3]", "expected a list of objects"),
        (b"[]", "expected the times of inferences, got none"),
        (exported(OLD, [1.0]), "got none behind a warm-up of 500 ms"),
        (b'[{"startComputeMs": 501, "computeMs": 1}]', "latencyMs: expected a number of milliseconds, got 'None'"),
        (
            b'[{"startComputeMs": 501, "latencyMs": NaN, "computeMs": 1}]',
            "latencyMs: expected a number of milliseconds, got 'nan'",
        ),
        (
            b'[{"startComputeMs": 501, "latencyMs": -1, "computeMs": 1}]',
            "latencyMs: expected a number of milliseconds, got '-1'",
        ),
        (
            b'[{"startComputeMs": 501, "latencyMs": "4", "computeMs": 1}]',
            "latencyMs: expected a number of milliseconds, got '4'",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_name(content, says) -> None:
    with pytest.raises(InputError, match=says) as refused:
        read_times(content, "board/times.json")
    assert str(refused.value).startswith("board/times.json: ")


@pytest.mark.parametrize("more", [{}, {"medianMs": 0.5}], ids=["old", "new"])
def test_a_profile_gives_the_layers_with_their_share(more) -> None:
    layers = [{"name": "stem + relu", "timeMs": 8.0, "averageMs": 0.4, "percentage": 80.0, **more}]
    layers.append({"name": "head", "timeMs": 2.0, "averageMs": 0.1, "percentage": 20.0, **more})
    read = read_profile(json.dumps([{"count": 20}, *layers]).encode(), "profile.json")
    median = more.get("medianMs")
    assert read == (Layer("stem + relu", 0.4, 0.8, median), Layer("head", 0.1, 0.2, median))
    with pytest.raises(InputError, match=r"profile\.json: expected the profile of layers, got none"):
        read_profile(b'[{"count": 20}]', "profile.json")


@pytest.mark.parametrize(
    ("version", "precision", "has", "lacks"),
    [
        (
            "8.0.1",
            "float32",
            ["--workspace=512", "--buildOnly", "--noTF32"],
            ["--fp16", "--profilingVerbosity=detailed"],
        ),
        ("8.2.1", "float16", ["--workspace=512", "--buildOnly", "--fp16"], ["--int8", "--skipInference"]),
        ("8.4.1", "int8", ["--memPoolSize=workspace:512", "--buildOnly", "--int8", "--fp16"], ["--workspace=512"]),
        ("8.5.2", "float16", ["--memPoolSize=workspace:512", "--buildOnly", "--fp16"], ["--stronglyTyped"]),
        ("8.6.2", "float16", ["--memPoolSize=workspace:512", "--skipInference", "--fp16"], ["--buildOnly"]),
        ("10.3", "float16", ["--stronglyTyped", "--skipInference", "--noTF32"], ["--fp16"]),
        ("10.16.2", "int8", ["--int8", "--fp16", "--skipInference"], ["--stronglyTyped"]),
        ("11.4.1", "int8", ["--skipInference", "--noTF32"], ["--int8", "--fp16", "--stronglyTyped"]),
        ("11.4.1", "float16", ["--skipInference"], ["--fp16", "--stronglyTyped"]),
    ],
)
def test_the_options_are_those_of_the_version(version, precision, has, lacks) -> None:
    build, run, profile = commands(version, precision, "model.onnx", workspace_mb=512)
    assert set(has) <= set(build)
    assert not set(lacks) & set(build)
    assert {"--onnx=model.onnx", "--saveEngine=model.plan"} <= set(build)
    assert {"--loadEngine=model.plan", "--warmUp=500", "--exportTimes=times.json"} <= set(run)
    assert "--exportProfile=profile.json" in profile
    assert "--exportTimes=times.json" not in profile  # profiling slows what it looks at


def test_what_is_timed_is_the_same_in_every_version() -> None:
    _, before, _ = commands("10.16.2", "float32", "model.onnx")
    _, since, profile = commands("11.0", "float32", "model.onnx")
    assert "--useSpinWait" in before
    assert {"--includeDataTransfers", "--noCudaGraph"} <= set(since)
    assert "--separateProfileRun" not in profile


def test_a_calibration_cache_is_named_in_the_build() -> None:
    build, *_ = commands("8.2", "int8", "float32.onnx", calibration="int8.calib")
    assert "--calib=int8.calib" in build


def test_shell_lines_survive_a_name_with_a_space() -> None:
    those = commands("10.3", "float32", "my model.onnx")
    lines = shell_lines(those).splitlines()
    assert [shlex.split(line) for line in lines] == those
    assert "'--onnx=my model.onnx'" in lines[0]
