"""`model.weights` is a path like `data.path`, or one word; what only fine-tuning can use is refused without it."""

from pathlib import Path

import pytest

from edgecv.documents import load_recipe
from edgecv.errors import InputError

TEXT = """\
summary: Pets
task: classification
data: {format: shapes}
preprocess: {size: [64, 96]}
model:
  name: tiny_classifier
  weights: nets/pets.keras
training:
  freeze_epochs: 1
builds:
  - {target: tflite, precision: int8}
accuracy: {metric: top1}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "recipes" / "pets.yaml"
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def weights(file: Path, *settings: str) -> str | None:
    return load_recipe(file, settings).record.model.weights


def test_weights_lie_beside_their_recipe(file: Path) -> None:
    assert weights(file) == str(file.parent / "nets" / "pets.keras")
    assert load_recipe(file, expand=False).record.model.weights == "nets/pets.keras"


def test_weights_from_the_command_line_lie_here(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert weights(file, "model.weights=mine.keras") == str(tmp_path / "mine.keras")


def test_variables_are_filled_in(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGECV_TEST_NETS", "/nets")
    assert weights(file, "model.weights=${EDGECV_TEST_NETS}/a.keras") == "/nets/a.keras"
    with pytest.raises(InputError, match=r"model\.weights: the environment variable EDGECV_TEST_UNSET is not set; "):
        weights(file, "model.weights=${EDGECV_TEST_UNSET}/a.keras")


def test_imagenet_is_a_word_and_no_path(file: Path) -> None:
    assert weights(file, "model.weights=imagenet") == "imagenet"


@pytest.mark.parametrize(
    "setting", ["training.freeze_epochs=1", "training.pretrained_rate=0.1", "training.frozen=[stem]"]
)
def test_fine_tuning_of_nothing_is_refused(setting: str, file: Path) -> None:
    name = setting.partition("=")[0]
    with pytest.raises(InputError, match=rf"{name}: only for layers filled by model\.weights; name some, or remove it"):
        load_recipe(file, ["model.weights=", "training.freeze_epochs=0", setting])


@pytest.mark.parametrize("rate", ["0", "1.5"])
def test_a_share_of_the_rate_is_a_share(rate: str, file: Path) -> None:
    with pytest.raises(InputError, match=r"training\.pretrained_rate: expected a fraction above 0, up to 1, got"):
        load_recipe(file, [f"training.pretrained_rate={rate}"])
