import io
import itertools
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edgecv.errors import InputError
from edgecv.ondevice.decoding import ImageInput, open_picture
from edgecv.ondevice.images import PAD, Placement, fit, open_image, read_strip, write_strip
from edgecv.records.preprocess import Preprocess

CORNERS = np.zeros((20, 30, 3), np.uint8)  # red top left, green top right, blue bottom left, black bottom right
CORNERS[:10, :15, 0] = CORNERS[:10, 15:, 1] = CORNERS[10:, :15, 2] = 255

# How the upright picture has to be turned so that a viewer who obeys the tag turns it back.
AS_HELD = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, 1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels, -1),
}


def encoded(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
@pytest.mark.parametrize("orientation", AS_HELD)
def test_exif_rotation_is_applied(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = Image.fromarray(np.ascontiguousarray(AS_HELD[orientation](CORNERS)))
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    opened = open_image(encoded(held, kind, exif=exif, **options))
    assert opened.shape == CORNERS.shape
    np.testing.assert_allclose(opened, CORNERS, atol=40 if kind == "JPEG" else 0)  # JPEG rings at the edges


def test_damaged_exif_does_not_cost_the_picture() -> None:
    assert (open_image(encoded(Image.fromarray(CORNERS), exif=b"Exif\0\0nonsense")) == CORNERS).all()


@pytest.mark.parametrize("source", ["path", "text", "bytes", "picture", "array"])
def test_every_kind_of_source_gives_the_same_pixels(source: str, tmp_path: Path) -> None:
    path = tmp_path / "corners.png"
    path.write_bytes(encoded(Image.fromarray(CORNERS)))
    sources: dict[str, ImageInput] = {
        "path": path,
        "text": str(path),
        "bytes": path.read_bytes(),
        "picture": Image.fromarray(CORNERS),
        "array": CORNERS,
    }
    opened = open_image(sources[source])
    assert opened.dtype == np.uint8
    assert (opened == CORNERS).all()


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1)], ids=["2-d", "one channel"])
def test_gray_arrays_get_three_equal_channels(shape: tuple[int, ...]) -> None:
    gray = noise(*shape)
    assert (open_image(gray) == np.repeat(gray.reshape(4, 5, 1), 3, axis=2)).all()


def test_alpha_is_laid_on_black() -> None:
    array = np.full((2, 2, 4), 200, np.uint8)
    array[..., 3] = [[255, 0], [128, 51]]
    expected = [[200, 0], [100, 40]]
    for source in (array, Image.fromarray(array), encoded(Image.fromarray(array))):
        assert (open_image(source) == np.array(expected)[..., np.newaxis]).all()


def test_a_transparent_palette_colour_is_black() -> None:
    picture = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    picture.putpalette([10, 20, 30, 40, 50, 60])
    assert (open_image(encoded(picture)) == [[[10, 20, 30], [40, 50, 60]]]).all()
    assert (open_image(encoded(picture, transparency=1)) == [[[10, 20, 30], [0, 0, 0]]]).all()


def test_gray_with_alpha_is_laid_on_black() -> None:
    picture = Image.merge("LA", [Image.new("L", (1, 1), 100), Image.new("L", (1, 1), 51)])
    assert (open_image(encoded(picture)) == 20).all()


def test_one_bit_images_are_black_and_white() -> None:
    assert (open_image(encoded(Image.fromarray(np.array([[True, False]])))) == [[[255] * 3, [0] * 3]]).all()


