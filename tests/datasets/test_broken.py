"""Kinds of broken data, each made by a generator, and the sentence that each of them is answered with.

What a header or an annotation shows is refused when a split is opened; what only decoding shows is found by a check;
and what may be meant that way is a warning. A case says which.
"""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pytest
from PIL import Image

from edgecv.datasets import DATASETS, load
from edgecv.datasets.checking import Check, check
from edgecv.datasets.kinds import KINDS
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task
from tests.datasets import trees
from tests.datasets.trees import TWO_OBJECTS, annotate, mask, picture, write_coco, write_idx

Found = Literal["opening", "decoding", "warning"]
Break = Callable[[Path], Any]


class Case(NamedTuple):
    tree: str
    broken: Break
    kind: str
    says: str
    found: Found = "opening"
    options: dict[str, Any] = {}  # noqa: RUF012
    task: Task | None = None


def remove(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


def text(name: str, content: str) -> Break:
    return lambda folder: (folder / name).write_text(content)


def content(name: str, written: bytes) -> Break:
    return lambda folder: (folder / name).write_bytes(written)


def cut(name: str) -> Break:
    """A file that ends before half of it."""
    return lambda folder: (folder / name).write_bytes(
        (folder / name).read_bytes()[: len((folder / name).read_bytes()) // 2]
    )


def box(*corners: float) -> Break:
    return lambda folder: annotate(
        folder, "train_0", [*TWO_OBJECTS, ("cat", (corners[0], corners[1], corners[2], corners[3]))]
    )


def turn(name: str) -> Break:
    """An EXIF tag that says the camera was held upright."""

    def broken(folder: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        with Image.open(folder / name) as lying:
            lying.load()
        lying.save(folder / name, exif=exif)

    return broken


def declare(width: int, height: int) -> Break:
    """A size in an annotation."""

    def broken(folder: Path) -> None:
        path = folder / "Annotations/train_0.xml"
        size = f"<size><width>{width}</width><height>{height}</height></size>"
        path.write_text(path.read_text().replace("<object>", f"{size}<object>", 1))

    return broken


def turned_after_drawing(folder: Path) -> None:
    annotate(folder, "train_0", [("cat", (1, 1, 20, 20)), ("dog", (1, 1, 9, 9))])
    declare(32, 24)(folder)
    turn("JPEGImages/train_0.png")(folder)


def without_train_dogs(folder: Path) -> None:
    for path in (folder / "train/dog").iterdir():
        path.unlink()


def twice_over(folder: Path) -> None:
    (folder / "test/dog/same.png").write_bytes((folder / "train/dog/train_dog_0.png").read_bytes())


def sparse(name: str, size: int) -> Break:
    """A file that says it is huge, and takes no room on the disk."""

    def broken(folder: Path) -> None:
        with (folder / name).open("r+b") as file:
            file.truncate(size)

    return broken


def bomb(folder: Path) -> None:
    """A gzipped file of which a hundred times more comes out than its header tells."""
    header = bytes([0, 0, 8, 3]) + np.array([8, 6, 5], ">u4").tobytes()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + bytes(10**6)))


def coco_boxes(*boxes: Any) -> Break:
    return lambda folder: write_coco(folder, "train", ["train_0.png", "train_1.png"], boxes, [7, 3])


def coco_image(name: str) -> Break:
    return lambda folder: write_coco(folder, "train", ["train_0.png", name], trees.COCO_BOXES, [7, 3])


LONG = 300 * "x"

CASES: dict[str, Case] = {
    # Files
    "a listed image that is not there": Case(
        "voc",
        remove("JPEGImages/train_1.png"),
        "missing_files",
        "JPEGImages/train_1.jpg: no such image, but ImageSets lists 'train_1'",
    ),
    "an image without annotation": Case(
        "voc",
        remove("Annotations/train_1.xml"),
        "missing_files",
        "Annotations/train_1.xml: expected an XML file, found nothing there",
    ),
    "an annotation without image": Case(
        "yolo",
        remove("images/train/train_0.png"),
        "missing_files",
        "train_0.txt: has no image of the same name",
    ),
    "an image nobody labelled": Case(
        "yolo",
        remove("labels/train/train_0.txt"),
        "unlabelled_images",
        "train_0.png: has no text file of the same name",
    ),
    "an image without mask": Case(
        "masks", remove("masks/train/train_0.png"), "missing_files", "train_0.png: has no mask of the same name"
    ),
    "a mask without image": Case(
        "masks", remove("images/train/train_0.png"), "missing_files", "train_0.png: has no image of the same name"
    ),
    "an image in a table that is not there": Case(
        "csv", remove("images/train_2.png"), "missing_files", "train.csv:4: no such image: 'images/train_2.png'"
    ),
    "an image in a JSON that is not there": Case(
        "coco",
        remove("train/train_1.png"),
        "missing_files",
        "no such image, but instances_train.json lists 'train_1.png'",
    ),
    "a split that is not there": Case(
        "coco",
        remove("annotations/instances_train.json"),
        "unusable",
        "instances_train.json: expected a JSON file, found nothing there; another name goes with the option train",
    ),
    "a name in a JSON that no file can have": Case(
        "coco",
        coco_image(LONG),
        "missing_files",
        f"no such image, but instances_train.json lists '{LONG}'",
    ),
    "a name in a table that no file can have": Case(
        "csv",
        text("train.csv", f"file,label\nimages/train_0.png,cat\n{LONG},dog\nimages/train_1.png,dog"),
        "missing_files",
        f"train.csv:3: no such image: '{LONG}'",
    ),
    "a name in a list that no file can have": Case(
        "voc",
        text("ImageSets/Main/train.txt", f"train_0\n{LONG}"),
        "missing_files",
        f"{LONG}.xml: expected an XML file, found nothing there",
    ),
    # Images
    "an empty image": Case(
        "voc",
        content("JPEGImages/train_0.png", b""),
        "unreadable_images",
        "train_0.png: expected an image, got an empty file",
    ),
    "no image at all": Case(
        "image_folder",
        text("train/cat/train_cat_0.png", "<html>404</html>"),
        "unreadable_images",
        "train_cat_0.png: not an image in a format that can be read here",
    ),
    "half an image": Case(
        "image_folder",
        cut("train/cat/train_cat_0.png"),
        "unreadable_images",
        "train_cat_0.png: the image cannot be read",
        "decoding",
    ),
    "half a mask": Case(
        "masks",
        cut("masks/train/train_0.png"),
        "unreadable_images",
        "train_0.png: the image cannot be read",
        "decoding",
    ),
    "an image turned after its boxes were drawn": Case(
        "voc",
        turned_after_drawing,
        "turned_images",
        "train_0.png: EXIF turns the image to 24 x 32, its boxes seem drawn at 32 x 24",
        "warning",
    ),
    "an annotation of another version of the image": Case(
        "voc", declare(64, 48), "annotation_sizes", "made for 64 x 48, but train_0.png has 32 x 24", "warning"
    ),
    "objects that nobody has drawn": Case(
        "yolo",
        lambda folder: [path.write_text("") for path in folder.glob("labels/train/*.txt")],
        "no_objects",
        "no training image has an object drawn in, so there is nothing to find",
    ),
    "an image beside the classes": Case(
        "image_folder", lambda folder: picture(folder / "train/stray.png"), "stray_images", "beside the", "warning"
    ),
    "an image deeper than its class": Case(
        "image_folder",
        lambda folder: picture(folder / "train/cat/1/a.png"),
        "stray_images",
        "in a folder of",
        "warning",
    ),
    "an image in two splits": Case(
        "image_folder", twice_over, "shared_images", "train: dog/train_dog_0 = test: dog/same", "warning"
    ),
    # Boxes and numbers
    "a box beyond its image": Case(
        "voc",
        box(3, 5, 33, 20),
        "invalid_boxes",
        "train_0.xml:12: box [2, 4, 33, 20] reaches beyond its image of 32 x 24 pixels",
    ),
    "a box before its image": Case(
        "coco", coco_boxes([-3, 0, 9, 9]), "invalid_boxes", "annotations[0]: box [-3, 0, 6, 9] reaches beyond its image"
    ),
    "a box without area": Case(
        "csv",
        text("train.csv", "file,label,x0,y0,x1,y1\nimages/train_0.png,cat,4,4,4,9"),
        "invalid_boxes",
        "train.csv:2: box [4, 4, 4, 9] has no area",
        task="detection",
    ),
    "a box of negative width": Case(
        "coco", coco_boxes([9, 9, -5, 3]), "invalid_boxes", "annotations[0]: box [9, 9, 4, 12] has no area"
    ),
    "pixels for shares": Case(
        "yolo",
        text("labels/train/train_0.txt", "0 16 12 32 24"),
        "invalid_boxes",
        "train_0.txt:1: expected shares of the image from 0 to 1, got '16 12 32 24'",
    ),
    "a number that is none": Case(
        "yolo",
        text("labels/train/train_0.txt", "1 0.5 0.5 1 1\n0 nan 0.5 0.2 0.2"),
        "invalid_numbers",
        "train_0.txt:2: expected a number, got 'nan'",
    ),
    "an infinite number": Case(
        "coco", coco_boxes([0, 0, float("inf"), 3]), "invalid_numbers", "annotations[0]: bbox: expected four numbers"
    ),
    "a corner that is no number": Case(
        "csv",
        text("train.csv", "file,label,x0,y0,x1,y1\nimages/train_0.png,cat,4,4,inf,9"),
        "invalid_numbers",
        "train.csv:2: box [4, 4, inf, 9] is not made of finite numbers",
        task="detection",
    ),
    "a value that is no number": Case(
        "csv",
        text("train.csv", "file,yaw,roll\nimages/train_0.png,4,1\nimages/train_1.png,5,left\nimages/train_2.png,6,3"),
        "invalid_numbers",
        "train.csv:3: roll: expected a finite number, got 'left'",
        task="regression",
    ),
    "a value that is not known": Case(
        "csv",
        text("train.csv", "file,yaw,roll\nimages/train_0.png,4,1\nimages/train_1.png,nan,2\nimages/train_2.png,6,3"),
        "invalid_numbers",
        "train.csv:3: yaw: expected a finite number, got 'nan'",
        task="regression",
    ),
    "a value that is missing": Case(
        "csv",
        text("train.csv", "file,yaw,roll\nimages/train_0.png,4,1\nimages/train_1.png,,2\nimages/train_2.png,6,3"),
        "invalid_numbers",
        "train.csv:3: yaw: expected a finite number, got nothing",
        task="regression",
    ),
    "a column that is missing": Case(
        "csv",
        text("train.csv", "file,yaw\nimages/train_0.png,4\nimages/train_1.png,5"),
        "unusable",
        "train.csv:1: expected different columns with file, yaw, roll among them, got file, yaw",
        options={"labels": ["yaw", "roll"]},
        task="regression",
    ),
    "a value that never changes": Case(
        "csv",
        text("train.csv", "file,yaw,roll\nimages/train_0.png,4,1\nimages/train_1.png,4,2"),
        "constant_values",
        "'yaw' is 4 for every training image, so there is nothing to learn; leave it out of data.labels",
        task="regression",
    ),
    # Labels
    "a label that training lacks": Case(
        "voc",
        lambda folder: annotate(folder, "train_0", [("cta", (1, 1, 9, 9))]),
        "unknown_labels",
        "train_0.xml:4: label: expected one of cat, dog, got 'cta'; did you mean 'cat'?",
        options={"labels": ["cat", "dog"]},
    ),
    "half a character": Case(
        "coco",
        lambda folder: write_coco(folder, "train", ["train_0.png"], [], [7], categories=[{"id": 7, "name": "\ud800"}]),
        "unusable",
        "instances_train.json: categories[0]: name: expected a text, got '\\ud800', half a character",
    ),
    "names that are no words": Case(
        "yolo",
        text("data.yaml", "names: [cat, 2026-13-45]"),
        "unusable",
        "data.yaml: not well-formed YAML: month must be in 1..12",
    ),
    "a name of half a character": Case(
        "yolo",
        text("data.yaml", 'names: [cat, "\\ud800"]'),
        "unusable",
        "label: expected a text in Unicode, got '\\ud800'",
    ),
    "a class without a name": Case(
        "yolo",
        text("labels/train/train_0.txt", "2 0.5 0.5 1 1"),
        "unknown_labels",
        "train_0.txt:1: class: expected 0 to 1, got '2'",
    ),
    "a category that is not listed": Case(
        "coco",
        lambda folder: write_coco(folder, "train", ["train_0.png"], [[0, 0, 9, 9]], [44]),
        "unknown_labels",
        "annotations[0]: category_id: no category has the id 44",
    ),
    "a number without a label": Case(
        "idx",
        lambda folder: write_idx(folder / "train-labels-idx1-ubyte.gz", np.array([0, 1, 2, 9] * 2, np.uint8)),
        "unknown_labels",
        "label of image 3: expected 0 to 2, got 9",
        options={"labels": ["shirt", "bag", "boot"]},
    ),
    "one class only": Case(
        "image_folder",
        without_train_dogs,
        "one_class",
        "every training image is a 'cat', so there is nothing to tell apart",
    ),
    # Masks
    "a mask of another size": Case(
        "masks",
        lambda folder: mask(folder / "masks/train/train_1.png", size=(32, 24)),
        "mask_sizes",
        "train_1.png: expected 32 x 24 pixels as its image has, got 24 x 32",
    ),
    "a mask that was not turned with its image": Case(
        "masks", turn("images/train/train_0.png"), "mask_sizes", "as its image has, which EXIF turns, got 32 x 24"
    ),
    "a mask value without a label": Case(
        "masks",
        lambda folder: mask(folder / "masks/train/train_0.png", (0, 7, 1)),
        "mask_values",
        "train_0.png: expected one of 2 label indices or void, got a pixel of 7",
        "decoding",
    ),
    "a colour without a label": Case(
        "masks",
        lambda folder: picture(folder / "masks/train/train_0.png"),
        "mask_values",
        "expected one of 2 colours, got a pixel of [",
        "decoding",
        {"colors": {"cat": [0, 0, 0], "dog": [255, 0, 0]}},
    ),
    "a mask in colours that nothing names": Case(
        "masks",
        lambda folder: picture(folder / "masks/train/train_0.png"),
        "mask_modes",
        "train_0.png: expected one label index a pixel, got the colour mode 'RGB'; for masks in colour give the option",
    ),
    "a colour of thousands of digits": Case(
        "masks",
        text("colors.txt", f"{5000 * '9'} 0 0 cat"),
        "unusable",
        "colors.txt:1: expected RED GREEN BLUE LABEL, got '999",
        options={"colors": "colors.txt"},
    ),
    # Annotations
    "half an annotation": Case(
        "voc",
        text("Annotations/train_1.xml", "<annotation>\n<object>"),
        "malformed_annotations",
        "train_1.xml:2: not well-formed XML",
    ),
    "an entity in an annotation": Case(
        "voc",
        text("Annotations/train_1.xml", '<!DOCTYPE a [<!ENTITY lol "lol">]><annotation>&lol;</annotation>'),
        "malformed_annotations",
        "train_1.xml:1: expected plain XML, got a DOCTYPE",
    ),
    "a line of too many numbers": Case(
        "yolo",
        text("labels/train/train_1.txt", "0 .1 .1 .2 .2 .3 .3 .4 .4"),
        "malformed_annotations",
        "train_1.txt:1: expected CLASS CENTER_X CENTER_Y WIDTH HEIGHT, got 9 fields; the outline of a segmentation",
    ),
    "a row of too few cells": Case(
        "csv",
        text("train.csv", "file,label\nimages/train_0.png,cat\nimages/train_1.png\n"),
        "malformed_annotations",
        "train.csv:3: expected 2 cells, got 1",
    ),
    "a table of other columns": Case(
        "csv",
        text("train.csv", "name,kind\na,b\n"),
        "unusable",
        "train.csv:1: expected different columns with file, label among them, got name, kind",
    ),
    "a table with semicolons": Case(
        "csv",
        text("train.csv", "file;label\na;b\n"),
        "unusable",
        "train.csv:1: expected different columns with file, label among them, got file;label; put commas between",
        task="classification",
    ),
    "a table without anything": Case(
        "csv",
        text("train.csv", ""),
        "unusable",
        "train.csv:1: expected different columns with file, label among them, got an empty line",
        task="classification",
    ),
    "a table in Latin-1": Case(
        "csv",
        content("train.csv", b"file,label\nimages/train_0.png,caf\xe9\n"),
        "unusable",
        "train.csv:2: expected text in UTF-8, got the byte 0xe9; save it as UTF-8",
    ),
    "half a JSON": Case(
        "coco",
        text("annotations/instances_train.json", '{"images": ['),
        "unusable",
        "instances_train.json: not well-formed JSON: Expecting value: line 1 column 13",
    ),
    "a JSON without end": Case(
        "coco",
        text("annotations/instances_train.json", "[" * 100_000),
        "unusable",
        "not well-formed JSON: maximum recursion",
    ),
    "a JSON too large to be read": Case(
        "coco",
        sparse("annotations/instances_train.json", 2**31),
        "unusable",
        "instances_train.json: expected a JSON file of at most 1024 MB, got 2048 MB; split it",
    ),
    "a name twice in a list": Case(
        "voc",
        text("ImageSets/Main/train.txt", "train_0\ntrain_1\ntrain_0\n"),
        "duplicate_names",
        "train.txt:3: 'train_0' is listed twice",
    ),
    "a row twice in a table": Case(
        "csv",
        text("train.csv", "file,label\nimages/train_0.png,cat\nimages/train_1.png,dog\nimages/train_0.png,dog"),
        "duplicate_names",
        "train.csv:4: 'images/train_0.png' is listed twice",
    ),
    "two images of one name": Case(
        "image_folder",
        lambda folder: picture(folder / "train/cat/train_cat_0.bmp"),
        "duplicate_names",
        "train_cat_0.png: train_cat_0.bmp has the same name; keep one",
    ),
    "an empty split": Case("voc", text("ImageSets/Main/train.txt", "\n"), "empty_splits", "the split 'train'"),
    # Files that hold all images
    "a file that ends too early": Case(
        "cifar10",
        content("data_batch_1.bin", bytes(3000)),
        "unusable",
        "data_batch_1.bin: expected records of 3073 bytes each, got 3000 bytes; is it whole?",
    ),
    "half a gzipped file": Case(
        "idx",
        cut("train-labels-idx1-ubyte.gz"),
        "unusable",
        "train-labels-idx1-ubyte.gz: the file is damaged",
    ),
    "a gzip bomb": Case(
        "idx",
        bomb,
        "unusable",
        "the file goes on behind what its header tells of: expected 240 bytes",
        "decoding",
    ),
    "lengths that nobody has memory for": Case(
        "idx",
        lambda folder: write_idx(
            folder / "train-images-idx3-ubyte.gz", np.zeros(8, np.uint8), bytes([0, 0, 8, 3]) + b"\xff" * 12
        ),
        "unusable",
        "expected at most 4 GB of pixels, got lengths [4294967295, 4294967295, 4294967295]",
    ),
    "another kind of file": Case(
        "idx",
        lambda folder: write_idx(folder / "train-labels-idx1-ubyte.gz", np.zeros(4, np.uint8), b"\0\0\x0d\1\0\0\0\4"),
        "unusable",
        "expected an idx file of bytes in 1 dimensions, which begins 00 00 08 01, got 00 00 0d 01",
    ),
    "more labels than images": Case(
        "idx",
        lambda folder: write_idx(folder / "train-labels-idx1-ubyte.gz", np.zeros(9, np.uint8)),
        "unusable",
        "expected 8 labels as train-images-idx3-ubyte.gz has images, got 9",
    ),
    # Paths that lead out
    "a list that leads out": Case(
        "voc",
        text("ImageSets/Main/train.txt", "train_0\n../../secret\n"),
        "unsafe_paths",
        "train.txt:2: expected names without folder or suffix, one a line, got '../../secret'",
    ),
    "a JSON that leads out": Case(
        "coco",
        coco_image("../../secret.png"),
        "unsafe_paths",
        "file_name: expected a file inside the data's folder, got '../../secret.png'",
    ),
    "a table that leads out": Case(
        "csv",
        text("train.csv", "file,label\n/etc/passwd,cat\nimages/train_1.png,dog"),
        "unsafe_paths",
        "train.csv:2: file: expected a file inside the data's folder, got '/etc/passwd'",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_broken_data_is_answered_with_the_promised_sentence(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    data, task = made(case, tmp_path)
    found = [(each.fault.kind, str(each.fault), each.refused) for each in checked(data, task).findings]
    mine = [(said, refused) for kind, said, refused in found if kind == case.kind and case.says in said]
    assert mine, found
    assert mine[0][1] == (case.found != "warning")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.found == "opening"])
def test_what_can_be_seen_without_decoding_is_refused_when_a_split_is_opened(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    data, task = made(case, tmp_path)
    with pytest.raises(InputError) as refusal:
        load(data, task, "train")
    assert case.says in str(refusal.value)


MENDED = [name for name, case in CASES.items() if KINDS[case.kind].rules]


@pytest.mark.parametrize("name", MENDED)
def test_what_a_rule_mends_is_opened_and_said(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    data, task = made(case, tmp_path)
    for rule in KINDS[case.kind].rules:
        options = {**data.options, case.kind: rule}
        result = checked(replace(data, options=options), task)
        mine = [each for each in result.findings if each.fault.kind == case.kind]
        assert {each.rule for each in mine} == {rule}
        assert not any(each.refused for each in mine)
        if not result.refused:
            samples = load(replace(data, options=options), task, "train")
            assert len(samples) > 0
            for number in range(len(samples)):
                samples.truth(number)


def test_a_refusal_counts_every_kind_and_shows_the_first_of_each(tmp_path: Path) -> None:
    data = trees.voc(tmp_path)
    annotate(tmp_path, "train_0", [("cat", (7, 7, 7, 7)), ("cat", (3, 9, 3, 9)), ("dog", (1, 1, 40, 9))])
    (tmp_path / "JPEGImages/train_1.png").write_bytes(b"")
    with pytest.raises(InputError) as refusal:
        load(data, "detection", "train")
    lines = str(refusal.value).splitlines()
    assert len(lines) == 5
    assert "an empty file" in "".join(lines[:2])
    assert lines[-1] == (
        "'train' has 1 unreadable image, 3 invalid boxes; mend them, or say unreadable_images: drop; "
        f"invalid_boxes: drop, or clip; to see all: edgecv data check {tmp_path}"
    )


def test_every_kind_of_fault_is_among_the_cases() -> None:
    assert {case.kind for case in CASES.values()} | {"missing_splits"} == set(KINDS)
    assert len(CASES) >= 30


def test_clean_data_has_no_fault(tmp_path: Path) -> None:
    for name, make in trees.TREES.items():
        data = make(tmp_path / name)
        assert checked(data, DATASETS[name].TASKS[0]).findings == (), name


def made(case: Case, folder: Path) -> tuple[Data, Task]:
    data = trees.TREES[case.tree](folder)
    case.broken(folder)
    return replace(data, options={**data.options, **case.options}), case.task or DATASETS[case.tree].TASKS[0]


def checked(data: Data, task: Task) -> Check:
    return check(data, task, lenient=False, tell=lambda _text: None)
