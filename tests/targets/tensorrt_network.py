"""A small network as an exported folder, made without Keras: the layers whose quantized form has rules of its own."""

from pathlib import Path
from typing import Any

import numpy as np

from edgecv.records.preprocess import Preprocess
from edgecv.targets.exported import Exported, write_exported
from tests.targets.networks import LABELS, images

SIZE = (32, 32)
PREPROCESS = Preprocess(size=SIZE, mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5))


def exported(folder: Path) -> Exported:
    """Write the folder as an export does."""
    import onnx

    folder.mkdir(parents=True)
    onnx.save(model(), folder / "model.onnx")
    np.save(folder / "calibration.npy", images(8, seed=1)[:, : SIZE[0], : SIZE[1]])
    outputs = {"logits": (1, len(LABELS))}
    made = Exported(folder, "small", "classification", LABELS, PREPROCESS, {}, outputs, "sha256:0", {"keras": "3"}, {})
    write_exported(made)
    return made


def add_before_the_end(network: Exported, operator: str, *inputs: str) -> None:
    """Put one more operator into the network, on its way to the last product."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(network.onnx)
    last = model.graph.node[-1]
    model.graph.node.insert(len(model.graph.node) - 1, helper.make_node(operator, ["dense", *inputs], ["more"], "more"))
    last.input[0] = "more"
    model.graph.initializer.append(numpy_helper.from_array(np.ones(16, np.float32), "ones"))
    onnx.save(model, network.onnx)


def model() -> Any:
    """A convolution, a transposed one, a Reshape, and two matrix products, the first with a bias of its own."""
    from onnx import TensorProto, checker, helper, numpy_helper

    rng = np.random.default_rng(0)
    constants = {
        "stem_weights": rng.normal(0, 0.3, (8, 3, 3, 3)),
        "stem_bias": rng.normal(0, 0.1, 8),
        "up_weights": rng.normal(0, 0.3, (8, 6, 2, 2)),
        "up_bias": rng.normal(0, 0.1, 6),
        "dense_weights": rng.normal(0, 0.3, (6, 16)),
        "dense_bias": rng.normal(0, 0.1, 16),
        "last_weights": rng.normal(0, 0.3, (16, len(LABELS))),
    }
    weights = [numpy_helper.from_array(values.astype(np.float32), name) for name, values in constants.items()]
    nodes = [
        helper.make_node("Conv", ["input", "stem_weights", "stem_bias"], ["stem"], "stem", strides=[2, 2]),
        helper.make_node("Relu", ["stem"], ["active"], "active"),
        helper.make_node("ConvTranspose", ["active", "up_weights", "up_bias"], ["up"], "up", strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["up"], ["pooled"], "pooled"),
        helper.make_node("Reshape", ["pooled", "flat_shape"], ["flat"], "flat"),
        helper.make_node("Gemm", ["flat", "dense_weights", "dense_bias"], ["dense"], "dense"),
        helper.make_node("MatMul", ["dense", "last_weights"], ["logits"], "last"),
    ]
    weights.append(numpy_helper.from_array(np.array([1, 6], np.int64), "flat_shape"))
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, (1, 3, *SIZE))]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, (1, len(LABELS)))]
    graph = helper.make_graph(nodes, "network", inputs, outputs, weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(made, full_check=True)
    return made
