"""The first layer that a file does not reproduce: the layers of the folded network, matched with a file's own values.

A layer counts as reproduced where a value of its shape is the same but for rounding. One whose value was fused away
counts too, as long as a layer that reads it is reproduced.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from edgecv.errors import InputError
from edgecv.hosts import local
from edgecv.hosts.local import ChildFailed
from edgecv.parity import insides
from edgecv.parity.levels import INTEGERS
from edgecv.quantization.calibration import normalised
from edgecv.records.artifact import open_artifact
from edgecv.targets import TARGETS, Exported, open_exported

IMAGES = 4
POINTS = 4096  # of each value that are compared: the whole of them would not fit into memory
SHARED = ("saved_model", "onnx")
NO_MATCH = "none of its layers can be matched"
FLOAT_MOST, INTEGER_MOST = 0.02, 0.5  # the error up to which a value is the layer's, in standard deviations


@dataclass(frozen=True)
class Seen:
    """A layer and a sample of what it gave, (images, points)."""

    name: str
    kind: str
    shape: tuple[int, ...]
    sample: np.ndarray
    readers: tuple[str, ...]


class Found(NamedTuple):
    """What came of looking for the first layer that is not reproduced."""

    layer: str = ""  # its name; empty: not known
    sentence: str = ""  # the same in words, or why it is not known; empty: there is nothing to say


def first_bad_layer(rung: str, draft: Path, exported: Path, *, log: Path) -> Found:
    """Layers cannot always be matched, as in a file that does not run."""
    with TemporaryDirectory(prefix="edgecv-layers-") as scratch:
        answer = Path(scratch) / "layer.json"
        try:
            local.run_module("edgecv.parity", ["layers", rung, draft, exported, answer], log=log)
        except InputError as reason:
            return Found(sentence=str(reason))
        except ChildFailed:
            return Found()
        return Found(**json.loads(answer.read_bytes()))


def find_here(rung: str, draft: Path, exported: Path) -> Found:
    """The same, in this process."""
    network = open_exported(exported)
    if not network.network.is_file():  # as of a SavedModel, which is exported without Keras
        return Found(sentence=NO_MATCH)
    images = network.reference_images()[:IMAGES]
    sampled = _sampled(_values(rung, draft, network, images))
    precision = open_artifact(draft).manifest.precision if rung not in SHARED else "float32"
    return verdict(_layers(network, images), sampled, INTEGER_MOST if precision in INTEGERS else FLOAT_MOST)


def verdict(layers: Sequence[Seen], values: Mapping[tuple[int, ...], Sequence[np.ndarray]], most: float) -> Found:
    """What the comparison of layers, in their order, with values says."""
    errors = {layer.name: nearest(layer, values.get(layer.shape, ())) for layer in layers}
    sound = {name for name, error in errors.items() if error <= most}
    if not sound and not any(np.isfinite(error) for error in errors.values()):
        return Found(sentence=NO_MATCH)
    for layer in reversed(layers):
        if sound.intersection(layer.readers):
            sound.add(layer.name)
    for layer in layers:
        if layer.name not in sound and np.isfinite(errors[layer.name]):
            away = f"{errors[layer.name]:.2g} standard deviations away"
            return Found(layer.name, f"the first layer that differs is '{layer.name}' ({layer.kind}), {away}")
    return Found(sentence="every layer by itself is reproduced")


def nearest(layer: Seen, candidates: Iterable[np.ndarray]) -> float:
    """The error of the value that is most like the layer's, in standard deviations; infinite: there is none."""
    spread = layer.sample.std()
    if not spread > 0:
        return np.inf
    with np.errstate(over="ignore", invalid="ignore"):  # of values beyond all numbers
        errors = [np.sqrt(((candidate - layer.sample) ** 2).mean()) / spread for candidate in candidates]
    return min((float(error) for error in errors if np.isfinite(error)), default=np.inf)


def _values(rung: str, draft: Path, network: Exported, images: np.ndarray) -> Iterator[insides.Values]:
    inputs = iter([normalised(image[None], network.preprocess) for image in images])
    if rung == "saved_model":
        return insides.saved_model(network.saved_model, inputs)
    if rung == "onnx":
        return insides.onnx(network.onnx, inputs)
    artifact = open_artifact(draft)
    run_by = TARGETS[artifact.manifest.target].RUN_BY
    if run_by == "tflite":
        return insides.tflite(artifact, images)
    return insides.READ_BY[run_by](artifact.model_file, inputs)


def _sampled(images: Iterator[insides.Values]) -> dict[tuple[int, ...], list[np.ndarray]]:
    """Samples of values (images, points), by the shape of the value."""
    each = [[(value.shape, sample(value)) for value in values] for values in images]
    by_shape: dict[tuple[int, ...], list[np.ndarray]] = {}
    for same in zip(*each, strict=True):
        by_shape.setdefault(same[0][0], []).append(np.stack([taken for _, taken in same]))
    return by_shape


def sample(value: np.ndarray) -> np.ndarray:
    """Some points of a value; of equal shapes the same ones."""
    points = np.random.default_rng(0).integers(0, value.size, min(value.size, POINTS))
    taken: np.ndarray = value.reshape(-1)[points].astype(np.float32)
    return taken


def _layers(network: Exported, images: np.ndarray) -> list[Seen]:
    import keras

    from edgecv.models.opening import open_network

    model = open_network(network.network, network.custom_layers)
    layers = [layer for layer in model.layers if _one_output(layer)]
    inside = keras.Model(model.inputs, [layer.output for layer in layers])
    answers = [
        [sample(np.asarray(value)) for value in inside(normalised(image[None], network.preprocess), training=False)]
        for image in images
    ]
    return [
        Seen(layer.name, type(layer).__name__, (1, *layer.output.shape[1:]), np.stack(samples), _readers(layer))
        for layer, samples in zip(layers, zip(*answers, strict=True), strict=True)
    ]


def _one_output(layer: Any) -> bool:
    """A layer that is used several times has no one output; an input is nothing that could be wrong."""
    return type(layer).__name__ != "InputLayer" and len(layer._inbound_nodes) == 1 and hasattr(layer.output, "shape")


def _readers(layer: Any) -> tuple[str, ...]:
    return tuple(node.operation.name for node in layer._outbound_nodes)
