"""Images, masks and annotations that are not there, cannot be read, or belong to something else."""

from tests.datasets.breaking import (
    LONG,
    Case,
    coco_image,
    content,
    cut,
    declare,
    remove,
    text,
    turned_after_drawing,
    twice_over,
)
from tests.datasets.trees import picture

PICTURES: dict[str, Case] = {
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
}
