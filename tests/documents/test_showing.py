"""What `edgecv recipes NAME` prints could be saved and used."""

from pathlib import Path

import pytest

from edgecv.documents import load_device, load_recipe, names
from edgecv.documents.showing import as_yaml


@pytest.mark.parametrize("name", names("recipes"))
def test_a_shown_recipe_is_the_same_recipe(name: str, tmp_path: Path) -> None:
    shown = load_recipe(name, ["training.epochs=3"], expand=False)
    (tmp_path / f"{name}.yaml").write_text(as_yaml(shown))
    assert load_recipe(tmp_path / f"{name}.yaml", expand=False).record == shown.record


@pytest.mark.parametrize("name", names("devices"))
def test_a_shown_device_is_the_same_device(name: str, tmp_path: Path) -> None:
    shown = load_device(name)
    (tmp_path / f"{name}.yaml").write_text(as_yaml(shown))
    assert load_device(tmp_path / f"{name}.yaml").record == shown.record
