"""Photos of 1920 x 1080, made of the smaller ones in a folder: sixteen each, so that they are as full of detail as a
camera's own, or one, blown up, so that they are soft."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

SIZE, TILES = (1920, 1080), 4
BICUBIC = Image.Resampling.BICUBIC


def photos(folder: Path, count: int) -> dict[str, list[bytes]]:
    """As JPEGs of quality 90, 4:2:0, as cameras write them."""
    files = sorted(folder.rglob("*.jpg"))
    rng = np.random.default_rng(0)
    detailed = [
        jpeg(_mosaic([files[i] for i in rng.choice(len(files), TILES**2, replace=False)])) for _ in range(count)
    ]
    soft = [jpeg(_filling(files[i], SIZE)) for i in rng.choice(len(files), count, replace=False)]
    return {"detailed": detailed, "soft": soft}


def jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90, subsampling="4:2:0")
    return file.getvalue()


def _mosaic(files: list[Path]) -> Image.Image:
    whole, (width, height) = Image.new("RGB", SIZE), (SIZE[0] // TILES, SIZE[1] // TILES)
    for number, file in enumerate(files):
        whole.paste(_filling(file, (width, height)), (number % TILES * width, number // TILES * height))
    return whole


def _filling(file: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(file) as picture:
        times = max(size[0] / picture.width, size[1] / picture.height)
        box = (0, 0, size[0] / times, size[1] / times)
        return picture.convert("RGB").resize(size, BICUBIC, box=box)
