"""Open a SavedModel folder: a graph of TensorFlow, whose signature becomes the only layer of a keras.Model.

TensorFlow's own loader runs what a folder brings along. Here the graph is read as data, and only two parts of it ever
run, both checked first (`graph_check`): what restores the weights, and what the signature computes. The weights are
then frozen into the graph.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.models.graph_check import refuse_unsafe
from edgecv.models.refusals import vendor_refusals

DEFAULT = "serving_default"  # the signature that every Keras writes


def open_saved_model(folder: Path) -> Any:
    """The signature of a folder as a keras.Model: one output as a tensor, several by the names in the signature."""
    with vendor_refusals(str(folder), "TensorFlow"):
        meta = _meta_graph(folder)
        signature = _signature(folder, meta.signature_def)
        source, wanted = _input(folder, signature.inputs), dict(sorted(signature.outputs.items()))
        refuse_unsafe(folder, meta, [tensor.name for tensor in wanted.values()])
        graph = _frozen(folder, meta, source, wanted)
        return _network(folder, graph, source, list(wanted))


def _meta_graph(folder: Path) -> Any:
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    try:
        saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    except (OSError, DecodeError) as error:
        raise InputError(f"{folder}: saved_model.pb is damaged: {error}") from error
    serving = [each for each in saved.meta_graphs if "serve" in each.meta_info_def.tags]
    if not serving:
        raise InputError(f"{folder}: saved_model.pb holds no graph that is tagged 'serve'")
    return min(serving, key=lambda each: len(each.meta_info_def.tags))  # the others are for GPUs and TPUs


def _signature(folder: Path, signatures: Mapping[str, Any]) -> Any:
    usable = {name: each for name, each in signatures.items() if each.outputs and not name.startswith("__saved_model")}
    if DEFAULT in usable:
        return usable[DEFAULT]
    if len(usable) == 1:
        return next(iter(usable.values()))
    names = ", ".join(f"'{name}'" for name in sorted(usable)) or "none"
    raise InputError(f"{folder}: expected a signature '{DEFAULT}' or only one, got {names}")


def _input(folder: Path, inputs: Mapping[str, Any]) -> tuple[str, Any]:
    import tensorflow as tf

    if len(inputs) != 1:
        names = ", ".join(f"'{name}'" for name in sorted(inputs)) or "none"
        raise InputError(f"{folder}: expected a signature with one input, got {names}")
    ((name, tensor),) = inputs.items()
    dtype = tf.dtypes.as_dtype(tensor.dtype)
    if dtype != tf.float32:
        raise InputError(f"{folder}: input '{name}' takes {dtype.name}, expected float32; save it with a float32 input")
    return name, tensor


def _frozen(folder: Path, meta: Any, source: tuple[str, Any], wanted: Mapping[str, Any]) -> Any:
    """The graph from the input to the outputs, flat, and with the weights as constants."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    for node in (*meta.graph_def.node, *(node for each in meta.graph_def.library.function for node in each.node_def)):
        node.device = ""  # of the machine that wrote it
    graph = tf.Graph()
    with graph.as_default(), tf.compat.v1.Session(graph=graph) as session:
        tf.graph_util.import_graph_def(meta.graph_def, name="")
        saver = meta.saver_def
        if saver.restore_op_name:
            checkpoint = str(folder / "variables" / "variables")
            session.run(saver.restore_op_name, {saver.filename_tensor_name: checkpoint})
        ends = [tensor.name.partition(":")[0] for tensor in wanted.values()]
        constant = tf.compat.v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ends)

    def serve(images: Any) -> list[Any]:
        names = [tensor.name for tensor in wanted.values()]
        found: list[Any] = tf.graph_util.import_graph_def(constant, {source[1].name: images}, names, name="")
        return found

    spec = tf.TensorSpec(_shape(source[1]), tf.float32, name="images")
    flat = convert_variables_to_constants_v2(tf.function(serve).get_concrete_function(spec), lower_control_flow=False)
    return flat.graph.as_graph_def(), flat.inputs[0].name, [tensor.name for tensor in flat.outputs]


def _shape(tensor: Any) -> list[int | None]:
    return [None if side.size < 0 else side.size for side in tensor.tensor_shape.dim]


def _network(folder: Path, frozen: tuple[Any, str, list[str]], source: tuple[str, Any], names: list[str]) -> Any:
    import keras

    images = keras.Input(batch_shape=_shape(source[1]), name=_name(source[0]))
    outputs = frozen_graph_layer()(*frozen, name="graph")(images)
    return keras.Model(
        images, dict(zip(names, outputs, strict=True)) if len(names) > 1 else outputs[0], name=_name(folder.name)
    )


def _name(name: str) -> str:
    return name.replace("/", "_")  # which Keras forbids


@cache
def frozen_graph_layer() -> type:
    """The class of the layer that computes a frozen graph; a function, because Keras takes seconds to import."""
    import keras
    import tensorflow as tf

    class FrozenGraph(keras.layers.Layer):  # type: ignore[misc,unused-ignore]
        """A graph without variables; its digest stands for its weights in the description of the network."""

        def __init__(self, graph: Any, source: str, outputs: list[str], **common: Any) -> None:
            super().__init__(trainable=False, dtype="float32", **common)
            self.graph, self.source, self.ends = graph, source, outputs
            self.compute = tf.function(self.imported)

        def call(self, images: Any) -> list[Any]:
            found: list[Any] = self.compute(images) if tf.executing_eagerly() else self.imported(images)
            return found

        def imported(self, images: Any) -> list[Any]:
            found: list[Any] = tf.graph_util.import_graph_def(self.graph, {self.source: images}, self.ends, name="")
            return found

        def compute_output_spec(self, images: Any) -> list[Any]:
            scratch = tf.Graph()
            with scratch.as_default():
                tensors = self.imported(tf.compat.v1.placeholder(tf.float32, images.shape))
            return [keras.KerasTensor(tensor.shape, tensor.dtype.name) for tensor in tensors]

        def get_config(self) -> dict[str, Any]:
            digest = hashlib.sha256(self.graph.SerializeToString(deterministic=True)).hexdigest()
            return {**super().get_config(), "graph": digest, "source": self.source, "outputs": self.ends}

    return FrozenGraph
