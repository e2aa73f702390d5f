"""`edgecv models`: the architectures there are, from shallow to deep, or one of them with its options."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import click

from edgecv.cli.output import print_json, table
from edgecv.errors import InputError, did_you_mean
from edgecv.inspection.counts import bytes_of, count, exact
from edgecv.models import MODELS, options_of
from edgecv.models.figures import figures
from edgecv.pipeline.latencies import Measured, latencies
from edgecv.pipeline.store import default_store
from edgecv.records.recipe import Task

HEADER = ("name", "size", "parameters", "MACs", "depth", "p50 here", "summary")
NUMBERS = HEADER[2:6]
COUNTED = ("classes", "parameters", "macs", "peak_activation_bytes", "depth")


@click.command("models")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an array of models, or the one asked for.")
def command(name: str | None, as_json: bool) -> None:
    """List the models by task, from shallow to deep, or show one with the options that a recipe can give it.

    Figures are those at the usual size. MACs are multiply-accumulates of convolutions and dense layers; the latency is
    the fastest that was measured on this machine with the model as it is, where any was.

    \b
    Examples:
      edgecv models
      edgecv models tiny_detector
      edgecv models --json
    """
    if name and name not in MODELS:
        raise InputError(f"unknown model '{name}'{did_you_mean(name, MODELS) or ';'} to list them: edgecv models")
    counted, measured = figures(), latencies(default_store())
    models = [_facts(each, counted.get(each, {}), measured) for each in ([name] if name else _ordered(counted))]
    if as_json:
        print_json(models[0] if name else models)
    elif name:
        click.echo(_one(models[0]))
    else:
        click.echo(_list(models))


def _ordered(counted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """By task, and from shallow to deep; of two equally deep ones that which costs less comes first."""
    tasks = get_args(Task)

    def place(name: str) -> tuple[int, int, int]:
        known = counted.get(name, {})
        return tasks.index(MODELS[name].TASK), known.get("depth", 0), known.get("macs", 0)

    return sorted(MODELS, key=place)


def _facts(name: str, counted: Mapping[str, Any], measured: Iterable[Measured]) -> dict[str, Any]:
    module = MODELS[name]
    return {
        "name": name,
        "task": module.TASK,
        "summary": module.SUMMARY,
        "options": options_of(name),
        "size": list(module.SIZE),
        "channels": module.CHANNELS,
        **{figure: counted.get(figure) for figure in COUNTED},
        "measured": [dataclasses.asdict(each) for each in measured if each.model == name],
    }


def _list(models: Sequence[Mapping[str, Any]]) -> str:
    rows = [HEADER, *map(_row, models)]
    columns = [_aligned(column) for column in zip(*rows, strict=True)]
    heading, *lines = table(list(zip(*columns, strict=True))).splitlines()
    text = []
    for before, model, line in zip([None, *models], models, lines, strict=False):
        if before is None or before["task"] != model["task"]:
            text += [*([""] if before else []), model["task"]]
        text.append(f"  {line}")
    return "\n".join([f"  {heading}", *text])


def _aligned(column: Sequence[str]) -> Sequence[str]:
    return [cell.rjust(max(map(len, column))) for cell in column] if column[0] in NUMBERS else column


def _row(model: Mapping[str, Any]) -> tuple[str, ...]:
    usual = [each for each in model["measured"] if each["size"] == tuple(model["size"]) and not _changed(model, each)]
    return (
        model["name"],
        "x".join(map(str, model["size"])),
        _known(model["parameters"]),
        _known(model["macs"]),
        "" if model["depth"] is None else str(model["depth"]),
        f"{usual[0]['p50_ms']:.3g} ms {usual[0]['target']} {usual[0]['precision']}" if usual else "",
        model["summary"],
    )


def _changed(model: Mapping[str, Any], measured: Mapping[str, Any]) -> bool:
    """Whether options were given that make another network of it."""
    return any(model["options"].get(name) != value for name, value in measured["options"].items())


def _known(number: int | None) -> str:
    return "" if number is None else count(number)


def _one(model: Mapping[str, Any]) -> str:
    size = "x".join(map(str, [*model["size"], model["channels"]]))
    lines = [f"{model['name']}  {model['task']}", model["summary"]]
    if model["parameters"] is not None:
        lines += [
            f"at {size} with {model['classes']} {'values' if model['task'] == 'regression' else 'classes'}:",
            f"  parameters   {exact(model['parameters'])}",
            f"  MACs         {exact(model['macs'])}",
            f"  activations  {bytes_of(model['peak_activation_bytes'])} at the peak, in float32",
            f"  depth        {model['depth']} layers of multiply-accumulates in a row",
        ]
    options = [(f"  {name}", f"default {default}") for name, default in model["options"].items()]
    measured = [_line(each) for each in model["measured"]]
    lines += ["options:", table(options)] if options else []
    lines += ["measured on this machine:", table(measured)] if measured else []
    return "\n".join([*lines, f"layer by layer: edgecv inspect {model['name']}"])


def _line(measured: Mapping[str, Any]) -> tuple[str, ...]:
    options = " ".join(f"{name}={value}" for name, value in measured["options"].items())
    return (
        f"  {measured['target']} {measured['precision']}",
        "x".join(map(str, measured["size"])),
        options,
        f"{measured['threads']} threads",
        f"p50 {measured['p50_ms']:.3g} ms",
        measured["taken_at"][:10],
    )
