"""int8 ONNX files against what ONNX Runtime's own function writes, and biases against what rounding does to weights."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array, to_array
from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from edgecv.targets import Exported, Spec, onnx_quantize, open_exported
from edgecv.targets.onnx_biases import correct_biases
from tests.targets.networks import workplace

OUTPUTS = 8
FOR_CPUS = (QuantType.QUInt8, {"WeightSymmetric": True})
FOR_GPUS = (QuantType.QInt8, {"ActivationSymmetric": True, "WeightSymmetric": True, "AddQDQPairToWeight": True})


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return open_exported(workplace("detection", tmp_path_factory.getbasetemp()).exported)


class Images:
    def __init__(self, exported: Exported) -> None:
        self.images = exported.calibration_inputs()

    def get_next(self) -> dict[str, Any] | None:
        image = next(self.images, None)
        return None if image is None else {"input": image.transpose(0, 3, 1, 2)}


@pytest.mark.parametrize("granularity", ["per_channel", "per_tensor"])
@pytest.mark.parametrize(("activations", "options"), [FOR_CPUS, FOR_GPUS], ids=["uint8", "int8"])
def test_but_for_the_biases_the_file_is_what_onnx_runtime_writes(
    activations: Any, options: Any, granularity: Any, exported: Exported, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(onnx_quantize, "correct_biases", lambda *_, **__: None)
    onnx_quantize.quantize(exported, Spec("int8", granularity), tmp_path / "ours.onnx", activations, options)
    quant_pre_process(exported.onnx, tmp_path / "ready.onnx", skip_symbolic_shape=True)
    quantize_static(
        tmp_path / "ready.onnx",
        tmp_path / "theirs.onnx",
        Images(exported),
        quant_format=QuantFormat.QDQ,
        activation_type=activations,
        weight_type=QuantType.QInt8,
        per_channel=granularity == "per_channel",
        extra_options=options,
    )
    assert (tmp_path / "ours.onnx").read_bytes() == (tmp_path / "theirs.onnx").read_bytes()


def test_the_images_are_looked_at_once_for_all_builds(exported: Exported, tmp_path: Path) -> None:
    onnx_quantize.calibrated.cache_clear()
    for number, (activations, options) in enumerate((FOR_CPUS, FOR_GPUS)):
        onnx_quantize.quantize(exported, Spec("int8"), tmp_path / f"{number}.onnx", activations, options)
    assert onnx_quantize.calibrated.cache_info()[:2] == (1, 1)


def network(kind: str, weights: np.ndarray, bias: np.ndarray, shape: tuple[int, ...], **options: Any) -> Any:
    """One layer: from "input" to "output"."""
    node = helper.make_node(kind, ["input", "weights", "bias"], ["output"], kind, **options)
    ports = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, size)]
        for name, size in (("input", shape), ("output", None))
    ]
    constants = [from_array(weights, "weights"), from_array(bias, "bias")]
    graph = helper.make_graph([node], "one", *ports, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def answer(model: Any, values: np.ndarray) -> np.ndarray:
    session: Any = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    out: np.ndarray = session.run(None, {"input": values})[0]
    return out


def rounded(model: Any, *, per_channel: bool) -> Any:
    """The same network with its weights on the grid that integers can hold."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    weights = next(each for each in model.graph.initializer if each.name == "weights")
    values = to_array(weights)
    outputs = values.shape.index(OUTPUTS)
    over = tuple(axis for axis in range(values.ndim) if axis != outputs) if per_channel else None
    scale = np.abs(values).max(over, keepdims=True) / 127
    weights.CopyFrom(from_array((np.rint(values / scale) * scale).astype(np.float32), "weights"))
    return model


@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize(
    ("kind", "weights", "inputs", "options"),
    [
        ("Conv", (8, 16, 1, 1), (1, 16, 6, 6), {}),
        ("Conv", (8, 1, 3, 3), (1, 8, 6, 6), {"group": 8}),
        ("Conv", (8, 4, 3, 3), (1, 8, 6, 6), {"group": 2}),
        ("Gemm", (8, 64), (1, 64), {"transB": 1}),
        ("Gemm", (64, 8), (1, 64), {}),
    ],
    ids=["all channels", "depthwise", "two groups", "dense", "dense, inputs first"],
)
def test_a_corrected_bias_takes_back_what_rounding_the_weights_moves(
    kind: str, weights: Any, inputs: Any, options: Any, *, per_channel: bool
) -> None:
    rng = np.random.default_rng(0)
    values = (np.ones(inputs) * rng.uniform(1, 3, inputs[1]).reshape(1, -1, *[1] * (len(inputs) - 2))).astype(
        np.float32
    )
    model = network(
        kind,
        rng.normal(size=weights).astype(np.float32),
        rng.normal(size=OUTPUTS).astype(np.float32),
        inputs,
        **options,
    )
    exact = answer(model, values)
    moved = np.abs(answer(rounded(model, per_channel=per_channel), values) - exact)
    averages = {"input": values.mean((0, *range(2, values.ndim)))}
    correct_biases(model.graph, averages, per_channel=per_channel)
    corrected = np.abs(answer(rounded(model, per_channel=per_channel), values) - exact)
    assert corrected.max() < 1e-4
    assert moved.max() > 1e-2


def test_two_layers_that_share_a_bias_get_one_each() -> None:
    weights = np.random.default_rng(1).normal(size=(4, 4, 1, 1)).astype(np.float32)
    model = network("Conv", weights, np.zeros(4, np.float32), (1, 4, 2, 2))
    second = helper.make_node("Conv", ["output", "weights", "bias"], ["second"], "second")
    model.graph.node.append(second)
    averages = {"input": np.ones(4, np.float32), "output": np.full(4, 2, np.float32)}
    correct_biases(model.graph, averages, per_channel=True)
    biases = {each.name: to_array(each) for each in model.graph.initializer if each.name != "weights"}
    assert len(biases) == 2
    first, other = biases.values()
    np.testing.assert_allclose(other, 2 * first, rtol=1e-5)
