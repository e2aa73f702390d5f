"""Kinds of broken data, each made by a generator, and the sentence that each of them is answered with.

What a header or an annotation shows is refused when a split is opened; what only decoding shows is found by a check;
and what may be meant that way is a warning. A case says which.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from edgecv.datasets import DATASETS, load
from edgecv.datasets.checking import Check, check
from edgecv.datasets.kinds import KINDS
from edgecv.errors import InputError
from edgecv.records.recipe import Data, Task
from tests.datasets import trees
from tests.datasets.breaking import Case
from tests.datasets.broken_pictures import PICTURES
from tests.datasets.broken_truth import TRUTH
from tests.datasets.broken_writing import WRITING
from tests.datasets.trees import annotate

CASES = PICTURES | TRUTH | WRITING


@pytest.mark.parametrize("name", CASES)
def test_broken_data_is_answered_with_the_promised_sentence(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    data, task = made(case, tmp_path)
    found = [(each.fault.kind, str(each.fault), each.refused) for each in checked(data, task).findings]
    mine = [(said, refused) for kind, said, refused in found if kind == case.kind and case.says in said]
    assert mine, found
    assert mine[0][1] == (case.found != "warning")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.found == "opening"])
def test_what_can_be_seen_without_decoding_is_refused_when_a_split_is_opened(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    data, task = made(case, tmp_path)
    with pytest.raises(InputError) as refusal:
        load(data, task, "train")
    assert case.says in str(refusal.value)


MENDED = [name for name, case in CASES.items() if KINDS[case.kind].rules]


@pytest.mark.parametrize("name", MENDED)
def test_what_a_rule_mends_is_opened_and_said(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    data, task = made(case, tmp_path)
    for rule in KINDS[case.kind].rules:
        options = {**data.options, case.kind: rule}
        result = checked(replace(data, options=options), task)
        mine = [each for each in result.findings if each.fault.kind == case.kind]
        assert {each.rule for each in mine} == {rule}
        assert not any(each.refused for each in mine)
        if not result.refused:
            samples = load(replace(data, options=options), task, "train")
            assert len(samples) > 0
            for number in range(len(samples)):
                samples.truth(number)


def test_a_refusal_counts_every_kind_and_shows_the_first_of_each(tmp_path: Path) -> None:
    data = trees.voc(tmp_path)
    annotate(tmp_path, "train_0", [("cat", (7, 7, 7, 7)), ("cat", (3, 9, 3, 9)), ("dog", (1, 1, 40, 9))])
    (tmp_path / "JPEGImages/train_1.png").write_bytes(b"")
    with pytest.raises(InputError) as refusal:
        load(data, "detection", "train")
    lines = str(refusal.value).splitlines()
    assert len(lines) == 5
    assert "an empty file" in "".join(lines[:2])
    assert lines[-1] == (
        "'train' has 1 unreadable image, 3 invalid boxes; mend them, or say unreadable_images: drop; "
        f"invalid_boxes: drop, or clip; to see all: edgecv data check {tmp_path}"
    )


def test_every_kind_of_fault_is_among_the_cases() -> None:
    assert {case.kind for case in CASES.values()} | {"missing_splits"} == set(KINDS)
    assert len(CASES) >= 30


def test_clean_data_has_no_fault(tmp_path: Path) -> None:
    for name, make in trees.TREES.items():
        data = make(tmp_path / name)
        assert checked(data, DATASETS[name].TASKS[0]).findings == (), name


def made(case: Case, folder: Path) -> tuple[Data, Task]:
    data = trees.TREES[case.tree](folder)
    case.broken(folder)
    return replace(data, options={**data.options, **case.options}), case.task or DATASETS[case.tree].TASKS[0]


def checked(data: Data, task: Task) -> Check:
    return check(data, task, lenient=False, tell=lambda _text: None)
