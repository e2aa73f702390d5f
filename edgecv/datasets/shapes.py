"""Generated scenes of flat shapes, endless and with exact truth, for all tasks.

Nothing is downloaded and nothing is stored: image `i` of a split follows from the seed, the split and `i` alone. The
class of an object is its outline and nothing else. A box encloses what can be seen of an object, as a mask covers it;
no object is hidden by more than the share that `shapes_drawing` allows, so every object that was drawn is in the truth.
Regression has a head in place of the objects, and the angles of its pose for truth.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from edgecv.datasets.faults import Faults
from edgecv.datasets.found import Found
from edgecv.datasets.options import height_and_width, refuse_path, refuse_unknown, whole_number
from edgecv.datasets.shapes_drawing import CLASSES, Scene, draw_crowd, draw_portrait
from edgecv.datasets.shapes_heads import RANGES, draw_head, pose_of
from edgecv.records.files import digest_of
from edgecv.records.recipe import Data, Task
from edgecv.records.samples import Boxes, Label, Mask, Samples, Truth, Values

TASKS: tuple[Task, ...] = ("classification", "detection", "segmentation", "regression")
SIZES_OF_SPLITS = {"train": 2000, "val": 200, "test": 400}
SPLITS: tuple[str, ...] = tuple(SIZES_OF_SPLITS)
FAULTS: tuple[str, ...] = ()

DRAWERS: dict[Task, Callable[[np.random.Generator, tuple[int, int]], Scene]] = {
    "classification": draw_portrait,
    "detection": draw_crowd,
    "segmentation": draw_crowd,
}


def load(data: Data, task: Task, split: str, faults: Faults) -> Samples:  # noqa: ARG001
    refuse_path(data)
    refuse_unknown(data, (*SPLITS, "seed", "size"))
    count = whole_number(data.options, split, SIZES_OF_SPLITS[split])
    seed = whole_number(data.options, "seed", 0)
    size = height_and_width(data.options, "size", (128, 128), least=32)

    def chances(index: int) -> np.random.Generator:
        if not 0 <= index < count:
            raise IndexError(index)
        return np.random.default_rng([seed, SPLITS.index(split), index])

    @lru_cache(maxsize=1)  # image and truth of a sample are asked for one after the other
    def scene(index: int) -> Scene:
        return DRAWERS[task](chances(index), size)

    posed = task == "regression"
    return Samples(
        labels=_labels(task),
        digest=_digest(task, split, count, seed, size),
        names=tuple(f"{split}-{index:05d}" for index in range(count)),
        image=lambda index: draw_head(chances(index), size) if posed else scene(index).image,
        truth=lambda index: Values(np.array(pose_of(chances(index)))) if posed else _truth(scene(index), task),
    )


def found_in(folder: Path) -> Found | None:  # noqa: ARG001
    return None  # reads no files


def _labels(task: Task) -> tuple[str, ...]:
    if task == "regression":
        return tuple(RANGES)
    return ("background", *CLASSES) if task == "segmentation" else CLASSES


def _truth(scene: Scene, task: Task) -> Truth:
    if task == "classification":
        return Label(int(scene.classes[0]))
    if task == "detection":
        return Boxes(visible_boxes(scene), scene.classes)
    return Mask(np.concatenate([[0], scene.classes + 1]).astype(np.uint8)[scene.owner])


def visible_boxes(scene: Scene) -> np.ndarray:
    """The tight box (n, 4) around the pixels that each object owns."""
    boxes = np.empty((len(scene.classes), 4), np.float32)
    for number, box in enumerate(boxes, start=1):
        mine = scene.owner == number
        rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
        box[:] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return boxes


def _digest(task: Task, split: str, count: int, seed: int, size: tuple[int, int]) -> str:
    """Of the generator and what it was asked for, which is far cheaper than of the pixels."""
    sources = [path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("shapes*.py"))]
    return digest_of([sources, task, split, count, seed, size])
