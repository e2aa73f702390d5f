"""Whatever holds an image, as an upright 8-bit RGB picture. What cannot be read is one sentence that names it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Callable, Dict, Union

import numpy as np
from PIL import Image, UnidentifiedImageError

from edgecv.errors import InputError
from edgecv.ondevice.resizing import Halved, Size, whole

ImageInput = Union[str, Path, bytes, Image.Image, np.ndarray]

ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
UPRIGHT: Dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = (5, 6, 7, 8)


def open_picture(source: ImageInput) -> Image.Image:
    """Decode an image: EXIF rotation applied, alpha laid on black, CMYK, palette, gray and 16 bit brought to RGB."""
    picture = open_halved(source, lambda _: 0).pixels
    assert isinstance(picture, Image.Image)
    return picture


def open_halved(source: ImageInput, halvings: Callable[[Size], int]) -> Halved:
    """The same, but a JPEG as small as is asked for, which its decoder makes in less time than the whole of it.

    `halvings` says how often a picture of a size may be halved.
    """
    if isinstance(source, np.ndarray):
        return whole(_from_array(source))
    name = name_of(source)
    try:
        if isinstance(source, Image.Image):
            return whole(_upright_rgb(source, name))
        # By its path where it has one: then Pillow imports the one decoder that the name asks for.
        file = io.BytesIO(source) if isinstance(source, bytes) else Path(source)
        if not (file.stat().st_size if isinstance(file, Path) else source):
            raise InputError(f"{name}: expected an image, got an empty file")
        with Image.open(file) as picture:
            if picture.format not in ("JPEG", "MPO"):
                return whole(_upright_rgb(picture, name))
            original = _upright_size(picture)
            times = halvings(original)
            if times:
                picture.draft(picture.mode, (picture.width >> times, picture.height >> times))
            return Halved(_upright_rgb(picture, name), original, times)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{name}: expected an image, got a folder") from None
    except UnidentifiedImageError:
        raise InputError(f"{name}: not an image in a format that can be read here") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(f"{name}: too large to be decoded safely: more than {_pixel_limit()} pixels") from error
    except MemoryError as error:
        raise InputError(f"{name}: does not fit into this machine's memory") from error
    except Exception as error:  # a damaged file makes decoders raise anything: SyntaxError, struct.error, EOFError...
        raise InputError(f"{name}: the image cannot be read: {_one_line(error)}") from error


def name_of(source: ImageInput) -> str:
    """What to call an image in a message."""
    if isinstance(source, (str, Path)):
        return str(source)
    if isinstance(source, bytes):
        return f"image of {len(source)} bytes"
    if isinstance(source, np.ndarray):
        return "image array"
    return str(getattr(source, "filename", "") or "image")


def _from_array(array: np.ndarray) -> Image.Image:
    if array.dtype != np.uint8:
        raise InputError(f"image array: expected uint8, got {array.dtype}")
    if array.ndim == 2:
        array = array[..., np.newaxis]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise InputError(f"image array: expected height x width x 1, 3 or 4, got shape {array.shape}")
    return _rgb(Image.fromarray(array[..., 0] if array.shape[2] == 1 else array), "image array")


def _upright_size(picture: Image.Image) -> Size:
    width, height = picture.size
    return (width, height) if _orientation(picture) in ON_ITS_SIDE else (height, width)


def _upright_rgb(picture: Image.Image, name: str) -> Image.Image:
    picture.load()  # first, because TIFF turns itself while loading and then forgets its orientation
    turn = UPRIGHT.get(_orientation(picture))
    rgb = _rgb(picture, name)
    return rgb.transpose(turn) if turn is not None else rgb


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # damaged EXIF must not cost the picture that it describes
        return 1


def _rgb(picture: Image.Image, name: str) -> Image.Image:
    if picture.mode.startswith("I"):
        picture = _high_byte(picture)
    elif picture.mode == "F":
        raise InputError(f"{name}: expected pixels of 8 or 16 bits, got floats, of which nobody knows the range")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        black = Image.new("RGB", picture.size)
        black.paste(picture, mask=picture.getchannel("A"))
        return black
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _high_byte(picture: Image.Image) -> Image.Image:
    """16-bit gray as 8-bit gray, by the same rule by which Pillow reads 16-bit colour."""
    deep = np.asarray(picture)
    return Image.fromarray((np.clip(deep, 0, 65535) >> 8).astype(np.uint8))


def _pixel_limit() -> str:
    return f"{(Image.MAX_IMAGE_PIXELS or 0) // 10**6} million"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
