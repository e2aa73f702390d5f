"""Export a Keras network: the one place that knows Keras. Everything after it starts from files.

There is one inference graph, with batch 1 and outputs by name, and `training=False` is always said: some layers of
Keras take silence for training, and then change their own statistics on every call.
"""

import gc
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.hosts.versions import versions
from edgecv.models.naming import by_name, names_of
from edgecv.models.opening import open_network
from edgecv.models.raw_outputs import raw_outputs, refuse_probabilities
from edgecv.models.shapes import fix_shape
from edgecv.ondevice.child import progress
from edgecv.ondevice.commands.sources import read_stack
from edgecv.quantization.calibration import normalised
from edgecv.quantization.grids import GRIDS
from edgecv.quantization.preparing import prepare
from edgecv.records.recipe import Task
from edgecv.targets.exported import Exported, save_array, write_exported
from edgecv.targets.network import check_outputs
from edgecv.targets.onnx_export import write_onnx
from edgecv.targets.request import Request
from edgecv.targets.rounded import write_rounded

LOOKED_AT = 32  # calibration images that show what flows between layers


def export(request: Request, folder: Path, grids: Iterable[str] = tuple(GRIDS)) -> Exported:
    """Write the exported folder of a network; what is wrong with it is said before anything is converted."""
    from edgecv.training.digest import network_digest

    calibration, reference = (_images(path, request) for path in (request.calibration, request.reference))
    progress(f"opening {request.network.name}")
    opened = open_network(request.network, request.custom_layers)
    digest = network_digest(opened)
    fixed = fix_shape(opened, request.preprocess.size, request.preprocess.channels)
    network, names = raw_outputs(fixed, request.task, request.postprocess), names_of(opened)
    # Whatever is done to the network comes after this, so that parity sees it.
    untouched = raw_outputs(opened, request.task, request.postprocess)
    original, tensors = _trace(untouched, names, request.task, reference.shape)
    outputs = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    check_outputs(outputs, request)

    progress("computing reference outputs")
    inputs = normalised(reference, request.preprocess)
    answers = _answers(original, inputs)
    _refuse_dead(answers, request.network)
    for values in answers.values():
        refuse_probabilities(values, request.task, request.postprocess, request.network)

    progress("folding batch norms and equalising layers")
    prepared = prepare(network, normalised(calibration[:LOOKED_AT], request.preprocess), equalise=request.equalise)
    function, tensors = _trace(prepared.network, names, request.task, reference.shape)
    exported = Exported(
        folder,
        request.name,
        request.task,
        request.labels,
        request.preprocess,
        request.postprocess,
        outputs,
        digest,
        versions("edgecv", "keras", "tensorflow", "tensorflow-cpu", "tf2onnx"),
        {name: getattr(prepared, name) for name in ("folded", "kept", "equalised", "skipped")},
        request.custom_layers,
    )
    save_array(folder / "calibration.npy", calibration)
    save_array(folder / "reference/images.npy", reference)
    for name, values in answers.items():
        save_array(folder / f"reference/{name}.npy", values)
    exported.keep_rung("folded", _answers(function, inputs))
    progress("writing SavedModel and ONNX")
    if prepared.network.weights:  # a SavedModel's graph has none, and no layers that could be looked into
        prepared.network.save(exported.network)
    _write_saved_model(prepared.network, function, exported.saved_model)
    write_onnx(function, tensors, request.network, exported.onnx)
    gc.collect()  # tf2onnx leaves many copies of the weights in circles: of a deep network gigabytes
    if prepared.network is not network:  # else there are no plain layers to look into
        (folder / "rounded").mkdir()
        _round(exported, prepared.network, calibration, grids)
    write_exported(exported)
    return exported


def round_further(exported: Exported, grids: Iterable[str]) -> None:
    """What an export that is there already lacks for builds that nobody had thought of."""
    _round(exported, open_network(exported.network, exported.custom_layers), exported.calibration(), grids)


def _round(exported: Exported, network: Any, calibration: np.ndarray, grids: Iterable[str]) -> None:
    missing = exported.without(grids)
    if missing:
        progress("rounding weights")
        write_rounded(exported, network, normalised(calibration[:LOOKED_AT], exported.preprocess), missing)


def _images(path: Path, request: Request) -> np.ndarray:
    images = read_stack(path)
    expected = (*request.preprocess.size, request.preprocess.channels)
    if images.shape[1:] != expected or not len(images):
        raise InputError(f"{path}: expected images of {expected}, got {images.shape}")
    return images


def _trace(network: Any, names: tuple[str, ...], task: Task, shape: tuple[int, ...]) -> tuple[Any, dict[str, Any]]:
    """The inference graph as a tf.function for one image, and its outputs by name."""
    import tensorflow as tf

    def serve(input: Any) -> Mapping[str, Any]:  # noqa: A002 - the argument's name becomes the input's in every file
        return by_name(names, task, network(input, training=False))

    function = tf.function(serve, input_signature=[tf.TensorSpec((1, *shape[1:]), tf.float32, name="input")])
    outputs = function.get_concrete_function().structured_outputs
    return function, dict(sorted(outputs.items()))


def _answers(function: Any, inputs: np.ndarray) -> dict[str, np.ndarray]:
    each = [function(image[None]) for image in inputs]
    return {name: np.concatenate([answer[name].numpy() for answer in each]) for name in sorted(each[0])}


def _refuse_dead(answers: Mapping[str, np.ndarray], network: Path) -> None:
    """Against outputs that are not numbers, or always the same, no artifact could be checked."""
    for name, values in answers.items():
        if not np.isfinite(values).all():
            raise InputError(f"{network}: output '{name}' is not finite; train the network again with a lower rate")
        if (values == values[0]).all():
            raise InputError(f"{network}: output '{name}' is the same for all images; the network has learnt nothing")


def _write_saved_model(network: Any, function: Any, folder: Path) -> None:
    import keras

    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serve", function)
    archive.write_out(folder, verbose=False)
