"""`edgecv devices`: the device profiles there are, or one of them."""

import click

from edgecv.cli import boards
from edgecv.cli.output import print_json, table
from edgecv.documents import load_device, names
from edgecv.documents.showing import as_written, as_yaml

HEADER = ("name", "runs", "summary", "verified")


@click.command("devices")
@click.argument("asked", nargs=-1, metavar="[NAME]...")
@click.option("--check", "checked", is_flag=True, help="Ask the boards among them what they have.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an array of profiles, or the one asked for.")
def command(asked: tuple[str, ...], checked: bool, as_json: bool) -> None:
    """List the device profiles, or show one: by its name, or by the path of a YAML file.

    With --check, ask the boards that they name; exit code 4: one of them cannot be reached, or cannot be used.

    \b
    Examples:
      edgecv devices
      edgecv devices raspberry_pi_5
      edgecv devices my/board.yaml --json
      edgecv devices boards/*.yaml --check
    """
    if len(asked) > 1 and not checked:
        raise click.UsageError("one profile is shown at a time; several are for --check")
    name = asked[0] if asked else None
    documents = [load_device(each) for each in (asked or names("devices"))]
    if checked:
        boards.check([document.record for document in documents], as_json=as_json)
    elif as_json:
        plain = [as_written(document.record) for document in documents]
        print_json(plain[0] if name else plain)
    elif name:
        click.echo(as_yaml(documents[0]), nl=False)
    else:
        profiles = [document.record for document in documents]
        rows = [(each.name, " ".join(each.runtimes), each.summary, each.verified or "no") for each in profiles]
        click.echo(table([HEADER, *rows]))
