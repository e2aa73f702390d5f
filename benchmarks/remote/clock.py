"""The clock is wrong, or is set while a run is under way."""

from collections.abc import Iterator

from remote.scene import Scene

SKEWED = """
import sys, time
real = time.time
time.time = lambda: real() + {shift}
code = sys.argv[2]
sys.argv[:3] = ["-c"]
exec(code)
"""


def clock_ten_years_ahead(scene: Scene) -> Iterator[None]:
    yield from _skewed(scene, "315e6")


def clock_ten_years_behind(scene: Scene) -> Iterator[None]:
    yield from _skewed(scene, "-315e6")


def clock_set_while_it_runs(scene: Scene) -> Iterator[None]:
    yield from _skewed(scene, "(86400 if time.process_time() > 0.2 else 0)")


def _skewed(scene: Scene, shift: str) -> Iterator[None]:
    python = scene.board.folder / "bin/python3"
    text = python.read_text()
    program = scene.board.folder / "skewed.py"
    program.write_text(SKEWED.format(shift=shift))
    python.write_text(text.replace(' "$@"', f' -c "$(cat {program})" "$@"'))
    scene.start()
    yield
    python.write_text(text)
