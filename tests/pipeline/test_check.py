"""What is refused before anything slow starts."""

import pytest

from edgecv.documents import load_recipe
from edgecv.errors import InputError
from edgecv.pipeline.check import check_recipe


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        (13, "data: expected at least 33 training images, got 13: parity needs 32 of them, and calibration others"),
        (90, "calibration.images: expected at most 58, got '200': the training split has 90 images"),
    ],
)
def test_too_few_images_are_refused_with_a_number_that_can_be_met(images: int, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        check_recipe(load_recipe("shapes_detection", (f"data.train={images}",)))
    assert sentence in str(refusal.value)
