"""Boxes, numbers, labels and masks that cannot be meant."""

import numpy as np

from tests.datasets.breaking import Case, box, coco_boxes, text, turn, without_train_dogs
from tests.datasets.trees import annotate, mask, picture, write_coco, write_idx

TRUTH: dict[str, Case] = {
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
}
