"""Where the weights lie in a file, and copies of the file in which they are damaged.

The values of a tensor are put in reverse order where they lie: the file opens as before, its numbers are as large as
before, and every output channel computes with the weights of another one.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from edgecv.records.artifact import MANIFEST, Artifact, manifest_to_json
from edgecv.records.files import write_json
from edgecv.targets import TARGETS

CONSTANT = re.compile(
    r'<data element_type="(\w+)" shape="([^"]*)" offset="(\d+)" size="(\d+)"'
)  # as OpenVINO writes it
COPIES = ("largest weights reversed", "all weights reversed")


class Place(NamedTuple):
    """A tensor of weights, of two dimensions or more: biases alone would hardly show."""

    file: str  # beside the model file, or this itself
    kind: str  # numpy's name for its type
    offset: int
    length: int  # in values


def tflite(path: Path) -> Iterator[Place]:
    from ai_edge_litert import schema_py_generated as schema

    content = path.read_bytes()
    start = np.frombuffer(content, np.uint8).ctypes.data
    types = schema.TensorType
    kinds = {types.FLOAT32: "float32", types.FLOAT16: "float16", types.INT8: "int8"}
    model, seen = schema.Model.GetRootAs(content), set()
    for graph in map(model.Subgraphs, range(model.SubgraphsLength())):
        for tensor in map(graph.Tensors, range(graph.TensorsLength())):
            kind, buffer = kinds.get(tensor.Type()), model.Buffers(tensor.Buffer())
            if kind and tensor.ShapeLength() > 1 and buffer.DataLength() and tensor.Buffer() not in seen:
                seen.add(tensor.Buffer())  # equal constants share one
                offset = buffer.DataAsNumpy().ctypes.data - start
                yield Place(path.name, kind, offset, buffer.DataLength() // np.dtype(kind).itemsize)


def onnx(path: Path) -> Iterator[Place]:
    import onnx as library

    types = library.TensorProto
    kinds = {types.FLOAT: "float32", types.FLOAT16: "float16", types.INT8: "int8", types.UINT8: "uint8"}
    content, end = path.read_bytes(), 0
    for weight in library.load_from_string(content).graph.initializer:
        kind, values = kinds.get(weight.data_type), weight.raw_data
        if kind and len(weight.dims) > 1 and values:
            offset = content.find(values, end)  # the library does not tell, but they lie in the order of the list
            if offset >= 0:
                end = offset + len(values)
                yield Place(path.name, kind, offset, len(values) // np.dtype(kind).itemsize)


def openvino(path: Path) -> Iterator[Place]:
    kinds = {"f32": "float32", "f16": "float16", "i8": "int8", "u8": "uint8"}
    file, seen = path.with_suffix(".bin").name, set()
    for kind, shape, *place in CONSTANT.findall(path.read_text(encoding="utf-8")):
        offset, size = map(int, place)
        if kind in kinds and "," in shape and offset not in seen:
            seen.add(offset)  # equal constants share one
            yield Place(file, kinds[kind], offset, size // np.dtype(kinds[kind]).itemsize)


READ_BY: Mapping[str, Callable[[Path], Iterator[Place]]] = {"tflite": tflite, "onnx": onnx, "openvino": openvino}


def damaged_copies(artifact: Artifact, places: Sequence[Place], scratch: Path) -> Iterator[tuple[str, Path]]:
    """Copies that are another network than the artifact, one after the other, the second more so than the first."""
    largest = sorted(places, key=lambda place: place.length, reverse=True)
    for name, most in zip(COPIES, (1, len(largest)), strict=True):
        folder = _copy(artifact, scratch / name.split()[0])
        model = folder / artifact.manifest.model
        changed = 0
        for place in largest:
            if changed < most:
                changed += _reverse(model.with_name(place.file), place)
        if changed:
            yield name, folder


def _copy(artifact: Artifact, folder: Path) -> Path:
    """Under a manifest that vouches for no file, and names a target that runs here."""
    shutil.copytree(artifact.folder, folder)
    manifest = replace(artifact.manifest, target=TARGETS[artifact.manifest.target].RUN_BY, files={})
    write_json(folder / MANIFEST, manifest_to_json(manifest))
    return folder


def _reverse(path: Path, place: Place) -> bool:
    """Whether that changes anything: a tensor may read the same both ways."""
    kind = np.dtype(f"u{np.dtype(place.kind).itemsize}")  # as bits: a NaN is equal to nothing, not to itself either
    with path.open("r+b") as file:
        file.seek(place.offset)
        values = np.frombuffer(file.read(place.length * kind.itemsize), kind)
        file.seek(place.offset)
        file.write(values[::-1].tobytes())
    return bool((values != values[::-1]).any())
