"""Recipes: from a name or a path to a record that is known to make sense."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

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
from edgecv.records.recipe import METRICS_OF, Recipe

VARIABLE = re.compile(r"\$\{([^}]*)\}")

LIMITS = (
    positive("training.epochs"),
    positive("training.batch_size"),
    positive("training.learning_rate"),
    not_negative("training.weight_decay"),
    share("training.warmup"),
    Limit("training.early_stopping", "a number above 0, or null", lambda epochs: epochs is None or epochs > 0),
    not_negative("training.seed"),
    positive("calibration.images"),
    Limit("builds", "at least one build, such as {target: tflite, precision: int8}", lambda builds: len(builds) > 0),
    Limit("bench.threads", "a number above 0, or null", lambda threads: threads is None or threads > 0),
    share("accuracy.max_drop"),
)


def load_recipe(
    name_or_path: str | os.PathLike[str], set_: Sequence[str] = (), *, expand: bool = True
) -> Document[Recipe]:
    """The recipe of a name or a path, with `--set` values in it.

    Without `expand`, `data.path` stays as it is written: a recipe can be shown where its data is not.
    """
    path = find("recipes", name_or_path)
    written = apply(read_file(path), set_)
    document = _with_channels(Document(read_record(written, Recipe, name=path.stem), path, written))
    check(document, LIMITS)
    _check_preprocess(document)
    _check_builds(document)
    metric, fitting = document.record.accuracy.metric, METRICS_OF[document.record.task]
    if metric not in fitting:
        refuse(document, "accuracy.metric", f"expected {one_of(fitting)} for {document.record.task}, got '{metric}'")
    return _with_data_path(document) if expand else document


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


def _with_data_path(document: Document[Recipe]) -> Document[Recipe]:
    """`data.path` made whole: variables filled in, and relative to the recipe, or to here when it came by --set."""
    data = document.record.data
    if data.path is None:
        return document

    def value(variable: re.Match[str]) -> str:
        try:
            return os.environ[variable[1]]
        except KeyError:
            raise InputError(
                f"{document.at('data.path')}: the environment variable {variable[1]} is not set; "
                f"to set it: export {variable[1]}=/path/to/data"
            ) from None

    expanded = Path(VARIABLE.sub(value, data.path)).expanduser()
    by_set = document.written.value["data"].value["path"].line is None
    base = Path.cwd() if by_set else document.path.absolute().parent
    return replace(document, record=replace(document.record, data=replace(data, path=str(base / expanded))))
