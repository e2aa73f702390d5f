"""`edgecv report`: measurements and evaluations side by side."""

from pathlib import Path

import click

from edgecv.cli.output import print_json, say
from edgecv.report import as_json, as_terminal, collect, join, write


@click.command("report")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write .html, .md, .csv or .json, by the name's ending.")
@click.option("--title", default="Latency and accuracy", show_default=True, help="The report's headline.")
@click.option("--json", "as_json_", is_flag=True, help="Print the rows as JSON instead of the table.")
def command(paths: tuple[Path, ...], out: Path | None, title: str, as_json_: bool) -> None:
    """Join the measurements and evaluations below PATHS: a table here, a page with --out.

    \b
    Examples:
      edgecv report runs/demo
      edgecv report runs/demo runs/digits --out report.html
      edgecv report runs/demo --out table.csv
    """
    rows = join(*collect(paths))
    if as_json_:
        print_json(as_json.plain(rows))
    else:
        click.echo(as_terminal.text(rows))
    if out:
        say(f"report    {write(rows, out, title=title)}")
