"""Does the manifest say what the file is, and what was exported? Wrong words make a sound file answer wrongly."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from edgecv.quantization import calibration
from edgecv.records.artifact import Manifest, Tensor
from edgecv.records.preprocess import Preprocess
from edgecv.targets import Exported


def misdescribed(manifest: Manifest, network: Exported) -> list[str]:
    """Where the manifest contradicts what was exported."""
    return [
        *_unlike("task", network.task, manifest.task),
        *_labels(network.labels, manifest.labels),
        *_preprocess(network.preprocess, manifest.preprocess),
        *_postprocess(dict(network.postprocess), dict(manifest.postprocess)),
    ]


def of_another_export(manifest: Manifest, network: Exported) -> list[str]:
    """Where the digests of a manifest say that it is stale: of another network, or other calibration images."""
    digests = {"network": network.network_digest, "calibration": calibration.digest(network.calibration())}
    return [
        f"digests.{name}: it was made from another one than this export holds"
        for name, expected in digests.items()
        if manifest.digests.get(name) != expected
    ]


def misread(
    manifest: Manifest, expected: set[str], narrow: set[str], inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]
) -> list[str]:
    """Where the manifest contradicts what a file holds: its narrow numbers, its inputs and outputs."""
    return [
        *_unlike(f"{manifest.precision}: narrow numbers", sorted(expected), sorted(narrow)),
        *_tensors("inputs", inputs, manifest.inputs),
        *_tensors("outputs", outputs, manifest.outputs),
    ]


def _unlike(field: str, expected: Any, got: Any) -> Iterator[str]:
    if expected != got:
        yield f"{field}: expected {_text(expected)}, got {_text(got)}"


def _text(value: Any) -> str:
    return json.dumps(value)


def _labels(expected: tuple[str, ...], got: tuple[str, ...]) -> Iterator[str]:
    yield from _unlike("number of labels", len(expected), len(got))
    for index, (one, other) in enumerate(zip(expected, got, strict=False)):
        if one != other:
            yield f"label {index}: expected '{one}', got '{other}'"
            return


def _preprocess(expected: Preprocess, got: Preprocess) -> Iterator[str]:
    for field in dataclasses.fields(Preprocess):
        yield from _unlike(f"preprocess.{field.name}", getattr(expected, field.name), getattr(got, field.name))


def _postprocess(expected: dict[str, Any], got: dict[str, Any]) -> Iterator[str]:
    expected, got = json.loads(json.dumps([expected, got]))  # a tuple and the list that JSON makes of it are the same
    for field in sorted(expected.keys() | got.keys()):
        yield from _unlike(f"postprocess.{field}", expected.get(field), got.get(field))


def _tensors(which: str, file: tuple[Tensor, ...], manifest: tuple[Tensor, ...]) -> Iterator[str]:
    names = [[each.name for each in tensors] for tensors in (file, manifest)]
    yield from _unlike(which, sorted(names[0]), sorted(names[1]))
    said = {tensor.name: tensor for tensor in manifest}
    for tensor in file:
        for field in ("tensor", "shape", "dtype", "layout", "quantization"):
            if tensor.name in said:
                expected, got = _plain(tensor, field), _plain(said[tensor.name], field)
                yield from _unlike(f"{which}: '{tensor.name}': {field}", expected, got)


def _plain(tensor: Tensor, field: str) -> Any:
    return dataclasses.asdict(tensor)[field]
