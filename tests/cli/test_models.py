"""`edgecv models` lists the zoo, and shows one model with its options."""

import json
from pathlib import Path
from typing import Any

import pytest

from edgecv.cli.main import main
from edgecv.documents import to_plain
from edgecv.models import MODELS
from edgecv.records.files import write_json
from edgecv.records.measurement import Environment, Latency, MeasuredArtifact, MeasuredDevice, Measurement, Verdict


def test_the_list_names_every_model_by_task_from_shallow_to_deep(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)
    assert main(["models"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    listed = [row[0] for row in rows if len(row) > 1]
    assert listed == [model["name"] for model in models]
    assert set(listed) == set(MODELS)
    assert [row[0] for row in rows if len(row) == 1] == list(dict.fromkeys(model["task"] for model in models))
    for task in {model["task"] for model in models}:
        depths = [model["depth"] for model in models if model["task"] == task]
        assert depths == sorted(depths)


def test_json_is_an_array_for_all_and_an_object_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)
    assert main(["models", "tiny_detector", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one in models
    assert one["task"] == "detection"
    assert one["options"]["width"] == 1.0
    assert (one["size"], one["classes"], one["depth"]) == ([256, 256], 20, 13)
    assert one["measured"] == []


def test_a_model_is_shown_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "tiny_detector"]) == 0
    assert "width" in capsys.readouterr().out


def test_an_unknown_model_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "tiny_detecter"]) == 3
    assert "unknown model 'tiny_detecter'; did you mean 'tiny_detector'?" in capsys.readouterr().err


def test_what_was_measured_here_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest VALID one of each build: found in the store, through the artifact, whose manifest names the model."""
    monkeypatch.setenv("EDGECV_CACHE", str(tmp_path))
    options = {"name": "lenet5"}
    keep_measured(tmp_path, "old", options, p50_ms=9.0, taken_at="2026-01-01T00:00:00Z")
    keep_measured(tmp_path, "new", options, p50_ms=7.0, taken_at="2026-02-01T00:00:00Z")
    keep_measured(tmp_path, "shaky", options, p50_ms=1.0, taken_at="2026-03-01T00:00:00Z", verdict="UNSTABLE")
    keep_measured(tmp_path, "foreign", {}, p50_ms=2.0, taken_at="2026-03-01T00:00:00Z")
    (tmp_path / "finished/bench/damaged").mkdir()
    (tmp_path / "finished/bench/damaged/measurement.json").write_text("{")
    assert main(["models", "lenet5", "--json"]) == 0
    (measured,) = json.loads(capsys.readouterr().out)["measured"]
    assert (measured["p50_ms"], measured["target"], measured["size"]) == (7.0, "tflite", [32, 32])
    assert main(["models"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "lenet5" in line]
    assert "7 ms tflite int8" in line


def keep_measured(
    root: Path, name: str, architecture: dict[str, Any], *, p50_ms: float, taken_at: str, verdict: Verdict = "VALID"
) -> None:
    """Put an artifact's manifest and a measurement of it where the store keeps them."""
    manifest = {
        "digests": {"artifact": f"sha256:{name}"},
        "architecture": architecture,
        "preprocess": {"size": [32, 32]},
    }
    write_json(root / f"finished/artifact/{name}/manifest.json", manifest)
    measurement = Measurement(
        artifact=MeasuredArtifact(f"sha256:{name}", name, "tflite", "int8", 1000),
        device=MeasuredDevice("here"),
        verdict=verdict,
        environment=Environment("ai-edge-litert 2.3.0", "int8", 2),
        latency=Latency((p50_ms,), 1, p50_ms, None, None, None, None, None, "interval"),
        taken_at=taken_at,
    )
    write_json(root / f"finished/bench/{name}/measurement.json", to_plain(measurement))
