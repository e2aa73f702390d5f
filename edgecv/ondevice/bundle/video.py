"""Frames of videos and cameras, through OpenCV where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

from edgecv.errors import InputError, Unavailable
from edgecv.ondevice.commands.sources import Picture


def frames(path: Path) -> Iterator[Picture]:
    """The frames of a video file; refused at once where it cannot be opened."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    return _pictures(_opened(str(path), str(path)), str(path), path.stem)


def camera(number: str) -> Iterator[Picture]:
    """The frames of a camera, always the newest, until it is taken away."""
    name = f"camera {number}"
    capture = _opened(int(number) if number.isdecimal() else number, name)
    capture.set(_opencv().CAP_PROP_BUFFERSIZE, 1)  # older frames would wait in line while the network is at work
    yield from _pictures(capture, name, f"camera-{Path(number).name}")
    raise InputError(f"{name}: it gives no more pictures")


def _opened(source: Any, name: str) -> Any:
    capture = _opencv().VideoCapture(source)
    if not capture.isOpened():
        raise InputError(f"{name}: OpenCV cannot open it")
    return capture


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise Unavailable(
            "videos and cameras need OpenCV: python3 -m pip install opencv-python-headless "
            f"(or apt install python3-opencv): {error}"
        ) from error
    return cv2


def _pictures(capture: Any, name: str, stem: str) -> Iterator[Picture]:
    number = 0
    try:
        read, frame = capture.read()
        if not read:
            raise InputError(f"{name}: no frame of it can be read")
        while read:
            yield Picture(
                f"{name}[{number}]", f"{stem}-{number:06d}", _opencv().cvtColor(frame, _opencv().COLOR_BGR2RGB)
            )
            number += 1
            read, frame = capture.read()
    finally:
        capture.release()
