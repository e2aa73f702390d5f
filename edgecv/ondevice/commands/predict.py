"""Predict images: JSON, drawings, index masks, saved arrays, and where the time went."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence

from edgecv.errors import InputError
from edgecv.ondevice.child import progress
from edgecv.ondevice.commands.options import add_options, open_as_asked
from edgecv.ondevice.commands.shares import StageTimes, table
from edgecv.ondevice.commands.sources import Picture, find_pictures
from edgecv.ondevice.decoding import ImageInput
from edgecv.ondevice.predictor import Predicted, Predictor
from edgecv.ondevice.tasks import TASKS
from edgecv.records.files import write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("artifact", help="an artifact folder, or a bundle")
    add("sources", nargs="+", metavar="SOURCE", help="image, folder, .npy of images, or @FILE with one path a line")
    add("--json", type=Path, metavar="FILE", help="write the predictions as one JSON document")
    add("--out", type=Path, metavar="FOLDER", help="write drawn images, and masks as index PNGs")
    add("--save", type=Path, metavar="FILE.npz", help="write the predictions as arrays")
    add_options(parser)


def run(arguments: argparse.Namespace) -> None:
    pictures = find_pictures(arguments.sources)
    with open_as_asked(arguments.artifact, arguments) as predictor:
        answers = _Answers(predictor, pictures, arguments)
        start = time.perf_counter()
        try:
            for predicted in predictor.predict_all((picture.source for picture in pictures), answers.leave_out):
                answers.take(predicted)
        finally:  # what was finished before Ctrl-C is kept
            answers.write((time.perf_counter() - start) * 1000)
    if answers.failed:
        left_out = f"{len(answers.failed)} of {len(pictures)} images left out: " if len(pictures) > 1 else ""
        raise InputError(left_out + answers.failed[0]["error"])


class _Answers:
    """What has come out so far. Every picture comes back in its turn, as a prediction or as an error."""

    def __init__(self, predictor: Predictor, pictures: Sequence[Picture], arguments: argparse.Namespace) -> None:
        self.failed: List[Dict[str, str]] = []
        self._described: List[Dict[str, Any]] = []
        self._kept: List[Any] = []
        self._times = StageTimes()
        self._upcoming = iter(pictures)
        self._count = len(pictures)
        self._manifest = predictor.manifest
        self._arguments = arguments

    def take(self, predicted: Predicted) -> None:
        picture, prediction, labels = next(self._upcoming), predicted.prediction, self._manifest.labels
        task = TASKS[self._manifest.task]
        described = {"image": picture.name, **task.describe(prediction, labels)}
        if self._arguments.out:
            from edgecv.ondevice.commands.pictures import in_folder, write_pictures

            place = in_folder(self._arguments.out, picture)
            described.update(write_pictures(place, picture, prediction, labels))
        if self._arguments.save:
            self._kept.append(prediction)
        self._described.append(described)
        self._times.add(predicted)
        self._tell(f"{picture.name}: {task.headline(prediction, labels)}")

    def leave_out(self, _: ImageInput, error: InputError) -> None:
        self.failed.append({"image": next(self._upcoming).name, "error": str(error)})
        self._tell(str(error))

    def write(self, wall_ms: float) -> None:
        shares = self._times.shares(wall_ms)
        if self._arguments.json:
            document = {"artifact": self._arguments.artifact, "predictions": self._described, "failed": self.failed}
            write_json(self._arguments.json, {**document, "shares": shares})
        if self._arguments.save and len(self._kept) == self._count:  # without names, a gap would shift what follows
            from edgecv.ondevice.predictions import save

            save(self._arguments.save, self._kept, self._manifest.task)
        print(table(shares), file=sys.stderr)  # noqa: T201

    def _tell(self, text: str) -> None:
        progress(f"{len(self._described) + len(self.failed)}/{self._count} {text}")
