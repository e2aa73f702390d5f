"""A small residual classifier: stages that halve the picture and widen the channels, then an average and one layer."""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "classification"
SUMMARY = "Small residual classifier for pictures of 16 to 128 pixels"
SIDE_MULTIPLE = 1


def network(size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0, stages: int = 3) -> Any:
    import keras
    from keras import layers

    from edgecv.models import blocks

    pixels = keras.Input((*size, channels), name="input")
    x = blocks.conv(pixels, blocks.channels(16, width), "stem")
    for stage in range(1, stages + 1):
        x = blocks.residual(x, blocks.channels(16 * 2 ** min(stage, 4), width), f"stage{stage}", stride=2)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(pixels, {"logits": logits}, name="tiny_classifier")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {"activation": "softmax"}
