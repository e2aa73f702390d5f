"""Every value on the way through a file, by its own toolchain. For a child process: toolchains crash and leak.

The names of layers do not survive conversion, and fused operations have no value of their own, so values come without
names, in the order of computing; `layers` matches them by what they are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.ondevice.engines.encoding import encoding_for
from edgecv.ondevice.engines.openvino import import_openvino
from edgecv.records.artifact import Artifact
from edgecv.targets.onnx_session import unfused_session

Values = Sequence[np.ndarray]  # of one image, all float32, quantized ones as the numbers that they stand for


def saved_model(folder: Path, inputs: Iterator[np.ndarray]) -> Iterator[Values]:
    """Of normalised images (1, height, width, channels)."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2 as freeze

    loaded = tf.saved_model.load(str(folder))  # which owns the variables, and so has to outlive the next lines
    serve = loaded.signatures["serving_default"]
    for function in serve.graph.as_graph_def().library.function:
        if any(node.op.startswith("Assign") for node in function.node_def):  # then nothing can be frozen
            raise InputError("it changes its own variables while it runs, as in training mode")
    frozen = freeze(serve)
    values = [
        value
        for operation in frozen.graph.get_operations()
        if operation.type not in ("Const", "Placeholder")
        for value in operation.outputs
        if value.dtype == tf.float32 and value.shape.rank and value.shape[0] == 1
    ]
    inside = frozen.prune(frozen.inputs[0], values)
    for image in inputs:
        yield [value.numpy() for value in inside(tf.constant(image))]


def onnx(path: Path, inputs: Iterator[np.ndarray]) -> Iterator[Values]:
    """Of normalised images, channels last."""
    import onnx as library

    model = library.load(path)
    known = {port.name for port in model.graph.output}
    made = [name for node in model.graph.node for name in node.output if name and name not in known]
    model.graph.output.extend(library.ValueInfoProto(name=name) for name in made)
    session = unfused_session(model)
    for image in inputs:
        answers = session.run(None, {session.get_inputs()[0].name: image.transpose(0, 3, 1, 2)})
        turned = [value.transpose(0, 2, 3, 1) for value in answers if _is_picture(value)]
        yield _floats([*answers, *turned])  # in the middle of the graph, channels may be first or last


def _is_picture(value: Any) -> bool:
    return bool(isinstance(value, np.ndarray) and value.ndim == 4)


def openvino(path: Path, inputs: Iterator[np.ndarray]) -> Iterator[Values]:
    """Of normalised images."""
    library = import_openvino()

    core = library.Core()
    model = core.read_model(path)
    made = [
        port
        for operation in model.get_ordered_ops()
        if operation.get_type_name() not in ("Constant", "Parameter", "Result")
        for port in operation.outputs()
        if port.get_partial_shape().is_static
    ]
    model.add_outputs(made)
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for image in inputs:
        yield _floats(list(compiled(image).values()))


def tflite(artifact: Artifact, images: np.ndarray) -> Iterator[Values]:
    """Of uint8 images: what is done to them depends on the file's input."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        str(artifact.model_file),
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,  # a delegate keeps its values
    )
    interpreter.allocate_tensors()
    encode = encoding_for(artifact.manifest.preprocess, artifact.manifest.inputs[0])
    place = interpreter.get_input_details()[0]["index"]
    details = interpreter.get_tensor_details()
    for image in images:
        interpreter.set_tensor(place, encode(image[None]))
        interpreter.invoke()
        yield _floats([_stored(interpreter, each) for each in details])


def _stored(interpreter: Any, details: Mapping[str, Any]) -> np.ndarray | None:
    try:
        stored: np.ndarray = interpreter.get_tensor(details["index"])
    except ValueError:  # memory for passing results on, which holds none
        return None
    scale, zero_point = details["quantization"]
    return (stored.astype(np.float32) - zero_point) * np.float32(scale) if scale else stored


def _floats(values: Sequence[Any]) -> list[np.ndarray]:
    kept = (value for value in values if isinstance(value, np.ndarray) and value.dtype in (np.float16, np.float32))
    return [value.astype(np.float32) for value in kept if value.ndim > 1 and value.shape[0] == 1]


READ_BY: Mapping[str, Callable[..., Iterator[Values]]] = {"onnx": onnx, "openvino": openvino}
