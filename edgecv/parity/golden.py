"""What travels with an artifact: images with the outputs it gave for them, and images to measure with."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.ondevice.images import write_strip
from edgecv.parity.compare import spread
from edgecv.parity.limits import LIMITS
from edgecv.parity.run import Run
from edgecv.records.artifact import MANIFEST, Artifact, Manifest, artifact_digest, manifest_to_json
from edgecv.records.files import digest_of_file, write_json, write_whole

GOLDEN_IMAGES = 4  # enough to notice a broken runtime, few enough to travel with every bundle
BENCHMARK_IMAGES = 32
SAMPLES = "samples.png"
INPUT = "golden/input.npy"


def carry(folder: Path, manifest: Manifest, images: np.ndarray, ran: Run, samples: np.ndarray) -> Manifest:
    """Write golden images, the outputs that the artifact gave for them, and samples; the manifest that names them."""
    golden = _write_golden(folder, images, ran, manifest.precision)
    write_strip(folder / SAMPLES, samples[:BENCHMARK_IMAGES])
    added = [SAMPLES, golden["input"], *golden["outputs"].values()]
    return replace(
        manifest,
        files={**manifest.files, **{file: digest_of_file(folder / file) for file in added}},
        golden=golden,
        samples=SAMPLES,
        verified_on=ran.verified_on,
    )


def write_sealed(folder: Path, manifest: Manifest) -> Artifact:
    """Write the manifest with its digest, which says that all the rest is there."""
    manifest = replace(manifest, digests={**manifest.digests, "artifact": artifact_digest(manifest)})
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return Artifact(folder, manifest)


def _write_golden(folder: Path, images: np.ndarray, ran: Run, precision: str) -> dict[str, Any]:
    """A few images and what the artifact gave for them. Other processors round differently, hence a tolerance."""
    files = {name: f"golden/{name}.npy" for name in sorted(ran.outputs)}
    for path, array in ((INPUT, images), *((files[name], ran.outputs[name]) for name in files)):
        content = io.BytesIO()
        np.save(content, array[:GOLDEN_IMAGES], allow_pickle=False)
        write_whole(folder / path, content.getvalue())
    spreads = {name: spread(ran.outputs[name]) for name in files}
    tolerance = {name: float(f"{LIMITS[precision].golden * each:.3g}") for name, each in spreads.items()}
    return {"input": INPUT, "outputs": files, "tolerance": tolerance, **_computed_by(ran)}


def _computed_by(ran: Run) -> Mapping[str, str | None]:
    """Of a stand-in's kernels nothing follows for the runtime of the target."""
    return {"runtime": ran.runtime, "kernels": ran.kernels} if ran.on_target else {}
