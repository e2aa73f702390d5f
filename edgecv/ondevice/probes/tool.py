"""Ask a vendor's own tool where the kernel has no file: if it is on PATH, without a shell, and never for long.

Modules are imported when a tool is there, so that a cold start on a board without one does not pay for them.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO, Callable, List

TIMEOUT_S = 0.5


def output(command: List[str]) -> str | None:
    """What the tool printed; None where there is none, or it failed or took too long."""
    tool = place(command[0])
    if tool is None:
        return None
    import subprocess

    try:
        run = subprocess.run(
            [tool, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=True,
            close_fds=False,  # with this, and a whole path, this process is not copied to start another
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.decode(errors="replace").strip() or None


def follow(command: List[str], on_line: Callable[[str], None]) -> Callable[[], None]:
    """Hand over each line that the tool prints, from a thread, until the function that this gives is called."""
    tool = place(command[0])
    if tool is None:
        return lambda: None
    import subprocess

    try:
        process = subprocess.Popen(
            [tool, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # when this process dies, the tool does at its next line
            stderr=subprocess.DEVNULL,
            close_fds=False,
        )
    except OSError:
        return lambda: None
    assert process.stdout is not None
    threading.Thread(target=_read, args=(process.stdout, on_line), daemon=True).start()

    def stop() -> None:
        process.kill()
        process.wait()

    return stop


def _read(lines: IO[bytes], on_line: Callable[[str], None]) -> None:
    with lines:
        for line in lines:
            on_line(line.decode(errors="replace"))


def place(name: str) -> str | None:
    """Where a tool lies on PATH."""
    places = (Path(folder) / name for folder in os.get_exec_path())
    return next((str(place) for place in places if os.access(place, os.X_OK)), None)
