"""`edgecv parity`: is a finished artifact still this network?"""

from pathlib import Path
from typing import Any

import click

from edgecv.cli.logs import kept_on_failure
from edgecv.cli.output import Progress, print_json, say, table
from edgecv.errors import GateRefused
from edgecv.parity import Ladder, NotTheNetwork, figures, require_sound
from edgecv.pipeline.prove import climbed
from edgecv.pipeline.store import default_store
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import open_sealed

COLUMNS = ("rung", "output", "max abs / spread", "rms / spread", "centred cosine", "agreement", "verdict")
FIGURES = ("max_abs_over_spread", "rms_over_spread", "centred_cosine", "agreement")


@click.command("parity")
@click.argument("artifact", type=click.Path(path_type=Path))
@click.option(
    "--against",
    "model",
    required=True,
    type=click.Path(path_type=Path),
    help="The network: a .keras or .h5 file, a SavedModel folder, or a run folder, which also knows the preprocessing.",
)
@click.option(
    "--images", type=click.Path(path_type=Path), help="Images to compare with; without, those in the artifact."
)
@click.option("--custom-layer", "custom_layers", multiple=True, help="A layer to trust: module:Class or file.py:Class.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as a JSON object.")
def command(artifact: Path, model: Path, images: Path | None, custom_layers: tuple[str, ...], as_json: bool) -> None:
    """Prove that an artifact is still a network: every step from Keras to the file on its runtime is compared.

    \b
    Examples:
      edgecv parity runs/demo/artifacts/tflite-int8 --against runs/demo
      edgecv parity detector --against network.keras --images photos
    """
    opened = open_sealed(artifact)
    refused: GateRefused | None = None
    with kept_on_failure("parity") as log:
        with Progress() as progress:
            workshop = Workshop(default_store(), log, say, progress)
            with climbed(opened, model, images, workshop, custom_layers) as proof:
                try:
                    require_sound(proof.ladder, artifact, proof.exported, log=log, on_progress=progress)
                except GateRefused as error:
                    refused = error
        if not proof.same_network:
            say(f"note: by its digest, {artifact} was made from another network file than {model}")
        if as_json:
            print_json(_as_json(artifact, model, proof.ladder, refused))
        elif proof.ladder.rungs:
            click.echo(table([COLUMNS, *_rows(proof.ladder)]))
        if refused:
            raise refused


def _rows(ladder: Ladder) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for rung, compared in ladder.rungs.items():
        verdict = "refused" if compared.reasons else "passed"
        rows += [
            (rung, output, *(row[figure] for figure in FIGURES), verdict) for output, row in figures(compared).items()
        ] or [(rung, None, None, None, None, None, verdict)]
    return rows


def _as_json(artifact: Path, model: Path, ladder: Ladder, refused: GateRefused | None) -> dict[str, Any]:
    blame = refused.blame if isinstance(refused, NotTheNetwork) else None
    return {
        "artifact": str(artifact),
        "against": str(model),
        "passed": refused is None,
        "runtime": ladder.ran.runtime if ladder.ran else None,
        "rungs": {rung: figures(compared) for rung, compared in ladder.rungs.items()},
        "negative_control": {name: "refused" if noticed else "passed" for name, noticed in ladder.refused.items()},
        "blame": {"rung": blame.rung, "layer": blame.layer or None} if blame else None,
        "reason": str(refused) if refused else None,
    }
