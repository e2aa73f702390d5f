"""Messages find their way through whatever else a login prints."""

import pytest

from edgecv.hosts.board.frames import Frames, framed

MARK = "edgecv-0123 "


def read(content: bytes, piece: int) -> list[tuple[int, bytes]]:
    frames, found = Frames(MARK), []
    for start in range(0, len(content), piece):
        frames.feed(content[start : start + piece])
        while message := frames.next():
            found.append((message[0]["number"], message[1]))
    return found


@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_messages_come_whole_whatever_is_printed_between_them(piece: int) -> None:
    payload = b"\n" + MARK.encode() + b"{}\n\x00"
    first, second = framed({"number": 1}, payload, MARK), framed({"number": 2}, b"", MARK)
    assert read(b"Welcome!\n{}\nno line break" + first + b"late\n" + second, piece) == [(1, payload), (2, b"")]


def test_bytes_that_were_disturbed_are_not_taken_for_a_message() -> None:
    frames, sent = Frames(MARK), framed({"number": 1}, b"0123456789", MARK)
    frames.feed(sent[:-5] + b"a login script" + sent[-5:])
    with pytest.raises(ValueError, match="disturbed"):
        frames.next()
