"""Recipes: from a name or a path to a record that is known to make sense."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from edgecv.documents.document import Document
from edgecv.documents.limits import Limit, check, not_negative, positive, refuse, refuse_repeated, share
from edgecv.documents.overrides import apply
from edgecv.documents.registry import find
from edgecv.documents.shape import read_record
from edgecv.documents.wording import one_of
from edgecv.documents.yaml_tree import read_file
from edgecv.errors import InputError, not_one_of
from edgecv.ondevice.engines import ENGINES
from edgecv.records.recipe import METRICS_OF, Recipe

VARIABLE = re.compile(r"\$\{([^}]*)\}")

LIMITS = (
    Limit("preprocess.size", "height and width above 0", lambda size: min(size) > 0),
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
    """One mean and one std where the network sees gray and the recipe leaves them to the default."""
    preprocess = document.record.preprocess
    written = document.written.value["preprocess"].value
    for name in ("mean", "std"):
        if name not in written:
            preprocess = replace(preprocess, **{name: getattr(preprocess, name)[: preprocess.channels]})
    return replace(document, record=replace(document.record, preprocess=preprocess))


def _check_preprocess(document: Document[Recipe]) -> None:
    preprocess = document.record.preprocess
    for name in ("mean", "std"):
        count = len(getattr(preprocess, name))
        if count != preprocess.channels:
            expected = "1 number" if preprocess.channels == 1 else f"{preprocess.channels} numbers"
            refuse(document, f"preprocess.{name}", f"expected {expected} for color '{preprocess.color}', got {count}")
    if 0 in preprocess.std:
        refuse(document, f"preprocess.std[{preprocess.std.index(0)}]", "expected anything but 0, got '0': it divides")
    side = preprocess.resize_to
    if side is None:
        return
    if preprocess.resize != "crop":
        refuse(document, "preprocess.resize_to", f"only with resize 'crop', got resize '{preprocess.resize}'")
    if side < max(preprocess.size):
        expected = f"at least {max(preprocess.size)}, the longer side of preprocess.size"
        refuse(document, "preprocess.resize_to", f"expected {expected}, got '{side}'")


def _check_builds(document: Document[Recipe]) -> None:
    for i, build in enumerate(document.record.builds):
        if build.target not in ENGINES:
            refuse(document, f"builds[{i}].target", not_one_of(ENGINES, build.target))
    refuse_repeated(document, "builds", document.record.builds)


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
