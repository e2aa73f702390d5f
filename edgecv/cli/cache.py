"""`edgecv cache`: the store of finished work."""

import time

import click

from edgecv.cli.output import print_json, say, table
from edgecv.pipeline.store import Entry, default_store


@click.group("cache", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Show the store of finished work, or drop what nobody uses.

    \b
    Examples:
      edgecv cache
      edgecv cache list --json
      edgecv cache prune --unused-days 7
    """
    if context.invoked_subcommand is None:
        context.invoke(list_)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the entries as a JSON array.")
def list_(as_json: bool = False) -> None:
    """What is in the store: stage, size, last use."""
    store = default_store()
    entries = store.entries()
    if as_json:
        print_json([_plain(entry) for entry in entries])
        return
    rows = [(entry.stage, _mb(entry.size_bytes), _age(entry), entry.about) for entry in entries]
    click.echo(table([("stage", "size", "unused for", "what"), *rows]))
    click.echo(f"{store.root}: {_count(len(entries))}, {_mb(sum(entry.size_bytes for entry in entries))}")


@command.command("prune")
@click.option("--unused-days", type=click.FloatRange(min=0), default=30, show_default=True, help="0 drops everything.")
def prune(unused_days: float) -> None:
    """Drop work that nobody used for so long, and what killed runs left behind."""
    store = default_store()
    dropped = store.prune(unused_days=unused_days)
    say(f"{store.root}: dropped {_count(len(dropped))}, {_mb(sum(entry.size_bytes for entry in dropped))}")


def _plain(entry: Entry) -> dict[str, object]:
    return {
        "stage": entry.stage,
        "key": entry.key,
        "about": entry.about,
        "size_bytes": entry.size_bytes,
        "folder": str(entry.folder),
        "unused_s": round(time.time() - entry.last_used),
    }


def _count(entries: int) -> str:
    return "1 piece of work" if entries == 1 else f"{entries} pieces of work"


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"


def _age(entry: Entry) -> str:
    hours = (time.time() - entry.last_used) / 3600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"
