"""Put the operators of a file together. What is computed of constants alone is a constant, as runtimes take it."""

from collections.abc import Hashable, Mapping, Sequence

from edgecv.inspection.graph import Graph, Operation, Reach, Tensor, Weight
from edgecv.inspection.operators import asks_shape, learns


class Assembly:
    """What has been read of a file so far; tensors and constants are known by the keys that the file gives them."""

    def __init__(self) -> None:
        self.tensors: dict[Hashable, Tensor] = {}
        self.constants: dict[Hashable, Weight] = {}
        self.operations: list[Operation] = []
        self.inputs: list[Tensor] = []

    def add_input(self, key: Hashable, tensor: Tensor) -> None:
        self.tensors[key] = tensor
        self.inputs.append(tensor)

    def is_constant(self, kind: str, inputs: Sequence[Hashable]) -> bool:
        """Whether an operator computes with constants alone; the shape of a tensor is one, as all sizes are fixed."""
        from_constants = any(key in self.constants for key in inputs)
        return asks_shape(kind) or (from_constants and not any(key in self.tensors for key in inputs))

    def add_constant(self, inputs: Sequence[Hashable], outputs: Sequence[Hashable]) -> None:
        """What is computed of constants counts as the largest of them: the others are its scales and shapes."""
        known = [self.constants[key] for key in inputs if key in self.constants]
        largest = max(known, key=lambda each: each.count, default=Weight(outputs[0], (), "int64", 8))
        self.constants.update(dict.fromkeys(outputs, largest))

    def add_alias(self, source: Hashable, output: Hashable) -> None:
        """What is another name for a tensor."""
        self.tensors[output] = self.tensors[source]

    def add(
        self,
        name: str,
        kind: str,
        inputs: Sequence[Hashable],
        outputs: Mapping[Hashable, Tensor],
        *,
        macs: int | None,
        reach: Reach,
        in_place: bool,
    ) -> None:
        """An operator that runs for every image."""
        self.tensors.update(outputs)
        constants = [self.constants[key] for key in inputs if key in self.constants]
        self.operations.append(
            Operation(
                name=name,
                type=kind,
                inputs=tuple(self.tensors[key] for key in inputs if key in self.tensors),
                outputs=tuple(outputs.values()),
                weights=tuple(each for each in constants if macs or (each.count > 1 and learns(kind))),
                macs=macs,
                reach=reach,
                in_place=in_place,
            )
        )

    def graph(self, outputs: Sequence[Hashable], *, keeps_inputs: bool = False) -> Graph:
        """All of it, once the last operator is in."""
        found = [self.tensors[key] for key in outputs if key in self.tensors]
        return Graph(tuple(self.inputs), tuple(found), self.operations, keeps_inputs)
