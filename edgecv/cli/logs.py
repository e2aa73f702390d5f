"""A log for what the tools print that stays only where something fails."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from edgecv.cli.output import say
from edgecv.errors import EdgecvError


@contextmanager
def kept_on_failure(command: str) -> Iterator[Path]:
    """In a folder of its own: what a command looks at may be read-only, and its parent too."""
    log = Path(mkdtemp(prefix=f"edgecv-{command}-")) / "log"
    kept = False
    try:
        yield log
    except EdgecvError:
        kept = log.is_file() and log.stat().st_size > 0
        if kept:
            say(f"note: what the tools printed is in {log}")
        raise
    finally:
        if not kept:
            shutil.rmtree(log.parent)
