"""Where a command writes: one file, or a folder for several."""

from pathlib import Path

from edgecv.errors import InputError


def place_for(out: Path | None, name: str, *, several: bool) -> Path:
    """The file that a result goes to; without --out it is in the current folder."""
    if out is None:
        return Path(name)
    if several or out.is_dir():
        if out.is_file():
            raise InputError(f"{out}: expected a folder for several results, got a file")
        return out / name
    return out
