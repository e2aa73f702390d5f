"""Any folder of images can calibrate: every sub-folder has its share, and the choice is the same every time."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.errors import InputError
from edgecv.ondevice.images import open_image
from edgecv.quantization.folder import open_folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Thirty cats, two dogs, one that is in no sub-folder, and files that are no photos."""
    folder = tmp_path / "photos"
    for number, name in enumerate([*(f"cats/{i}.png" for i in range(30)), "dogs/a.PNG", "dogs/old/b.png", "c.png"]):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4, 3), number, np.uint8)).save(path)
    (folder / "cats/notes.txt").write_text("")
    (folder / ".thumbnails").mkdir()
    (folder / "cats/0.png").rename(folder / "cats/.hidden.png")
    return folder


def test_all_images_are_found_wherever_they_lie(photos: Path) -> None:
    samples = open_folder(photos, 100)
    assert len(samples) == 32
    assert samples.names[0] == "c.png"
    assert "dogs/old/b.png" in samples.names
    assert open_image(samples.image(0)).shape == (4, 4, 3)


def test_every_sub_folder_has_its_turn(photos: Path) -> None:
    samples = open_folder(photos, 8)
    assert len(samples) == 8
    assert {"c.png", "dogs/a.PNG", "dogs/old/b.png"} <= set(samples.names)


def test_the_same_folder_gives_the_same_images_and_digest_and_another_does_not(photos: Path, tmp_path: Path) -> None:
    first = open_folder(photos, 8)
    moved = photos.rename(tmp_path / "elsewhere")
    assert (open_folder(moved, 8).names, open_folder(moved, 8).digest) == (first.names, first.digest)
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(moved / "c.png")
    assert open_folder(moved, 8).digest != first.digest


def test_a_place_without_images_says_what_it_is(photos: Path, tmp_path: Path) -> None:
    assert len(open_folder(photos / "cats", 0)) == 0
    with pytest.raises(InputError, match="expected a folder of images, got a file"):
        open_folder(photos / "c.png", 8)
    with pytest.raises(InputError, match="expected a folder of images, got nothing there"):
        open_folder(tmp_path / "absent", 8)
