"""What `trtexec.sh` noted of a board beside its times: state before and after, sensors in between, the tool's own talk.

All of it may be missing, and was written on another machine: it is read as the untrusted text that it is.
"""

import dataclasses
import re
from itertools import zip_longest
from pathlib import Path

from edgecv.hosts.trtexec_script import AFTER, BEFORE, GPU_CLOCK, LOG, MODEL_DIGEST, TAKEN_AT, TEGRASTATS
from edgecv.ondevice import probes
from edgecv.ondevice.probes import Circumstances
from edgecv.ondevice.probes.files import text, whole
from edgecv.ondevice.probes.jetson import Line, parse
from edgecv.ondevice.probes.moment import Moment, table
from edgecv.records.watched import Watched

VERSION = re.compile(r"\[TensorRT v(\d{4,6})\]")
GPU = re.compile(r"Selected Device: *(\S.*?) *$", re.MULTILINE)
CAPABILITY = re.compile(r"Compute Capability: *(\d{1,2}\.\d)\b")
DIGEST = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


@dataclasses.dataclass(frozen=True)
class Board:
    """Of one run of `trtexec.sh`; None and empty texts are what was not noted."""

    before: Circumstances
    after: Circumstances
    watched: Watched
    version: str  # of TensorRT
    gpu: str
    compute_capability: str
    model: str | None  # digest of the file that was timed
    taken_at: str


def read_board(folder: Path, arch: str, seconds: float) -> Board:
    """What lies in a folder of results; the run took about so many seconds."""
    before, after = (_circumstances(folder / each, arch) for each in (BEFORE, AFTER))
    if not after.at_s > before.at_s:
        after = dataclasses.replace(after, at_s=before.at_s + seconds)
    said = text(folder / LOG) or ""
    number, gpu, capability = VERSION.search(said), GPU.search(said), CAPABILITY.search(said)
    digest, time = text(folder / MODEL_DIGEST) or "", text(folder / TAKEN_AT) or ""
    return Board(
        before,
        after,
        _watched(text(folder / TEGRASTATS) or "", text(folder / GPU_CLOCK) or ""),
        _version(int(number[1])) if number else "",
        gpu[1] if gpu else "",
        capability[1] if capability else "",
        f"sha256:{digest}" if DIGEST.fullmatch(digest) else None,
        time if TIME.fullmatch(time) else "",
    )


def _circumstances(root: Path, arch: str) -> Circumstances:
    """As the probes read a root, without what they take from this machine and this process.

    A clock is no sign of anything here: the notes were taken when the GPU was idle again.
    """
    uptime = re.match(r"\d+\.?\d*", text(root / "proc/uptime") or "")
    return dataclasses.replace(
        probes.read(root, arch),
        kernel=text(root / "proc/sys/kernel/osrelease") or "",
        at_s=float(uptime[0]) if uptime else 0.0,
        own_s=None,
    )


def _watched(tegrastats: str, gpu_hz: str) -> Watched:
    """Lines of both come once a second."""
    told = zip_longest(map(parse, tegrastats.splitlines()), map(whole, gpu_hz.splitlines()))
    lines = [_with_clock(line or Line(), hertz) for line, hertz in told]
    return table([_moment(second, line) for second, line in enumerate(lines) if line != Line()])


def _with_clock(line: Line, hertz: int | None) -> Line:
    return line if hertz is None or line.gpu_mhz is not None else dataclasses.replace(line, gpu_mhz=hertz / 1e6)


def _moment(second: int, line: Line) -> Moment:
    return Moment(
        at_s=float(second),
        frequency_mhz={},
        limit_mhz={},
        temperature_c=line.temperature_c,
        power_w=line.power_w,
        gpu_mhz=line.gpu_mhz,
        gpu_load=line.gpu_load,
        memory_load=line.memory_load,
        throttled=None,
        others=None,
        stolen=None,
        waited=None,
        quota=None,
        pressure=None,
        rss_mb=None,
    )


def _version(number: int) -> str:
    """8201 is 8.2.1, and since 10 the numbers are longer: 101602 is 10.16.2."""
    major, rest = divmod(number, 10_000 if number >= 100_000 else 1_000)
    return f"{major}.{rest // 100}.{rest % 100}"
