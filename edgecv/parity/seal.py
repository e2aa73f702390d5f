"""Seal a draft that has passed its check: golden outputs, benchmark images, digests. After this nothing is added."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from edgecv.ondevice.images import write_strip
from edgecv.parity.check import Checked
from edgecv.parity.compare import spread
from edgecv.parity.limits import LIMITS
from edgecv.records.artifact import MANIFEST, Artifact, artifact_digest, manifest_to_json, open_artifact
from edgecv.records.files import digest_of_file, write_json, write_whole
from edgecv.targets import open_exported

GOLDEN_IMAGES = 4  # enough to notice a broken runtime, few enough to travel with every bundle
BENCHMARK_IMAGES = 32
SAMPLES = "samples.png"


def seal(
    draft: Path,
    exported: Path,
    checked: Checked,
    digests: Mapping[str, str],
    architecture: Mapping[str, Any] = MappingProxyType({}),
) -> Artifact:
    """Turn a draft into an artifact; `digests` says what else it came from, such as recipe and data."""
    manifest, network = open_artifact(draft).manifest, open_exported(exported)
    golden = _write_golden(draft, network.reference_images(), checked.outputs, manifest.precision)
    write_strip(draft / SAMPLES, network.calibration()[:BENCHMARK_IMAGES])
    added = [SAMPLES, golden["input"], *golden["outputs"].values()]
    manifest = replace(
        manifest,
        files={**manifest.files, **{file: digest_of_file(draft / file) for file in added}},
        digests={**manifest.digests, **digests},
        architecture=dict(architecture),
        parity=checked.report,
        golden=golden,
        samples=SAMPLES,
        level_use=checked.level_use,
        verified_on=checked.verified_on,
        warnings=(*manifest.warnings, *checked.warnings),
    )
    manifest = replace(manifest, digests={**manifest.digests, "artifact": artifact_digest(manifest)})
    write_json(draft / MANIFEST, manifest_to_json(manifest))  # last: its digest says that all the rest is there
    return Artifact(draft, manifest)


def _write_golden(
    folder: Path, images: np.ndarray, outputs: Mapping[str, np.ndarray], precision: str
) -> dict[str, Any]:
    """A few images and what the artifact gave for them. Other processors round differently, hence a tolerance."""
    files = {name: f"golden/{name}.npy" for name in sorted(outputs)}
    for path, array in (("golden/input.npy", images), *((files[name], outputs[name]) for name in files)):
        content = io.BytesIO()
        np.save(content, array[:GOLDEN_IMAGES], allow_pickle=False)
        write_whole(folder / path, content.getvalue())
    spreads = {name: spread(outputs[name]) for name in files}
    tolerance = {name: float(f"{LIMITS[precision].golden * each:.3g}") for name, each in spreads.items()}
    return {"input": "golden/input.npy", "outputs": files, "tolerance": tolerance}
