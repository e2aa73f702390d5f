"""`edgecv devices --check`: which boards answer, and what they have."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import click

from edgecv.cli.output import Progress, print_json, say, table
from edgecv.errors import EdgecvError, InputError, Unavailable
from edgecv.hosts import ssh
from edgecv.records.device import DeviceProfile

HEADER = ("name", "ssh", "answers", "python", "runtimes", "disk free", "in use by")
AT_ONCE = 16
HIDDEN = ("machine", "root")  # of the facts, what tells a reader nothing


def check(profiles: Sequence[DeviceProfile], *, as_json: bool) -> None:
    """Ask all of them at once; one that does not answer, or lacks what all work needs, is exit code 4."""
    boards = [profile for profile in profiles if profile.connection]
    if not boards:
        raise InputError("no device profile here names a board: add `connection: {ssh: NAME}`, as docs/boards.md says")
    for profile in profiles:
        if not profile.connection:
            say(f"{profile.name}: not asked, since its profile has no connection")
    with Progress(f"asking {len(boards)} boards"), ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(_answer, boards))
    if as_json:
        print_json(answers)
    else:
        click.echo(table([HEADER, *map(_row, answers)]))
    if silent := [answer for answer in answers if answer["reason"]]:
        raise Unavailable("\n".join(answer["reason"] for answer in silent))


def _answer(profile: DeviceProfile) -> dict[str, Any]:
    assert profile.connection
    known = {"name": profile.name, "ssh": profile.connection.ssh}
    try:
        facts = ssh.ask(profile)
    except EdgecvError as error:
        return {**known, "answers": False, "reason": str(error)}
    lacking = facts.lacking(profile)
    told = {name: value for name, value in asdict(facts).items() if name not in HIDDEN}
    return {**known, "answers": True, "reason": f"{profile.name}: {lacking}" if lacking else "", **told}


def _row(answer: dict[str, Any]) -> tuple[str, ...]:
    if not answer["answers"]:
        return answer["name"], answer["ssh"], "no", "", "", "", ""
    runtimes = " ".join(
        f"{name} {version}".strip() for name, version in answer["packages"].items() if name in ssh.RUNTIMES
    )
    answers = "cannot be used" if answer["reason"] else "yes"
    disk = f"{answer['disk_mb'] / 1000:.1f} GB"
    lease = answer["lease"]
    used = ssh.held(lease) if lease else ""
    return answer["name"], answer["ssh"], answers, answer["python"], runtimes or "none", disk, used
