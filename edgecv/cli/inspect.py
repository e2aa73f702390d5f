"""`edgecv inspect`: what a network costs, layer by layer, before anything runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from edgecv.cli.logs import kept_on_failure
from edgecv.cli.output import Progress, print_json, say, table
from edgecv.documents.overrides import options_in
from edgecv.errors import InputError
from edgecv.inspection import picture as pictures
from edgecv.inspection.counts import bytes_of, count, exact, volume
from edgecv.pipeline.inspect import Wanted, inspect
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop

HEADER = ("layer", "type", "output", "parameters", "MACs", "field", "stride", "bytes", "alive")
SIDE = click.IntRange(min=1)


@click.command("inspect")
@click.argument("model", metavar="MODEL|ARTIFACT")
@click.option("--size", nargs=2, type=SIDE, metavar="HEIGHT WIDTH", help="Of the images; without it, the usual one.")
@click.option(
    "--classes", type=SIDE, help="Or values of a model of the zoo; as in the data it was published on by default."
)
@click.option("--set", "set_", multiple=True, metavar="OPTION=VALUE", help="An option of a model of the zoo.")
@click.option("--custom-layer", "custom_layers", multiple=True, help="A layer to trust: module:Class or file.py:Class.")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Print only the N layers with the most MACs.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: a .png, .svg or .pdf file.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as a JSON object.")
def command(
    model: str,
    size: tuple[int, int] | None,
    classes: int | None,
    set_: tuple[str, ...],
    custom_layers: tuple[str, ...],
    top: int | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Show a network layer by layer: output volume, parameters, multiply-accumulates, receptive field and memory.

    MODEL is the name of a model of the zoo, a .keras or .h5 file, a SavedModel folder or a run folder. ARTIFACT is an
    artifact's folder, or a .tflite, .onnx or OpenVINO .xml file: then the operators of the file itself are shown.

    \b
    Examples:
      edgecv inspect vgg16
      edgecv inspect mobilenet_v2 --size 160 160 --set width=0.5 --picture mobilenet.png
      edgecv inspect runs/demo/artifacts/tflite-int8 --top 10
    """
    if picture and picture.suffix.lower() not in pictures.FORMATS:
        raise InputError(f"--picture: expected a name that ends in {', '.join(pictures.FORMATS)}, got '{picture}'")
    wanted = Wanted(size, classes, options_in(set_), custom_layers)
    with kept_on_failure("inspect") as log, Progress("opening the network") as progress:
        found = inspect(model, wanted, Workshop(default_store(), log, say, progress))
        if picture:
            progress("drawing")
            pictures.draw(found, picture)
    if picture:
        say(f"picture   {picture}")
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join([_layers(found["layers"], top), "", *_totals(found), *_remarks(found["layers"])]))


def _layers(layers: Sequence[Mapping[str, Any]], top: int | None) -> str:
    if top:
        heaviest = sorted(layers, key=lambda layer: -(layer["macs"] or 0))[:top]
        layers = [layer for layer in layers if layer in heaviest]
    columns = zip(*[HEADER, *map(_row, layers)], strict=True)
    return table(list(zip(*map(_aligned, columns), strict=True)))


def _aligned(column: Sequence[str]) -> Sequence[str]:
    """Names to the left, figures to the right."""
    return column if column[0] in HEADER[:2] else [cell.rjust(max(map(len, column))) for cell in column]


def _row(layer: Mapping[str, Any]) -> tuple[str, ...]:
    macs, field, stride = layer["macs"], layer["receptive_field"], layer["stride"]
    seen = "?" if field is None else "all" if stride is None else volume(_one_or_both(field))
    return (
        layer["name"],
        layer["type"],
        volume(layer["output"]),
        exact(layer["parameters"]),
        "?" if macs is None else exact(macs),
        seen,
        volume(_one_or_both(stride)) if stride else "",
        exact(layer["activation_bytes"]),
        exact(layer["live_bytes"]),
    )


def _one_or_both(sides: Sequence[float]) -> Sequence[float]:
    return sides[:1] if sides[0] == sides[1] else sides


def _totals(found: Mapping[str, Any]) -> list[str]:
    totals = found["totals"]
    sizes = ", ".join(volume(each) for each in found["inputs"])
    some = "at least " if totals["macs_not_counted"] else ""
    weights, activations = bytes_of(totals["weights_bytes"]), bytes_of(totals["peak_activation_bytes"])
    return [
        f"input        {sizes}",
        f"parameters   {exact(totals['parameters'])} ({weights})",
        f"MACs         {some}{count(totals['macs'])}",
        f"activations  {activations} at the peak, in {totals['peak_at']}",
        f"depth        {totals['depth']} layers of multiply-accumulates in a row",
    ]


def _remarks(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"note: {layer['name']}: {layer['remark']}" for layer in layers if layer["remark"]]
