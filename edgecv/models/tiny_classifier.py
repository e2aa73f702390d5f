"""A small residual classifier: stages that halve the picture and widen the channels, then an average and one layer."""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "classification"
SUMMARY = "Small residual classifier for pictures of 16 to 128 pixels"
SIDE_MULTIPLE = 1
SIZE = (32, 32)
CHANNELS = 3


def network(size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0, stages: int = 3) -> Any:
    import keras
    from keras import layers

    pixels = keras.Input((*size, channels), name="input")
    x = layers.GlobalAveragePooling2D(name="pool")(trunk(pixels, width=width, stages=stages))
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(pixels, {"logits": logits}, name="tiny_classifier")


def trunk(pixels: Any, *, width: float = 1.0, stages: int = 5) -> Any:
    """The stages alone; the five of a backbone reach stride 32."""
    from edgecv.models import blocks

    x = blocks.conv(pixels, blocks.channels(16, width), "stem")
    for stage in range(1, stages + 1):
        x = blocks.residual(x, blocks.channels(16 * 2 ** min(stage, 4), width), f"stage{stage}", stride=2)
    return x


def postprocess(**_options: Any) -> dict[str, Any]:
    return {"activation": "softmax"}
