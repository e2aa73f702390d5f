"""A pyramid of features for detectors: what the deepest map knows of the whole picture is brought to finer ones."""

from typing import Any

STRIDES = (8, 16, 32)


def pyramid(pixels: Any, backbone: str, width: float, filters: int) -> dict[int, Any]:
    """A map of so many filters at each stride, on any backbone of the zoo."""
    from edgecv.models import backbones, blocks

    maps = backbones.levels(backbone, pixels, width=width)
    levels = {32: blocks.conv(maps[32], filters, "neck_32", kernel=1)}
    for stride in (16, 8):
        levels[stride] = blocks.merge_upward(levels[2 * stride], maps[stride], filters, f"neck_{stride}")
    return {stride: levels[stride] for stride in STRIDES}
