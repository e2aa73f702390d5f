"""The kinds of fault that data has, and the rules by which a recipe can have them mended.

A kind and the option of a recipe that mends it have one name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its name in words, and what rules do about it; without rules it cannot be mended."""

    one: str
    many: str
    rules: Mapping[str, str] = field(default_factory=dict)  # the word in a recipe: what it did, for the user
    warning: bool = False  # worth knowing, and no reason to refuse anything


LEFT_OUT = {"drop": "left out"}
KINDS: dict[str, Kind] = {
    "missing_files": Kind("missing file", "missing files", LEFT_OUT),
    "unreadable_images": Kind("unreadable image", "unreadable images", LEFT_OUT),
    "unlabelled_images": Kind(
        "image without an annotation", "images without an annotation", {**LEFT_OUT, "keep": "kept, with nothing in it"}
    ),
    "malformed_annotations": Kind("malformed annotation", "malformed annotations", LEFT_OUT),
    "unknown_labels": Kind("unknown label", "unknown labels", LEFT_OUT),
    "invalid_boxes": Kind("invalid box", "invalid boxes", {**LEFT_OUT, "clip": "cut to the image, or left out"}),
    "invalid_numbers": Kind("invalid number", "invalid numbers", LEFT_OUT),
    "duplicate_names": Kind("duplicate name", "duplicate names", {"drop": "left out after the first"}),
    "mask_sizes": Kind("mask of another size", "masks of another size", LEFT_OUT),
    "mask_modes": Kind("mask in another colour mode", "masks in another colour mode"),
    "mask_values": Kind("mask with unknown values", "masks with unknown values", {"void": "taken for void"}),
    "unsafe_paths": Kind("path that leads out of the data", "paths that lead out of the data"),
    "constant_values": Kind("value that is the same in all of training", "values that are the same in all of training"),
    "no_objects": Kind("training split without objects", "training splits without objects"),
    "one_class": Kind("training split of one class", "training splits of one class"),
    "empty_splits": Kind("empty split", "empty splits"),
    "unusable": Kind("fault that ends the reading", "faults that end the reading"),
    "turned_images": Kind("image turned after its boxes were drawn", "images turned after boxes were drawn", {}, True),
    "annotation_sizes": Kind("annotation of another size", "annotations of another size", {}, True),
    "stray_images": Kind("image where none is read", "images where none are read", {}, True),
    "shared_images": Kind("image in two splits", "images in two splits", {}, True),
    "missing_splits": Kind("split that is not there", "splits that are not there", {}, True),
}
