"""Where a fault is seeded: copies of an exported network, and the parts of the toolchain to put together wrongly.

A fault is a function that gets a `Place` and gives a `Case`: the draft to be checked and, where the fault sits in the
toolchain rather than in a file, the builder that would make the same mistake again. It may change anything in the
place. Three ways to seed:

- in a finished file: `draft = place.build("tflite", "int8")`, then change its files (`rewrite`) or manifest (`edit`);
- in a shared step: change `place.exported` (calibration.npy, saved_model, model.onnx), or `export_again` another
  network, then `place.answer_again()` where a step answers differently now, and build from it;
- in a build: a function like `build_here` that does it wrongly, used for the draft and given to the `Case`.

Everything happens in this process, since TensorFlow takes longer to start than a small network to convert.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.models import MODELS
from edgecv.parity.bisect import BuildAnew
from edgecv.quantization.calibration import normalised
from edgecv.records.artifact import MANIFEST
from edgecv.records.files import digest_of_file, write_json, write_whole
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Precision, Task
from edgecv.targets import Exported, Spec, open_exported
from edgecv.targets.draft import build_draft
from edgecv.targets.exported import write_exported
from edgecv.targets.order import Order
from edgecv.targets.request import Request
from faults.networks import LABELS, MODEL_OF, PREPROCESS, images


@dataclass(frozen=True)
class Place:
    """An exported network that a fault may spoil, and the Keras network that it was made from."""

    exported: Path
    original: Any  # a keras.Model, before folding; not to be changed: others see it too

    def build(self, target: str, precision: Precision) -> Path:
        """A draft of what the exported folder holds now."""
        draft = self.exported.parent / f"{target}-{precision}"
        build_here(self.exported, Order(target, Spec(precision), draft), draft)
        return draft

    def answer_again(self) -> None:
        """Ask the SavedModel and the ONNX file for their answers once more, as every export ends with."""
        from edgecv.targets.rungs import keep_answers

        keep_answers(open_exported(self.exported))


@dataclass(frozen=True)
class Case:
    """What is checked, and what makes builds anew when the check looks for the fault."""

    draft: Path
    build: BuildAnew | None = None  # None: a sound one


@dataclass(frozen=True)
class Fault:
    number: int
    said: str  # as in the list
    rung: str  # that has to be blamed
    seed: Callable[[Place], Case]
    network: str = "detection"  # a name in NETWORKS of `run`


def build_here(exported: Path, order: Order, log: Path) -> None:  # noqa: ARG001 - the signature of a builder
    """Build as a child of the conversion does."""
    build_draft(open_exported(exported), order)


def edit(draft: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest."""
    plain = json.loads((draft / MANIFEST).read_bytes())
    change(plain)
    write_json(draft / MANIFEST, plain)


def rewrite(draft: Path, file: str, content: bytes) -> None:
    """Change a file, and let the manifest vouch for it."""
    write_whole(draft / file, content)
    edit(draft, lambda plain: plain["files"].update({file: digest_of_file(draft / file)}))


def export_first(
    network: Any,
    task: Task,
    folder: Path,
    postprocess: Mapping[str, Any] | None = None,
    preprocess: Preprocess = PREPROCESS,
) -> Place:
    """Export a network with all its answers."""
    from edgecv.targets.export import export

    folder.mkdir(parents=True)
    network.save(folder / "network.keras")
    np.save(folder / "calibration.npy", images(60, seed=1, size=preprocess.size))
    np.save(folder / "reference.npy", images(32, seed=2, size=preprocess.size))
    request = Request(
        network=folder / "network.keras",
        name=f"tiny-{task}",
        task=task,
        labels=LABELS,
        preprocess=preprocess,
        postprocess=MODELS[MODEL_OF[task]].postprocess() if postprocess is None else postprocess,
        calibration=folder / "calibration.npy",
        reference=folder / "reference.npy",
    )
    export(request, folder / "exported")
    place = Place(folder / "exported", network)
    place.answer_again()
    return place


def copy_of(place: Place, folder: Path) -> Place:
    shutil.copytree(place.exported, folder / "exported")
    return Place(folder / "exported", place.original)


def export_again(place: Place, prepared: Any) -> None:
    """Put a network in the place of the folded one, as if that was what folding gave; the reference stays."""
    from edgecv.targets.onnx_export import write_onnx

    exported = open_exported(place.exported)
    function, tensors = traced(prepared, exported)
    inputs = normalised(exported.reference_images(), exported.preprocess)
    answers = [function(image[None]) for image in inputs]
    folded = {name: np.concatenate([answer[name].numpy() for answer in answers]) for name in exported.outputs}
    exported.keep_rung("folded", folded)
    prepared.save(exported.network)
    write_saved_model(place, prepared, function)
    write_onnx(function, tensors, exported.network, exported.onnx)
    place.answer_again()


def traced(network: Any, exported: Exported, *, training: bool = False) -> tuple[Any, dict[str, Any]]:
    """A network with named outputs as a function of one image, and its outputs."""
    import tensorflow as tf

    shape = (1, *exported.preprocess.size, exported.preprocess.channels)
    function = tf.function(
        lambda input: network(input, training=training),  # noqa: A006 - the name becomes the input's in every file
        input_signature=[tf.TensorSpec(shape, tf.float32, name="input")],
    )
    return function, dict(sorted(function.get_concrete_function().structured_outputs.items()))


def write_saved_model(place: Place, network: Any, function: Any) -> None:
    import keras

    exported = open_exported(place.exported)
    shutil.rmtree(exported.saved_model)
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serve", function)
    archive.write_out(exported.saved_model, verbose=False)


def folded_network(place: Place) -> Any:
    """The network after folding and equalising, to be changed."""
    from edgecv.models.opening import open_network

    return open_network(open_exported(place.exported).network)


def with_other_words(exported: Path, folder: Path, **changed: Any) -> Path:
    """A copy of an exported folder whose record says something else."""
    shutil.copytree(exported, folder)
    write_exported(replace(open_exported(folder), **changed))
    return folder
