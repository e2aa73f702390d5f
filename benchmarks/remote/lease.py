"""The lease is somebody else's, stale or damaged, or two want it at once."""

import json
import signal
import time
from pathlib import Path

from remote.scene import Scene, kill


def two_at_once(scene: Scene) -> None:
    first, second = scene.start(), scene.start()
    most = 0
    while first.poll() is None or second.poll() is None:
        most = max(most, len(scene.pid_of(b"predict")))
        time.sleep(0.01)
    assert most == 1, f"{most} were at work at once"


def stale_lease(scene: Scene) -> None:
    words = {"session": "dead", "owner": "ann@desk", "boot": "an earlier one", "expires": 1e12, "pid": 1}
    scene.board.lease.write_text(json.dumps(words))
    scene.start()


def damaged_lease(scene: Scene) -> None:
    scene.board.lease.write_text('{"session": "dead", "expi')
    scene.start()


def lease_that_runs_out(scene: Scene) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    expires = time.clock_gettime(time.CLOCK_BOOTTIME) + 6
    words = {"session": "dead", "owner": "ann@desk", "boot": boot, "expires": expires, "pid": 2**22, "began": "1"}
    scene.board.lease.write_text(json.dumps(words))
    run = scene.start()
    time.sleep(3)
    assert run.poll() is None, "it did not wait for the lease"


def keeper_that_sleeps_over_its_lease(scene: Scene) -> None:
    """Another session takes the board over; the sleeper must not wake up into it."""
    run = scene.start()
    sleeper = scene.wait_for(scene.keeper)
    if not sleeper:
        return
    kill(sleeper, signal.SIGSTOP)
    run.wait()
    words = json.loads(scene.board.lease.read_text())
    scene.board.lease.write_text(json.dumps({**words, "expires": 0}))
    scene.start()
