"""Say what is seen in images, folders and videos, by a camera, in a folder to come, or for whoever asks over HTTP."""

from __future__ import annotations

import argparse
import gc
from itertools import chain, tee
from pathlib import Path
from typing import Iterable, Iterator, List

from edgecv.errors import InputError
from edgecv.ondevice.bundle.telling import Telling
from edgecv.ondevice.commands.options import add_options, open_as_asked
from edgecv.ondevice.commands.sources import Picture, find_pictures
from edgecv.ondevice.predictor import Predictor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("sources", nargs="*", metavar="SOURCE", help="image, folder, video, .npy of images, or @FILE with paths")
    add("--camera", metavar="N", help="a camera by its number or its device file; needs OpenCV, as videos do")
    add("--watch", type=Path, metavar="FOLDER", help="each image that comes into the folder from now on")
    add("--serve", type=int, metavar="PORT", help="answer images that are sent with POST; 0 is any free port")
    add("--host", default="127.0.0.1", help="with --serve: the address to listen on; 0.0.0.0 is the whole network")
    add("--out", type=Path, metavar="PLACE", help="a file for one drawn image, a folder for several, with masks")
    add("--json", action="store_true", help="one JSON document; with --camera and --watch, a line for each image")
    add_options(parser)


def run(parser: argparse.ArgumentParser, bundle: Path, arguments: argparse.Namespace) -> None:
    asked = (arguments.sources or None, arguments.camera, arguments.watch, arguments.serve)
    if sum(each is not None for each in asked) != 1:
        parser.error("name images, folders or videos, or one of --camera, --watch and --serve")
    with open_as_asked(str(bundle), arguments) as predictor:
        gc.freeze()  # what the start has made, stays: to search it at the end takes longer than a prediction
        gc.enable()
        if arguments.serve is not None:
            from edgecv.ondevice.bundle.serving import serve

            serve(predictor, arguments.host, arguments.serve)
        elif arguments.sources:
            _look_through(predictor, str(bundle), arguments)
        else:
            _look_on(predictor, _arriving(arguments), Telling(predictor.manifest, arguments.out, arguments.json))


def _look_through(predictor: Predictor, bundle: str, arguments: argparse.Namespace) -> None:
    """All that there is."""
    videos = [source for source in arguments.sources if _is_video(source)]
    stills = [source for source in arguments.sources if not _is_video(source)]
    pictures = find_pictures(stills)
    telling = Telling(
        predictor.manifest, arguments.out, arguments.json, bundle, single=len(pictures) == 1 and not videos
    )
    if telling.single:
        _look_on(predictor, pictures, telling)
    else:
        _look_ahead(predictor, chain(pictures, _frames(videos)), telling)
    telling.finish()


def _look_ahead(predictor: Predictor, pictures: Iterable[Picture], telling: Telling) -> None:
    """The next pictures are prepared while one is in the network."""
    coming, told = tee(pictures)
    for predicted in predictor.predict_all(
        (picture.source for picture in coming), lambda _, error: telling.leave_out(next(told), error)
    ):
        telling.take(next(told), predicted.prediction)


def _look_on(predictor: Predictor, pictures: Iterable[Picture], telling: Telling) -> None:
    """One after the other, for as long as they come: what is prepared ahead would be old when its turn comes."""
    for picture in pictures:
        try:
            telling.take(picture, predictor.predict(picture.source))
        except InputError as error:
            telling.leave_out(picture, error)


def _arriving(arguments: argparse.Namespace) -> Iterator[Picture]:
    if arguments.watch:
        from edgecv.ondevice.bundle.watching import arrivals

        return arrivals(arguments.watch)
    from edgecv.ondevice.bundle.video import camera

    return camera(arguments.camera)


VIDEOS = (".avi", ".m4v", ".mjpeg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm")


def _is_video(source: str) -> bool:
    return Path(source).suffix.lower() in VIDEOS and not Path(source).is_dir()


def _frames(videos: List[str]) -> Iterator[Picture]:
    if not videos:
        return iter(())
    from edgecv.ondevice.bundle.video import frames

    return chain.from_iterable([frames(Path(video)) for video in videos])
