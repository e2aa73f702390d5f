"""The weights of Keras layers, found again in an ONNX file by their values, and replaced."""

from typing import Any

import numpy as np


class Constants:
    """What a graph holds as initializers, which are changed in place."""

    def __init__(self, graph: Any) -> None:
        from onnx.numpy_helper import to_array

        self.graph = graph
        self.values = {weight.name: to_array(weight) for weight in graph.initializer}
        self.tensors = {weight.name: weight for weight in graph.initializer}
        self.readers: dict[str, list[Any]] = {}
        for node in graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)

    def replace_kernel(self, old: np.ndarray, new: np.ndarray) -> Any | None:
        """The node that has the kernel now; None, and nothing is changed, where it is not the only one of its kind."""
        for spelt, better in zip(_spellings(old), _spellings(new), strict=True):
            found = [name for name, values in self.values.items() if np.array_equal(values, spelt)]
            if len(found) == 1 and len(self.readers[found[0]]) == 1:
                self._write(found[0], better)
                return self.readers[found[0]][0]
        return None

    def replace_bias(self, node: Any, old: np.ndarray, new: np.ndarray) -> None:
        """The node's own bias, or that of an addition behind it; a constant of its own, for others may share it."""
        adding = [reader for reader in self.readers.get(node.output[0], ()) if reader.op_type == "Add"]
        for place in (node, *adding):
            for index, name in enumerate(place.input):
                if name in self.values and np.array_equal(self.values[name].ravel(), old):
                    place.input[index] = f"{name}_of_{place.name}"
                    self.graph.initializer.add().name = place.input[index]
                    self.tensors[place.input[index]] = self.graph.initializer[-1]
                    self._write(place.input[index], new.reshape(self.values[name].shape))
                    self.readers[name].remove(place)
                    if not self.readers[name]:
                        self.graph.initializer.remove(self.tensors[name])
                    return

    def _write(self, name: str, values: np.ndarray) -> None:
        from onnx.numpy_helper import from_array

        self.tensors[name].CopyFrom(from_array(np.ascontiguousarray(values), name))


def _spellings(kernel: np.ndarray) -> list[np.ndarray]:
    """A kernel in the ways that an ONNX file may hold it."""
    if kernel.ndim == 2:
        return [kernel, kernel.T]
    rows, columns, channels, multiplier = kernel.shape
    return [
        kernel.transpose(3, 2, 0, 1),
        kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, rows, columns),
    ]
