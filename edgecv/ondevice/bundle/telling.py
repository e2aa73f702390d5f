"""What is told of predictions: lines or JSON on stdout, and drawings where they are wanted."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List

from edgecv.errors import InputError
from edgecv.ondevice.commands.sources import Picture
from edgecv.ondevice.tasks import TASKS
from edgecv.records.artifact import Manifest


class Telling:
    """Tells of each picture as it comes, or in one JSON document about all, where a `bundle` is to head it."""

    def __init__(
        self, manifest: Manifest, out: Path | None, as_json: bool, bundle: str = "", single: bool = False
    ) -> None:
        self._manifest = manifest
        self._task = TASKS[manifest.task]
        self._out = out
        self._as_json = as_json
        self._bundle = bundle
        self.single = single
        self._described: List[Dict[str, Any]] = []
        self._failed: List[Dict[str, str]] = []
        if out:
            from edgecv.ondevice.commands.pictures import FORMATS

            self._to_file = out.suffix.lower() in FORMATS and not out.is_dir()
            if self._to_file and not single:
                raise InputError(f"--out: expected a folder for several images, got '{out}'")

    def take(self, picture: Picture, prediction: Any) -> None:
        labels = self._manifest.labels
        described = {"image": picture.name, **self._task.describe(prediction, labels)}
        if self._out:
            described.update(self._draw(self._out, picture, prediction))
        self._tell(described, f"{picture.name}: {self._task.headline(prediction, labels)}")

    def leave_out(self, picture: Picture, error: InputError) -> None:
        """Go on without a picture that cannot be read."""
        failed = {"image": picture.name, "error": str(error)}
        self._failed.append(failed)
        if self._as_json and not self._bundle:
            _print(json.dumps(failed, ensure_ascii=False))
        elif not self.single:
            note(str(error))

    def finish(self) -> None:
        """The JSON document, where one is wanted; InputError where a picture was left out."""
        if self._as_json:
            document = {"artifact": self._bundle, "predictions": self._described, "failed": self._failed}
            _print(json.dumps(document, indent=1, ensure_ascii=False))
        if self._failed:
            count = len(self._failed)
            raise InputError(self._failed[0]["error"] if self.single else f"{count} images could not be read")

    def _tell(self, described: Dict[str, Any], line: str) -> None:
        if not self._as_json:
            _print(line)
        elif self._bundle:
            self._described.append(described)
        else:
            _print(json.dumps(described, ensure_ascii=False))

    def _draw(self, out: Path, picture: Picture, prediction: Any) -> Dict[str, str]:
        from edgecv.ondevice.commands.pictures import in_file, in_folder, write_pictures

        place = in_file(out) if self._to_file else in_folder(out, picture)
        if out.exists() and isinstance(picture.source, Path) and out.samefile(picture.source):
            raise InputError(f"--out: '{out}' is the image itself; choose another name")
        return write_pictures(place, picture, prediction, self._manifest.labels)


def note(text: str) -> None:
    """Tell the user something that is no result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201
