"""`edgecv devices`: the device profiles there are, or one of them."""

import click

from edgecv.cli.output import print_json, table
from edgecv.documents import load_device, names
from edgecv.documents.showing import as_written, as_yaml

HEADER = ("name", "runs", "summary", "verified")


@click.command("devices")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an array of profiles, or the one asked for.")
def command(name: str | None, as_json: bool) -> None:
    """List the device profiles, or show one: by its name, or by the path of a YAML file.

    \b
    Examples:
      edgecv devices
      edgecv devices raspberry_pi_5
      edgecv devices my/board.yaml --json
    """
    documents = [load_device(each) for each in ([name] if name else names("devices"))]
    if as_json:
        plain = [as_written(document.record) for document in documents]
        print_json(plain[0] if name else plain)
    elif name:
        click.echo(as_yaml(documents[0]), nl=False)
    else:
        profiles = [document.record for document in documents]
        rows = [(each.name, " ".join(each.runtimes), each.summary, each.verified or "no") for each in profiles]
        click.echo(table([HEADER, *rows]))
