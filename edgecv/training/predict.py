"""The predictions of a Keras network, between the pixels and the postprocessing that a board uses too."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from edgecv.models.naming import by_name, names_of
from edgecv.models.opening import open_network
from edgecv.models.raw_outputs import raw_outputs
from edgecv.models.shapes import fix_shape
from edgecv.ondevice import child, images, predictions
from edgecv.ondevice.tasks import TASKS, detection
from edgecv.quantization.calibration import normalised
from edgecv.records.artifact import Manifest
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Task
from edgecv.records.samples import Samples

BATCH = 32


def predict_file(
    path: Path,
    custom_layers: Sequence[str],
    samples: Samples,
    task: Task,
    preprocess: Preprocess,
    postprocess: Mapping[str, Any],
    out: Path,
) -> None:
    """Save the predictions of a network that somebody else may have made."""
    network = fix_shape(open_network(path, custom_layers), preprocess.size, preprocess.channels)
    network = raw_outputs(network, task, postprocess)
    child.progress(f"predicting {len(samples)} images")
    predictions.save(out, predict(network, samples, task, preprocess, postprocess), task)


def predict(
    network: keras.Model, samples: Samples, task: Task, preprocess: Preprocess, postprocess: Mapping[str, Any]
) -> list[Any]:
    """One prediction of `edgecv.ondevice.tasks` for each sample, at the thresholds of an evaluation."""
    thresholds = detection.EVALUATION if task == "detection" else {}
    manifest = _manifest(task, samples.labels, preprocess, {**postprocess, **thresholds})
    return [
        TASKS[task].postprocess(outputs, manifest, placement)
        for outputs, placement in _outputs(network, samples, task, preprocess)
    ]


def _outputs(
    network: keras.Model, samples: Samples, task: Task, preprocess: Preprocess
) -> Iterator[tuple[dict[str, np.ndarray], images.Placement]]:
    for start in range(0, len(samples), BATCH):
        indices = range(start, min(start + BATCH, len(samples)))
        fitted = [images.read(samples.image(i), preprocess) for i in indices]
        pixels = normalised(np.stack([image for image, _ in fitted]), preprocess)
        # `predict` would wrap each batch into a data set.
        outputs = by_name(names_of(network), task, network.predict_on_batch(pixels))
        for row, (_, placement) in enumerate(fitted):
            yield {name: np.asarray(array)[row : row + 1] for name, array in outputs.items()}, placement


def _manifest(task: Task, labels: Sequence[str], preprocess: Preprocess, postprocess: Mapping[str, Any]) -> Manifest:
    """What postprocessing reads; there is no file to describe."""
    return Manifest(
        name="network",
        task=task,
        target="keras",
        precision="float32",
        labels=tuple(labels),
        preprocess=preprocess,
        postprocess=postprocess,
        inputs=(),
        outputs=(),
        model="",
    )
