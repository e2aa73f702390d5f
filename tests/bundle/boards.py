"""A board: a folder with a bundle, and a Python that sees nothing else of this machine but some packages."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from edgecv.bundle import write_bundle
from edgecv.records.artifact import Artifact
from tests.ondevice import models

# Without -S the environment's own start-up files would bring edgecv along; without -I the current folder would.
ISOLATED = ("-I", "-S", "-W", "error")
# Where tests run in the background, a child would inherit that Ctrl-C is ignored.
START = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
packages, *sys.argv = sys.argv[1:]
sys.path.append(packages)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
INSTALLED = Path(np.__file__).parent.parent
NAME = "seen.pyz"
LIMIT_S = 120


@dataclass(frozen=True)
class Board:
    folder: Path
    artifact: Artifact  # what its bundle was made from
    packages: Path = INSTALLED

    @property
    def bundle(self) -> Path:
        return self.folder / NAME

    def run(self, *arguments: object, start: str = START) -> subprocess.CompletedProcess[str]:
        """Run the bundle in its folder, as somebody at the board would."""
        command = self._command(start, *arguments)
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=LIMIT_S, env={})

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Let the bundle run on."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self._command(START, *arguments), cwd=self.folder, stdout=pipe, stderr=pipe, text=True, env={}
        )

    def _command(self, start: str, *arguments: object) -> list[str]:
        return [sys.executable, *ISOLATED, "-c", start, str(self.packages), NAME, *map(str, arguments)]

    def with_only(self, folder: Path, *packages: str) -> Board:
        """The same with these packages and no others; `folder` is a new one."""
        folder.mkdir()
        for package in packages:
            for path in INSTALLED.glob(f"{package}*"):  # with the libraries that its wheel keeps beside it
                (folder / path.name).symlink_to(path)
        return replace(self, packages=folder)


def make_board(folder: Path, artifact: Artifact) -> Board:
    """A board with the artifact's bundle and a photo."""
    folder.mkdir(parents=True)
    board = Board(folder, artifact)
    write_bundle(artifact, board.bundle)
    Image.fromarray(models.pictures(1)[0]).resize((96, 64)).save(folder / "photo.png")
    return board
