"""Where weights lie in the files of every format, and that damage to them is damage to nothing else."""

from pathlib import Path

import numpy as np
import pytest

from edgecv.parity import weights
from edgecv.parity.weights import COPIES, Place, damaged_copies
from edgecv.records.artifact import open_artifact
from edgecv.targets import TARGETS, open_exported
from tests.parity.conftest import WorkplaceOf
from tests.targets.networks import BUILDS

RUNS = BUILDS["detection"]
KINDS = {"float32": "float32", "float16": "float16"}


@pytest.mark.parametrize(("target", "precision"), RUNS, ids=["-".join(run) for run in RUNS])
def test_the_weights_of_a_file_are_found_where_they_lie(
    target: str, precision: str, workplace_of: WorkplaceOf, tmp_path: Path
) -> None:
    draft = workplace_of("detection").draft(target, precision)
    artifact = open_artifact(draft)
    places = list(weights.READ_BY[TARGETS[target].RUN_BY](artifact.model_file))
    largest = max(places, key=lambda place: place.length)
    in_the_graph = (target, precision) == ("tensorrt", "int8")  # where weights stay float32 and are quantized
    assert largest.kind == ("float32" if in_the_graph else KINDS.get(precision, "int8"))
    assert largest.length == _largest_kernel(workplace_of("detection").exported)
    before = (draft / largest.file).read_bytes()
    start, end = largest.offset, largest.offset + largest.length * np.dtype(largest.kind).itemsize
    copies = damaged_copies(artifact, places, tmp_path)
    name, copy = next(copies)
    assert name == COPIES[0]
    after = (copy / largest.file).read_bytes()
    assert after[:start] + after[end:] == before[:start] + before[end:]
    assert np.array_equal(
        np.frombuffer(after[start:end], largest.kind), np.frombuffer(before[start:end], largest.kind)[::-1]
    )
    name, copy = next(copies)
    assert name == COPIES[1]
    assert sum(map(_differs, (copy / largest.file).read_bytes(), before)) > sum(map(_differs, after, before))


def test_weights_that_read_the_same_both_ways_are_passed_over(workplace_of: WorkplaceOf, tmp_path: Path) -> None:
    artifact = open_artifact(workplace_of("detection").draft("openvino", "float32"))
    content = artifact.model_file.with_suffix(".bin").read_bytes()
    single = Place("model.bin", "float32", 0, 1)
    assert list(damaged_copies(artifact, [single], tmp_path / "a")) == []
    pair = Place("model.bin", "float32", len(content) // 8 * 4, 2)
    assert len(list(damaged_copies(artifact, [single, pair], tmp_path / "b"))) == 2


def _differs(one: int, other: int) -> bool:
    return one != other


def _largest_kernel(exported: Path) -> int:
    import onnx

    graph = onnx.load(open_exported(exported).onnx).graph
    return max(int(np.prod(weight.dims)) for weight in graph.initializer)
