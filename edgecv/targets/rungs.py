"""What a network answers after each step of its export, so that parity can say which step broke it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from edgecv.targets.exported import Exported


def keep_answers(exported: Exported) -> None:
    """Run the SavedModel and the ONNX file, as they were written, on the reference images."""
    for rung, answers in (("saved_model", _saved_model(exported)), ("onnx", _onnx(exported))):
        each = list(answers)
        exported.keep_rung(rung, {name: np.concatenate([answer[name] for answer in each]) for name in exported.outputs})


def _saved_model(exported: Exported) -> Iterator[dict[str, np.ndarray]]:
    import tensorflow as tf

    serve = tf.saved_model.load(str(exported.saved_model)).signatures["serving_default"]
    for image in exported.reference_inputs():
        yield {name: values.numpy() for name, values in serve(input=tf.constant(image)).items()}


def _onnx(exported: Exported) -> Iterator[dict[str, np.ndarray]]:
    import onnxruntime

    session: Any = onnxruntime.InferenceSession(exported.onnx, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    for image in exported.reference_inputs():
        answers = session.run(names, {"input": image.transpose(0, 3, 1, 2)})
        yield {name: _channels_last(values) for name, values in zip(names, answers, strict=True)}


def _channels_last(values: np.ndarray) -> np.ndarray:
    return values.transpose(0, 2, 3, 1) if values.ndim == 4 else values
