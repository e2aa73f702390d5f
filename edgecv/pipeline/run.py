"""A recipe from data to report. Every stage's finished work is reused; what is new is made."""

import dataclasses
import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgecv import report
from edgecv.documents import Document
from edgecv.errors import InputError
from edgecv.hosts import require_usable
from edgecv.pipeline import check
from edgecv.pipeline.conversion import Conversion
from edgecv.pipeline.convert import Refusals, convert
from edgecv.pipeline.demands import demands_of
from edgecv.pipeline.devices import Stages
from edgecv.pipeline.pictures import draw_pictures
from edgecv.pipeline.runfolder import LOCK, clear_leftovers, open_run_folder, publish_file, publish_folder
from edgecv.pipeline.runrecord import RUN
from edgecv.pipeline.splits import Splits
from edgecv.pipeline.train import Trained, train
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import open_artifact
from edgecv.records.device import DeviceProfile
from edgecv.records.evaluation import Evaluation
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.measurement import Measurement
from edgecv.records.recipe import Recipe

FLOAT_PREDICTIONS = "test.predictions.npz"


@dataclass(frozen=True)
class Finished:
    """What a run leaves: its folder, its report, the records that the report joins, and the builds that are missing."""

    folder: Path
    page: Path
    measurements: tuple[Measurement, ...]
    evaluations: tuple[Evaluation, ...]
    refused: Refusals


def run(
    document: Document[Recipe],
    profiles: Sequence[DeviceProfile],
    out: Path,
    workshop: Workshop,
    *,
    remeasure: bool = False,
    allow_tiny_calibration: bool = False,
) -> Finished:
    """All of it: data -> train -> build -> parity -> bench -> evaluate -> report."""
    recipe = document.record
    splits = check.check_recipe(document, allow_tiny_calibration=allow_tiny_calibration)
    for profile in profiles:
        builds = [build for build in recipe.builds if build.target in profile.runtimes]
        check.require_runnable(builds, profile)
        require_usable(profile, [build.target for build in builds])
    with alone_in(out):
        trained = trained_network(recipe, splits, out, workshop)
        conversion = Conversion.of_recipe(recipe, trained, splits)
        made = convert(conversion, recipe.builds, workshop, demands=demands_of(profiles))
        artifacts = [
            open_artifact(publish_folder(each.folder, out / "artifacts" / each.folder_name)) for each in made.artifacts
        ]
        stages = Stages(recipe, artifacts, splits.test, trained.float_predictions, out, remeasure)
        measurements, evaluations = stages.on(profiles, workshop)
        scored_names = {each.artifact.name for each in evaluations}
        shown = [artifact for artifact in artifacts if artifact.manifest.name in scored_names]
        pictures = draw_pictures(shown[0], splits.test, out, workshop) if shown else []
        page = _report(recipe, measurements, evaluations, pictures, out)
    return Finished(out, page, tuple(measurements), tuple(evaluations), made.refused)


def trained_network(
    recipe: Recipe,
    splits: Splits,
    out: Path,
    workshop: Workshop,
    *,
    resume: bool = True,
    tensorboard: Path | None = None,
) -> Trained:
    """The data and train stages; the network and its curves lie in the run folder afterwards."""
    counts = f"{len(splits.train)} train, {len(splits.val)} val, {len(splits.test)} test"
    workshop.say(f"data      {recipe.data.format}: {counts}")
    for note in dict.fromkeys((*splits.train.notes, *splits.val.notes, *splits.test.notes)):
        workshop.say(f"data      {note}")
    trained = train(recipe, splits, workshop, resume=resume, tensorboard=tensorboard)
    for name in ("network.keras", "history.csv", "curves.png", FLOAT_PREDICTIONS):
        publish_file(trained.folder / name, out / name)
    facts = {
        "recipe": dataclasses.asdict(recipe),
        "training": trained.facts,
        "data": splits.digests,
        "network_file": digest_of_file(trained.network),
    }
    write_json(out / RUN, facts)
    return trained


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Hold the run folder: two runs into one folder would mix their results."""
    open_run_folder(out)
    with (out / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"{out}: another run is at work in this folder; choose another --out") from error
        clear_leftovers(out)
        yield


def _report(
    recipe: Recipe,
    measurements: Sequence[Measurement],
    evaluations: Sequence[Evaluation],
    pictures: Sequence[Path],
    out: Path,
) -> Path:
    captioned = [("Learning curves", out / "curves.png"), *(("Prediction on a test image", each) for each in pictures)]
    rows = report.join(measurements, evaluations)
    return report.write(rows, out / "report.html", title=recipe.summary, pictures=captioned)
