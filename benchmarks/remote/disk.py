"""The disk is full, or nothing may be written on it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from remote.aside import edited
from remote.scene import Scene


def disk_full(scene: Scene) -> Iterator[None]:
    with small_disk(scene, 33):
        scene.start()
        yield


def disk_full_while_it_runs(scene: Scene) -> Iterator[None]:
    with small_disk(scene, 48) as disk:
        run = scene.start()
        scene.wait_for(lambda: scene.pid_of(b"predict"))
        with suppress(OSError), (disk / "fill").open("wb") as fill:
            while run.poll() is None:
                fill.write(bytes(1 << 20))
                fill.flush()
        yield


def disk_read_only(scene: Scene) -> Iterator[None]:
    with small_disk(scene, 64) as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        scene.start()
        yield


def permission_denied(scene: Scene) -> Iterator[None]:
    with edited(scene.board.folder / "login", "env -i ", "env -i XDG_CACHE_HOME=/sys/forbidden "):
        scene.start()
        yield


@contextmanager
def small_disk(scene: Scene, size_mb: int) -> Iterator[Path]:
    """The board's cache on a disk of its own."""
    place = scene.board.home / ".cache"
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)
