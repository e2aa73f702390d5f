"""The child process that trains: `python -m edgecv.training REQUEST.json OUT`.

REQUEST.json holds `recipe` (a Recipe as plain JSON), `checkpoint` (a folder that outlives this process) and `resume`.
"""

import json
import os
import sys
from pathlib import Path

import msgspec

from edgecv import models
from edgecv.ondevice import child
from edgecv.records.recipe import Recipe


def main(request_file: Path, out: Path) -> None:
    request = json.loads(request_file.read_text(encoding="utf-8"))
    recipe = msgspec.convert(request["recipe"], Recipe)
    models.check(recipe.model, recipe.task, recipe.preprocess)  # cheap, so before TensorFlow is imported
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read once, while TensorFlow is imported
    from edgecv.training.train import train

    train(recipe, out, checkpoint=Path(request["checkpoint"]), resume=request["resume"])


if __name__ == "__main__":
    sys.exit(child.answer(lambda: main(Path(sys.argv[1]), Path(sys.argv[2]))))
