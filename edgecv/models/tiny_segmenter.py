"""A small encoder-decoder segmenter. Its logits leave at half resolution: the board enlarges them before the argmax.

The last doubling would be the largest tensor of the network and learns nothing; outside of it, it costs a board less.
"""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "segmentation"
SUMMARY = "Small encoder-decoder segmenter, logits at half resolution"
SIDE_MULTIPLE = 16  # stride 16 is doubled three times, and each level has to fit onto the next


def network(size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0) -> Any:
    import keras
    from keras import layers

    from edgecv.models import blocks

    def wide(base: int) -> int:
        return blocks.channels(base, width)

    pixels = keras.Input((*size, channels), name="input")
    half = blocks.conv(pixels, wide(16), "stem", stride=2)
    quarter = blocks.residual(half, wide(24), "stage1", stride=2)
    eighth = blocks.residual(quarter, wide(40), "stage2", stride=2)
    deep = blocks.residual(eighth, wide(64), "stage3", stride=2)

    x = blocks.merge_upward(deep, eighth, wide(40), "decoder3")
    x = blocks.merge_upward(x, quarter, wide(24), "decoder2")
    x = blocks.merge_upward(x, half, wide(16), "decoder1")
    logits = layers.Conv2D(classes, 1, name="logits")(x)
    return keras.Model(pixels, {"logits": logits}, name="tiny_segmenter")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}