def test_cmyk_becomes_rgb() -> None:
    cmyk = Image.new("CMYK", (8, 8), (0, 255, 255, 0))  # magenta and yellow: red
    np.testing.assert_allclose(open_image(encoded(cmyk, "JPEG", quality=95)), np.full((8, 8, 3), (255, 0, 0)), atol=3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_high_byte(kind: str) -> None:
    deep = np.array([[0, 255, 256, 32768, 65535]], np.uint16)
    expected = [[[level] * 3 for level in (0, 0, 1, 128, 255)]]
    assert (open_image(encoded(Image.fromarray(deep), kind)) == expected).all()


def test_sixteen_bit_colour_and_gray_follow_one_rule() -> None:
    deep = np.array([0, 255, 256, 32768, 65535], ">u2")
    row = b"\0" + np.repeat(deep, 3).tobytes()  # a PNG by hand: Pillow reads 16-bit colour, but does not write it
    color = open_image(png(struct.pack(">IIBBBBB", 5, 1, 16, 2, 0, 0, 0), row))
    assert (color == open_image(encoded(Image.fromarray(deep.astype(np.uint16)[np.newaxis])))).all()


def test_thirty_two_bit_integers_are_read_as_sixteen_bits() -> None:
    wide = Image.fromarray(np.array([[-5, 0, 32768, 65535, 70000]], np.int32))
    assert wide.mode == "I"
    assert (open_image(wide)[0, :, 0] == [0, 0, 128, 255, 255]).all()


def png(header: bytes, rows: bytes) -> bytes:
    chunks = b""
    for name, content in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        chunks += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return b"\x89PNG\r\n\x1a\n" + chunks


UNREADABLE = {
    "empty": (b"", "empty file"),
    "text": (b"not an image at all", "not an image"),
    "truncated jpeg": (encoded(Image.fromarray(noise(64, 64, 3)), "JPEG")[:-800], "truncated"),
    "truncated png": (encoded(Image.fromarray(noise(64, 64, 3)))[:-800], "cannot be read"),
    "broken png": (encoded(Image.fromarray(noise(64, 64, 3))).replace(b"IDAT", b"IDAX"), "not an image"),
    "bomb": (png(struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0), b""), "too large"),
    "floats": (encoded(Image.fromarray(np.ones((2, 2), np.float32)), "TIFF"), "floats"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_named_in_one_sentence(case: str, tmp_path: Path) -> None:
    content, reason = UNREADABLE[case]
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        open_image(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert reason in message
    assert "\n" not in message
    with pytest.raises(InputError, match=reason):
        open_image(content)


@pytest.mark.parametrize("length", range(0, 900, 60))
def test_a_file_cut_anywhere_is_an_input_error(length: int) -> None:
    for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"):
        whole = encoded(Image.fromarray(CORNERS).resize((60, 40)), kind)
        if length < len(whole) - 60:
            with pytest.raises(InputError):
                open_image(whole[:length])


def test_an_absent_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.jpg: no such file"):
        open_image(tmp_path / "absent.jpg")
    with pytest.raises(InputError, match="got a folder"):
        open_image(tmp_path)


@pytest.mark.parametrize(
    "array",
    [noise(4, 4, 3).astype(np.float32), noise(4, 4, 2), noise(1, 4, 4, 3), noise(0, 4, 3), noise(4)],
    ids=["floats", "two channels", "batch", "no rows", "one dimension"],
)
def test_arrays_that_are_no_images_are_refused(array: np.ndarray) -> None:
    with pytest.raises(InputError, match="image array: expected"):
        open_image(array)


SIZES = [(7, 9), (64, 64), (48, 96), (200, 133), (61, 300), (1, 40), (500, 3)]


@pytest.mark.parametrize("resize", ["letterbox", "stretch", "crop"])
@pytest.mark.parametrize("original", SIZES, ids=str)
def test_boxes_survive_the_way_there_and_back(resize, original: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    for size, resize_to in itertools.product([(64, 64), (48, 80), (33, 17)], [None, 90]):
        preprocess = Preprocess(size, resize, resize_to if resize == "crop" else None)
        pixels, placement = fit(noise(*original, 3), preprocess)
        assert pixels.shape == (*size, 3)
        height, width = original
        corners = np.sort(rng.random((50, 2, 2)), axis=1) * [width, height]
        boxes = corners.reshape(50, 4)
        (scale_y, scale_x), (top, left) = placement.scale, placement.offset
        at_network = boxes * np.array([scale_x, scale_y] * 2) + np.array([left, top] * 2)
        np.testing.assert_allclose(placement.to_original(at_network), boxes, atol=1e-3)


def test_boxes_are_clipped_to_the_image() -> None:
    placement = Placement((10, 20), (2.0, 2.0), (5, 0))
    boxes = placement.to_original(np.array([[-50, -50, 500, 500], [0, 0, 40, 5]]))
    assert (boxes == [[0, 0, 20, 10], [0, 0, 20, 0]]).all()


def test_no_boxes_stay_no_boxes() -> None:
    assert Placement((10, 20), (2.0, 2.0), (5, 0)).to_original(np.zeros((0, 4))).shape == (0, 4)


@pytest.mark.parametrize("resize", ["letterbox", "stretch", "crop"])
def test_a_dot_lands_where_the_placement_says(resize) -> None:
    """The pixels themselves are the witness: a white dot is searched for in what the network gets."""
    for row, column in [(100, 150), (90, 130), (110, 170)]:
        image = np.zeros((200, 300, 3), np.uint8)
        image[row - 3 : row + 4, column - 3 : column + 4] = 255
        pixels, placement = fit(image, Preprocess((96, 128), resize))
        weight = pixels[..., 0].astype(float)
        weight[: placement.offset[0]] = weight[96 - placement.offset[0] - 1 :] = 0
        y = (weight.sum(1) * (np.arange(96) + 0.5)).sum() / weight.sum()
        x = (weight.sum(0) * (np.arange(128) + 0.5)).sum() / weight.sum()
        found = placement.to_original(np.array([[x, y, x, y]]))[0]
        np.testing.assert_allclose(found[:2], [column + 0.5, row + 0.5], atol=0.1)


def test_letterbox_keeps_the_shape_and_pads_evenly() -> None:
    pixels, placement = fit(np.zeros((50, 100, 3), np.uint8), Preprocess((64, 64), "letterbox"))
    assert placement == Placement((50, 100), (0.64, 0.64), (16, 0))
    assert (pixels[:16] == PAD).all()
    assert (pixels[48:] == PAD).all()
    assert (pixels[16:48] == 0).all()


@pytest.mark.parametrize("resample", ["nearest", "bilinear", "bicubic"])
def test_resampling_is_pillows_own(resample: str) -> None:
    image = noise(90, 120, 3)
    expected = Image.fromarray(image).resize((32, 24), Image.Resampling[resample.upper()])
    pixels, _ = fit(image, Preprocess((24, 32), "stretch", resample=resample))  # type: ignore[arg-type]
    assert (pixels == np.asarray(expected)).all()


def test_a_crop_is_the_middle_of_the_resized_image() -> None:
    image = noise(100, 150, 3)
    resized = Image.fromarray(image).resize((96, 64), Image.Resampling.BILINEAR)  # the short side becomes 64
    expected = np.asarray(resized.crop((24, 8, 72, 56))).astype(int)
    pixels, placement = fit(image, Preprocess((48, 48), "crop", resize_to=64))
    assert placement == Placement((100, 150), (0.64, 0.64), (-8, -24))
    assert np.abs(pixels - expected).max() <= 1  # the cut-away part is never computed, so rounding may differ


def test_a_crop_without_a_short_side_fills_the_size() -> None:
    pixels, placement = fit(noise(100, 400, 3), Preprocess((50, 100), "crop"))
    assert pixels.shape == (50, 100, 3)
    assert placement == Placement((100, 400), (0.5, 0.5), (0, -50))


def test_a_long_thin_image_is_cropped_without_blowing_it_up() -> None:
    pixels, _ = fit(noise(1, 60000, 3), Preprocess((224, 224), "crop"))  # resized whole, it would take 9 GB
    assert pixels.shape == (224, 224, 3)


def test_an_image_of_the_right_size_is_not_touched() -> None:
    image = noise(32, 48, 3)
    for resize in ("letterbox", "stretch", "crop"):
        pixels, placement = fit(image, Preprocess((32, 48), resize))
        assert pixels is image or resize == "crop"
        assert (pixels == image).all()
        assert placement == Placement((32, 48), (1.0, 1.0), (0, 0))


def test_colours_come_in_the_order_asked_for() -> None:
    image = noise(10, 12, 3)
    rgb, _ = fit(image, Preprocess((8, 8)))
    bgr, _ = fit(image, Preprocess((8, 8), color="bgr"))
    gray, _ = fit(image, Preprocess((8, 8), color="gray"))
    assert (bgr == rgb[..., ::-1]).all()
    assert bgr.flags.c_contiguous
    assert gray.shape == (8, 8, 1)
    np.testing.assert_allclose(gray[..., 0], rgb @ [0.299, 0.587, 0.114], atol=0.51)


def test_gray_letterboxes_are_padded_too() -> None:
    pixels, _ = fit(np.zeros((10, 20, 3), np.uint8), Preprocess((20, 20), "letterbox", color="gray"))
    assert pixels.shape == (20, 20, 1)
    assert (pixels[:5] == PAD).all()


@pytest.mark.parametrize("resize", ["letterbox", "stretch", "crop"])
def test_pictures_and_arrays_fit_alike(resize) -> None:
    content = encoded(Image.fromarray(noise(77, 55, 3)), "JPEG")
    preprocess = Preprocess((32, 40), resize)
    from_array, placement = fit(open_image(content), preprocess)
    from_picture, same_placement = fit(open_picture(content), preprocess)
    assert (from_array == from_picture).all()
    assert placement == same_placement


@pytest.mark.parametrize("channels", [1, 3])
def test_strips_lose_nothing_and_are_the_same_bytes_every_time(channels: int, tmp_path: Path) -> None:
    images = noise(5, 12, 9, channels)
    path = write_strip(tmp_path / "samples.png", images)
    assert (read_strip(path, (12, 9), channels) == images).all()
    assert path.read_bytes() == write_strip(tmp_path / "again.png", images.copy()).read_bytes()


def test_a_strip_of_another_size_is_refused(tmp_path: Path) -> None:
    path = write_strip(tmp_path / "samples.png", noise(5, 12, 9, 3))
    for size, channels in (((12, 8), 3), ((7, 9), 3), ((12, 9), 1)):
        with pytest.raises(InputError, match=r"samples\.png: expected images of"):
            read_strip(path, size, channels)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=r"samples\.png: the strip of images cannot be read"):
        read_strip(path, (12, 9), 3)
