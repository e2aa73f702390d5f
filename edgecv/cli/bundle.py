"""`edgecv bundle`: an artifact as one file that runs on a board."""

import tempfile
from pathlib import Path

import click

from edgecv.cli.logs import kept_on_failure
from edgecv.cli.output import Progress, print_json, say
from edgecv.errors import InputError
from edgecv.records.artifact import Artifact, open_sealed
from edgecv.records.bundle import SUFFIX


@click.command("bundle")
@click.argument("artifact", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; NAME.pyz in the current folder.")
@click.option(
    "--golden", type=click.Path(path_type=Path), help="A folder of images to travel instead of the artifact's."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as a JSON object.")
def command(artifact: Path, out: Path | None, golden: Path | None, as_json: bool) -> None:
    """Write an artifact and the code that runs it as one file, for boards with Python 3.8 or later.

    \b
    Examples:
      edgecv bundle runs/demo/artifacts/tflite-int8
      edgecv bundle runs/demo/artifacts/tflite-int8 --out detector.pyz --golden public_photos
      python3 detector.pyz photo.jpg --out drawn.jpg      on the board
    """
    from edgecv.bundle import with_pictures, write_bundle

    opened = open_sealed(artifact)
    if opened.bundled:
        raise InputError(f"{artifact}: a bundle already; name the artifact folder that it was made from")
    place = out or Path(f"{opened.manifest.name}{SUFFIX}")
    if place.suffix != SUFFIX:
        raise InputError(f"--out: expected a name that ends in {SUFFIX}, got '{place}'")
    if golden is None:
        written = write_bundle(opened, place)
    else:
        with kept_on_failure("bundle") as log, tempfile.TemporaryDirectory(prefix="edgecv-") as folder:
            with Progress("golden outputs") as progress:
                own = with_pictures(opened, golden, Path(folder) / "artifact", log=log, on_progress=progress)
            written = write_bundle(own, place)
    pictures = _pictures(opened, golden)
    if as_json:
        print_json(
            {"bundle": str(place), "bytes": written.bytes, "code_bytes": written.code_bytes, "pictures": pictures}
        )
    say(f"pictures  {pictures}")
    say(f"bundle    {place}  {written.bytes / 1e6:.1f} MB, {written.code_bytes / 1e3:.0f} kB of it code")


def _pictures(artifact: Artifact, golden: Path | None) -> str:
    """Whose pictures travel: nobody should learn from a customer that a patient's do."""
    if golden:
        return f"those of {golden} travel in it, and none of the data that the artifact was made with"
    return (
        f"{artifact.manifest.samples} and golden/ travel in it: images of the data that the artifact was calibrated "
        "and proven with; --golden FOLDER replaces them"
    )
