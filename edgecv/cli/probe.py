"""`edgecv probe`: what this machine is, as a device profile to start from."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from edgecv.cli.logs import kept_on_failure
from edgecv.cli.output import print_json, say
from edgecv.documents.probed import profile_of, profile_text, read_machine
from edgecv.documents.showing import as_written
from edgecv.errors import InputError
from edgecv.hosts.local import run_module
from edgecv.records.files import write_whole
from edgecv.records.machine import Machine
from edgecv.records.recipe import Precision

FILE = click.Path(path_type=Path, dir_okay=False)
SUFFIXES = (".yaml", ".yml")  # by which a path is known from a name
PRINTED = Path("probed.yaml")  # what errors call a profile that is no file


@click.command("probe")
@click.option("--out", type=FILE, help="Write the profile to this YAML file instead of printing it.")
@click.option(
    "--from", "facts", type=FILE, metavar="FILE", help="Facts that a board printed, in place of this machine."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the profile, and the facts behind it.")
def command(out: Path | None, facts: Path | None, as_json: bool) -> None:
    """What this machine is: board, processor, memory, GPU, installed runtimes, sensors; and what could not be found.

    A board needs no more of edgecv than its on-device part to print the facts, and not even numpy.

    \b
    Examples:
      edgecv probe
      edgecv probe --out my_board.yaml
      ssh pi5 python3 -m edgecv.ondevice probe > pi5.json; edgecv probe --from pi5.json --out pi5.yaml
    """
    if out and out.suffix not in SUFFIXES:
        raise click.UsageError(f"--out: expected a name that ends in {' or '.join(SUFFIXES)}, got '{out}'")
    if out and out.exists():
        raise InputError(f"{out}: there is a file already; remove it, or choose another --out")
    machine = read_machine(facts) if facts else _this_machine()
    precisions = _precisions()
    profile = profile_of(machine, precisions, out or PRINTED).record
    text = profile_text(machine, precisions)
    if out:
        say(f"profile   {write_whole(out, text.encode())}")
    if as_json:
        print_json({"profile": as_written(profile), "machine": dataclasses.asdict(machine)})
    elif not out:
        click.echo(text, nl=False)
    if machine.missing:
        say(f"not found: {', '.join(machine.missing)}")


def _this_machine() -> Machine:
    """In a process of its own, for a GPU's driver is asked."""
    with kept_on_failure("probe") as log:
        facts = log.with_name("facts.json")
        run_module("edgecv.ondevice", ["probe", "--out", facts], log=log)
        return read_machine(facts)


def _precisions() -> Mapping[str, Sequence[Precision]]:
    from edgecv.targets import TARGETS

    return {name: module.PRECISIONS for name, module in TARGETS.items()}
