"""A few test images with the predictions of a converted network drawn in: what no number shows."""

from pathlib import Path

from PIL import Image

from edgecv.hosts import local
from edgecv.ondevice.images import open_image
from edgecv.pipeline.keys import code_version, key
from edgecv.pipeline.runfolder import publish_folder
from edgecv.pipeline.workshop import Workshop
from edgecv.records.artifact import Artifact
from edgecv.records.samples import Samples

COUNT = 6


def draw_pictures(artifact: Artifact, samples: Samples, out: Path, workshop: Workshop) -> list[Path]:
    """Copies of the first test images in `pictures/`, and the same with predictions in `predictions/`."""
    pictures_key = key(
        artifact=artifact.manifest.digests["artifact"],
        data=samples.digest,
        count=COUNT,
        code=code_version("ondevice", "records"),
    )
    with workshop.store.claim("pictures", pictures_key) as claim:
        if claim.finished is None:
            plain = claim.folder / "pictures"
            plain.mkdir()
            for index in range(min(COUNT, len(samples))):
                image = open_image(samples.image(index))
                Image.fromarray(image).save(plain / f"{index:02d}.png")
            drawn = claim.folder / "predictions"
            arguments = ["predict", artifact.folder, plain, "--out", drawn]
            local.run_module("edgecv.ondevice", arguments, log=workshop.log, on_progress=workshop.progress)
            claim.finish(f"{artifact.manifest.name}: {COUNT} pictures")
        assert claim.finished is not None
        publish_folder(claim.finished / "pictures", out / "pictures")
        return sorted(publish_folder(claim.finished / "predictions", out / "predictions").glob("*.predicted.jpg"))
