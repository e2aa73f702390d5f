"""Where a command writes: one file, or a folder for several."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from edgecv.errors import InputError


def places_for(out: Path | None, names: Sequence[str]) -> list[Path]:
    """The files that results go to; without --out they are in the current folder."""
    for name, count in Counter(names).items():
        if count > 1:
            raise InputError(
                f"{count} of the artifacts are called '{name}'; do them one by one, each with its own --out"
            )
    if out is None:
        return [Path(name) for name in names]
    if len(names) == 1 and not out.is_dir():
        return [out]
    if out.is_file():
        raise InputError(f"{out}: expected a folder for several results, got a file")
    return [out / name for name in names]
