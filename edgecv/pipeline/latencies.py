"""What this machine has measured of the models of the zoo: found in the store, through the artifacts measured."""

import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgecv import documents
from edgecv.errors import InputError
from edgecv.pipeline.store import Store
from edgecv.records.artifact import MANIFEST
from edgecv.records.measurement import Measurement


@dataclass(frozen=True)
class Measured:
    """One measurement of an artifact whose network is a model of the zoo."""

    model: str
    options: dict[str, Any]
    size: tuple[int, int]
    target: str
    precision: str
    threads: int
    runtime: str
    p50_ms: float
    taken_at: str


def latencies(store: Store) -> list[Measured]:
    """The newest VALID measurement of every model, build and size, the fastest first."""
    manifests = dict(_manifests(store.root))
    newest: dict[tuple[object, ...], Measured] = {}
    for measurement in _measurements(store.root):
        measured = _measured(measurement, manifests.get(measurement.artifact.digest, {}))
        if measured:
            options = tuple(sorted(measured.options.items()))
            kind = (measured.model, options, measured.size, measured.target, measured.precision, measured.threads)
            if kind not in newest or newest[kind].taken_at < measured.taken_at:
                newest[kind] = measured
    return sorted(newest.values(), key=lambda each: each.p50_ms)


def _manifests(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The manifests of the artifacts that come from the zoo, by digest. Damaged ones are the store's to deal with."""
    for path in root.glob(f"finished/artifact/*/{MANIFEST}"):
        try:
            plain = json.loads(path.read_bytes())
            if plain.get("architecture"):
                yield plain["digests"]["artifact"], plain
        except (OSError, ValueError, KeyError, AttributeError):
            continue


def _measurements(root: Path) -> Iterator[Measurement]:
    for path in root.glob("finished/bench/*/measurement.json"):
        try:
            yield documents.read_measurement(path)
        except InputError:  # damaged, or of a newer edgecv
            continue


def _measured(measurement: Measurement, manifest: dict[str, Any]) -> Measured | None:
    """None where it is of no model, not to be quoted, or not of a machine like this one."""
    latency, environment, probed = measurement.latency, measurement.environment, measurement.device.probed
    here = probed.get("arch") in (None, platform.machine()) and not probed.get("emulated")
    if not manifest or not here or measurement.verdict != "VALID" or latency is None or environment is None:
        return None
    options = dict(manifest["architecture"])
    height, width = manifest["preprocess"]["size"]
    return Measured(
        model=options.pop("name"),
        options=options,
        size=(height, width),
        target=measurement.artifact.target,
        precision=measurement.artifact.precision,
        threads=environment.threads,
        runtime=environment.runtime,
        p50_ms=latency.p50_ms,
        taken_at=measurement.taken_at,
    )
