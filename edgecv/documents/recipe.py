"""Recipes: from a name or a path to a record that is known to make sense."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from edgecv.documents.augment import check_settings, with_settings
from edgecv.documents.document import Document
from edgecv.documents.limits import Limit, check, not_negative, positive, refuse, refuse_repeated, share
from edgecv.documents.overrides import apply
from edgecv.documents.preprocess import mistake_in, with_channels
from edgecv.documents.registry import find
from edgecv.documents.shape import read_record
from edgecv.documents.wording import one_of
from edgecv.documents.yaml_tree import read_file
from edgecv.errors import InputError, not_one_of
from edgecv.ondevice.engines import ENGINES
from edgecv.records.recipe import ERRORS, IMAGENET, LOSS_SETTINGS_OF, METRICS_OF, Recipe, Training

VARIABLE = re.compile(r"\$\{([^}]*)\}")

LIMITS = (
    positive("training.epochs"),
    positive("training.batch_size"),
    positive("training.learning_rate"),
    not_negative("training.weight_decay"),
    share("training.warmup"),
    Limit("training.drops", "rising shares between 0 and 1", lambda drops: _rises((0, *drops, 1))),
    Limit("training.drop_factor", "a number between 0 and 1", lambda factor: 0 < factor < 1),
    Limit("training.ema", "a number between 0 and 1, such as 0.999, or null", lambda ema: ema is None or 0 < ema < 1),
    Limit("training.label_smoothing", "0 or more, and less than 1", lambda smoothing: 0 <= smoothing < 1),
    Limit("training.early_stopping", "a number above 0, or null", lambda epochs: epochs is None or epochs > 0),
    not_negative("training.freeze_epochs"),
    Limit("training.pretrained_rate", "a fraction above 0, up to 1", lambda fraction: 0 < fraction <= 1),
    not_negative("training.seed"),
    Limit("calibration.images", "a number above 0, or null", lambda images: images is None or images > 0),
    Limit("builds", "at least one build, such as {target: tflite, precision: int8}", lambda builds: len(builds) > 0),
    Limit("bench.threads", "a number above 0, or null", lambda threads: threads is None or threads > 0),
)


def load_recipe(
    name_or_path: str | os.PathLike[str], set_: Sequence[str] = (), *, expand: bool = True
) -> Document[Recipe]:
    """The recipe of a name or a path, with `--set` values in it.

    Without `expand`, `data.path` and `model.weights` stay as they are written: a recipe can be shown where neither is.
    """
    path = find("recipes", name_or_path)
    written = apply(read_file(path), set_)
    document = with_settings(_with_channels(Document(read_record(written, Recipe, name=path.stem), path, written)))
    check(document, LIMITS)
    _check_preprocess(document)
    _check_builds(document)
    check_settings(document)
    _check_schedule(document)
    _check_loss_settings(document)
    _check_fine_tuning(document)
    _check_accuracy(document)
    return _with_paths(document) if expand else document


def _with_channels(document: Document[Recipe]) -> Document[Recipe]:
    recipe = document.record
    preprocess = with_channels(recipe.preprocess, document.written.value["preprocess"])
    return replace(document, record=replace(recipe, preprocess=preprocess))


def _check_preprocess(document: Document[Recipe]) -> None:
    mistake = mistake_in(document.record.preprocess)
    if mistake:
        field, complaint = mistake
        refuse(document, f"preprocess.{field}", complaint)


def _check_builds(document: Document[Recipe]) -> None:
    for i, build in enumerate(document.record.builds):
        if build.target not in ENGINES:
            refuse(document, f"builds[{i}].target", not_one_of(ENGINES, build.target))
    # By their folders, since an option that says what is the habit anyway makes no other artifact.
    refuse_repeated(document, "builds", [build.folder_name for build in document.record.builds])


def _rises(numbers: Sequence[float]) -> bool:
    return all(before < after for before, after in pairwise(numbers))


def _check_schedule(document: Document[Recipe]) -> None:
    training, usual = document.record.training, Training()
    for name in ("drops", "drop_factor"):
        if training.schedule != "steps" and getattr(training, name) != getattr(usual, name):
            refuse(document, f"training.{name}", f"only with schedule 'steps', got schedule '{training.schedule}'")


def _check_loss_settings(document: Document[Recipe]) -> None:
    recipe, usual = document.record, Training()
    everywhere = {name for names in LOSS_SETTINGS_OF.values() for name in names}
    for name in sorted(everywhere - {*LOSS_SETTINGS_OF.get(recipe.task, ())}):
        if getattr(recipe.training, name) != getattr(usual, name):
            fitting = " and ".join(task for task, names in LOSS_SETTINGS_OF.items() if name in names)
            refuse(document, f"training.{name}", f"only {fitting} can use it, and the task is {recipe.task}; remove it")


def _check_fine_tuning(document: Document[Recipe]) -> None:
    recipe, usual = document.record, Training()
    for name in ("frozen", "freeze_epochs", "pretrained_rate"):
        if recipe.model.weights is None and getattr(recipe.training, name) != getattr(usual, name):
            refuse(document, f"training.{name}", "only for layers filled by model.weights; name some, or remove it")


def _check_accuracy(document: Document[Recipe]) -> None:
    metric, fitting = document.record.accuracy.metric, METRICS_OF[document.record.task]
    if metric not in fitting:
        refuse(document, "accuracy.metric", f"expected {one_of(fitting)} for {document.record.task}, got '{metric}'")
    limit = not_negative if metric in ERRORS else share
    check(document, [limit("accuracy.max_drop")])


def _with_paths(document: Document[Recipe]) -> Document[Recipe]:
    """`data.path` and `model.weights` made whole."""
    data, model = document.record.data, document.record.model
    if data.path is not None:
        data = replace(data, path=_whole(document, "data", "path", data.path))
    if model.weights is not None and model.weights != IMAGENET:
        model = replace(model, weights=_whole(document, "model", "weights", model.weights))
    return replace(document, record=replace(document.record, data=data, model=model))


def _whole(document: Document[Recipe], block: str, name: str, path: str) -> str:
    """A path with its variables filled in, and relative to the recipe, or to here when it came by --set."""

    def value(variable: re.Match[str]) -> str:
        try:
            return os.environ[variable[1]]
        except KeyError:
            raise InputError(
                f"{document.at(f'{block}.{name}')}: the environment variable {variable[1]} is not set; "
                f"to set it: export {variable[1]}=/path/to/data"
            ) from None

    expanded = Path(VARIABLE.sub(value, path)).expanduser()
    by_set = document.written.value[block].value[name].line is None
    return str((Path.cwd() if by_set else document.path.absolute().parent) / expanded)
