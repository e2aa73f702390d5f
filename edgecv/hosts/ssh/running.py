"""A command at work on a board: it is listened to like a child of this machine, and its results are fetched."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

from edgecv.errors import InputError, Unavailable
from edgecv.hosts.hearing import Hearing, TimedOut
from edgecv.hosts.ssh.session import Session
from edgecv.records.files import write_whole

LISTEN_S = 5.0  # that the board waits for something to tell; it is how it hears from us, too
PIECE = 1 << 19

Fetched = tuple[str, Path]  # a place in the session's folder, and where it goes here


class Running:
    def __init__(self, session: Session, number: int, hearing: Hearing, made: Sequence[Fetched]) -> None:
        self._session, self._number, self._hearing, self._made = session, number, hearing, made
        self._read = self._told = 0
        self._outcome: dict[str, Any] | None = None

    def __enter__(self) -> "Running":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outcome is None and not self._session.lost and not (kind and issubclass(kind, Unavailable)):
            interrupted = bool(kind and issubclass(kind, KeyboardInterrupt))
            self._session.ask("end", job=self._number, gently=interrupted)
            if interrupted:  # what it has written by then is kept
                self._fetch()
            self._outcome = {}
        self._hearing.close()

    def lines(self, silent_s: Callable[[], float] | None = None) -> Iterator[str]:
        """Like those of a child; the time of a line that was cut is no silence."""
        heard, cuts = time.monotonic(), self._session.cuts
        while self._outcome is None:
            answer, content = self._session.ask("follow", wait_s=LISTEN_S, job=self._number, since=self._read)
            self._read += len(content)
            if answer["outcome"]:
                self._fetch()
                self._outcome = answer["outcome"]
            for line in self._hearing.take(content) if content or self._outcome else ():
                heard = time.monotonic()
                yield line
            if cuts != self._session.cuts:
                heard, cuts = time.monotonic(), self._session.cuts
            if silent_s and time.monotonic() - heard > silent_s():
                raise TimedOut(f"{self._session.name}: no sign of life for {silent_s():.0f} s; ended")

    def tell(self, line: str) -> None:
        """Answer what it asked."""
        self._told += 1
        self._session.ask("tell", job=self._number, told=self._told, line=line)

    def result(self) -> None:
        """A mistake of the command is raised. Results that are whole count, whatever became of who made them."""
        assert self._outcome is not None
        code, reason = self._outcome["code"], self._outcome["reason"]
        if code == 0 or (code is None and all(here.exists() for _, here in self._made)):
            return
        if reason:
            raise (Unavailable if code is None else InputError)(f"{self._session.name}: {reason}")
        raise self._hearing.error(code)

    def _fetch(self) -> None:
        for place, here in self._made:
            files = self._session.ask("list", place=place)[0]["files"]
            for name, size in files:
                write_whole(_inside(here, str(name)), self._content(f"{place}/{name}" if name else place, int(size)))

    def _content(self, name: str, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            pieces = [(name, len(content), min(PIECE, size - len(content)))]
            piece = self._session.ask("get", pieces=pieces)[1]
            if not piece:
                raise Unavailable(f"{self._session.name}: {name}: it ends before its end")
            content += piece
        return bytes(content)


def _inside(here: Path, name: str) -> Path:
    """Where a file goes; what a board calls its files is not to be trusted."""
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        raise InputError(f"{here}: the board names a file '{name}', which leads out of it")
    return here / inside
