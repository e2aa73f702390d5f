"""Real bundles on boards that have nothing but a Python, numpy, Pillow and one runtime."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.ondevice.predictor import load
from tests.bundle.boards import Board
from tests.bundle.conftest import PRECISIONS, BoardFor
from tests.ondevice import models


@pytest.mark.parametrize("target", PRECISIONS)
def test_it_answers_as_the_artifact_does(board_for: BoardFor, target: str) -> None:
    board = board_for(target)
    done = board.run("photo.png", "--json", "--threshold", "0.5")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    with load(board.artifact.folder, postprocess={"score_threshold": 0.5}) as predictor:
        expected = predictor.predict(board.folder / "photo.png")
    (described,) = document["predictions"]
    assert described["image"] == "photo.png"
    assert [each["index"] for each in described["objects"]] == expected.indices.tolist()
    assert np.allclose([each["score"] for each in described["objects"]], expected.scores, atol=1e-5)
    assert document["failed"] == []


@pytest.mark.parametrize("target", PRECISIONS)
def test_its_self_test_passes(board_for: BoardFor, target: str) -> None:
    done = board_for(target).run("selftest")
    assert done.returncode == 0, done.stdout + done.stderr
    checks = [line.split(":")[0].split() for line in done.stdout.splitlines()]
    assert checks == [["ok", name] for name in ("files", "runtime", "kernels", "cls", "box")]


@pytest.mark.parametrize("asked", [["photo.png"], ["photo.png", "--json"], ["--help"], ["selftest"]], ids=str)
def test_it_ends_quietly_where_nobody_reads_what_it_says(board: Board, asked: list[str]) -> None:
    with board.start(*asked) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        assert run.stderr.read() == ""
    assert run.returncode == 141


def test_it_draws_one_image_into_a_file_and_a_folder_into_a_folder(board: Board) -> None:
    photos = board.folder / "photos"
    photos.mkdir()
    for name in ("a.png", "b.jpg"):
        Image.fromarray(models.pictures(1)[0]).save(photos / name)
    assert board.run("photo.png", "--out", "drawn.jpg").returncode == 0
    done = board.run("photos", "--out", "drawn")
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["photos/a.png", "photos/b.jpg"]
    with Image.open(board.folder / "drawn.jpg") as picture:
        assert picture.size == (384, 256)  # small images are enlarged
    assert sorted(path.name for path in (board.folder / "drawn").iterdir()) == ["a.predicted.jpg", "b.predicted.jpg"]


def test_it_goes_on_after_a_bad_image_and_says_so_at_the_end(board: Board) -> None:
    (board.folder / "bad.jpg").write_bytes(b"no image")
    done = board.run("bad.jpg", "photo.png", "--json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert [each["image"] for each in document["failed"]] == ["bad.jpg"]
    assert [each["image"] for each in document["predictions"]] == ["photo.png"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "name images, folders or videos, or one of --camera, --watch and --serve"),
        (["photo.png", "--watch", "."], 2, "name images"),
        (["gone.jpg"], 3, "gone.jpg: no such file or folder"),
        (["photo.png", "photo.png", "--out", "drawn.jpg"], 3, "--out: expected a folder for several images"),
        (["photo.png", "--out", "photo.png"], 3, "is the image itself"),
        (["--watch", "gone"], 3, "gone: expected a folder to watch"),
        (["--serve", "0", "--host", "203.0.113.1"], 4, "--serve: cannot listen on 203.0.113.1"),
        (["selftest", "--threads", "many"], 2, "invalid int value"),
    ],
)
def test_a_mistake_is_a_sentence(board: Board, arguments: list[str], code: int, sentence: str) -> None:
    done = board.run(*arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_bench_writes_a_measurement_and_its_gist(board: Board) -> None:
    done = board.run("bench", "--mode", "quick", "--out", "fast.json")
    assert done.returncode in (0, 6), done.stderr  # a busy machine is no fault of the bundle
    measured = json.loads((board.folder / "fast.json").read_text())
    assert measured["artifact"]["name"] == "tiny-onnx-float32"
    assert measured["artifact"]["size_bytes"] == (board.artifact.folder / "model.onnx").stat().st_size
    assert measured["verdict"] in done.stdout


LIBRARY = """
import sys
packages, bundle, photo = sys.argv[1:]
sys.path.insert(0, bundle)
sys.path.append(packages)
from edgecv.ondevice import load
with load(bundle) as predictor:
    print(len(predictor.predict(photo).scores))
