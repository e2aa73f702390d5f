"""What commands print: results on stdout, everything else on stderr."""

import json
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import click

CLEAR_LINE = "\r\x1b[2K"
BAR_WIDTH = 20
SHARE = re.compile(r"\b(\d+)/(\d+)\b")


def print_json(plain: Any) -> None:
    """The one JSON document of a command."""
    click.echo(json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False))


def say(text: str) -> None:
    """Tell the user something that is no result."""
    click.echo((CLEAR_LINE if sys.stderr.isatty() else "") + text, err=True)


def table(rows: Sequence[Sequence[object]]) -> str:
    """Rows of equal length with their columns aligned: those that hold numbers to the right, all others to the left."""
    columns = list(zip(*rows, strict=True))
    texts = [["" if cell is None else str(cell) for cell in column] for column in columns]
    aligned = []
    for column, text in zip(columns, texts, strict=True):
        width = max(map(len, text))
        to_the_right = any(isinstance(cell, int | float) for cell in column)
        aligned.append([each.rjust(width) if to_the_right else each.ljust(width) for each in text])
    return "\n".join("  ".join(row).rstrip() for row in zip(*aligned, strict=True))


class Progress:
    """One line on a terminal's stderr, rewritten while the work goes on; nothing at all where it takes under 2 s.

    Call it with what is being done. A share in the text, such as `epoch 3/20`, is drawn as a bar.
    """

    after_s = 2.0
    every_s = 0.2

    def __init__(self, text: str = "") -> None:
        self.text = text
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None

    def __call__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> "Progress":
        # The tools' own output, which -v shows, would be torn apart by a line that is rewritten.
        if sys.stderr.isatty() and not os.environ.get("EDGECV_VERBOSE"):
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._ticker:
            self._ticker.join()
            click.echo(CLEAR_LINE, nl=False, err=True)

    def _tick(self) -> None:
        wait = self.after_s
        while not self._ended.wait(wait):
            wait = self.every_s
            line = progress_line(self.text, time.monotonic() - self._started, shutil.get_terminal_size().columns)
            click.echo(CLEAR_LINE + line, nl=False, err=True)


def progress_line(text: str, elapsed_s: float, columns: int) -> str:
    """The line that shows how far the work is."""
    share = SHARE.search(text)
    bar = ""
    if share and int(share[2]):
        filled = round(BAR_WIDTH * min(1.0, int(share[1]) / int(share[2])))
        bar = f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] "
    return f"{bar}{text}  {elapsed_s:.0f} s"[: columns - 1]
