import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.ondevice.__main__ import main
from edgecv.ondevice.predictions import read
from edgecv.records.preprocess import Preprocess
from tests.ondevice.fakes import (
    bright_cell_detector,
    brightness_segmenter,
    install,
    make_artifact,
    mean_color_classifier,
)

DETECTOR = {"head": "anchor_free", "strides": [8]}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos, black but for one white square, and a text between them."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, name in enumerate(["b.png", "a.JPG", "c.bmp"]):
        pixels = np.zeros((32, 32, 3), np.uint8)
        pixels[8 * number : 8 * number + 8, 8:16] = 255
        Image.fromarray(pixels).save(folder / name, quality=100)
    (folder / "notes.txt").write_text("no image")
    return folder


@pytest.fixture
def detector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    install(monkeypatch, bright_cell_detector)
    return make_artifact(tmp_path / "detector", "detection", Preprocess((32, 32)), DETECTOR, ("square",))


def predict(*arguments: object) -> int:
    return main(["predict", *map(str, arguments)])


def test_predict_writes_the_document(detector: Path, photos: Path, tmp_path: Path) -> None:
    assert predict(detector, photos, "--json", tmp_path / "out.json") == 0
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["artifact"] == str(detector)
    assert document["failed"] == []
    assert [Path(each["image"]).name for each in document["predictions"]] == ["a.JPG", "b.png", "c.bmp"]
    (found,) = document["predictions"][1]["objects"]
    assert (found["index"], found["label"], found["box"]) == (0, "square", [8, 0, 16, 8])
    shares = document["shares"]
    assert shares["images"] == 3
    assert shares["wall_ms"] > 0
    assert sum(shares[stage]["share"] for stage in ("decode", "preprocess", "invoke", "postprocess")) == pytest.approx(
        1, abs=0.001
    )


