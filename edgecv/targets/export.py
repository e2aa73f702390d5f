"""Export a Keras network: the one place that knows Keras. Everything after it starts from files.

There is one inference graph, with batch 1 and outputs by name, and `training=False` is always said: some layers of
Keras take silence for training, and then change their own statistics on every call.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.hosts.versions import versions
from edgecv.models.opening import open_network
from edgecv.ondevice.child import progress
from edgecv.ondevice.commands.sources import read_stack
from edgecv.quantization.calibration import normalised
from edgecv.records.files import write_whole
from edgecv.targets.exported import Exported, write_exported
from edgecv.targets.network import check_input, check_outputs
from edgecv.targets.onnx_export import write_onnx
from edgecv.targets.request import Request


def export(request: Request, folder: Path) -> Exported:
    """Write the exported folder of a network; what is wrong with it is said before anything is converted."""
    from edgecv.training.digest import network_digest

    calibration, reference = (_images(path, request) for path in (request.calibration, request.reference))
    progress(f"opening {request.network.name}")
    network = open_network(request.network)
    check_input(network, request)
    function, tensors = _trace(network, (1, *reference.shape[1:]))
    outputs = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    check_outputs(outputs, request)

    progress("computing reference outputs")
    answers = _answers(function, normalised(reference, request.preprocess))
    _refuse_dead(answers, request.network)
    exported = Exported(
        folder,
        request.name,
        request.task,
        request.labels,
        request.preprocess,
        request.postprocess,
        outputs,
        network_digest(network),
        versions("edgecv", "keras", "tensorflow", "tensorflow-cpu", "tf2onnx"),
    )
    _save(folder / "calibration.npy", calibration)
    _save(folder / "reference/images.npy", reference)
    for name, values in answers.items():
        _save(folder / f"reference/{name}.npy", values)
    progress("writing SavedModel and ONNX")
    _write_saved_model(network, function, exported.saved_model)
    write_onnx(function, tensors, request.network, exported.onnx)
    write_exported(exported)
    return exported


def _images(path: Path, request: Request) -> np.ndarray:
    images = read_stack(path)
    expected = (*request.preprocess.size, request.preprocess.channels)
    if images.shape[1:] != expected or not len(images):
        raise InputError(f"{path}: expected images of {expected}, got {images.shape}")
    return images


def _trace(network: Any, shape: tuple[int, ...]) -> tuple[Any, dict[str, Any]]:
    """The inference graph as a tf.function, and its outputs by name."""
    import tensorflow as tf

    def serve(input: Any) -> Mapping[str, Any]:  # noqa: A002 - the argument's name becomes the input's in every file
        outputs = network(input, training=False)
        return outputs if isinstance(outputs, Mapping) else {"logits": outputs}  # the only output needs no name

    function = tf.function(serve, input_signature=[tf.TensorSpec(shape, tf.float32, name="input")])
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


def _save(path: Path, array: np.ndarray) -> None:
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    write_whole(path, content.getvalue())
