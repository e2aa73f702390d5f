"""From a JPEG of 1920 x 1080 to a network's input of 640 x 640, decoding included, beside what users write themselves.

`python benchmarks/preprocessing.py [FOLDER]` makes photos of the JPEGs in a folder (imagenet_samples of EDGECV_DATA by
default) and takes the ways in turns, on one thread: our own, with and without OpenCV; OpenCV's imdecode, resize, border
and blob, or NumPy for the last step, whichever is quicker; Pillow's open, resize, paste and NumPy. All letterbox, and
end in (1, 3, 640, 640) float32. It also compares the pixels: with what training sees, and with Pillow's exact
antialiased filter on the whole picture. It writes results/preprocessing.json; exit code 1 says that a bar is missed.
Without OpenCV its part is left out, and said to be.
"""

import importlib.util
import io
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import write_result
from photos import photos
from PIL import Image

from edgecv.ondevice import images
from edgecv.ondevice.decoding import open_picture
from edgecv.ondevice.engines.encoding import encoding_for
from edgecv.ondevice.statistics import interval
from edgecv.records.artifact import Quantization, Tensor
from edgecv.records.preprocess import Preprocess

SIDE, PHOTOS, ROUNDS = 640, 8, 12
OF_OPENCV, OF_PILLOW, LEVELS = 1.0, 0.6, 1.0
LETTERBOX = Preprocess((SIDE, SIDE), "letterbox")
SHAPE = (1, 3, SIDE, SIDE)
FLOATS = encoding_for(LETTERBOX, Tensor("input", "input", SHAPE, "float32", "nchw"))
INTEGERS = encoding_for(
    LETTERBOX, Tensor("input", "input", (1, SIDE, SIDE, 3), "int8", "nhwc", Quantization(1 / 255, -128))
)

Way = Callable[[bytes], np.ndarray]


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(os.environ["EDGECV_DATA"]) / "imagenet_samples"
    has_opencv = importlib.util.find_spec("cv2") is not None
    if not has_opencv:
        print("OpenCV is not installed, so its part is left out: pip install opencv-python-headless")
    ways: dict[str, Way] = {"edgecv": partial(ours, by_opencv=False), "pillow": by_pillow}
    if has_opencv:
        import cv2

        cv2.setNumThreads(1)
        ways |= {"edgecv, OpenCV": partial(ours, by_opencv=True)}
        ways |= {"opencv, blob": opencv_and_blob, "opencv, numpy": opencv_and_numpy}
    figures: dict[str, Any] = {"photos": PHOTOS, "rounds": ROUNDS, "to": SIDE, "kinds": {}}
    within = {}
    for kind, contents in photos(folder, PHOTOS).items():
        taken = in_turns(ways, contents)
        found: dict[str, Any] = {
            "mean_bytes": int(np.mean([len(content) for content in contents])),
            "p50_ms": {name: round(float(np.median(each)), 2) for name, each in taken.items()},
            "parts_p50_ms": parts(contents, has_opencv),
            "of_pillow": ratio(taken["edgecv"], taken["pillow"]),
            "levels_from_exact_filter": levels(contents, by_opencv=False),
        }
        within[f"{kind}: of Pillow"] = found["of_pillow"]["median"] <= OF_PILLOW
        if has_opencv:
            quicker = min(("opencv, blob", "opencv, numpy"), key=lambda name: float(np.median(taken[name])))
            found["of_opencv"] = {"its": quicker, **ratio(taken["edgecv, OpenCV"], taken[quicker])}
            found["levels_from_exact_filter_by_opencv"] = levels(contents, by_opencv=True)
            found["levels_from_training"] = from_training(contents)
            within[f"{kind}: of OpenCV"] = found["of_opencv"]["median"] <= OF_OPENCV
            within[f"{kind}: levels from training"] = max(found["levels_from_training"]) <= LEVELS
        within[f"{kind}: levels from the exact filter"] = max(found["levels_from_exact_filter"]) <= LEVELS
        figures["kinds"][kind] = found
        print(kind, found)
    figures |= {"limits": {"of_opencv": OF_OPENCV, "of_pillow": OF_PILLOW, "levels": LEVELS}, "within": within}
    print(write_result("preprocessing", figures))
    return 0 if all(within.values()) else 1


