"""What stands in for a recipe where a network comes from elsewhere: a preprocess block, a postprocess block, labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgecv.documents.document import Document
from edgecv.documents.limits import check, positive, refuse, share
from edgecv.documents.preprocess import mistake_in, with_channels
from edgecv.documents.shape import read_record
from edgecv.documents.showing import as_written
from edgecv.documents.wording import one_of, shown
from edgecv.documents.written import Written, shown_path
from edgecv.documents.yaml_tree import read_file
from edgecv.errors import InputError, not_one_of
from edgecv.ondevice.heads import HEADS
from edgecv.ondevice.tasks import classification, regression
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Task

SETTINGS: Mapping[Task, type] = {"classification": classification.Settings, "regression": regression.Settings}
OF_DETECTIONS = (share("score_threshold"), share("nms_iou"), positive("max_detections"))


def load_preprocess(path: Path) -> Document[Preprocess]:
    """The preprocess block in a file."""
    written = read_file(path)
    preprocess = with_channels(read_record(written, Preprocess), written)
    document = Document(preprocess, path, written)
    mistake = mistake_in(preprocess)
    if mistake:
        refuse(document, *mistake)
    return document


def load_postprocess(path: Path, task: Task, labels: Sequence[str]) -> dict[str, Any]:
    """The postprocess block in a file, every default written out; it is known to fit the labels."""
    written = read_file(path)
    document: Document[Any] = Document(read_record(written, _settings(written, task)), path, written)
    plain: dict[str, Any] = as_written(document.record)
    if task == "regression":
        _check_units(document, len(labels))
    if task == "detection":
        check(document, OF_DETECTIONS)
        with document.places():
            HEADS[plain["head"]].outputs(plain, len(labels))
    return plain


def usual_postprocess(task: Task) -> dict[str, Any]:
    """The block of a task where no file says otherwise."""
    if task == "detection":
        raise InputError(f"postprocess: missing; a file has to describe the detection head: {one_of(HEADS)}")
    settings: dict[str, Any] = as_written(SETTINGS[task]()) if task in SETTINGS else {}
    return settings


def _check_units(document: Document[Any], labels: int) -> None:
    for name in ("mean", "std"):
        numbers = getattr(document.record, name)
        if len(numbers) not in (0, labels):
            refuse(document, name, f"expected {labels} numbers, one for each label, got {len(numbers)}")
        if name == "std" and min(numbers, default=1.0) <= 0:
            refuse(document, name, f"expected numbers above 0, got {shown(numbers)}")


def _settings(written: Written, task: Task) -> type:
    """What the block of a task holds."""
    if task in SETTINGS:
        return SETTINGS[task]
    if task == "segmentation":
        raise InputError(f"{written.where}: expected nothing, for segmentation has no settings; leave the file out")
    head = written.value.get("head") if isinstance(written.value, dict) else None
    if head is None:
        raise InputError(f"{written.where}: head: missing, expected {one_of(HEADS)}")
    if head.value not in list(HEADS):
        raise InputError(f"{head.where}: head: {not_one_of(HEADS, str(head.plain))}")
    return HEADS[head.value].Settings


def load_labels(path: Path) -> tuple[str, ...]:
    """The labels in a file, one a line, in the order of the network's classes."""
    source = shown_path(path)
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: expected text in UTF-8, got other bytes at {error.start}") from error
    labels = [line.strip() for line in lines]
    while labels and not labels[-1]:
        labels.pop()
    if not labels:
        raise InputError(f"{source}: expected one label a line, got an empty file")
    for number, label in enumerate(labels, 1):
        if not label.isprintable() or not label:
            raise InputError(f"{source}:{number}: expected a label, got {shown(label) if label else 'an empty line'}")
    return tuple(labels)
