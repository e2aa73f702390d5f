"""LR-ASPP, the light head of MobileNetV3: one wide view gates what a narrow one sees. After Howard et al., 2019.

The published head reads a trunk whose last strides were replaced by dilation, so that its deepest map stands at stride
16. A trunk of the zoo keeps its strides: its deepest map is brought to 16 by one merge, which costs less.
"""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "segmentation"
SUMMARY = "LR-ASPP, the light segmentation head of MobileNetV3, logits at stride 8"
SIDE_MULTIPLE = 32
SIZE = (256, 256)
CHANNELS = 3

FILTERS = 128


def network(
    size: tuple[int, int], channels: int, classes: int, *, backbone: str = "mobilenet_v2", width: float = 1.0
) -> Any:
    import keras
    from keras import layers

    from edgecv.models import backbones, blocks

    pixels = keras.Input((*size, channels), name="input")
    maps = backbones.levels(backbone, pixels, width=width)
    deep = blocks.merge_upward(maps[32], maps[16], FILTERS, "lraspp_deep")
    gated = layers.Multiply(name="lraspp_gated")(
        [blocks.conv(deep, FILTERS, "lraspp_what", kernel=1), _gate(deep)],
    )
    # A 1 x 1 convolution and enlarging may change places; classes are fewer than filters.
    coarse = layers.Conv2D(classes, 1, name="lraspp_coarse")(gated)
    coarse = layers.UpSampling2D(2, interpolation="bilinear", name="lraspp_coarse_up")(coarse)
    fine = layers.Conv2D(classes, 1, name="lraspp_fine")(maps[8])
    logits = layers.Add(name="logits")([coarse, fine])
    return keras.Model(pixels, {"logits": logits}, name="lraspp")


def _gate(deep: Any) -> Any:
    """How much each channel matters in this picture, from 0 to 1."""
    from keras import layers

    seen = layers.GlobalAveragePooling2D(keepdims=True, name="lraspp_view")(deep)
    seen = layers.Conv2D(FILTERS, 1, name="lraspp_gate")(seen)
    return layers.Activation("sigmoid", name="lraspp_gate_sigmoid")(seen)


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}
