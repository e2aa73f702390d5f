"""A regressor: the trunk of any classifier, an average over all places, and one linear layer with a number a value.

The numbers leave in standard deviations from the mean of training: a network starts near them, no value outweighs
another in the loss, and one scale of an integer tensor serves them all. The board gives them their units.
"""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "regression"
SUMMARY = "Continuous values, such as the angles of a head, on any backbone"
SIDE_MULTIPLE = 1
SIZE = (64, 64)
CHANNELS = 3
SMALLEST = 32


def network(
    size: tuple[int, int], channels: int, classes: int, *, backbone: str = "tiny_classifier", width: float = 1.0
) -> Any:
    import keras
    from keras import layers

    from edgecv.models import backbones

    pixels = keras.Input((*size, channels), name="input")
    features = backbones.trunk(backbone, width)(pixels)
    x = layers.GlobalAveragePooling2D(name="pool")(features)
    return keras.Model(pixels, {"values": layers.Dense(classes, name="values")(x)}, name="regressor")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}
