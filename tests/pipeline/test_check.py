"""What is refused before anything slow starts."""

import pytest

from edgecv.documents import load_recipe
from edgecv.errors import InputError
from edgecv.pipeline.check import check_recipe
from edgecv.pipeline.conversion import calibration_images


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        (13, "data: expected at least 33 training images, got 13: parity needs 32 of them, and calibration others"),
        (90, "calibration.images: expected at most 58, got '59': the training split has 90 images"),
    ],
)
def test_too_few_images_are_refused_with_a_number_that_can_be_met(images: int, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        check_recipe(load_recipe("shapes_detection", (f"data.train={images}", "calibration.images=59")))
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(("images", "calibrating"), [(90, 58), (1000, 200)])
def test_what_a_recipe_does_not_say_of_calibration_fits_the_data(images: int, calibrating: int) -> None:
    document = load_recipe("shapes_detection", (f"data.train={images}", "calibration.images=null"))
    splits = check_recipe(document)
    assert calibration_images(document.record, splits.train) == calibrating


def test_hardly_any_images_for_ranges_are_refused_also_where_a_recipe_does_not_ask_for_them() -> None:
    document = load_recipe("shapes_detection", ("data.train=70", "calibration.images=null"))
    with pytest.raises(InputError, match="expected at least 50 to set the ranges of int8, got '38'"):
        check_recipe(document)
