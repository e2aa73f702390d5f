"""Every tiny model x target x precision, by being listed: converted, proven, opened, measured, scored."""

import base64
import hashlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from edgecv.documents import read_evaluation, read_measurement
from edgecv.ondevice import load
from edgecv.ondevice.engines import ENGINES
from edgecv.parity.control import DAMAGES
from edgecv.parity.limits import LIMITS
from edgecv.parity.weights import COPIES
from edgecv.pipeline.run import Finished
from edgecv.records.artifact import artifact_digest, open_sealed
from edgecv.targets import TARGETS
from tests.conftest import Need

from .conftest import MEASURED, SLOW, TINY, RunOf, is_usual

BUILDS = [
    pytest.param(
        (model, target, precision),
        id="-".join((model, target, precision)),
        marks=[] if is_usual(model, precision) else [pytest.mark.slow],
    )
    for model in TINY
    for target, module in TARGETS.items()
    for precision in module.PRECISIONS
]


@pytest.fixture(params=[pytest.param(each, marks=[pytest.mark.slow] if each in SLOW else []) for each in TINY])
def finished(request: pytest.FixtureRequest, run_of: RunOf) -> Finished:
    return run_of(request.param, everything=request.param in SLOW)


@pytest.fixture(params=BUILDS)
def artifact_folder(request: pytest.FixtureRequest, run_of: RunOf, need: Need) -> Path:
    model, target, precision = request.param
    need(target, TARGETS[target].missing())
    finished = run_of(model, everything=not is_usual(model, precision))
    return finished.folder / "artifacts" / f"{target}-{precision}"


def test_the_manifest_tells_the_truth_about_the_files(artifact_folder: Path) -> None:
    manifest = open_sealed(artifact_folder).manifest
    assert artifact_digest(manifest) == manifest.digests["artifact"]
    on_disk = {
        str(path.relative_to(artifact_folder)): "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        for path in artifact_folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert on_disk == dict(manifest.files)


def test_parity_was_proven_and_the_negative_control_failed_as_it_must(artifact_folder: Path) -> None:
    parity = open_sealed(artifact_folder).manifest.parity
    assert parity["passed"] is True
    assert parity["negative_control"]["passed"] is False
    refused = set(parity["negative_control"]["refused"])
    assert refused <= {*DAMAGES, *COPIES}
    assert len(refused & set(COPIES)) == 1


def test_the_figures_of_parity_are_within_its_limits(artifact_folder: Path) -> None:
    manifest = open_sealed(artifact_folder).manifest
    limits = LIMITS[manifest.precision]
    assert manifest.parity["limits"] == asdict(limits)
    assert manifest.parity["agreement"] >= limits.agreement
    figures = manifest.parity["rungs"]["artifact"]
    assert set(figures) == {output.name for output in manifest.outputs}
    for figure in figures.values():
        assert figure["centred_cosine"] >= limits.centred_cosine
        if limits.max_abs_over_spread is not None:
            assert figure["max_abs_over_spread"] <= limits.max_abs_over_spread


def test_the_artifact_predicts_on_its_own_runtime(artifact_folder: Path, need: Need) -> None:
    manifest = open_sealed(artifact_folder).manifest
    engine = ENGINES[manifest.target]
    if manifest.target == "tensorrt":
        assert engine.missing() is not None  # no GPU here; its ONNX file was proven by ONNX Runtime
        assert manifest.verified_on == ()
        return
    need(manifest.target, engine.missing())
    assert manifest.verified_on
    image = np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8)
    with load(artifact_folder) as predictor:
        prediction = predictor.predict(image)
    for part in prediction:
        assert np.isfinite(part).all()


def runnable_artifacts(finished: Finished) -> list[str]:
    runnable = [name for name, module in ENGINES.items() if module.missing() is None]
    return sorted(
        each.name for each in (finished.folder / "artifacts").iterdir() if each.name.split("-")[0] in runnable
    )


def test_every_artifact_that_runs_here_is_scored(finished: Finished) -> None:
    scored = [read_evaluation(path).artifact for path in (finished.folder / "evaluations").iterdir()]
    assert sorted(f"{each.target}-{each.precision}" for each in scored) == runnable_artifacts(finished)


def test_every_artifact_that_runs_here_is_measured(run_of: RunOf) -> None:
    finished = run_of(MEASURED)
    measured = [read_measurement(path) for path in (finished.folder / "measurements").iterdir()]
    expected = runnable_artifacts(finished)
    assert sorted(f"{each.artifact.target}-{each.artifact.precision}" for each in measured) == expected
    for measurement in measured:
        assert measurement.latency is not None
        assert measurement.latency.p50_ms > 0


def test_the_report_shows_every_drawn_prediction(finished: Finished) -> None:
    page = finished.page.read_text()
    drawn = list((finished.folder / "predictions").glob("*.predicted.jpg"))
    assert drawn
    assert page.count("<figcaption>Prediction on a test image") == len(drawn)
    for picture in drawn:
        assert base64.b64encode(picture.read_bytes()).decode() in page


def test_the_report_is_one_file_that_fetches_nothing(finished: Finished) -> None:
    page = finished.page.read_text()
    assert "<script src" not in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page
