"""Seal a draft that has passed its check: golden outputs, benchmark images, digests. After this nothing is added."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from edgecv.parity.check import Checked
from edgecv.parity.golden import carry, write_sealed
from edgecv.records.artifact import Artifact, open_artifact
from edgecv.targets import open_exported


def seal(
    draft: Path,
    exported: Path,
    checked: Checked,
    digests: Mapping[str, str],
    architecture: Mapping[str, Any] = MappingProxyType({}),
) -> Artifact:
    """Turn a draft into an artifact; `digests` says what else it came from, such as recipe and data."""
    manifest, network = open_artifact(draft).manifest, open_exported(exported)
    manifest = carry(draft, manifest, network.reference_images(), checked.ran, network.calibration())
    return write_sealed(
        draft,
        replace(
            manifest,
            digests={**manifest.digests, **digests},
            architecture=dict(architecture),
            parity=checked.report,
            level_use=checked.level_use,
            warnings=(*manifest.warnings, *checked.warnings),
        ),
    )
