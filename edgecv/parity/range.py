"""Do all values of a float16 file stay within its range? Where a device computes in float16, others become infinite."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from edgecv.hosts import local
from edgecv.parity import insides
from edgecv.records.artifact import open_artifact
from edgecv.targets import open_exported


def beyond_float16(draft: Path, exported: Path, *, log: Path) -> list[str]:
    """What leaves the range for the reference images; read in a child."""
    with TemporaryDirectory(prefix="edgecv-parity-") as scratch:
        answer = Path(scratch) / "range.json"
        local.run_module("edgecv.parity", ["range", draft, exported, answer], log=log)
        complaints: list[str] = json.loads(answer.read_bytes())
    return complaints


def beyond_float16_here(draft: Path, exported: Path) -> list[str]:
    """The same, in this process."""
    network = open_exported(exported)
    beyond = images = 0
    for values in insides.onnx(open_artifact(draft).model_file, network.reference_inputs()):
        images += 1
        beyond += not all(np.isfinite(value).all() for value in values)
    if not beyond:
        return []
    return [f"in {beyond} of {images} images values inside leave the range of float16; choose float32 or int8"]
