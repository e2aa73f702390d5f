"""One run of `ssh` to a board: messages there and back, until it is cut.

What the shell at the other end gets to read is always the same few words; all that a user can name, paths above all,
goes through stdin as JSON. What ssh says by its exit status is not relied on: 255 can be its own failure or the remote
command's.
"""

import json
import os
import select
import shlex
import subprocess
import tempfile
import time
from contextlib import suppress

from edgecv.errors import Unavailable
from edgecv.hosts.board.frames import Frames, Message, framed
from edgecv.hosts.ssh.sources import agent, arrival
from edgecv.records.device import Connection

CONNECT_S = 20
HELLO_S = 60.0  # from the start of ssh to the first words of a slow board's Python
ANSWER_S = 60.0  # for an answer, beyond what the board was told to wait
CLOSE_S = 2.0
OPTIONS = {  # on top of the user's own
    "BatchMode": "yes",  # nobody is there to type a password, or to say yes to a host key
    "ConnectTimeout": str(CONNECT_S),
    "ServerAliveInterval": "15",  # a line that is dead without a word is noticed
    "ServerAliveCountMax": "3",
    "ClearAllForwardings": "yes",
    "RemoteCommand": "none",
}
BEGIN = "import sys,json;exec(json.loads(sys.stdin.buffer.readline().decode()))"
NOISE = 4096  # bytes of what is no message that are kept, to tell what went wrong


class Cut(Exception):
    """The line ended, or what came through it was disturbed; the words are the best that is known of the cause."""


class Line:
    def __init__(self, connection: Connection, wanted: Message) -> None:
        self._python, self._ssh = connection.python, connection.ssh
        self._frames, self._noise, self._number = Frames(wanted["mark"]), b"", 0
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - not a pipe: a shared connection of ssh may keep it open
        try:
            self._process = subprocess.Popen(
                ["ssh", "-T", *_options(), "--", self._ssh, remote_command(connection.python)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,  # Ctrl-C is for us, who then tell the board
            )
        except FileNotFoundError:
            raise Unavailable("ssh is not installed here; install OpenSSH's client") from None
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        for handle in (self._to, self._from):
            os.set_blocking(handle, False)
        try:
            first = json.dumps(arrival()) + "\n" + json.dumps({**wanted, "sources": agent()}) + "\n"
            self.hello, _ = self._exchange(first.encode(), HELLO_S)
        except BaseException:
            self.close()
            raise

    def ask(self, message: Message, payload: bytes = b"", wait_s: float = 0.0) -> tuple[Message, bytes]:
        """The answer to a question, with the bytes that come with it."""
        self._number += 1
        asked = framed({**message, "wait_s": wait_s, "number": self._number}, payload)
        while True:
            answer, content = self._exchange(asked, ANSWER_S + wait_s)
            if answer.get("number") == self._number:
                return answer, content
            asked = b""  # what came answers an earlier question

    def close(self) -> None:
        """End this run of ssh, which ends no work on the board."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            with suppress(OSError):
                pipe.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _exchange(self, content: bytes, patience_s: float) -> tuple[Message, bytes]:
        """Send bytes and take in what comes meanwhile, until a message is whole."""
        rest, until = memoryview(content), time.monotonic() + patience_s
        while True:
            try:
                message = self._frames.next()
            except (ValueError, KeyError) as error:
                raise Cut(f"what the board said was disturbed: {error}") from error
            if message and not rest:
                return message
            left = until - time.monotonic()
            if left <= 0:
                raise Cut(f"no answer within {patience_s:.0f} s")
            readable, writable, _ = select.select([self._from], [self._to] if rest else [], [], left)
            try:
                if writable:
                    rest = rest[os.write(self._to, rest[: 1 << 16]) :]
                came = os.read(self._from, 1 << 16) if readable else None
            except OSError:
                came = b""
            if came == b"":
                raise Cut(self._last_words())
            if came:
                self._noise = (self._noise + came)[:NOISE]
                self._frames.feed(came)
                until = time.monotonic() + patience_s

    def _last_words(self) -> str:
        """What ssh or the shell at its other end had to say last."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(CLOSE_S)
        self._errors.seek(0)
        for said in (self._errors.read(), self._noise):
            words = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
            if words:
                return words[-1].rstrip(".")
        return f"ssh ended with status {self._process.poll()}"


def remote_command(python: str) -> str:
    """The words for the shell at the other end."""
    return f"exec {shlex.quote(python.removeprefix('~/'))} -c {shlex.quote(BEGIN)}"


def _options() -> list[str]:
    return [word for name, value in OPTIONS.items() for word in ("-o", f"{name}={value}")]