def test_progress_goes_to_the_parent_and_shares_to_stderr(
    detector: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict(detector, photos / "b.png") == 0
    out, err = capsys.readouterr()
    assert out == f"progress: 1/1 {photos / 'b.png'}: 1 square\n"
    assert [line.split()[0] for line in err.splitlines()] == ["decode", "preprocess", "invoke", "postprocess", "wall"]


def test_sources_are_files_folders_stacks_and_lists(detector: Path, photos: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "stack.npy", np.zeros((2, 32, 32, 3), np.uint8))
    (tmp_path / "list.txt").write_text(f"{photos / 'c.bmp'}\n\n{photos / 'a.JPG'}\n")
    sources = [photos / "b.png", tmp_path / "stack.npy", f"@{tmp_path / 'list.txt'}", photos]
    assert predict(detector, *sources, "--json", tmp_path / "out.json") == 0
    named = [Path(each["image"]).name for each in json.loads((tmp_path / "out.json").read_text())["predictions"]]
    assert named == ["b.png", "stack.npy[0]", "stack.npy[1]", "c.bmp", "a.JPG", "a.JPG", "b.png", "c.bmp"]


def test_pictures_are_drawn_under_names_of_their_own(detector: Path, photos: Path, tmp_path: Path) -> None:
    """Two sources of one name, and the folder of the images itself as the place to write to."""
    before = (photos / "b.png").read_bytes()
    twin = tmp_path / "twin"
    twin.mkdir()
    (twin / "b.png").write_bytes(before)
    assert predict(detector, photos, twin, "--out", photos, "--json", tmp_path / "out.json") == 0
    drawn = [Path(each["drawn"]) for each in json.loads((tmp_path / "out.json").read_text())["predictions"]]
    assert [path.name for path in drawn] == [f"{stem}.predicted.jpg" for stem in ("a", "b", "c", "b-2")]
    assert all(path.exists() for path in drawn)
    assert (photos / "b.png").read_bytes() == before


def test_masks_are_written_as_index_pngs(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, brightness_segmenter)
    folder = make_artifact(tmp_path / "segmenter", "segmentation", Preprocess((32, 32)), labels=("dark", "bright"))
    assert predict(folder, photos / "b.png", "--out", tmp_path / "out", "--json", tmp_path / "out.json") == 0
    (described,) = json.loads((tmp_path / "out.json").read_text())["predictions"]
    assert described["areas"] == {"dark": 0.9375, "bright": 0.0625}
    with Image.open(described["mask"]) as picture:
        mask = np.asarray(picture)
    assert mask.shape == (32, 32)
    assert (mask[:8, 8:16] == 1).all()
    assert mask.sum() == 64


def test_classes_are_written_best_first(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mean_color_classifier)
    folder = make_artifact(tmp_path / "classifier", "classification", Preprocess((8, 8)), labels=("red", "blue"))
    Image.new("RGB", (20, 20), "blue").save(tmp_path / "blue.png")
    assert predict(folder, tmp_path / "blue.png", "--json", tmp_path / "out.json") == 0
    (described,) = json.loads((tmp_path / "out.json").read_text())["predictions"]
    assert [each["label"] for each in described["classes"]] == ["blue", "red"]


def test_predictions_are_saved_as_arrays(detector: Path, photos: Path, tmp_path: Path) -> None:
    assert predict(detector, photos, "--save", tmp_path / "out.npz") == 0
    assert [len(each.scores) for each in read(tmp_path / "out.npz")] == [1, 1, 1]


def test_threshold_and_most_detections_are_obeyed(detector: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "white.npy", np.full((1, 32, 32, 3), 255, np.uint8))
    for option, expected in ((["--threshold", 0.99], 0), (["--max-detections", 5], 5), ([], 16)):
        assert predict(detector, tmp_path / "white.npy", *option, "--json", tmp_path / "out.json") == 0
        assert len(json.loads((tmp_path / "out.json").read_text())["predictions"][0]["objects"]) == expected


def test_a_broken_photo_is_told_after_the_others_are_done(
    detector: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "a2.jpg").write_bytes(b"broken")
    saved = tmp_path / "out.npz"
    assert predict(detector, photos, "--json", tmp_path / "out.json", "--save", saved) == 3
    document = json.loads((tmp_path / "out.json").read_text())
    assert len(document["predictions"]) == 3
    assert [each["image"] for each in document["failed"]] == [str(photos / "a2.jpg")]
    assert f"error: 1 of 4 images left out: {photos / 'a2.jpg'}: not an image" in capsys.readouterr().err
    assert not saved.exists()  # its rows carry no names, so they must not shift


def test_mistakes_end_with_a_sentence(
    detector: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "floats.npy", np.zeros((1, 4, 4, 3)))
    empty = tmp_path / "empty"
    empty.mkdir()
    cases = {
        tmp_path / "absent.jpg": "absent.jpg: no such file or folder",
        empty: "expected images, found no file that ends in",
        tmp_path / "floats.npy": "expected (n, height, width, channels) uint8",
        f"@{tmp_path / 'absent.txt'}": "expected a text file with one path a line",
    }
    for source, sentence in cases.items():
        assert predict(detector, source) == 3
        assert sentence in capsys.readouterr().err
    assert predict(tmp_path / "nowhere", photos) == 3
    assert "not an artifact folder" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--threshold", "2"], ["--threads", "0"], ["--max-detections", "x"]], ids=str)
def test_numbers_out_of_range_are_a_wrong_command_line(option: list[str], detector: Path, photos: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        predict(detector, photos, *option)
    assert raised.value.code == 2


def test_ctrl_c_keeps_what_is_finished(
    detector: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = 0

    def interrupted(encoded: np.ndarray) -> dict[str, np.ndarray]:
        nonlocal answered
        answered += 1
        if answered == 3:
            raise KeyboardInterrupt
        return bright_cell_detector(encoded)

    install(monkeypatch, interrupted)
    assert predict(detector, photos, "--json", tmp_path / "out.json") == 130
    assert len(json.loads((tmp_path / "out.json").read_text())["predictions"]) == 2


def test_outputs_are_the_raw_answers_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mean_color_classifier)
    folder = make_artifact(tmp_path / "artifact", "classification", Preprocess((8, 8)), sealed=False)
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    np.save(tmp_path / "images.npy", images)
    assert main(["outputs", str(folder), str(tmp_path / "images.npy"), str(tmp_path / "out")]) == 0
    logits = np.load(tmp_path / "out" / "logits.npy")
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, images.mean(axis=(1, 2))[:, ::2] / 25, rtol=1e-5)
    engine = json.loads((tmp_path / "out" / "engine.json").read_text())
    assert engine == {"runtime": "fake 1.0", "runtime_precision": "float32", "kernels": None}


def test_outputs_wants_images_of_the_networks_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(monkeypatch, mean_color_classifier)
    folder = make_artifact(tmp_path / "artifact", "classification", Preprocess((8, 8)))
    np.save(tmp_path / "images.npy", np.zeros((5, 9, 8, 3), np.uint8))
    assert main(["outputs", str(folder), str(tmp_path / "images.npy"), str(tmp_path / "out")]) == 3
    assert "expected images of (8, 8, 3), got (9, 8, 3)" in capsys.readouterr().err


def test_help_of_a_command_tells_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["predict", "--help"])
    assert raised.value.code == 0
    assert "--max-detections" in capsys.readouterr().out


UNWANTED = {
    "tensorflow",
    "keras",
    "click",
    "yaml",
    "msgspec",
    "matplotlib",
    "cv2",
    "PIL.ImageDraw",
    "edgecv.ondevice.bench",
}


def test_predicting_imports_only_what_a_board_has(detector: Path, photos: Path) -> None:
    program = (
        "import sys, pytest\n"
        "from tests.ondevice.fakes import bright_cell_detector, FakeEngineModule\n"
        "del sys.modules['pytest']\n"
        "from edgecv.ondevice.engines import ENGINES\n"
        "from edgecv.ondevice.__main__ import main\n"
        "ENGINES['fake'] = FakeEngineModule(bright_cell_detector)\n"
        f"code = main(['predict', {str(detector)!r}, {str(photos)!r}])\n"
        f"print(sorted(set({UNWANTED!r}) & set(sys.modules)))\n"
        "sys.exit(code)\n"
    )
    root = Path(__file__).parents[2]
    finished = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert finished.stdout.splitlines()[-1] == "[]"


def test_importing_the_package_costs_nothing() -> None:
    program = "import sys, edgecv.ondevice; print('numpy' in sys.modules, callable(edgecv.ondevice.load))"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout == "False True\n"
