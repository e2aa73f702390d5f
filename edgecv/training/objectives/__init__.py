"""What a network learns: how truth is laid out for its outputs, the loss, and one figure to watch.

The figure is cheap and is followed through the epochs. The metric that a recipe is judged by comes from evaluation.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from edgecv.records.recipe import Task
from edgecv.records.samples import Truth
from edgecv.training.heads import HEADS
from edgecv.training.objectives import classification, regression, segmentation


class Objective(Protocol):
    """One module here, or one detection head."""

    FIGURE: str  # the name of what `score` gives

    def encode(self, truths: Sequence[Truth], size: tuple[int, int], postprocess: Mapping[str, Any], /) -> Any:
        """Truths at the network's size as the arrays, batch first, that loss and score compare with."""

    def loss(self, target: Any, outputs: Mapping[str, Any], /) -> Any:
        """The scalar to make small, from float32 outputs whatever precision the network computes in.

        Tasks in `LOSS_SETTINGS_OF` take their settings as keywords, each of which may be left out. `class_weights` says
        what an image or a pixel of each class counts, in the order of the labels and 1 on the average of the training
        split, so that the sum is divided by how many there are and not by their weights. `label_smoothing` is the share
        of a target that is spread over all classes.
        """

    def score(self, target: Any, outputs: Mapping[str, Any], /) -> tuple[Any, Any]:
        """A share, at most 1, for each of some things (pixels, objects, values), and the weight of each."""


OBJECTIVES: dict[str, Objective] = {
    "classification": classification,
    "segmentation": segmentation,
    "regression": regression,
}


def objective_of(task: Task, postprocess: Mapping[str, Any]) -> Objective:
    """A detector learns what its head reads; every other task has one objective."""
    return HEADS[postprocess["head"]] if task == "detection" else OBJECTIVES[task]
