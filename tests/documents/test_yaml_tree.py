"""YAML is read by the core schema of version 1.2, with lines, and with limits on what a file may cost."""

import pytest
import yaml

from edgecv.documents import yaml_tree
from edgecv.documents.yaml_tree import read_text
from edgecv.errors import InputError

VALUES = {
    "no": "no",
    "on": "on",
    "Yes": "Yes",
    "true": True,
    "False": False,
    "~": None,
    "": None,
    "12:30": "12:30",
    "2024-01-01": "2024-01-01",
    "010": 10,
    "0x1F": 31,
    "1e-3": 0.001,
    ".5": 0.5,
    "-3": -3,
    "'3'": "3",
    "'true'": "true",
    "1_000": "1_000",
    "9" * 5000: float("inf"),
}


@pytest.mark.parametrize("text", VALUES, ids=lambda text: text[:12] or "nothing")
def test_a_scalar_is_read_as_yaml_1_2_reads_it(text: str) -> None:
    value = read_text(f"key: {text}", "x.yaml").value["key"].value
    assert value == VALUES[text]
    assert type(value) is type(VALUES[text])


BAD = {
    "empty": ("", "x.yaml: expected a YAML document, got an empty file"),
    "only a comment": ("# nothing\n", "x.yaml: expected a YAML document, got an empty file"),
    "two documents": ("a: 1\n---\nb: 2\n", "x.yaml:2: expected one YAML document, got another after '---'"),
    "not closed": ("a: 1\nb: [1, 2\n", "x.yaml:3: not YAML: "),
    "two colons": ("a: 1\nb: c: d\n", "x.yaml:2: not YAML: mapping values are not allowed"),
    "tab": ("a:\n\tb: 1\n", "x.yaml:2: not YAML: "),
    "control character": ("a: \x00", "x.yaml: not YAML: "),
    "tag": ("a: 1\nb: !!python/object:os.system ls\n", "x.yaml:2: expected a plain value, got the tag "),
    "key that is no word": ("? [1, 2]\n: 3\n", "x.yaml:1: expected a word as key"),
    "alias of nothing": ("a: *b\n", "x.yaml:1: the alias '*b' has no anchor before it"),
    "alias of itself": ("a: &a [*a]\n", "x.yaml:1: the alias '*a' has no anchor before it"),
    "key given twice": ("a:\n  b: 1\n  b: 2\n", "x.yaml:3: b: given twice, first at x.yaml:2; keep one"),
    "deep": ("[" * 200_000, "x.yaml:1: nested deeper than 20 levels"),
    "long": ("a: " + "b" * 300_000, "x.yaml: expected at most 256000 characters, got 300003"),
}


@pytest.mark.parametrize("loader", ["with libyaml", "in Python"])
@pytest.mark.parametrize("case", BAD)
def test_bad_yaml_is_refused_with_its_line(case: str, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loader == "in Python":
        monkeypatch.setattr(yaml_tree, "LOADER", yaml.SafeLoader)
    text, message = BAD[case]
    with pytest.raises(InputError) as error:
        read_text(text, "x.yaml")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_aliases_are_unfolded_but_no_bomb_goes_off() -> None:
    shared = read_text("a: &x {b: 1}\nc: *x\n", "x.yaml")
    assert shared.plain == {"a": {"b": 1}, "c": {"b": 1}}
    assert shared.value["c"].where == "x.yaml:2"
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    with pytest.raises(InputError, match=r"x\.yaml:5: expected at most 20000 values, aliases unfolded"):
        read_text(bomb, "x.yaml")


def test_an_entry_stands_where_its_key_stands() -> None:
    tree = read_text("training:\n\n  epochs: 2\nsteps:\n- 1\n- 2\n", "x.yaml")
    assert tree.value["training"].line == 1
    assert tree.value["training"].value["epochs"].line == 3
    assert tree.value["steps"].value[1].line == 6
