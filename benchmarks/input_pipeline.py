"""What it costs to bring pictures to a network: beside tf.data, OpenCV and Pillow, and beside arrays in memory.

`python benchmarks/input_pipeline.py [FOLDER]` takes the JPEGs in a folder (imagenet_samples of EDGECV_DATA by default)
and measures, in turns, in one process: images per second of decode, resize, flip, scale, shift and light, in batches of
normalised floats; and images per second of a training whose images are cached, beside the same network in plain `keras
fit` on normalised arrays. It writes results/input_pipeline.json; exit code 1 says that a bar is missed. OpenCV takes
part where it is installed. Every rival's resized pictures are held against the board's: with another filter a rival
does other work, so its speed is told and does not count.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import input_rivals
import numpy as np
from circumstances import write_result

from edgecv.ondevice import images
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Training
from edgecv.records.samples import Label, Samples, Truth
from edgecv.training.batches import Feed
from edgecv.training.pictures import Pictures

LEAST_OF_RIVALS, LEAST_OF_ARRAYS = 0.9, 0.95
IMAGES, BATCH, CLASSES, ROUNDS = 480, 32, 10, 9
CHECKED, SAME_FILTER = 64, 1.0  # pictures of each rival; levels of 255 that they may be off
DECODING = Preprocess((224, 224), resize="stretch", mean=(127.5,) * 3, std=(127.5,) * 3)
LEARNING = Preprocess((96, 96), resize="stretch", mean=(127.5,) * 3, std=(127.5,) * 3)


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(os.environ["EDGECV_DATA"]) / "imagenet_samples"
    files = sorted(folder.rglob("*.jpg"))[:IMAGES]
    decoding, learning = decoded_and_augmented(files), learnt(files)
    figures = {
        "images": len(files),
        "mean_pixels": int(np.mean([np.prod(images.open_image(file).shape[:2]) for file in files])),
        "decode_and_augment": decoding,
        "learn_from_cached": learning,
        "bars": {"of_best_rival": LEAST_OF_RIVALS, "of_arrays": LEAST_OF_ARRAYS},
    }
    print(write_result("input_pipeline", figures))
    for name, each in {**decoding, **learning}.items():
        print(f"{name:24} {each}")
    met = decoding["of_best_rival"]["median"] >= LEAST_OF_RIVALS
    return 0 if met and learning["of_arrays"]["median"] >= LEAST_OF_ARRAYS else 1


def decoded_and_augmented(files: list[Path]) -> dict[str, Any]:
    """Every contestant sees all files once a round, in turns."""
    feed = feed_of(files, DECODING, augment="standard")
    feed.__dict__["_pictures"] = Pictures(feed.samples, DECODING, budget_bytes=0)  # what does not fit in memory
    rivals = input_rivals.available()
    contestants = {"edgecv": lambda: seconds_of(feed.shuffled(0), feed.steps)}
    for name, rival in rivals.items():
        contestants[name] = partial(rival_seconds, rival, files, feed.steps)
    speeds = in_turns(contestants)
    rows: dict[str, Any] = {"edgecv": summary(speeds["edgecv"])}
    for name, rival in rivals.items():
        ratios = [ours / theirs for ours, theirs in zip(speeds["edgecv"], speeds[name], strict=True)]
        off = levels_off(rival, files[:CHECKED])
        rows[name] = {**summary(speeds[name]), "edgecv_against_it": summary(ratios), **off}
    same = [name for name in rivals if rows[name]["largest_levels_off"] <= SAME_FILTER]
    best = [max(speeds[name][i] for name in same) for i in range(ROUNDS)]
    ratios = [ours / theirs for ours, theirs in zip(speeds["edgecv"], best, strict=True)]
    return {**rows, "same_filter": same, "of_best_rival": summary(ratios)}


def levels_off(rival: input_rivals.Rival, files: list[Path]) -> dict[str, float]:
    """How far a rival's resized pictures are from those of the board, of 255 levels."""
    off = [
        np.abs(rival.whole(file, DECODING.size).astype(np.float32) - images.read(file, DECODING)[0]) for file in files
    ]
    return {
        "mean_levels_off": round(float(np.mean(off)), 3),
        "largest_levels_off": round(float(np.max(off)), 1),
    }