foreign = [name for name, module in sys.modules.items() if name.startswith("edgecv") and bundle not in module.__file__]
assert not foreign, foreign
"""


def test_it_is_a_library_too(board_for: BoardFor) -> None:
    done = board_for("tflite").run("photo.png", start=LIBRARY)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


VIDEO = """
import numpy as np
CAP_PROP_BUFFERSIZE, COLOR_BGR2RGB = 38, 4
def cvtColor(frame, code):
    return frame[..., ::-1].copy()
class VideoCapture:
    def __init__(self, source):
        self.source, self.left = source, 3
    def isOpened(self):
        return self.source != 9
    def set(self, name, value):
        assert (name, value) == (CAP_PROP_BUFFERSIZE, 1)
    def read(self):
        self.left -= 1
        return (True, np.full((16, 24, 3), 60 * self.left, np.uint8)) if self.left >= 0 else (False, None)
    def release(self):
        pass
"""


@pytest.fixture
def filming(board: Board, tmp_path: Path) -> Board:
    """A board with a film, and with what looks like OpenCV."""
    board = board.with_only(tmp_path / "packages", "numpy", "PIL", "pillow", "onnxruntime")
    (board.packages / "cv2.py").write_text(VIDEO)
    (board.folder / "clip.mp4").write_bytes(b"film")
    return board


def test_each_frame_of_a_film_is_looked_at(filming: Board) -> None:
    done = filming.run("clip.mp4", "--out", "frames", "--json")
    assert done.returncode == 0, done.stderr
    names = [each["image"] for each in json.loads(done.stdout)["predictions"]]
    assert names == ["clip.mp4[0]", "clip.mp4[1]", "clip.mp4[2]"]
    drawn = sorted(path.name for path in (filming.folder / "frames").iterdir())
    assert drawn == [f"clip-00000{number}.predicted.jpg" for number in range(3)]


def test_a_camera_gives_a_line_a_frame_until_it_is_gone(filming: Board) -> None:
    done = filming.run("--camera", "0", "--json")
    assert [json.loads(line)["image"] for line in done.stdout.splitlines()] == [f"camera 0[{n}]" for n in range(3)]
    assert done.returncode == 3
    assert "camera 0: it gives no more pictures" in done.stderr


def test_a_camera_that_is_not_there_is_a_sentence(filming: Board) -> None:
    done = filming.run("--camera", "9")
    assert (done.returncode, done.stderr) == (3, "error: camera 9: OpenCV cannot open it\n")


def test_films_without_opencv_say_what_to_install(board: Board, tmp_path: Path) -> None:
    board = board.with_only(tmp_path / "packages", "numpy", "PIL", "pillow", "onnxruntime")
    (board.folder / "clip.mp4").write_bytes(b"film")
    for arguments in (["clip.mp4"], ["--camera", "0"]):
        done = board.run(*arguments)
        assert done.returncode == 4
        assert "python3 -m pip install opencv-python-headless" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("packages", "sentence"),
    [
        ((), "python3 -m pip install numpy onnxruntime pillow"),
        (("numpy", "onnxruntime"), "python3 -m pip install pillow"),
        (("numpy", "PIL", "pillow"), "python3 -m pip install onnxruntime"),
    ],
)
def test_what_is_missing_is_named_before_anything_else(
    board: Board, tmp_path: Path, packages: tuple[str, ...], sentence: str
) -> None:
    bare = board.with_only(tmp_path / "packages", *packages)
    for arguments in (["no such photo.png"], ["selftest"]):
        done = bare.run(*arguments)
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr == f"error: seen.pyz: install what is missing: {sentence}\n"


def test_a_runtime_that_does_not_load_is_a_sentence(board: Board, tmp_path: Path) -> None:
    broken = board.with_only(tmp_path / "packages", "numpy", "PIL", "pillow")
    (broken.packages / "onnxruntime.py").write_text("raise ImportError('GLIBC_2.99 not found')")
    done = broken.run("photo.png")
    assert (done.returncode, done.stderr) == (4, "error: cannot open 'onnx' artifacts here: GLIBC_2.99 not found\n")
