"""`edgecv data check` lists what is wrong, `edgecv data show` draws what is right."""

import json
from pathlib import Path

import pytest
from PIL import Image

from edgecv.cli.main import main
from tests.datasets import trees
from tests.datasets.trees import TWO_OBJECTS, annotate

Said = pytest.CaptureFixture[str]

RECIPE = """
summary: cells
task: detection
data: {format: voc, path: elsewhere, invalid_boxes: drop}
preprocess: {size: [64, 64]}
model: {name: tiny_detector}
builds: [{target: onnx, precision: float32}]
accuracy: {metric: map50}
"""


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    folder = tmp_path / "cells"
    trees.voc(folder)
    return folder


@pytest.fixture
def broken(cells: Path) -> Path:
    for name in ("train_0", "train_1"):
        annotate(cells, name, [*TWO_OBJECTS, *[("cat", (7, 7, 7, 7))] * 4])
    return cells


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    path = tmp_path / "cells.yaml"
    path.write_text(RECIPE)
    return str(path)


def test_clean_data_passes_with_its_counts(cells: Path, capsys: Said) -> None:
    assert main(["data", "check", str(cells)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{cells}: voc, detection (Annotations/ and ImageSets/Main/ are there)\n")
    assert "smallest 32 x 24 32 x 24 32 x 24" in " ".join(said.split())
    assert [line[:5] for line in said.splitlines() if line.split()[1:] == ["2", "2", "2"]][-2:] == ["  cat", "  dog"]
    assert said.endswith("nothing would be refused\n")


def test_faults_are_listed_bounded_and_answered_with_the_rule(broken: Path, capsys: Said) -> None:
    assert main(["data", "check", str(broken)]) == 3
    said = capsys.readouterr().out
    assert "8 invalid boxes: refused" in said
    assert "  Annotations/train_0.xml:12: box [7, 7, 7, 7] has no area  (train)" in said
    assert "… and 3 more; all of them: --json" in said
    assert said.endswith("refused: 8 invalid boxes\nto mend by rule, under data: invalid_boxes: drop, or clip\n")


def test_all_faults_are_in_the_json(broken: Path, capsys: Said) -> None:
    assert main(["data", "check", str(broken), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["format"] == "voc"
    assert answer["counts"] == {"invalid_boxes": 8}
    assert answer["refused"] == len(answer["faults"]) == 8
    assert answer["faults"][0] == {
        "kind": "invalid_boxes",
        "splits": ["train"],
        "file": f"{broken}/Annotations/train_0.xml",
        "line": 12,
        "says": "box [7, 7, 7, 7] has no area",
        "rule": "refuse",
        "refused": True,
        "warning": False,
    }
    train = answer["splits"][0]
    assert (train["name"], train["images"], train["unit"]) == ("train", 2, "objects")
    assert train["labels"] == {"cat": 2, "dog": 2}
    assert train["sizes"] == [{"height": 24, "width": 32, "images": 2}]


def test_the_rules_of_a_recipe_mend_what_they_name(broken: Path, recipe: str, capsys: Said) -> None:
    assert main(["data", "check", str(broken), "--recipe", recipe]) == 0
    said = capsys.readouterr().out
    assert "(the recipe 'cells')" in said
    assert "8 invalid boxes: invalid_boxes: drop: left out" in said


def test_a_recipe_names_data_as_well(cells: Path, recipe: str, capsys: Said) -> None:
    cells.rename(cells.with_name("elsewhere"))
    assert main(["data", "check", recipe]) == 0
    assert "elsewhere: voc, detection (the recipe 'cells')" in capsys.readouterr().out


def test_a_folder_may_lack_a_test_and_a_recipe_may_not(cells: Path, recipe: str, capsys: Said) -> None:
    (cells / "ImageSets/Main/test.txt").unlink()
    assert main(["data", "check", str(cells)]) == 0
    said = capsys.readouterr().out
    assert "1 split that is not there: a warning" in said
    assert "nothing would be refused, once a recipe says what serves as test" in said
    assert main(["data", "check", str(cells), "--recipe", recipe]) == 3
    assert "with test: val, validation stands in for it" in capsys.readouterr().out


def test_what_is_wrong_with_the_question_is_said_at_once(
    tmp_path: Path, cells: Path, recipe: str, capsys: Said
) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, code, words in (
        (["check", str(tmp_path / "empty")], 3, "say which it is: --format NAME"),
        (["check", "absent"], 3, "absent: expected a folder of data, or a recipe; to list those: edgecv recipes"),
        (["check", str(cells), "--format", "voc", "--recipe", recipe], 2, "give one or the other"),
        (["check", recipe, "--task", "detection"], 3, "expected a folder beside --format, --task or --recipe"),
        (["check", str(cells), "--format", "masks"], 3, "classes.txt: expected a text file, found nothing there"),
        (["show", str(cells), "--out", "sheet.pdf"], 2, "--out: expected a name that ends in .png"),
        (["show", str(cells), "--split", "tset"], 3, "did you mean 'test'?"),
    ):
        assert main(["data", *arguments]) == code
        answer = capsys.readouterr()
        assert words in answer.err + answer.out, arguments


@pytest.mark.parametrize("name", trees.TREES)
def test_every_format_can_be_checked_and_shown(name: str, tmp_path: Path, capsys: Said) -> None:
    trees.TREES[name](tmp_path / "data")
    assert main(["data", "check", str(tmp_path / "data"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == name
    out = tmp_path / "sheet.png"
    assert main(["data", "show", str(tmp_path / "data"), "--out", str(out), "--count", "3"]) == 0
    assert f"drawn     {out}" in capsys.readouterr().err
    with Image.open(out) as sheet:
        assert min(sheet.size) > 200


def test_what_is_left_out_of_a_sheet_is_said(broken: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken.parent)
    assert main(["data", "show", "cells"]) == 0
    said = capsys.readouterr().err
    assert (
        "faults    8 invalid boxes, left out where they cannot be drawn; to see them: edgecv data check cells" in said
    )
    assert Path("cells-train.png").exists()


def test_a_sheet_survives_masks_with_strangers_and_damaged_ones(tmp_path: Path, capsys: Said) -> None:
    trees.masks(tmp_path / "street")
    trees.mask(tmp_path / "street/masks/train/train_0.png", values=(0, 7))
    damaged = tmp_path / "street/masks/train/train_1.png"
    damaged.write_bytes(damaged.read_bytes()[:60])
    out = tmp_path / "sheet.png"
    assert main(["data", "show", str(tmp_path / "street"), "--out", str(out)]) == 0, capsys.readouterr().err
    assert out.exists()


def test_values_are_checked_by_their_reach_and_shown_below_their_pictures(
    tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.csv(tmp_path / "heads")
    for split in ("train", "val", "test"):
        rows = [f"images/{split}_{number}.png,{number * 10 - 15},{number}" for number in range(4)]
        (tmp_path / "heads" / f"{split}.csv").write_text("\n".join(["file,yaw_deg,size", *rows]))
    monkeypatch.chdir(tmp_path)
    assert main(["data", "check", "heads"]) == 0
    said = capsys.readouterr().out
    assert "heads: csv, regression (train.csv has the columns file, yaw_deg, size)" in said
    (yaw,) = (line for line in said.splitlines() if "yaw_deg  " in line)
    assert yaw.count("-15 … 15") == 3
    assert main(["data", "check", "heads", "--json"]) == 0
    train = json.loads(capsys.readouterr().out)["splits"][0]
    assert train["values"]["yaw_deg"] == {"lowest": -15.0, "mean": 0.0, "highest": 15.0}
    assert (train["unit"], train["labels"]) == ("values", {"yaw_deg": 4, "size": 4})
    assert main(["data", "show", "heads"]) == 0
    with Image.open("heads-train.png") as sheet:
        assert min(sheet.size) > 200
