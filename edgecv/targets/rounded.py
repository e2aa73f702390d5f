"""An exported network with its weights rounded together, once for each grid: see `edgecv.quantization.rounding`.

The exact SavedModel and ONNX file are copied and their weights replaced: exporting anew would take as long as before.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from edgecv.quantization.grids import GRIDS
from edgecv.quantization.rounding import Rounded, round_on
from edgecv.records.files import write_whole
from edgecv.records.recipe import Precision
from edgecv.targets.exported import Exported
from edgecv.targets.onnx_constants import Constants
from edgecv.targets.protocol import Spec

Layers = Sequence[tuple[Any, Rounded]]  # a Keras layer, and what its weights become


def grid_of(spec: Spec, grids: Mapping[Precision, str]) -> str | None:
    """The grid that a build needs, of those of its target; with one scale for a whole tensor, none."""
    return None if spec.weights == "per_tensor" else grids.get(spec.precision)


def rounded(exported: Exported, spec: Spec, grids: Mapping[Precision, str]) -> Exported:
    """The export that a build starts from."""
    grid = grid_of(spec, grids)
    return exported if grid is None else exported.on_grid(grid)


def write_rounded(exported: Exported, network: Any, images: np.ndarray, names: Iterable[str]) -> None:
    """Round the weights of an exported keras.Model on some grids; `images` are normalised calibration images."""
    for name, found in round_on({name: GRIDS[name] for name in names}, network, images).items():
        place = exported.folder / "rounded" / name
        with TemporaryDirectory(dir=exported.folder) as scratch:  # so that what is there is whole
            folder = Path(scratch) / name
            folder.mkdir()
            if found:
                layers = [(network.get_layer(layer), weights) for layer, weights in found.items()]
                _write_saved_model(exported.saved_model, folder / "saved_model", layers)
                _write_onnx(exported.onnx, folder / "model.onnx", layers)
            folder.rename(place)


def _write_saved_model(exact: Path, folder: Path, layers: Layers) -> None:
    import tensorflow as tf

    shutil.copytree(exact, folder)
    (folder / "fingerprint.pb").unlink(missing_ok=True)  # of the exact weights
    variables = str(folder / "variables/variables")
    reader = tf.train.load_checkpoint(variables)
    better = {layer.kernel.path: weights.kernel for layer, weights in layers}
    better |= {layer.bias.path: weights.bias for layer, weights in layers if weights.bias is not None}
    paths = _paths(reader)
    names = sorted(reader.get_variable_to_shape_map())
    tensors = [tf.constant(better.get(paths.get(name, ""), reader.get_tensor(name))) for name in names]
    tf.raw_ops.SaveV2(prefix=variables, tensor_names=names, shape_and_slices=[""] * len(names), tensors=tensors)


def _paths(reader: Any) -> dict[str, str]:
    """What Keras calls the variable of each key in a checkpoint."""
    from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

    graph = TrackableObjectGraph.FromString(reader.get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH"))
    return {each.checkpoint_key: each.full_name for node in graph.nodes for each in node.attributes}


def _write_onnx(exact: Path, path: Path, layers: Layers) -> None:
    import onnx

    model = onnx.load(exact)
    constants = Constants(model.graph)
    for layer, weights in layers:
        node = constants.replace_kernel(np.asarray(layer.kernel), weights.kernel)
        if node is not None and weights.bias is not None:
            constants.replace_bias(node, np.asarray(layer.bias), weights.bias)
    write_whole(path, model.SerializeToString(deterministic=True))
