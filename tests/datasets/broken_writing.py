"""Annotations, tables, lists and containers that do not hold what their format says, and paths that lead out."""

import numpy as np

from tests.datasets.breaking import Case, bomb, coco_image, content, cut, sparse, text
from tests.datasets.trees import picture, write_idx

WRITING: dict[str, Case] = {
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
