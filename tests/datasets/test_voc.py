"""Pascal VOC: what is drawn is what is learnt, and a slip is named with its file and line."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv.datasets import headers, load
from edgecv.datasets.faults import Faults
from edgecv.datasets.xml_tree import read_xml
from edgecv.errors import InputError
from edgecv.ondevice.decoding import open_picture
from edgecv.records.recipe import Data
from edgecv.records.samples import Boxes, Samples
from tests.datasets.trees import TWO_OBJECTS, annotate, picture, voc


@pytest.fixture
def data(tmp_path: Path) -> Data:
    return voc(tmp_path)


def opened(data: Data, split: str = "train", **options: Any) -> Samples:
    return load(Data("voc", data.path, options), "detection", split)


def drawn(samples: Samples, index: int = 0) -> Boxes:
    truth = samples.truth(index)
    assert isinstance(truth, Boxes)
    return truth


def folder(data: Data) -> Path:
    assert data.path
    return Path(data.path)


def test_a_box_counted_from_one_covers_its_first_and_its_last_pixel(data: Data) -> None:
    truth = drawn(opened(data))
    np.testing.assert_array_equal(truth.boxes, [[0, 0, 32, 24], [2, 4, 10, 20]])
    assert truth.boxes.dtype == np.float32


def test_a_box_counted_from_zero_is_left_as_it_is(data: Data) -> None:
    annotate(folder(data), "train_0", [("cat", (0, 0, 32, 24))])
    np.testing.assert_array_equal(drawn(opened(data, labels=["cat", "dog"], first_pixel=0)).boxes, [[0, 0, 32, 24]])


def test_labels_are_those_of_training_in_the_order_of_the_alphabet(data: Data) -> None:
    annotate(folder(data), "test_0", [("cat", (1, 1, 9, 9))])
    annotate(folder(data), "test_1", [])
    samples = opened(data, "test")
    assert samples.labels == ("cat", "dog")
    assert drawn(samples, 0).indices.tolist() == [0]
    assert drawn(samples, 1).boxes.shape == (0, 4)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp"])
def test_a_turned_image_is_held_against_its_boxes_as_it_is_decoded(suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / f"turned.{suffix}"
    Image.new("RGB", (32, 24)).save(path, exif=exif)
    seen = headers.look([path], Faults())[path]
    assert seen.size == open_picture(path).size[::-1] == (32, 24)
    assert seen.stored == (24, 32)


def test_a_declared_size_of_thousands_of_digits_is_none(data: Data) -> None:
    path = Path(data.path or "") / "Annotations/train_0.xml"
    size = f"<size><width>{5000 * '9'}</width><height>24</height></size>"
    path.write_text(path.read_text().replace("<object>", f"{size}<object>", 1))
    assert len(load(data, "detection", "train")) == 2


def test_text_in_very_many_pieces_is_read_in_little_time(tmp_path: Path) -> None:
    path = tmp_path / "pieces.xml"
    piece = 200 * "x"
    path.write_text(f"<a>{50_000 * (piece + '<b/>')}</a>")
    started = time.process_time()
    assert read_xml(path).text == 50_000 * piece
    assert time.process_time() - started < 4


def test_labels_of_a_recipe_keep_their_order(data: Data) -> None:
    samples = opened(data, labels=["dog", "bird", "cat"])
    assert samples.labels == ("dog", "bird", "cat")
    assert drawn(samples).indices.tolist() == [0, 2]


def test_difficult_objects_stay_unless_a_recipe_drops_them(data: Data) -> None:
    annotate(folder(data), "train_0", TWO_OBJECTS, difficult=1)
    assert len(drawn(opened(data)).boxes) == 2
    assert len(drawn(opened(data, difficult="drop")).boxes) == 0


INVALID = {
    "no width": (9.0, 5.0, 9.0, 20.0),
    "no height": (3.0, 20.0, 9.0, 20.0),
    "right of its left": (9.0, 5.0, 3.0, 20.0),
    "beyond the right": (3.0, 5.0, 33.0, 20.0),
    "before the first pixel": (0.0, 5.0, 9.0, 20.0),
}


@pytest.mark.parametrize("corners", INVALID.values(), ids=INVALID)
def test_an_invalid_box_is_refused_with_file_and_line_or_left_out_and_counted(data: Data, corners: Any) -> None:
    path = annotate(folder(data), "train_0", [*TWO_OBJECTS, ("cat", corners)])
    with pytest.raises(InputError) as refusal:
        opened(data)
    assert str(refusal.value).startswith(f"{path}:12: box [")
    assert str(refusal.value).endswith("mend it, or say invalid_boxes: drop, or clip")
    samples = opened(data, invalid_boxes="drop")
    assert len(drawn(samples).boxes) == 2
    assert samples.notes[0].startswith(f"1 invalid box left out, first {path}:12: box [")


def test_a_clipped_box_ends_at_the_edge_and_one_without_area_is_left_out(data: Data) -> None:
    annotate(folder(data), "train_0", [("cat", (-4, 5, 40, 20)), ("cat", (7, 7, 7, 7)), ("cat", (40, 1, 50, 9))])
    samples = opened(data, invalid_boxes="clip", labels=["cat", "dog"])
    np.testing.assert_array_equal(drawn(samples).boxes, [[0, 4, 32, 20]])
    assert samples.notes[0].startswith("3 invalid boxes cut to the image, or left out")


def test_a_box_is_held_against_the_image_as_it_is_seen(data: Data) -> None:
    """A photo taken upright is stored lying, with a tag that turns it: 24 x 32 is seen as 32 x 24."""
    path = folder(data) / "JPEGImages/train_0.png"
    turned = Image.Exif()
    turned[0x0112] = 6
    with Image.open(path) as lying:
        lying.load()
    lying.save(path, exif=turned)
    annotate(folder(data), "train_0", [("cat", (1, 1, 24, 32)), ("dog", (2, 2, 9, 9))])
    np.testing.assert_array_equal(drawn(opened(data)).boxes[0], [0, 0, 24, 32])


SLIPS: dict[str, tuple[str, str | None, str]] = {
    "no annotation": ("Annotations/train_1.xml", None, "Annotations/train_1.xml: expected an XML file"),
    "no image": ("JPEGImages/train_1.png", None, "train_1.jpg: no such image, but ImageSets lists 'train_1'"),
    "no list": ("ImageSets/Main/train.txt", None, "train.txt: expected a text file, found nothing there; another name"),
    "a list of paths": ("ImageSets/Main/train.txt", "../train_0", "expected names without folder or suffix"),
    "a name twice": ("ImageSets/Main/train.txt", "train_0\ntrain_0", "'train_0' is listed twice"),
    "half a file": ("Annotations/train_1.xml", "<annotation>\n<object>", "train_1.xml:2: not well-formed XML"),
    "another file": ("Annotations/train_1.xml", "<html/>", "train_1.xml:1: expected <annotation>, got <html>"),
    "no box": (
        "Annotations/train_1.xml",
        "<annotation>\n<object><name>cat</name></object></annotation>",
        "train_1.xml:2: expected <bndbox> in <object>, found none",
    ),
    "a document type": (
        "Annotations/train_1.xml",
        '<!DOCTYPE a [<!ENTITY lol "lol">]>\n<annotation>&lol;</annotation>',
        "train_1.xml:1: expected plain XML, got a DOCTYPE",
    ),
}


@pytest.mark.parametrize(("name", "content", "sentence"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_the_files_is_named(data: Data, name: str, content: str | None, sentence: str) -> None:
    path = folder(data) / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(InputError) as refusal:
        opened(data)
    assert sentence in str(refusal.value)


def test_a_document_type_is_refused_in_any_encoding(data: Data) -> None:
    path = folder(data) / "Annotations/train_1.xml"
    path.write_bytes('<!DOCTYPE a SYSTEM "file:///etc/hostname"><annotation/>'.encode("utf-16"))
    with pytest.raises(InputError, match=r"got a DOCTYPE"):
        opened(data)


@pytest.mark.parametrize("number", ["", "many", "nan", "inf"])
def test_a_corner_is_a_number(data: Data, number: str) -> None:
    path = annotate(folder(data), "train_0", TWO_OBJECTS)
    path.write_text(path.read_text().replace("<xmax>10</xmax>", f"<xmax>{number}</xmax>"))
    with pytest.raises(InputError, match=rf"train_0.xml:8: xmax: expected a number, got '{number}'"):
        opened(data)


def test_an_unknown_label_is_named_with_the_near_one(data: Data) -> None:
    path = annotate(folder(data), "test_1", [("cta", (1, 1, 9, 9))])
    with pytest.raises(InputError) as refusal:
        opened(data, "test")
    assert str(refusal.value) == (
        f"{path}:4: label: expected one of cat, dog, got 'cta'; did you mean 'cat'? "
        "Mend it, or say unknown_labels: drop"
    )


CHOICES: dict[str, tuple[dict[str, Any], str]] = {
    "a word": ({"invalid_boxes": "dorp"}, "data.invalid_boxes: expected one of refuse, drop, clip, got 'dorp'"),
    "yes": ({"first_pixel": True}, "data.first_pixel: expected one of 1, 0, got 'True'"),
    "labels in one word": ({"labels": "cat"}, "data.labels: expected a list of different words, got 'cat'"),
    "labels twice": ({"labels": ["cat", "cat"]}, "data.labels: expected a list of different words"),
    "no labels": ({"labels": []}, "data.labels: expected a list of different words"),
    "no option": ({"dificult": "drop"}, "did you mean 'difficult'?"),
}


@pytest.mark.parametrize(("options", "sentence"), CHOICES.values(), ids=CHOICES)
def test_an_option_that_cannot_be_meant_is_named(data: Data, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        opened(data, **options)
    assert sentence in str(refusal.value)


def test_equal_digests_mean_equal_truth(data: Data) -> None:
    before = opened(data).digest
    path = annotate(folder(data), "train_0", TWO_OBJECTS)
    path.write_text(path.read_text().replace("/nowhere/", "/elsewhere/"))
    assert opened(data).digest == before
    annotate(folder(data), "train_0", [*TWO_OBJECTS[:1], ("cat", (3, 5, 10, 21))])
    moved = opened(data).digest
    assert moved != before
    assert opened(data, labels=["cat", "dog", "bird"]).digest != moved
    picture(folder(data) / "JPEGImages/train_1.png", (24, 33))
    assert opened(data).digest != moved
