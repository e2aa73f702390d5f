"""What a network is known by, where a part of it is code of the user's own."""

import sys
from pathlib import Path

import pytest

from edgecv.errors import InputError
from edgecv.pipeline.networks import digest_with_layers

NETWORK = "sha256:0"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that says so if it is ever imported."""
    folder = tmp_path / "package_of_layers"
    folder.mkdir()
    for name in ("__init__", "layers", "parts"):
        (folder / f"{name}.py").write_text("raise AssertionError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


@pytest.mark.parametrize("changed", ["layers", "parts"])
def test_a_change_in_the_package_of_a_layer_is_another_network(package: Path, changed: str) -> None:
    before = digest_with_layers(NETWORK, ["package_of_layers.layers:Mine"])
    assert digest_with_layers(NETWORK, ["package_of_layers.layers:Mine"]) == before
    (package / f"{changed}.py").write_text("raise AssertionError('imported anyway')\n")
    assert digest_with_layers(NETWORK, ["package_of_layers.layers:Mine"]) != before
    assert "package_of_layers" not in sys.modules


def test_a_change_in_the_only_file_of_a_layer_is_another_network(package: Path) -> None:
    for spec in (f"{package / 'parts.py'}:Mine", "one_module:Mine"):
        file = package / "parts.py" if "/" in spec else package.parent / "one_module.py"
        file.write_text("first = 1\n")
        before = digest_with_layers(NETWORK, [spec])
        file.write_text("second = 2\n")
        assert digest_with_layers(NETWORK, [spec]) != before
    assert digest_with_layers(NETWORK, []) == NETWORK


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("Mine", "expected package.module:Class or path/to/layers.py:Class, got 'Mine'"),
        ("absent.py:Mine", "absent.py: no such file"),
        ("no_such_package.layers:Mine", "no module 'no_such_package' is installed"),
        (".layers:Mine", "no module '' is installed"),
    ],
)
def test_code_that_is_not_there_is_a_sentence(spec: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        digest_with_layers(NETWORK, [spec])
