"""Networks of the zoo, and of files, as they are looked at: none gets weights that nobody will read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgecv.models import MODELS
from edgecv.models.opening import open_network
from edgecv.models.shapes import fix_shape
from edgecv.records.recipe import Task

Size = tuple[int, int]

# As the data sets have them on which networks of the task are usually compared: Pascal VOC, with its background for
# masks; ImageNet; and for the smallest pictures MNIST and CIFAR-10. Of regression the three angles of a head.
CLASSES: Mapping[str, int] = {"detection": 20, "segmentation": 21, "classification": 1000, "regression": 3}
SMALL_PICTURES, FEW_CLASSES = 64, 10


def usual_classes(task: Task, size: Size) -> int:
    """The number of classes that a model is shown with where none is asked for."""
    small = task == "classification" and max(size) <= SMALL_PICTURES
    return FEW_CLASSES if small else CLASSES.get(task, 1)


def network_of_model(
    name: str, size: Size | None = None, classes: int | None = None, options: Mapping[str, Any] | None = None
) -> Any:
    """A model of the zoo. Its layers know the shapes of their weights and have none, or VGG-19 would take 600 MB."""
    import keras

    module = MODELS[name]
    size = size or module.SIZE
    classes = classes or usual_classes(module.TASK, size)
    with keras.StatelessScope(initialize_variables=False):
        return module.network(size, module.CHANNELS, classes, **(options or {}))


def network_of_file(path: Path, size: Size | None, custom_layers: Sequence[str]) -> Any:
    """The network in a file, for images of one size where it takes any."""
    network = open_network(path, custom_layers)
    return fix_shape(network, size, network.inputs[0].shape[-1]) if size else network
