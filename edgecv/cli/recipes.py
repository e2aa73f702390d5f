"""`edgecv recipes`: the recipes there are, or one of them."""

import click

from edgecv.cli.output import print_json, table
from edgecv.documents import load_recipe, names
from edgecv.documents.showing import as_written, as_yaml

HEADER = ("name", "task", "model", "targets", "summary")


@click.command("recipes")
@click.argument("name", required=False)
@click.option("--set", "set_", multiple=True, metavar="FIELD=VALUE", help="Show the recipe with this value in it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an array of recipes, or the one asked for.")
def command(name: str | None, set_: tuple[str, ...], as_json: bool) -> None:
    """List the recipes, or show one with all its defaults: by its name, or by the path of a YAML file.

    \b
    Examples:
      edgecv recipes
      edgecv recipes shapes_detection
      edgecv recipes shapes_detection --set training.epochs=2 --json
    """
    if set_ and not name:
        raise click.UsageError("--set needs the name of a recipe")
    documents = [load_recipe(each, set_, expand=False) for each in ([name] if name else names("recipes"))]
    if as_json:
        plain = [as_written(document.record) for document in documents]
        print_json(plain[0] if name else plain)
    elif name:
        click.echo(as_yaml(documents[0]), nl=False)
    else:
        rows = []
        for recipe in (document.record for document in documents):
            targets = " ".join(dict.fromkeys(build.target for build in recipe.builds))
            rows.append((recipe.name, recipe.task, recipe.model.name, targets, recipe.summary))
        click.echo(table([HEADER, *rows]))
