"""See that a graph of TensorFlow only computes, before any of it runs.

An operation is understood if TensorFlow knows it, and if it keeps nothing, touches no text (file names are text) and
calls no Python. Few others are needed: those that hold weights, call functions, or restore the weights.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgecv.errors import InputError

WEIGHTS = ("VarHandleOp", "ReadVariableOp", "Variable", "VariableV2", "VarIsInitializedOp", "ResourceGather")
CALLS = ("PartitionedCall", "StatefulPartitionedCall", "If", "While", "Case", "Placeholder")
HARMLESS = (
    "Assert",
    "Const",
    "Identity",
    "NoOp",
    "Pack",
    "RandomUniform",
    "RandomStandardNormal",
)  # whatever they hold
RESTORING = ("RestoreV2", "AssignVariableOp", "Assign")
CODE = (
    "Abort",
    "MlirPassthroughOp",
    "PyFuncStateless",
    "RemoteCall",
    "XlaCallModule",
    "XlaCustomCall",
    "XlaCustomCallV2",
)
FILES = ("DebugIdentity", "DebugNanCount", "DebugNumericSummary", "ImmutableConst")  # named by an attribute


def refuse_unsafe(folder: Path, meta: Any, outputs: list[str]) -> None:
    """Refuse a folder by the operation that does more than compute, if an output or the weights depend on it."""
    from tensorflow.python.framework import op_def_registry

    served = [name.partition(":")[0] for name in outputs]
    restored = [meta.saver_def.restore_op_name] if meta.saver_def.restore_op_name else []
    for starts, allowed in (served, ()), (restored, RESTORING):
        for node in _reached(meta.graph_def, starts):
            if node.op not in allowed and not _only_computes(op_def_registry.get(node.op), node):
                raise InputError(
                    f"{folder}: operation '{node.name}' is a {node.op}, which runs code, touches files or is unknown; "
                    "only graphs that compute can be converted"
                )


def _only_computes(known: Any, node: Any) -> bool:
    if known is None or node.op in (*CODE, *FILES):
        return False
    if node.op in (*WEIGHTS, *CALLS, *HARMLESS) or node.op.startswith("TensorList"):
        return True
    return not known.is_stateful and not any(_is_text(each) for each in (*known.input_arg, *known.output_arg))


def _is_text(argument: Any) -> bool:
    from tensorflow.core.framework import types_pb2

    return bool(argument.type in (types_pb2.DT_STRING, types_pb2.DT_RESOURCE, types_pb2.DT_VARIANT))


def _reached(graph: Any, starts: list[str]) -> Iterator[Any]:
    """All nodes that `starts` depend on, and all nodes of all functions that those call."""
    nodes = {node.name: node for node in graph.node}
    functions = {each.signature.name: each for each in graph.library.function}
    waiting, seen = list(starts), set(starts)
    called: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in nodes:
            raise ValueError(f"the graph has no node '{name}'")
        yield nodes[name]
        before = {each.lstrip("^").partition(":")[0] for each in nodes[name].input} - seen
        seen |= before
        waiting += sorted(before)
        yield from _inside(nodes[name], functions, called)


def _inside(node: Any, functions: dict[str, Any], called: set[str]) -> Iterator[Any]:
    for attribute in node.attr.values():
        for function in (attribute.func, *attribute.list.func):
            if function.name in functions and function.name not in called:
                called.add(function.name)
                for each in functions[function.name].node_def:
                    yield each
                    yield from _inside(each, functions, called)
