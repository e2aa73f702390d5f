"""How the two ends of a line speak: a line of JSON, and as many bytes behind it as it says.

What comes from the board begins with a mark that was made up for this run, on a line of its own: a login script may
print what it likes before, behind and between.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Dict, Tuple

Message = Dict[str, Any]


def framed(message: Message, payload: bytes = b"", mark: str = "") -> bytes:
    """A message with the bytes that go with it."""
    told = {**message, "size": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
    start = "\n" + mark if mark else ""
    return (start + json.dumps(told) + "\n").encode() + payload


class Frames:
    """Takes bytes as they come; gives whole messages, each with the bytes that go with it."""

    def __init__(self, mark: str = "") -> None:
        self._mark = mark.encode()
        self._bytes = bytearray()

    def feed(self, content: bytes) -> None:
        self._bytes += content

    def next(self) -> Tuple[Message, bytes] | None:
        """The next message, or None where it is not whole yet; ValueError where its bytes were disturbed."""
        while True:
            end = self._bytes.find(b"\n")
            if end < 0:
                return None
            line = bytes(self._bytes[:end])
            if line.startswith(self._mark) and line:
                break
            del self._bytes[: end + 1]
        message = json.loads(line[len(self._mark) :].decode())
        size = message["size"]
        if len(self._bytes) < end + 1 + size:
            return None
        payload = bytes(self._bytes[end + 1 : end + 1 + size])
        if hashlib.sha256(payload).hexdigest() != message.get("sha256", ""):
            raise ValueError("the bytes of a message were disturbed on the way")
        del self._bytes[: end + 1 + size]
        return message, payload
