"""The `training.augment` of a recipe: a word, or a block that starts from one; and what its settings may be."""

from dataclasses import replace

from edgecv.documents.document import Document
from edgecv.documents.limits import Limit, check, refuse, share
from edgecv.records.augment import Augment, settings_of
from edgecv.records.recipe import Recipe

FIELD = "training.augment"


def _range(name: str, expected: str = "two numbers above 0, the smaller first", most: float = float("inf")) -> Limit:
    return Limit(f"{FIELD}.{name}", expected, lambda drawn: 0 < drawn[0] <= drawn[1] <= most)


LIMITS = (
    _range("scale"),
    share(f"{FIELD}.translate"),
    _range("crop", "two shares above 0 and up to 1, the smaller first", most=1),
    _range("aspect"),
    share(f"{FIELD}.mosaic"),
    *(_range(name) for name in ("brightness", "tint", "contrast", "saturation")),
    Limit(f"{FIELD}.hue", "degrees from 0 to 180", lambda degrees: 0 <= degrees <= 180),
)


def with_settings(document: Document[Recipe]) -> Document[Recipe]:
    """A block with everything that it leaves to its word filled in."""
    training = document.record.training
    if isinstance(training.augment, str):
        return document
    said = document.written.value["training"].value["augment"].value
    given = {name: getattr(training.augment, name) for name in said}
    augment = replace(settings_of(training.augment.base, document.record.task), **given)
    return replace(document, record=replace(document.record, training=replace(training, augment=augment)))


def check_settings(document: Document[Recipe]) -> None:
    """Refuse settings that mean nothing, by themselves or for this recipe."""
    recipe = document.record
    augment, (height, width) = recipe.training.augment, recipe.preprocess.size
    if not isinstance(augment, Augment):
        return
    check(document, LIMITS)
    if augment.mosaic and recipe.task not in ("detection", "segmentation"):
        refuse(
            document,
            f"{FIELD}.mosaic",
            f"only detection and segmentation can use it, and the task is {recipe.task}; remove it",
        )
    if augment.flip == "dihedral" and height != width:
        complaint = (
            f"'dihedral' turns by quarters, which needs a square preprocess.size, got {height} x {width}; use 'both'"
        )
        refuse(document, f"{FIELD}.flip", complaint)
