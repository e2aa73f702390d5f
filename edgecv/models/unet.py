"""U-Net: what the trunk saw at each stride is joined again on the way back up. After Ronneberger et al., 2015.

`backbone: plain` is the published encoder, with padding and batch normalisation, and its logits are as large as the
picture. On a trunk of the zoo, which halves the picture at once, they end at half of it. The decoder enlarges
bilinearly, behind a 1 x 1 convolution: a transposed convolution leaves checkerboards, and quantizes worse.
"""

from typing import Any

from edgecv.records.recipe import Task

TASK: Task = "segmentation"
SUMMARY = "U-Net, an encoder-decoder with skips at every stride, on any backbone or its own"
SIDE_MULTIPLE = 32
SIZE = (256, 256)
CHANNELS = 3

PLAIN_CHANNELS = 64  # of the published encoder at full size; each halving of the sides doubles them
DECODER_CHANNELS = 8  # at most, in the decoder on a trunk of the zoo, for each pixel of stride


def network(
    size: tuple[int, int], channels: int, classes: int, *, backbone: str = "mobilenet_v2", width: float = 1.0
) -> Any:
    import keras
    from keras import layers

    from edgecv.models import backbones

    pixels = keras.Input((*size, channels), name="input")
    plain = backbone == "plain"
    maps = _plain_levels(pixels, width) if plain else backbones.levels(backbone, pixels, width=width)
    *finer, deepest = sorted(maps)
    x = maps[deepest]
    for stride in reversed(finer):
        widest = stride * (PLAIN_CHANNELS if plain else DECODER_CHANNELS)
        x = _joined(x, maps[stride], min(maps[stride].shape[-1], widest), f"unet_up{stride}")
    logits = layers.Conv2D(classes, 1, name="logits")(x)
    return keras.Model(pixels, {"logits": logits}, name="unet")


def _plain_levels(pixels: Any, width: float) -> dict[int, Any]:
    """The published encoder: two convolutions at each stride from 1 to 16, and the strongest of four pixels between."""
    from keras import layers

    from edgecv.models import blocks

    maps, x = {}, pixels
    for stride in (1, 2, 4, 8, 16):
        if stride > 1:
            x = layers.MaxPooling2D(2, name=f"unet_pool{stride}")(x)
        x = _twice(x, blocks.channels(PLAIN_CHANNELS * stride, width), f"unet_down{stride}")
        maps[stride] = x
    return maps


def _joined(coarse: Any, skip: Any, filters: int, name: str) -> Any:
    from keras import layers

    from edgecv.models import blocks

    x = blocks.conv(coarse, filters, f"{name}_reduce", kernel=1)
    x = layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_enlarge")(x)
    return _twice(layers.Concatenate(name=f"{name}_join")([skip, x]), filters, name)


def _twice(x: Any, filters: int, name: str) -> Any:
    from edgecv.models import blocks

    return blocks.conv(blocks.conv(x, filters, f"{name}_1"), filters, f"{name}_2")


def postprocess(**_options: Any) -> dict[str, Any]:
    return {}
