"""`training.augment` is a word, or a block that starts from one, and is answered for like every other field."""

import msgspec
import pytest

from edgecv.documents import load_recipe
from edgecv.documents.shape import read_record
from edgecv.documents.showing import as_written, as_yaml
from edgecv.documents.yaml_tree import read_text
from edgecv.errors import InputError
from edgecv.records.augment import PLACES, WORDS, Augment, settings_of
from edgecv.records.recipe import Recipe


def augment_of(text: str, recipe: str = "shapes_detection") -> Augment:
    return settings_of(load_recipe(recipe, [f"training.augment={text}"], expand=False).record.training.augment)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_stands_for_its_settings(word: str) -> None:
    assert augment_of(word) == WORDS[word] == augment_of(f"{{base: {word}}}")
    assert WORDS[word].base == word


def test_a_block_changes_what_it_says_and_nothing_else() -> None:
    assert augment_of("{base: standard, flip: both, scale: [0.5, 1.5], mosaic: 0.5}") == Augment(
        base="standard",
        flip="both",
        scale=(0.5, 1.5),
        mosaic=0.5,
        translate=0.1,
        brightness=(0.8, 1.25),
        tint=(0.9, 1.1),
    )
    assert augment_of("{base: standard, translate: 0}").translate == 0
    assert augment_of("{hue: 5}") == Augment(hue=5)


def test_in_regression_a_word_leaves_everything_in_its_place_and_a_block_moves_what_it_says() -> None:
    def of(text: str) -> Augment:
        recipe = load_recipe("shapes_regression", [f"training.augment={text}"], expand=False).record
        return settings_of(recipe.training.augment, recipe.task)

    assert of("standard") == Augment(base="standard", brightness=(0.8, 1.25), tint=(0.9, 1.1)) == of("{base: standard}")
    assert of("{base: standard, translate: 0.1}").translate == 0.1
    strong = of("strong")
    assert {name: getattr(strong, name) for name in PLACES} == {name: getattr(Augment(), name) for name in PLACES}
    assert strong.hue == WORDS["strong"].hue


BAD = {
    "standrad": "training.augment: expected one of none, standard, strong, got 'standrad'; did you mean 'standard'?",
    "3": "training.augment: expected one of none, standard, strong, got '3'",
    "{flop: both}": "training.augment.flop: unknown key; did you mean 'flip'?",
    "{base: weak}": "training.augment.base: expected one of none, standard, strong, got 'weak'",
    "{flip: sideways}": "training.augment.flip: expected one of none, horizontal, both, dihedral, got 'sideways'",
    "{scale: 2}": "training.augment.scale: expected a list of 2 numbers, got '2'",
    "{scale: [2, 1]}": "training.augment.scale: expected two numbers above 0, the smaller first, got '[2.0, 1.0]'",
    "{tint: [0, 1]}": "training.augment.tint: expected two numbers above 0, the smaller first, got '[0.0, 1.0]'",
    "{crop: [0.5, 2]}": "training.augment.crop: expected two shares above 0 and up to 1, the smaller first, got ",
    "{mosaic: 2}": "training.augment.mosaic: expected a fraction from 0 to 1, got '2.0'",
    "{hue: 400}": "training.augment.hue: expected degrees from 0 to 180, got '400.0'",
}


@pytest.mark.parametrize("text", BAD)
def test_a_setting_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError) as error:
        augment_of(text)
    assert str(error.value).startswith(f"--set training.augment={text}: {BAD[text]}")


def test_a_setting_that_the_recipe_cannot_use_is_refused() -> None:
    with pytest.raises(InputError, match="only detection and segmentation can use it, and the task is classification"):
        augment_of("{mosaic: 0.5}", "digits")
    with pytest.raises(InputError, match=r"needs a square preprocess.size, got 192 x 256; use 'both'"):
        augment_of("{flip: dihedral}", "camvid")


def test_a_block_survives_being_shown_and_being_sent() -> None:
    document = load_recipe("shapes_detection", ["training.augment={base: strong, flip: dihedral}"], expand=False)
    again = read_record(read_text(as_yaml(document), "shown.yaml"), Recipe, name=document.record.name)
    assert again.training == document.record.training
    sent = msgspec.convert(msgspec.json.decode(msgspec.json.encode(document.record)), Recipe)
    assert sent.training == document.record.training
    assert as_written(sent.training)["augment"]["flip"] == "dihedral"
