"""`edgecv predict`: what an artifact sees in images."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click

from edgecv.cli.output import Progress, print_json, say
from edgecv.documents import load_device
from edgecv.errors import EdgecvError
from edgecv.hosts import Argument, Host, Made, at, given_artifact, given_source, require_usable, run
from edgecv.ondevice.commands.shares import STAGES
from edgecv.ondevice.engines import HINTS
from edgecv.records.artifact import open_sealed
from edgecv.records.device import threads_for

LONGEST_S = 24 * 3600.0  # that a board may work on images whose number is not known here
SHOWN = 8  # objects of one image in a line; --json has them all


@click.command("predict")
@click.argument("artifact", type=click.Path(path_type=Path))
@click.argument("sources", nargs=-1, required=True, metavar="IMAGE|FOLDER...")
@click.option("--device", default="local", show_default=True, help="A device profile: a name, or a YAML file.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder for the images with predictions drawn in.")
@click.option("--threshold", type=click.FloatRange(0, 1), help="The lowest score of a detection.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of the runtime; the profile's by default.")
@click.option("--hint", type=click.Choice(HINTS), help="Let OpenVINO compute floats in this precision.")
@click.option("--json", "as_json", is_flag=True, help="Print the predictions as one JSON document.")
def command(
    artifact: Path,
    sources: tuple[str, ...],
    device: str,
    out: Path | None,
    threshold: float | None,
    threads: int | None,
    hint: str | None,
    as_json: bool,
) -> None:
    """Run an artifact on images: what it sees, and where the time went.

    \b
    Examples:
      edgecv predict runs/demo/artifacts/tflite-int8 photo.jpg
      edgecv predict runs/demo/artifacts/openvino-int8 photos --out drawn
      edgecv predict runs/demo/artifacts/onnx-float32 photo.jpg --json --threshold 0.5
    """
    profile = load_device(device).record
    opened = open_sealed(artifact)
    target = opened.manifest.target
    require_usable(profile, [target])
    with tempfile.TemporaryDirectory(prefix="edgecv-") as scratch, Progress() as progress:
        answer = Path(scratch) / "predictions.json"
        options: list[Argument] = ["--json", Made(answer), "--threads", threads_for(profile, target, threads)]
        if hint:
            options += ["--hint", hint]
        if out:
            options += ["--out", Made(out)]
        if threshold is not None:
            options += ["--threshold", str(threshold)]
        host = at(profile, "predict", on_progress=progress)
        log = Path(tempfile.mkdtemp(prefix="edgecv-predict-")) / "log"
        kept = False
        try:
            with host:
                arguments = ["predict", given_artifact(opened), *map(given_source, sources), *options]
                run(host, arguments, log=log, on_progress=progress, limit_s=LONGEST_S)
        except EdgecvError as error:
            kept = str(log) in str(error)  # only a message that points to the log needs it
            raise
        finally:  # an unreadable photo among many is an error, and the others' predictions are there all the same
            if not kept:
                shutil.rmtree(log.parent)
            document = _named(json.loads(answer.read_bytes()), host) if answer.exists() else None
            if document:
                _show(document, as_json)
                if out:
                    say(f"drawn     {out}")


def _named(plain: Any, host: Host) -> Any:
    """The same with the files' names as they are here."""
    if isinstance(plain, dict):
        return {key: _named(value, host) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_named(each, host) for each in plain]
    return host.told(plain) if isinstance(plain, str) else plain


def _show(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    for each in document["predictions"]:
        click.echo(f"{each['image']}: {_sentence(each)}")
    shares = document["shares"]
    parts = (f"{name} {shares[name]['mean_ms']:.2f} ms ({shares[name]['share']:.0%})" for name in STAGES)
    say(f"time      an image: {', '.join(parts)}; wall {shares['wall_ms'] / max(1, shares['images']):.2f} ms")


def _sentence(prediction: dict[str, Any]) -> str:
    if "classes" in prediction:
        return ", ".join(f"{each['label']} {each['score']:.2f}" for each in prediction["classes"][:3])
    if "objects" in prediction:
        found = [f"{each['label']} {each['score']:.2f}" for each in prediction["objects"]]
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        return ", ".join(found[:SHOWN]) + more or "nothing found"
    return ", ".join(f"{label} {share:.0%}" for label, share in prediction["areas"].items())
