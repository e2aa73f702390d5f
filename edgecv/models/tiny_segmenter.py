"""A small encoder-decoder segmenter. Its logits leave at half resolution: the board enlarges them before the argmax.

The decoder ends at a quarter, where shapes are recognised; the outlines at half resolution come from the first
convolution directly, by one narrow layer. A decoder at half resolution would take most of the time and learn little.
"""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "segmentation"
SUMMARY = "Small encoder-decoder segmenter, logits at half resolution"
SIZE = (256, 256)
CHANNELS = 3
SIDE_MULTIPLE = 32  # stride 32 is doubled three times, and each level has to fit onto the next


def network(size: tuple[int, int], channels: int, classes: int, *, width: float = 1.0) -> Any:
    import keras
    from keras import layers

    from edgecv.models import blocks

    def wide(base: int) -> int:
        return blocks.channels(base, width)

    pixels = keras.Input((*size, channels), name="input")
    half = blocks.conv(pixels, wide(16), "stem", stride=2)
    quarter = blocks.conv(half, wide(24), "stage1", stride=2)
    eighth = blocks.residual(quarter, wide(48), "stage2", stride=2)
    sixteenth = blocks.residual(eighth, wide(64), "stage3", stride=2)
    deep = blocks.residual(sixteenth, wide(96), "stage4", stride=2)

    x = blocks.merge_upward(deep, sixteenth, wide(48), "decoder3")
    x = blocks.merge_upward(x, eighth, wide(48), "decoder2")
    x = blocks.merge_upward(x, quarter, wide(32), "decoder1")
    shapes = layers.Conv2D(classes, 1, name="shapes")(x)
    shapes = layers.UpSampling2D(2, interpolation="bilinear", name="shapes_up")(shapes)
    outlines = layers.Conv2D(classes, 1, name="outlines")(half)
    logits = layers.Add(name="logits")([shapes, outlines])
    return keras.Model(pixels, {"logits": logits}, name="tiny_segmenter")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}
