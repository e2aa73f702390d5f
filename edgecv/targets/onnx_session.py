"""ONNX Runtime for those who look inside: every value of a network is computed as its graph says."""

from typing import Any


def unfused_session(model: Any) -> Any:
    """A session for an ONNX model whose inner values are outputs, too; fusing its operators would change them."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave others the cores
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
