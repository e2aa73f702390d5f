"""What is written in a format is what is loaded from it, to the last corner; and options do what they say."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgecv.datasets import files, load, scan
from edgecv.datasets.faults import Faults
from edgecv.errors import InputError
from edgecv.ondevice.images import open_image
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import VOID, Boxes, Label, Mask, Samples, Values
from tests.datasets import trees
from tests.datasets.trees import SIZE, picture, write_coco, write_idx


def opened(data: Data, split: str = "train", task: Task = "detection", **options: Any) -> Samples:
    return load(Data(data.format, data.path, {**data.options, **options}), task, split)


def boxes(samples: Samples, index: int = 0) -> list[tuple[str, list[float]]]:
    truth = samples.truth(index)
    assert isinstance(truth, Boxes)
    assert truth.boxes.dtype == np.float32
    return [(samples.labels[label], box) for label, box in zip(truth.indices, truth.boxes.tolist(), strict=True)]


def label(samples: Samples, index: int) -> str:
    truth = samples.truth(index)
    assert isinstance(truth, Label)
    return samples.labels[truth.index]


def numbers(samples: Samples, index: int) -> dict[str, float]:
    truth = samples.truth(index)
    assert isinstance(truth, Values)
    return dict(zip(samples.labels, truth.numbers.tolist(), strict=True))


def test_coco_boxes_and_labels_come_back(tmp_path: Path) -> None:
    samples = opened(trees.coco(tmp_path))
    assert samples.labels == ("cat", "dog")  # by the ids 3 and 7
    assert samples.names == ("train_0.png", "train_1.png")
    assert boxes(samples) == [("dog", [0, 0, 32, 24]), ("cat", [2.5, 4, 10, 20])]


def test_coco_is_found_with_its_year_and_beside_its_images(tmp_path: Path) -> None:
    data = trees.coco(tmp_path)
    (tmp_path / "annotations/instances_val.json").rename(tmp_path / "annotations/instances_val2017.json")
    (tmp_path / "val").rename(tmp_path / "val2017")
    (tmp_path / "annotations/instances_test.json").rename(tmp_path / "test/_annotations.coco.json")
    (tmp_path / "train").rename(tmp_path / "images")
    for split in ("train", "val", "test"):
        assert len(opened(data, split)) == 2


def test_crowds_are_left_out_and_counted_unless_a_recipe_keeps_them(tmp_path: Path) -> None:
    data = trees.coco(tmp_path)
    path = tmp_path / "annotations/instances_train.json"
    plain = json.loads(path.read_text())
    plain["annotations"][0]["iscrowd"] = 1
    path.write_text(json.dumps(plain))
    samples = opened(data)
    assert len(boxes(samples)) == 1
    assert samples.notes == (f"1 region of a crowd left out, first {path}: annotations[0]",)
    assert len(boxes(opened(data, crowd="keep"))) == 2


def test_coco_ids_of_a_split_are_its_own(tmp_path: Path) -> None:
    data = trees.coco(tmp_path)
    others = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    write_coco(tmp_path, "test", ["test_0.png"], [[1, 1, 5, 5]], [2], categories=others)
    assert boxes(opened(data, "test")) == [("dog", [1, 1, 6, 6])]


def test_yolo_shares_become_pixels(tmp_path: Path) -> None:
    samples = opened(trees.yolo(tmp_path))
    assert samples.labels == ("cat", "dog")
    assert boxes(samples) == [("dog", [0, 0, 32, 24]), ("cat", [6, 9, 10, 15])]


def test_yolo_folders_of_splits_and_a_list_of_names_serve_as_well(tmp_path: Path) -> None:
    data = trees.yolo(tmp_path)
    for split, name in (("train", "train"), ("val", "valid"), ("test", "test")):
        for kind in ("images", "labels"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / kind / split).rename(tmp_path / name / kind)
    (tmp_path / "data.yaml").unlink()
    (tmp_path / "classes.txt").write_text("cow\nhen\n")
    for split in ("train", "val", "test"):
        assert boxes(opened(data, split))[0][0] == "hen"


def test_a_rounded_share_is_no_fault(tmp_path: Path) -> None:
    data = trees.yolo(tmp_path)
    (tmp_path / "labels/train/train_0.txt").write_text("0 0.333334 0.5 0.666669 1\n")
    assert boxes(opened(data))[0][1] == [0, 0, pytest.approx(21.33338), 24]


def test_an_image_without_a_text_file_may_be_kept_as_empty(tmp_path: Path) -> None:
    data = trees.yolo(tmp_path)
    (tmp_path / "labels/train/train_0.txt").unlink()
    kept = opened(data, unlabelled_images="keep")
    assert [len(boxes(kept, index)) for index in range(2)] == [0, 2]
    assert opened(data, unlabelled_images="drop").names == ("train_1",)


def test_a_table_of_all_splits_without_their_column_may_serve_as_training(tmp_path: Path) -> None:
    data = trees.csv(tmp_path)
    (tmp_path / "train.csv").rename(tmp_path / "labels.csv")
    with pytest.raises(InputError, match=r"labels.csv:1: expected a column 'split', found none; train: labels takes"):
        opened(data)
    assert len(opened(data, train="labels", val_share=0.25, test_share=0.25)) == 2


NAMES: dict[str, tuple[str, str]] = {
    "no list": ("names: cat", ": names: expected a list of different words"),
    "a gap": ("names: {0: cat, 2: dog}", ": names: expected a list of different words"),
    "twice": ("names: [cat, cat]", ": names: expected a list of different words"),
    "another count": ("nc: 3\nnames: [cat, dog]", ": nc: expected 2, the number of names, got '3'"),
    "no YAML": ("names:\n  [", ":2: not well-formed YAML"),
    "an object": ("names: !!python/object/apply:os.getcwd []", ":1: not well-formed YAML"),
}


@pytest.mark.parametrize(("text", "sentence"), NAMES.values(), ids=NAMES)
def test_names_that_cannot_be_meant_are_refused(text: str, sentence: str, tmp_path: Path) -> None:
    data = trees.yolo(tmp_path)
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(InputError) as refusal:
        opened(data)
    assert str(refusal.value).startswith(f"{tmp_path}/data.yaml{sentence}")


def test_a_table_serves_every_task(tmp_path: Path) -> None:
    data = trees.csv(tmp_path)
    classes = opened(data, task="classification")
    assert [label(classes, index) for index in range(4)] == ["cat", "dog", "cat", "dog"]
    assert boxes(opened(data), 1) == [("dog", [1, 1.25, 21.5, 11])]
    assert numbers(opened(data, task="regression"), 1) == {"x0": 1, "y0": 1.25, "x1": 21.5, "y1": 11}
    assert opened(data).names == classes.names == tuple(f"images/train_{number}.png" for number in range(4))


def test_rows_of_one_image_are_its_boxes_and_an_empty_row_is_an_image_with_none(tmp_path: Path) -> None:
    data = trees.csv(tmp_path)
    rows = ["filename,class,xmin,ymin,xmax,ymax", "images/train_0.png,cat,0,0,4,4", "images/train_1.png,,,,,"]
    (tmp_path / "train.csv").write_text("\n".join([*rows, "images/train_0.png,dog,1,1,5,5"]))
    samples = opened(data)
    assert boxes(samples) == [("cat", [0, 0, 4, 4]), ("dog", [1, 1, 5, 5])]
    assert boxes(samples, 1) == []


def test_a_recipe_names_the_columns_that_hold_values_which_may_have_any_name(tmp_path: Path) -> None:
    data = trees.csv(tmp_path)
    rows = ["filename,class,yaw,xmin", "images/train_0.png,cat,-1.5,3", "images/train_1.png,dog,1e1,4"]
    (tmp_path / "train.csv").write_text("\n".join(rows))
    assert numbers(opened(data, task="regression", labels=["xmin", "yaw"]), 1) == {"xmin": 4, "yaw": 10}


def test_one_table_may_have_all_splits(tmp_path: Path) -> None:
    data = trees.csv(tmp_path)
    rows = ["split,file,label"]
    for split, name in (("train", "train"), ("val", "valid"), ("test", "test")):
        (tmp_path / f"{split}.csv").unlink()
        rows += [f"{name},images/{split}_{number}.png,{'cat' if number else 'dog'}" for number in range(3)]
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    assert opened(data, "val", "classification").names == tuple(f"images/val_{number}.png" for number in range(3))
    (tmp_path / "labels.csv").write_text("\n".join(rows).replace("test,", "Test,"))
    with pytest.raises(InputError, match="rows of the split 'test', found none, but of 'Test', 'train', 'valid'; "):
        opened(data, "test", "classification")


def test_a_table_may_end_its_lines_as_old_macintoshes_did(tmp_path: Path) -> None:
    data = trees.csv(tmp_path)
    expected = opened(data, task="regression")
    path = tmp_path / "train.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    found = opened(data, task="regression")
    assert (found.labels, found.names, found.digest) == (expected.labels, expected.names, expected.digest)


def test_an_unknown_label_is_looked_up_once_however_many_rows_have_it(tmp_path: Path) -> None:
    data = trees.csv(tmp_path)
    (tmp_path / "train.csv").write_text("file,label\n" + 3 * "images/train_0.png,cta\n")
    faults = Faults()
    scan(Data(data.format, data.path, {"labels": ["cat", "dog"]}), "classification", "train", faults)
    assert len(faults.found) == 3
    assert faults.found[0].says is faults.found[2].says


def test_a_long_list_of_labels_is_read_in_little_time(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("".join(f"label {number}\n" for number in range(30_000)))
    started = time.process_time()
    assert len(files.labels(tmp_path / "classes.txt")) == 30_000
    assert time.process_time() - started < 3


def test_idx_pixels_and_labels_come_back(tmp_path: Path) -> None:
    data = trees.idx(tmp_path)
    gray = np.random.default_rng(1).integers(0, 256, (8, 6, 5), np.uint8)
    samples = opened(data, task="classification", labels=["shirt", "bag", "boot"])
    assert samples.names == tuple(f"train-{number:05d}" for number in (0, 1, 2, 4, 5, 6))  # a quarter is validation
    np.testing.assert_array_equal(np.asarray(samples.image(3)), np.repeat(gray[4][..., None], 3, axis=-1))
    assert [label(samples, index) for index in range(3)] == ["shirt", "bag", "boot"]
    assert opened(data, "test", "classification").labels == ("0", "1", "2")


@pytest.mark.parametrize("name", ["train-images.idx3-ubyte", "train-images-idx3-ubyte"])
def test_idx_files_are_found_packed_or_not_with_a_dash_or_a_dot(name: str, tmp_path: Path) -> None:
    data = trees.idx(tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").unlink()
    write_idx(tmp_path / name, np.full((8, 6, 5), 9, np.uint8))
    assert np.asarray(opened(data, task="classification").image(0)).max() == 9


def test_cifar_pixels_and_labels_come_back(tmp_path: Path) -> None:
    data = trees.cifar10(tmp_path)
    second = np.frombuffer((tmp_path / "data_batch_2.bin").read_bytes(), np.uint8).reshape(4, -1)
    samples = opened(data, task="classification")
    assert len(samples) == 6
    assert label(samples, 3) == "cat"
    expected = second[0, 1:].reshape(3, 32, 32).transpose(1, 2, 0)
    np.testing.assert_array_equal(open_image(samples.image(3)), expected)
    (tmp_path / "batches.meta.txt").write_text("\n".join("abcdefghij") + "\n\n")
    assert opened(data, "test", "classification").labels == tuple("abcdefghij")


COLORS = "64 128 64\tAnimal\n0 0 0 Void\n192 0 128 Archway\n 1 2 3 Animal\n"


def colored(path: Path, colors: list[tuple[int, int, int]]) -> None:
    pixels = np.repeat(np.array(colors, np.uint8)[:, None], SIZE[1], axis=1)
    Image.fromarray(np.repeat(pixels, SIZE[0] // len(colors), axis=0)).save(path)


@pytest.mark.parametrize("palette", [False, True], ids=["pixels", "palette"])
def test_colours_of_masks_become_labels_of_a_file(palette: bool, tmp_path: Path) -> None:
    data = trees.masks(tmp_path)
    (tmp_path / "label_colors.txt").write_text(COLORS)
    for path in (tmp_path / "masks/train").iterdir():
        colored(path, [(192, 0, 128), (64, 128, 64), (0, 0, 0), (1, 2, 3)])
        if palette:
            with Image.open(path) as picture:
                indexed = picture.quantize(8)
            indexed.save(path)
    samples = opened(data, task="segmentation", colors="label_colors.txt", void="Void")
    truth = samples.truth(0)
    assert isinstance(truth, Mask)
    assert samples.labels == ("Animal", "Archway")
    assert truth.pixels.dtype == np.uint8
    assert list(dict.fromkeys(truth.pixels[:, 0].tolist())) == [1, 0, VOID]


def test_colours_of_a_recipe_serve_as_well_and_labels_order_them(tmp_path: Path) -> None:
    data = trees.masks(tmp_path)
    colors = {"road": [[9, 9, 9], [8, 8, 8]], "sky": [0, 0, 255]}
    for path in (tmp_path / "masks/train").iterdir():
        colored(path, [(8, 8, 8), (0, 0, 255), (77, 0, 0)])
    samples = opened(data, task="segmentation", colors=colors, labels=["sky", "road"], mask_values="void")
    truth = samples.truth(0)
    assert isinstance(truth, Mask)
    assert list(dict.fromkeys(truth.pixels[:, 0].tolist())) == [1, 0, VOID]


COLOR_MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a place elsewhere": ({"colors": "../colors.txt"}, "data.colors: expected a file in the data's folder"),
    "no such file": ({"colors": "colors.txt"}, "colors.txt: expected a text file, found nothing there"),
    "two numbers": ({"colors": {"cat": [1, 2]}}, "data.colors: cat: expected [R, G, B] from 0 to 255, got '[1, 2]'"),
    "a number too large": ({"colors": {"cat": [1, 2, 256]}}, "data.colors: cat: expected [R, G, B] from 0 to 255"),
    "one colour twice": ({"colors": {"a": [1, 2, 3], "b": [1, 2, 3]}}, "the colour [1, 2, 3] is 'a' already"),
    "none": ({"colors": {}}, "data.colors: expected at least one colour"),
    "another void": ({"colors": {"cat": [1, 2, 3]}, "void": "Cat"}, "data.void: expected one of cat, got 'Cat'"),
    "a label too many": ({"colors": {"cat": [1, 2, 3]}, "labels": ["dog"]}, "data.colors: expected one of dog, got"),
}


@pytest.mark.parametrize(("options", "sentence"), COLOR_MISTAKES.values(), ids=COLOR_MISTAKES)
def test_colours_that_cannot_be_meant_are_named(options: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        opened(trees.masks(tmp_path), task="segmentation", **options)
    assert sentence in str(refusal.value)


def test_equal_digests_mean_equal_data(tmp_path: Path) -> None:
    for name in ("coco", "yolo", "csv"):
        data = trees.TREES[name](tmp_path / name)
        before = opened(data).digest
        assert opened(data).digest == before
        picture(next((tmp_path / name).rglob("train_1.png")), (24, 33))
        assert opened(data, invalid_boxes="clip").digest != before
    for name in ("idx", "cifar10"):
        data = trees.TREES[name](tmp_path / name)
        train = opened(data, task="classification").digest
        assert train == opened(data, task="classification").digest
        assert train != opened(data, "val", "classification").digest
        assert train != opened(data, task="classification", val_share=0.5).digest
