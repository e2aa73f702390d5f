"""Artifacts whose accuracy is known beforehand: networks of a few ONNX nodes that name the strongest colour.

The data are generated to go with them: plain fields of red, green and blue.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from edgecv.records.artifact import MANIFEST, Manifest, Tensor, artifact_digest, manifest_to_json
from edgecv.records.files import digest_of_file, write_json
from edgecv.records.preprocess import Preprocess
from edgecv.records.samples import Boxes, Label, Mask, Samples, Truth, Values

COLORS = ("red", "green", "blue")
SIDE = 32
STRIDE = 16
OUTPUTS = {
    "classification": ("logits",),
    "detection": ("cls", "box"),
    "segmentation": ("logits",),
    "regression": ("values",),
}
POSTPROCESS: dict[str, dict[str, Any]] = {
    "classification": {},
    "detection": {"head": "anchor_free", "strides": [STRIDE], "score_threshold": 0.25, "nms_iou": 0.6},
    "segmentation": {},
    "regression": {"std": [100.0] * 3},
}


def color_artifact(folder: Path, task: str, labels: Sequence[str] = COLORS) -> Path:
    """A sealed ONNX artifact that answers with the strongest colour of the image, a cell or a pixel."""
    folder.mkdir(parents=True)
    graph = helper.make_graph(
        _nodes(task),
        "colors",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in OUTPUTS[task]],
        initializer=[
            numpy_helper.from_array(np.zeros((4, 3, 1, 1), np.float32), "no_weights"),
            numpy_helper.from_array(np.full(4, np.log(0.5), np.float32), "half_a_cell"),
            numpy_helper.from_array(np.float32(20), "slope"),
            numpy_helper.from_array(np.float32(10), "threshold"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / "model.onnx"))
    manifest = Manifest(
        name=f"colors-{task}",
        task=task,
        target="onnx",
        precision="float32",
        labels=tuple(labels),
        preprocess=Preprocess((SIDE, SIDE)),
        postprocess=POSTPROCESS[task],
        inputs=(Tensor("input", "pixels", (1, 3, SIDE, SIDE), "float32", "nchw"),),
        outputs=tuple(Tensor(name, name, (), "float32", "nchw") for name in OUTPUTS[task]),
        model="model.onnx",
        files={"model.onnx": digest_of_file(folder / "model.onnx")},
    )
    sealed = dataclasses.replace(manifest, digests={"artifact": artifact_digest(manifest)})
    write_json(folder / MANIFEST, manifest_to_json(sealed))
    return folder


def _nodes(task: str) -> list[Any]:
    if task == "classification":
        return [helper.make_node("GlobalAveragePool", ["pixels"], ["logits"])]
    if task == "regression":
        return [helper.make_node("GlobalAveragePool", ["pixels"], ["values"])]
    if task == "segmentation":
        return [helper.make_node("AveragePool", ["pixels"], ["logits"], kernel_shape=[2, 2], strides=[2, 2])]
    cell = [STRIDE, STRIDE]
    return [
        helper.make_node("AveragePool", ["pixels"], ["cells"], kernel_shape=cell, strides=cell),
        helper.make_node("Mul", ["cells", "slope"], ["steep"]),
        helper.make_node("Sub", ["steep", "threshold"], ["cls"]),
        helper.make_node("Conv", ["cells", "no_weights", "half_a_cell"], ["box"]),
    ]


def color_samples(task: str, count: int, mistakes: int = 0, sides: Sequence[int] = (SIDE,)) -> Samples:
    """Images of one colour, or a cell of it on black; the truth of the first `mistakes` names another colour."""

    def image(index: int) -> np.ndarray:
        side = sides[index % len(sides)]
        pixels = np.zeros((side, side, 3), np.uint8)
        within = slice(0, STRIDE * side // SIDE) if task == "detection" else slice(None)
        pixels[within, within, index % 3] = 255
        return pixels

    def truth(index: int) -> Truth:
        color, side = (index + (index < mistakes)) % 3, sides[index % len(sides)]
        if task == "classification":
            return Label(color)
        if task == "regression":
            return Values(100.0 * np.eye(3)[color])
        if task == "detection":
            return Boxes(np.array([[0, 0, 1, 1]]) * (STRIDE * side / SIDE), np.array([color]))
        return Mask(np.full((side, side), color, np.uint8))

    names = tuple(str(index) for index in range(count))
    return Samples(COLORS, f"sha256:{task}-{count}-{mistakes}", names, image, truth)