def learnt(files: list[Path]) -> dict[str, Any]:
    """An epoch each, in turns; the images are decoded before, and the arrays normalised."""
    plain, standard = (feed_of(files, LEARNING, augment=augment) for augment in ("none", "standard"))
    pixels, truths = (np.concatenate(each) for each in zip(*plain.in_order(), strict=True))
    network, learner = trained_by_keras(), trained_by_edgecv(plain)
    network.fit(pixels[:BATCH], truths[:BATCH], batch_size=BATCH, verbose=0)
    learn = [endless_epochs(learner, feed) for feed in (plain, standard)]
    for epoch in learn:
        next(epoch)  # decoding, and tracing of the step
    count = plain.steps * BATCH

    def by_keras() -> float:
        started = time.perf_counter()
        network.fit(pixels[:count], truths[:count], batch_size=BATCH, verbose=0)
        return time.perf_counter() - started

    speeds = in_turns(
        {
            "keras fit on arrays": by_keras,
            "edgecv, cached": lambda: next(learn[0]),
            "edgecv, cached, standard": lambda: next(learn[1]),
        },
        count,
    )
    arrays, cached = speeds["keras fit on arrays"], speeds["edgecv, cached"]
    ratios = [ours / theirs for ours, theirs in zip(cached, arrays, strict=True)]
    return {**{name: summary(each) for name, each in speeds.items()}, "of_arrays": summary(ratios)}


def feed_of(files: list[Path], preprocess: Preprocess, **training: Any) -> Feed:
    names = tuple(file.name for file in files)
    samples = Samples(
        tuple(map(str, range(CLASSES))), "", names, files.__getitem__, lambda index: Label(index % CLASSES)
    )
    learning = Training(batch_size=BATCH, **training)
    return Feed(samples, preprocess, learning, encoded)


def encoded(truths: Sequence[Truth]) -> np.ndarray:
    return np.array([truth.index for truth in truths if isinstance(truth, Label)], np.int32)


def trained_by_keras() -> Any:
    import keras

    network = new_network()
    optimizer = keras.optimizers.AdamW(0.001, clipnorm=5.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)
    return network


def trained_by_edgecv(feed: Feed) -> Any:
    from edgecv.training.devices import strategy_for
    from edgecv.training.learner import Learner
    from edgecv.training.networks import Networks
    from edgecv.training.objectives import classification

    network = new_network()
    return Learner(
        Networks(network, network, ()), classification, classification.loss, feed.training, strategy_for(BATCH)
    )


def new_network() -> Any:
    from edgecv.models import MODELS

    return MODELS["tiny_classifier"].network(LEARNING.size, 3, CLASSES)


def endless_epochs(learner: Any, feed: Feed) -> Iterator[float]:
    """The seconds of each epoch."""
    batches, step = feed.shuffled(0), 0
    while True:
        started = time.perf_counter()
        for _ in range(feed.steps):
            learner.learn(next(batches), step, 0.001)
            step += 1
        yield time.perf_counter() - started


def seconds_of(batches: Iterator[Any], steps: int) -> float:
    started = time.perf_counter()
    for pixels, _ in islice(batches, steps):
        assert pixels.shape == (BATCH, *DECODING.size, 3)
        assert pixels.dtype == np.float32
    return time.perf_counter() - started


def rival_seconds(rival: input_rivals.Rival, files: list[Path], steps: int) -> float:
    return seconds_of(rival.batches(files, DECODING, BATCH), steps)


def in_turns(contestants: dict[str, Callable[[], float]], count: int = IMAGES) -> dict[str, list[float]]:
    """Images per second of each, of every round; the first round warms up."""
    speeds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(ROUNDS + 1):
        for name, seconds in contestants.items():
            taken = seconds()
            if number:
                speeds[name].append(count / taken)
    return speeds


def summary(values: list[float]) -> dict[str, float]:
    low, median, high = min(values), statistics.median(values), max(values)
    return {"median": round(median, 3), "low": round(low, 3), "high": round(high, 3)}


if __name__ == "__main__":
    sys.exit(main())
