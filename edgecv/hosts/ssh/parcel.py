"""What a command needs of this machine, on its way to the board: each content once, and only where it is lacking."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from edgecv.errors import InputError
from edgecv.hosts.ssh.session import Session
from edgecv.records.files import digest_of_content, digest_of_file

PIECE = 1 << 19  # bytes of one message: many small files, or a part of a large one

Content = Path | bytes


class Parcel:
    """Files by content, with the places in the session's folder that they are wanted at."""

    def __init__(self) -> None:
        self.laid: dict[str, str] = {}  # place: digest
        self._contents: dict[str, Content] = {}

    def add(self, place: str, content: Content) -> None:
        try:
            digest = digest_of_content(content) if isinstance(content, bytes) else digest_of_file(content)
        except (FileNotFoundError, IsADirectoryError):
            raise InputError(f"{content!s}: no such file") from None
        self.laid[place] = digest
        self._contents[digest] = content

    def send(self, session: Session, say: Callable[[str], None]) -> None:
        """Send what the board lacks."""
        sizes = {digest: _size(content) for digest, content in self._contents.items()}
        lacking: Mapping[str, int] = session.ask("lacking", sizes=sizes)[0]["lacking"]
        total = sum(sizes[digest] - there for digest, there in lacking.items())
        sent = 0
        for pieces, payload in self._messages(lacking, sizes):
            session.ask("put", payload, pieces=pieces)
            sent += len(payload)
            say(f"copying to {session.name}: {sent / 1e6:.0f}/{total / 1e6:.0f} MB")

    def _messages(
        self, lacking: Mapping[str, int], sizes: Mapping[str, int]
    ) -> Iterator[tuple[list[tuple[str, int, int, int]], bytes]]:
        pieces: list[tuple[str, int, int, int]] = []
        payload = b""
        for digest, there in lacking.items():
            for offset, content in _pieces(self._contents[digest], there):
                if pieces and len(payload) + len(content) > PIECE:
                    yield pieces, payload
                    pieces, payload = [], b""
                pieces.append((digest, offset, len(content), sizes[digest]))
                payload += content
        if pieces:
            yield pieces, payload


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _pieces(content: Content, start: int) -> Iterator[tuple[int, bytes]]:
    """From a start on; of an empty file one piece all the same."""
    if isinstance(content, bytes):
        yield 0, content
        return
    with content.open("rb") as file:
        file.seek(start)
        offset = start
        while (piece := file.read(PIECE)) or offset == start:
            yield offset, piece
            offset += len(piece)
            if not piece:
                return
