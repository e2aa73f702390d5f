"""The seal of a bundle: one digest of the whole file, in the comment at the end of it that zip files may have.

Where it holds, nothing was altered, and the members need not be compared one by one: a single pass over the file, for
which the zip file is not even read. The comment says, too, where the members lie that are stored as they are.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Dict, Mapping, Optional, Tuple

END = b"PK\x05\x06"  # how the last record of a zip file begins, before its comment
END_BYTES = 22
LONGEST_COMMENT = (1 << 16) - 1
DIGEST_BYTES = 64
BLOCK = 1 << 20

Places = Mapping[str, Tuple[int, int]]  # names of members -> where in the file, and how many bytes


def unsealed(places: Places) -> bytes:
    """The comment of a file that is still to be sealed."""
    return b"0" * DIGEST_BYTES + json.dumps(places, sort_keys=True).encode()


def seal(content: bytes, comment: bytes) -> bytes:
    """The content of a file that ends in such a comment, with its digest."""
    before, places = content[: -len(comment)], comment[DIGEST_BYTES:]
    return before + hashlib.sha256(before + places).hexdigest().encode() + places


def places_if_whole(bundle: Path) -> Optional[Places]:
    """Where the members lie, if the seal holds; None if it does not, or there is none."""
    with bundle.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - END_BYTES - LONGEST_COMMENT))
        _, end, rest = file.read().rpartition(END)
        comment = rest[END_BYTES - len(END) :]
        if not end or len(comment) < DIGEST_BYTES:
            return None
        sha = hashlib.sha256()
        file.seek(0)
        left = size - len(comment)
        while left > 0:
            block = file.read(min(left, BLOCK))
            if not block:
                return None
            sha.update(block)
            left -= len(block)
        sha.update(comment[DIGEST_BYTES:])
    if sha.hexdigest().encode() != comment[:DIGEST_BYTES]:
        return None
    return _read(comment[DIGEST_BYTES:])


def _read(written: bytes) -> Optional[Places]:
    try:
        plain: Dict[str, Tuple[int, int]] = json.loads(written.decode("utf-8"))
        places = {name: (int(start), int(length)) for name, (start, length) in plain.items()}
    except (ValueError, TypeError, AttributeError):  # somebody else's comment
        return None
    return None if any(min(place) < 0 for place in places.values()) else places
