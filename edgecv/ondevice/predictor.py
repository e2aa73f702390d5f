"""Artifact + engine + task = predict(image)."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Deque, Iterable, Iterator, Mapping, NamedTuple

from edgecv.errors import InputError, did_you_mean
from edgecv.ondevice.decoding import ImageInput
from edgecv.ondevice.engines import Engine, EngineOptions, open_engine
from edgecv.ondevice.images import Placement, fit, open_for
from edgecv.ondevice.tasks import TASKS, TaskModule
from edgecv.records.artifact import Manifest, open_sealed

if TYPE_CHECKING:
    from concurrent.futures import Future

AHEAD = 3  # images that wait, decoded, for the network: more would only cost memory


class Predicted(NamedTuple):
    """A prediction, and how long each part of the way to it took."""

    source: ImageInput
    prediction: Any
    decode_ms: float
    preprocess_ms: float
    invoke_ms: float
    postprocess_ms: float


class _Prepared(NamedTuple):
    encoded: Any
    placement: Placement
    decode_ms: float
    preprocess_ms: float


class Predictor:
    """An open artifact that says what it sees in an image. Use it as a context manager, or close it."""

    def __init__(self, manifest: Manifest, engine: Engine, task: TaskModule) -> None:
        self.manifest = manifest
        self.engine = engine
        self._task = task

    def predict(self, image: ImageInput) -> Any:
        """The prediction for a path, encoded bytes, a Pillow image or a height x width x 3 uint8 array."""
        return self._answer(image, self._prepare(image)).prediction

    def predict_all(
        self, images: Iterable[ImageInput], on_error: Callable[[ImageInput, InputError], None] | None = None
    ) -> Iterator[Predicted]:
        """Predict image after image, in order; the next ones are decoded while this one is in the network.

        An image that cannot be read raises its InputError in its turn or, where `on_error` is given, is handed to it
        with the error and left out.
        """
        for image, prepared in self._prepare_ahead(images):
            try:
                ready = prepared.result()
            except InputError as error:
                if on_error is None:
                    raise
                on_error(image, error)
            else:
                yield self._answer(image, ready)

    def close(self) -> None:
        """Give the engine's memory back."""
        self.engine.close()

    def __enter__(self) -> Predictor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _prepare_ahead(self, images: Iterable[ImageInput]) -> Iterator[tuple[ImageInput, Future[_Prepared]]]:
        """Each image with its preparation, which a second thread has begun before it is asked for."""
        from concurrent.futures import ThreadPoolExecutor  # a single image does without it

        coming = iter(images)
        waiting: Deque[tuple[ImageInput, Future[_Prepared]]] = deque()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="prepare") as worker:
            try:
                waiting.extend((image, worker.submit(self._prepare, image)) for image in islice(coming, AHEAD))
                while waiting:
                    yield waiting.popleft()
                    waiting.extend((image, worker.submit(self._prepare, image)) for image in islice(coming, 1))
            finally:  # who stops asking does not wait for the images that nobody wants any more
                for _, prepared in waiting:
                    prepared.cancel()

    def _prepare(self, image: ImageInput) -> _Prepared:
        start = time.perf_counter()
        picture = open_for(image, self.manifest.preprocess)
        decoded = time.perf_counter()
        pixels, placement = fit(picture, self.manifest.preprocess, by_opencv=True)
        encoded = self.engine.encode(pixels[None])
        return _Prepared(encoded, placement, _ms(start, decoded), _ms(decoded, time.perf_counter()))

    def _answer(self, image: ImageInput, prepared: _Prepared) -> Predicted:
        start = time.perf_counter()
        raw = self.engine.invoke(prepared.encoded)
        invoked = time.perf_counter()
        prediction = self._task.postprocess(self.engine.decode(raw), self.manifest, prepared.placement)
        finished = time.perf_counter()
        return Predicted(
            image,
            prediction,
            prepared.decode_ms,
            prepared.preprocess_ms,
            _ms(start, invoked),
            _ms(invoked, finished),
        )


def load(path: str | Path, threads: int = 1, postprocess: Mapping[str, Any] | None = None, hint: str = "") -> Predictor:
    """Open an artifact folder; `postprocess` replaces settings of the manifest, such as the score threshold.

    `hint` is a precision for an engine that can be told one; see EngineOptions.
    """
    artifact = open_sealed(Path(path))
    manifest = artifact.manifest
    if manifest.task not in TASKS:
        raise InputError(f"{path}: task: expected one of {', '.join(TASKS)}, got '{manifest.task}'")
    task = TASKS[manifest.task]
    if postprocess:
        _check(postprocess, task, manifest.task)
        manifest = dataclasses.replace(manifest, postprocess={**manifest.postprocess, **postprocess})
    return Predictor(manifest, open_engine(artifact, EngineOptions(threads, hint)), task)


def _check(postprocess: Mapping[str, Any], task: TaskModule, name: str) -> None:
    """A setting that the task never reads is a mistake, not a wish to be ignored."""
    for each in postprocess:
        if each not in task.OVERRIDES:
            known = f"expected one of {', '.join(task.OVERRIDES)}" if task.OVERRIDES else f"{name} has none to replace"
            raise InputError(f"postprocess settings: {known}, got '{each}'{did_you_mean(each, task.OVERRIDES)}")


def _ms(start: float, end: float) -> float:
    return (end - start) * 1000
