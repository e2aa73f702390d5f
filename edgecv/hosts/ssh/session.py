"""A session with a board that outlives its line: what was asked is asked again, until the board has answered.

The board's end of it is `edgecv.hosts.board.keeper`.
"""

import getpass
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from secrets import token_hex
from typing import Any

from edgecv.errors import Unavailable
from edgecv.hosts.board.frames import Message
from edgecv.hosts.hearing import Lost
from edgecv.hosts.ssh.facts import Facts, error_of, open_line, read
from edgecv.hosts.ssh.line import Cut, Line
from edgecv.records.device import DeviceProfile

RETURN_S = 180.0  # for which a line that was cut is tried again
PATIENCE_S = 300.0  # for which the board waits; longer, so that who comes back in time finds its work
PAUSE_S = (0.5, 1.0, 2.0, 4.0, 8.0)
LEASE_S = 5.0  # between two tries to get the board

Say = Callable[[str], None]


class Session:
    def __init__(self, profile: DeviceProfile, purpose: str, on_progress: Say) -> None:
        assert profile.connection
        self.name, self._profile = profile.name, profile
        self._say = on_progress
        self.cuts = 0  # of its line, so far
        self.lost: Lost | None = None  # once it was given up
        self._wanted: Message = {
            "session": token_hex(8),
            "mark": f"edgecv-{token_hex(8)} ",  # no login script prints it
            "python": profile.connection.python,
            "patience_s": PATIENCE_S,
            "words": {"owner": f"{_user()}@{socket.gethostname()}", "purpose": purpose},
            "returning": False,
        }
        self._line: Line | None = open_line(profile, self._wanted)
        self.facts: Facts = read(self._line.hello["facts"])
        self.folder = str(self._line.hello["folder"])
        self._wanted["returning"] = True

    def ask(self, do: str, payload: bytes = b"", wait_s: float = 0.0, **fields: Any) -> tuple[Message, bytes]:
        """The board's answer; its refusals, and a line that cannot be mended, are raised."""
        if self.lost:
            raise self.lost
        until = None
        while True:
            try:
                if self._line is None:
                    self._line = self._return(until or time.monotonic() + RETURN_S)
                answer, content = self._line.ask({"do": do, **fields}, payload, wait_s)
                break
            except Cut as cut:
                self._lose(str(cut))
                until = until or time.monotonic() + RETURN_S
                if time.monotonic() > until:  # ssh gets through, and nobody answers there
                    raise self._given_up(str(cut)) from cut
        if "error" in answer:
            raise error_of(self.name, answer)
        return answer, content

    def take_lease(self) -> None:
        """Wait until nobody else is at work on the board."""
        while holder := self.ask("lease")[0]["holder"]:
            self._say(f"waiting for {self.name}, which is in use by {held(holder)}")
            time.sleep(LEASE_S)

    def leave(self) -> None:
        """Say that we are done, if the board can hear it; if not, it finds out by itself."""
        with suppress(Cut, Unavailable):
            if self._line is None:
                self._line = open_line(self._profile, self._wanted)
            self._line.ask({"do": "leave"})
        if self._line:
            self._line.close()
            self._line = None

    def _lose(self, words: str) -> None:
        if self._line:
            self._line.close()
        self._line = None
        self.cuts += 1
        self._say(f"{self.name}: the line was cut ({words}); trying again")

    def _return(self, until: float) -> Line:
        """A new line to the same session. That the board can be reached and has none is final."""
        assert self._profile.connection
        pauses = iter(PAUSE_S)
        while True:
            try:
                line = Line(self._profile.connection, self._wanted)
                break
            except Cut as cut:
                words = str(cut)
            if time.monotonic() > until:
                raise self._given_up(words)
            time.sleep(next(pauses, PAUSE_S[-1]))
        if "error" in line.hello:
            line.close()
            raise error_of(self.name, line.hello)
        return line

    def _given_up(self, words: str) -> Lost:
        self.lost = Lost(
            f"{self.name}: the line was cut and did not come back within {RETURN_S:.0f} s ({words}); the board ends "
            f"the work and takes it away by itself, {PATIENCE_S:.0f} s after it heard from us last"
        )
        return self.lost


def held(lease: Message) -> str:
    """Who has a board, for what, and since when, by its own clock; any account there may have written it."""
    owner, purpose = (_printable(lease.get(name)) for name in ("owner", "purpose"))
    try:
        since = f", since {datetime.fromtimestamp(float(lease['since'])):%H:%M}"
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        since = ""
    return f"{owner or 'somebody'}{since}, for {purpose or 'something'}"


def _printable(words: Any) -> str:
    return "".join(letter for letter in str(words or "") if letter.isprintable())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return "somebody"
