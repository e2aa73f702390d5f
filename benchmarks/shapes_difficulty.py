"""How hard the generated shapes are: what is hidden, how much noise there is, and how far colour alone gets.

The baseline is what one would write without a network: flatten the noise, group the colours of an image by k-means,
take every connected patch of one colour for an object, and guess its class from how full its box is. It learns that
guess from training scenes.

    python benchmarks/shapes_difficulty.py        # writes benchmarks/results/shapes_difficulty.json
"""

import json
import sys
import time

import numpy as np
from circumstances import write_result
from scipy import ndimage  # type: ignore[import-untyped]

from edgecv import datasets
from edgecv.datasets.shapes import visible_boxes
from edgecv.datasets.shapes_drawing import CLASSES, Scene, draw_crowd
from edgecv.metrics import detection
from edgecv.ondevice.tasks.detection import Detection
from edgecv.records.recipe import Data
from edgecv.records.samples import Boxes, Samples

SIZE = (128, 128)
SCENES = 300
COLORS = 9  # two of the background, two of clutter, and five objects
BINS = 20  # of a box's fullness, from 0 to 1
LEAST_HIDDEN = 0.30
LEAST_SIGMA = 8.0
BASELINE_BELOW = 0.4  # its mAP50


def main() -> int:
    scenes = [draw_crowd(np.random.default_rng([0, index]), SIZE) for index in range(SCENES)]
    visible = np.concatenate([scene.visible for scene in scenes])
    hidden = float((visible < 0.95).mean())
    sigmas = noise(scenes)
    values = color_baseline().values
    figures = {
        "scenes": SCENES,
        "size": list(SIZE),
        "classes": list(CLASSES),
        "objects": len(visible),
        "hidden_share": round(hidden, 4),
        "hidden_means": "more than 5 % of the object's area lies behind others",
        "least_visible": round(float(visible.min()), 4),
        "noise_sigma": {name: round(value, 2) for name, value in sigmas.items()},
        "color_baseline": {metric: round(value, 4) for metric, value in values.items()},
        "images_per_cpu_second": round(drawing_speed()),
        "bars": {"hidden_share": LEAST_HIDDEN, "noise_sigma": LEAST_SIGMA, "color_baseline_map50": BASELINE_BELOW},
    }
    print(json.dumps(figures, indent=1))
    print(write_result("shapes_difficulty", figures))
    hard = hidden >= LEAST_HIDDEN and sigmas["least"] >= LEAST_SIGMA and values["map50"] < BASELINE_BELOW
    return 0 if hard else 1


def noise(scenes: list[Scene]) -> dict[str, float]:
    """Standard deviation of each scene's noise, from the pixels: diagonal differences are blind to slow changes."""
    sigmas = []
    for scene in scenes:
        pixels = scene.image.astype(float)
        diagonal = (pixels[::2, ::2] - pixels[::2, 1::2] - pixels[1::2, ::2] + pixels[1::2, 1::2]) / 2
        sigmas.append(np.median(np.abs(diagonal)) / 0.6745)  # the median passes over edges
    return {"least": float(np.min(sigmas)), "median": float(np.median(sigmas))}


def drawing_speed() -> float:
    """Of the fastest of several rounds: what others do on the machine can only slow a round down."""
    seconds = []
    for first in range(0, SCENES, 50):
        start = time.process_time()
        for index in range(first, first + 50):
            visible_boxes(draw_crowd(np.random.default_rng([1, index]), SIZE))
        seconds.append(time.process_time() - start)
    return 50 / min(seconds)


def color_baseline() -> detection.Found:
    """The baseline's detections in the test split, scored as those of a network are."""
    splits = [datasets.load(Data("shapes"), "detection", split) for split in ("train", "test")]
    guess = learn_classes(splits[0])
    truths, predictions = [], []
    for index in range(SCENES):
        truth = splits[1].truth(index)
        assert isinstance(truth, Boxes)
        boxes, fullness = patches(np.asarray(splits[1].image(index)))
        odds = guess[fullness]
        truths.append(truth)
        predictions.append(Detection(boxes, odds.max(axis=1), odds.argmax(axis=1)))
    return detection.score(predictions, truths, CLASSES)


def learn_classes(samples: Samples) -> np.ndarray:
    """For each bin of fullness, how often a patch was an object of each class."""
    counts = np.zeros((BINS, len(CLASSES) + 1))
    counts[:, -1] = 1  # the last is for no object at all
    for index in range(SCENES):
        truth = samples.truth(index)
        assert isinstance(truth, Boxes)
        for box, full in zip(*patches(np.asarray(samples.image(index))), strict=True):
            overlaps = iou(box, truth.boxes)
            counts[full, truth.indices[overlaps.argmax()] if overlaps.max() >= 0.5 else -1] += 1
    odds: np.ndarray = counts / counts.sum(axis=1, keepdims=True)
    return odds[:, :-1]


def patches(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of connected patches of one colour, and the bin of how full each box is."""
    smooth = ndimage.median_filter(image, size=(5, 5, 1)).astype(np.float32)
    groups = color_groups(smooth)
    edge = np.concatenate([groups[0], groups[-1], groups[:, 0], groups[:, -1]])
    background = np.bincount(edge, minlength=COLORS) > 0.15 * len(edge)
    boxes, fullness = [], []
    for group in np.flatnonzero(~background):
        labelled, _ = ndimage.label(groups == group)
        areas = np.bincount(labelled.ravel())[1:]
        for area, (rows, columns) in zip(areas, ndimage.find_objects(labelled), strict=True):
            if area >= 100:
                boxes.append((columns.start, rows.start, columns.stop, rows.stop))
                room = (columns.stop - columns.start) * (rows.stop - rows.start)
                fullness.append(min(BINS - 1, int(BINS * area / room)))
    return np.array(boxes, np.float32).reshape(-1, 4), np.array(fullness, int)


def color_groups(image: np.ndarray) -> np.ndarray:
    """The nearest of nine colours for every pixel, by k-means with a fixed start."""
    pixels = image.reshape(-1, 3)
    some = pixels[:: len(pixels) // 2000]
    centers = [some[0]]
    for _ in range(COLORS - 1):  # each start is the pixel that lies farthest from those chosen
        centers.append(some[((some[:, None] - np.array(centers)) ** 2).sum(-1).min(1).argmax()])
    means = np.array(centers)
    for _ in range(8):
        nearest = ((some[:, None] - means) ** 2).sum(-1).argmin(1)
        means = np.stack([some[nearest == k].mean(0) if (nearest == k).any() else means[k] for k in range(COLORS)])
    groups: np.ndarray = ((pixels[:, None] - means) ** 2).sum(-1).argmin(1)
    return groups.reshape(image.shape[:2])


def iou(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    corners = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    both = np.prod(np.maximum(corners[1] - corners[0], 0), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    shares: np.ndarray = both / (areas - both)
    return shares


if __name__ == "__main__":
    sys.exit(main())
