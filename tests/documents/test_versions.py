"""Version ranges mean what pip means by them, as far as they are used here."""

import pytest

from edgecv.documents.versions import in_range, is_range


@pytest.mark.parametrize(
    ("version", "text", "answer"),
    [
        ("2.3.0", ">=2.1,<3", True),
        ("3.0", ">=2.1,<3", False),
        ("2.1", ">=2.1", True),
        ("2.0.9", ">=2.1", False),
        ("10.3", ">=8.6,<11", True),
        ("8.10", ">=8.6", True),
        ("2.14", "==2.14.0", True),
        ("2.14.1", "==2.14.0", False),
        ("1.2", "!=1.2", False),
        ("1.27.0rc1", ">=1.27", True),
        ("2.9.0+cu13", ">2.8", True),
        ("1.0", "", True),
    ],
)
def test_a_version_is_in_a_range_or_not(version: str, text: str, answer: bool) -> None:
    assert in_range(version, text) is answer


@pytest.mark.parametrize("text", ["2.1", "~=2.1", ">=2.1;<3", ">=two", ">=2.1,", "latest"])
def test_what_is_no_range_is_known(text: str) -> None:
    assert not is_range(text)