def ours(content: bytes, *, by_opencv: bool) -> np.ndarray:
    """As the predictor does it."""
    pixels, _ = images.fit(images.open_for(content, LETTERBOX), LETTERBOX, by_opencv)
    return FLOATS(pixels[None])


def by_pillow(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        rgb = picture.convert("RGB")
    scale = SIDE / max(rgb.size)
    resized = rgb.resize((round(rgb.width * scale), round(rgb.height * scale)), Image.Resampling.BILINEAR)
    canvas = Image.new("RGB", (SIDE, SIDE), (114,) * 3)
    canvas.paste(resized, ((SIDE - resized.width) // 2, (SIDE - resized.height) // 2))
    planes = np.ascontiguousarray(np.asarray(canvas).transpose(2, 0, 1))
    return (planes.astype(np.float32) / 255)[None]


def by_opencv(content: bytes) -> np.ndarray:
    """Blue first."""
    import cv2

    whole = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert whole is not None
    scale = SIDE / max(whole.shape[:2])
    height, width = round(whole.shape[0] * scale), round(whole.shape[1] * scale)
    resized = cv2.resize(whole, (width, height), interpolation=cv2.INTER_LINEAR)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    sides = (top, SIDE - height - top, left, SIDE - width - left)
    return np.asarray(cv2.copyMakeBorder(resized, *sides, cv2.BORDER_CONSTANT, value=(114,) * 3))


def opencv_and_blob(content: bytes) -> np.ndarray:
    import cv2

    return np.asarray(cv2.dnn.blobFromImage(by_opencv(content), 1 / 255, swapRB=True))


def opencv_and_numpy(content: bytes) -> np.ndarray:
    planes = np.ascontiguousarray(by_opencv(content)[..., ::-1].transpose(2, 0, 1))
    return (planes.astype(np.float32) / 255)[None]


def in_turns(ways: dict[str, Way], contents: list[bytes]) -> dict[str, np.ndarray]:
    """Milliseconds of each: a round is all photos one way, then the next way.

    A photo before them is not counted: it finds the memory as another way has left it.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            way(contents[-1])
            taken[name] += [milliseconds(partial(way, content)) for content in contents]
    return {name: np.array(each) for name, each in taken.items()}


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def ratio(mine: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    """The median of the ratios of neighbours, with its 95 % interval."""
    ratios = mine / others
    ends = interval(ratios, 0.5)
    return {"median": round(float(np.median(ratios)), 3), "ci95": ends and [round(end, 3) for end in ends]}


def parts(contents: list[bytes], has_opencv: bool) -> dict[str, float]:
    """Where our own time goes."""
    taken: dict[str, list[float]] = {}
    for content in contents * 4:
        opened = images.open_for(content, LETTERBOX)
        pixels = images.fit(opened, LETTERBOX)[0][None]
        each: dict[str, Callable[[], object]] = {
            "decode": partial(images.open_for, content, LETTERBOX),
            "letterbox": partial(images.fit, opened, LETTERBOX),
            "to float32 planes": partial(FLOATS, pixels),
            "to int8": partial(INTEGERS, pixels),
        }
        if has_opencv:
            each["letterbox, OpenCV"] = partial(images.fit, opened, LETTERBOX, by_opencv=True)
        for name, work in each.items():
            work()
            taken.setdefault(name, []).append(milliseconds(work))
    return {name: round(float(np.median(each)), 2) for name, each in taken.items()}


def levels(contents: list[bytes], *, by_opencv: bool) -> list[float]:
    """How far each photo is, in levels of 255, from the exact antialiased filter on the whole of it."""
    apart = []
    for content in contents:
        whole = open_picture(content)
        exact = whole.resize((SIDE, SIDE * whole.height // whole.width), Image.Resampling.BILINEAR)
        pixels, placement = images.fit(images.open_for(content, LETTERBOX), LETTERBOX, by_opencv)
        top = placement.offset[0]
        apart.append(distance(pixels[top : top + exact.height], np.asarray(exact)))
    return apart


def from_training(contents: list[bytes]) -> list[float]:
    """How far what OpenCV makes is from what training is given."""
    return [
        distance(
            images.fit(images.open_for(content, LETTERBOX), LETTERBOX, True)[0], images.read(content, LETTERBOX)[0]
        )
        for content in contents
    ]


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return round(float(np.abs(one.astype(int) - other).mean()), 3)


if __name__ == "__main__":
    sys.exit(main())
