"""Build a TensorRT plan from an ONNX file, with any TensorRT from 8.2 to 11.

Names that come and go between versions are used where they exist; no version is compared with another. `trt` is the
module of the bindings.
"""

from __future__ import annotations

from typing import Any, List, Tuple

# What may be computed in less than float32. Since 11 there are no such flags: the types in the file are what counts.
ALLOWED = {"float32": (), "float16": ("FP16",), "int8": ("INT8", "FP16")}


class Refused(Exception):
    """TensorRT does not take the file; the message is its reason."""


def listener(trt: Any) -> Any:
    """A logger that keeps errors: the reason of most refusals is told nowhere else. It must outlive what it hears."""

    class Listener(trt.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)
            self.errors: List[str] = []

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.ERROR, trt.ILogger.INTERNAL_ERROR):
                self.errors.append(" ".join(message.split()))

    return Listener()


def build_plan(
    trt: Any, log: Any, onnx: bytes, precision: str, workspace_bytes: int, timing: bytes
) -> Tuple[bytes, bytes]:
    """The plan, and the timing cache that makes the next one faster; `timing` is that of an earlier build, or empty."""
    builder = trt.Builder(log)
    network = builder.create_network(network_flags(trt, precision))
    parse(trt, log, network, onnx)
    config = builder.create_builder_config()
    _limit_workspace(trt, config, workspace_bytes)
    _allow(trt, builder, config, precision)
    cache = config.create_timing_cache(timing) or config.create_timing_cache(b"")  # None of one that is damaged
    config.set_timing_cache(cache, False)  # never one of another GPU
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise Refused(reason(log))
    return bytes(plan), bytes(config.get_timing_cache().serialize())


def parse(trt: Any, log: Any, network: Any, onnx: bytes) -> None:
    """Read an ONNX file into a network; Refused names the node, where the parser does."""
    parser = trt.OnnxParser(network, log)
    if parser.parse(onnx):
        return
    # Only that answer counts: TensorRT 8.4 can refuse with no error, and asking for one crashes then.
    errors = [_told(parser.get_error(index)) for index in range(parser.num_errors)]
    raise Refused("; ".join(errors) or reason(log))


def reason(log: Any) -> str:
    """What was heard of a failure."""
    return "; ".join(log.errors[-2:]) or "it gives no reason"


def computes_in(trt: Any, precision: str) -> str:
    """The precision of a plan in words: that of the file, and what else its layers may use."""
    if precision != "int8":
        return precision
    return "int8+float16" if hasattr(trt.BuilderFlag, "INT8") else "int8+float32"


def network_flags(trt: Any, precision: str) -> int:
    kinds = trt.NetworkDefinitionCreationFlag
    wanted = ["EXPLICIT_BATCH"]  # since 10 there is no other
    if _strongly_typed(trt, precision):
        wanted.append("STRONGLY_TYPED")
    return sum(1 << int(getattr(kinds, name)) for name in wanted if hasattr(kinds, name))


def _strongly_typed(trt: Any, precision: str) -> bool:
    """Whether the file's own types are obeyed: what float16 files are made for. Before 10 a flag allows float16."""
    return precision == "float16" and hasattr(trt.NetworkDefinitionCreationFlag, "STRONGLY_TYPED")


def _limit_workspace(trt: Any, config: Any, workspace_bytes: int) -> None:
    if hasattr(config, "set_memory_pool_limit"):  # 8.4 and later
        config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, workspace_bytes)
    else:
        config.max_workspace_size = workspace_bytes


def _allow(trt: Any, builder: Any, config: Any, precision: str) -> None:
    if precision == "int8" and not getattr(builder, "platform_has_fast_int8", True):  # not asked since 11
        raise Refused("this GPU has no int8; build for float16")
    if not _strongly_typed(trt, precision):
        for flag in ALLOWED[precision]:
            if hasattr(trt.BuilderFlag, flag):
                config.set_flag(getattr(trt.BuilderFlag, flag))
    config.clear_flag(trt.BuilderFlag.TF32)  # on by itself, and cuts float32 down to 10 bits without saying so


def _told(error: Any) -> str:
    """Newer parsers name the node, older ones know its number only."""
    if hasattr(error, "node_operator"):
        return f"{error.node_operator()} '{error.node_name()}': {error.desc()}"
    return f"node {error.node()}: {error.desc()}"
