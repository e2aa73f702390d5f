"""`edgecv models`: the architectures there are, or one of them with its options."""

from typing import Any

import click

from edgecv.cli.output import print_json, table
from edgecv.errors import InputError, did_you_mean
from edgecv.models import MODELS, options_of

HEADER = ("name", "task", "summary")


@click.command("models")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an array of models, or the one asked for.")
def command(name: str | None, as_json: bool) -> None:
    """List the models, or show one with the options that a recipe can give it.

    \b
    Examples:
      edgecv models
      edgecv models tiny_detector
      edgecv models --json
    """
    if name and name not in MODELS:
        raise InputError(f"unknown model '{name}'{did_you_mean(name, MODELS) or ';'} to list them: edgecv models")
    models = [_facts(each) for each in ([name] if name else MODELS)]
    if as_json:
        print_json(models[0] if name else models)
    elif name:
        click.echo(_one(models[0]))
    else:
        click.echo(table([HEADER, *((each["name"], each["task"], each["summary"]) for each in models)]))


def _facts(name: str) -> dict[str, Any]:
    module = MODELS[name]
    return {"name": name, "task": module.TASK, "summary": module.SUMMARY, "options": options_of(name)}


def _one(model: dict[str, Any]) -> str:
    options = [(f"  {name}", f"default {default}") for name, default in model["options"].items()]
    lines = [f"{model['name']}  {model['task']}", model["summary"]]
    return "\n".join([*lines, "options:", table(options)] if options else lines)
