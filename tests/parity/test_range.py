"""Float16 overflows on a device, and not in the runtime that checks the file: so its values are looked at."""

import shutil
from pathlib import Path

import numpy as np

from edgecv.parity.range import beyond_float16
from tests.parity.conftest import WorkplaceOf


def test_values_that_leave_the_range_inside_a_file_are_seen(workplace_of: WorkplaceOf, tmp_path: Path) -> None:
    import onnx

    place = workplace_of("detection")
    draft = place.draft("onnx", "float16")
    assert beyond_float16(draft, place.exported, log=tmp_path / "log") == []
    shutil.copytree(draft, tmp_path / "draft")
    model = onnx.load(draft / "model.onnx")
    kernel = next(each for each in model.graph.initializer if len(each.dims) == 4)
    array = onnx.numpy_helper.to_array(kernel)
    kernel.CopyFrom(onnx.numpy_helper.from_array((array * (3e4 / np.abs(array).max())).astype(np.float16), kernel.name))
    onnx.save(model, tmp_path / "draft/model.onnx")
    [complaint] = beyond_float16(tmp_path / "draft", place.exported, log=tmp_path / "log")
    assert complaint == "in 32 of 32 images values inside leave the range of float16; choose float32 or int8"
