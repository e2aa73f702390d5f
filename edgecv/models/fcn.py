"""Fully convolutional networks: scores of the deepest map, refined by those of finer ones. After Long et al., 2015.

The number is the stride at which the logits leave; the board enlarges them from there. The published networks enlarge
by transposed convolutions that begin as bilinear ones; these stay bilinear, which quantizes well everywhere.
"""

from functools import partial
from typing import Any

from edgecv.models.variant import Variant

FILTERS = 256
STRIDES = (32, 16, 8)


def network(
    finest: int,
    size: tuple[int, int],
    channels: int,
    classes: int,
    *,
    backbone: str = "mobilenet_v2",
    width: float = 1.0,
) -> Any:
    import keras
    from keras import layers

    from edgecv.models import backbones, blocks

    pixels = keras.Input((*size, channels), name="input")
    maps = backbones.levels(backbone, pixels, width=width)
    x = blocks.conv(blocks.conv(maps[32], FILTERS, "fcn_reduce", kernel=1), FILTERS, "fcn_tower")
    scores = layers.Conv2D(classes, 1, name="fcn_scores32")(x)
    for stride in STRIDES[1 : STRIDES.index(finest) + 1]:
        larger = layers.UpSampling2D(2, interpolation="bilinear", name=f"fcn_up{stride}")(scores)
        finer = layers.Conv2D(classes, 1, name=f"fcn_scores{stride}")(maps[stride])
        scores = layers.Add(name=f"fcn_add{stride}")([larger, finer])
    return keras.Model(pixels, {"logits": scores}, name=f"fcn{finest}s")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}


def _variant(finest: int) -> Variant:
    return Variant(
        TASK="segmentation",
        SUMMARY=f"FCN-{finest}s, fully convolutional on any backbone, logits at stride {finest}",
        SIZE=(256, 256),
        SIDE_MULTIPLE=32,
        network=partial(network, finest),
        postprocess=postprocess,
    )


VARIANTS = {f"fcn{finest}s": _variant(finest) for finest in STRIDES}
