"""One tiny run for each of the tiny models, made once: everything that a recipe makes, in small.

One model has every build; the others have the precisions that most people use, and everything in the slow tests. Those
hold all of a regressor, which is a classifier but for its last layer.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgecv.documents import load_device, load_recipe
from edgecv.models import MODELS
from edgecv.pipeline.run import Finished, run
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.recipe import Precision
from edgecv.targets import TARGETS

# Steps are counted in tens: enough for outputs that vary, which is what parity needs; accuracy is the recipes' matter.
RECIPE = """\
summary: conformance of {model}
task: {task}
data: {{format: shapes, train: 192, val: 16, test: 24, seed: 7}}
preprocess: {{size: [128, 128], mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5]}}
model: {{name: {model}, width: {width}}}
training: {{epochs: 8, batch_size: 16, learning_rate: 0.004, seed: 3}}
calibration: {{images: 64}}
builds: [{builds}]
bench: {{mode: quick, threads: 1}}
accuracy: {{metric: {metric}, max_drop: 1.0}}
"""
METRIC = {"classification": "top1", "detection": "map50_95", "segmentation": "miou", "regression": "mae"}

TINY = ("tiny_classifier", "tiny_detector", "tiny_segmenter", "regressor")  # one a task; the whole zoo has test_zoo.py
WIDTH = {"regressor": 0.25}  # of what is wide by itself
SLOW = ("regressor",)
MEASURED = "tiny_classifier"  # with every build, in the default run of the tests too
USUAL: tuple[Precision, ...] = ("float32", "int8")

RunOf = Callable[..., Finished]


def is_usual(model: str, precision: Precision) -> bool:
    """Whether the default run of the tests makes this build."""
    return model == MEASURED or (precision in USUAL and model not in SLOW)


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> RunOf:
    """The finished tiny run of a model, with all targets that can be built here, and its usual precisions or all."""
    folder = tmp_path_factory.mktemp("runs")
    finished: dict[tuple[str, bool], Finished] = {}

    def of(model: str, *, everything: bool = False) -> Finished:
        whole = everything or model == MEASURED
        if (model, whole) not in finished:
            finished[model, whole] = _run(model, whole, folder)
        return finished[model, whole]

    return of


def _run(model: str, whole: bool, folder: Path) -> Finished:
    task = MODELS[model].TASK
    builds = ", ".join(
        f"{{target: {name}, precision: {precision}}}"
        for name, module in TARGETS.items()
        if module.missing() is None
        for precision in module.PRECISIONS
        if whole or precision in USUAL
    )
    name = f"{model}-whole" if whole and model != MEASURED else model
    path = folder / f"{name}.yaml"
    path.write_text(
        RECIPE.format(model=model, task=task, width=WIDTH.get(model, 1.0), builds=builds, metric=METRIC[task])
    )
    out = folder / name
    workshop = Workshop(default_store(), out / "log")
    # A latency costs seconds and does not depend on the task: one model's artifacts are measured.
    profiles = [load_device("local").record] if model == MEASURED else []
    return run(load_recipe(str(path)), profiles, out, workshop)
