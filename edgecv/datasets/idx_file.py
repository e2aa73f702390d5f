"""One idx file: a magic number, the lengths of its dimensions, then bytes. Read no further than it says it goes."""

import gzip
import math
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

from edgecv.errors import InputError

UBYTE = 8  # the code of the only type that images and labels come in
GZIP = b"\x1f\x8b"
MOST_BYTES = 2**32


def read_shape(path: Path, dimensions: int) -> tuple[int, ...]:
    """The lengths that the header gives; of a file that is not packed, its size is held against them."""
    with _opened(path) as file:
        shape = _shape(file, path, dimensions)
    with path.open("rb") as packed:
        if packed.read(2) != GZIP:
            _expect(path, _header(dimensions) + math.prod(shape), path.stat().st_size)
    return shape


def read_array(path: Path, dimensions: int) -> np.ndarray:
    """All of a file, as uint8."""
    with _opened(path) as file:
        shape = _shape(file, path, dimensions)
        size = math.prod(shape)
        try:
            content = file.read(size + 1)  # one more, to notice what the header does not tell of
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path}: the file is damaged: {error}") from error
        except MemoryError as error:
            raise InputError(f"{path}: {size} bytes do not fit into this machine's memory") from error
    _expect(path, size, len(content))
    return np.frombuffer(content, np.uint8).reshape(shape)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _shape(file: IO[bytes], path: Path, dimensions: int) -> tuple[int, ...]:
    try:
        header = file.read(_header(dimensions))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: the file is damaged: {error}") from error
    if len(header) < _header(dimensions) or header[:4] != bytes([0, 0, UBYTE, dimensions]):
        got = header[:4].hex(" ") or "nothing"
        raise InputError(
            f"{path}: expected an idx file of bytes in {dimensions} dimensions, which begins "
            f"{bytes([0, 0, UBYTE, dimensions]).hex(' ')}, got {got}"
        )
    shape = tuple(int(length) for length in np.frombuffer(header[4:], ">u4"))
    if math.prod(shape) > MOST_BYTES or 0 in shape[1:]:
        raise InputError(f"{path}: expected at most {MOST_BYTES // 2**30} GB of pixels, got lengths {list(shape)}")
    return shape


def _header(dimensions: int) -> int:
    return 4 + 4 * dimensions


def _expect(path: Path, expected: int, got: int) -> None:
    if got != expected:
        what = "ends too early" if got < expected else "goes on behind what its header tells of"
        raise InputError(
            f"{path}: the file {what}: expected {expected} bytes, got {got}{'' if got < expected else ' or more'}"
        )
