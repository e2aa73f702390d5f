"""Runs on a board: opens the network of a bundle and keeps what it answers, as the bundle's own code reads it.

python3 on_board.py BUNDLE IMAGES.npy ANSWERS.npz        what computed them goes to stdout, as JSON
"""

import json
import sys
from pathlib import Path
from typing import Any

bundle, images, out = sys.argv[1:]
sys.path.insert(0, bundle)  # before any other edgecv

import numpy as np  # noqa: E402

from edgecv.ondevice.engines import EngineOptions, infer, open_engine  # noqa: E402
from edgecv.records.artifact import open_sealed  # noqa: E402

artifact = open_sealed(Path(bundle))
engine = open_engine(artifact, EngineOptions(threads=1))
outputs: "dict[str, Any]" = infer(engine, np.load(images))
np.savez(out, **outputs)
scales = {tensor.name: tensor.quantization and tensor.quantization.scale for tensor in artifact.manifest.outputs}
facts = {name: getattr(engine, name) for name in ("runtime", "kernels", "runtime_precision")}
print(json.dumps({**facts, "scales": scales}))  # noqa: T201
