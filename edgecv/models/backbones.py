"""The trunk of a classifier as a backbone: whole, or the last map at each stride, for detectors and segmenters."""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from edgecv.errors import InputError, not_one_of
from edgecv.models.classifiers import CLASSIFIERS

STRIDES = (2, 4, 8, 16, 32)


def levels(name: str, pixels: Any, *, width: float = 1.0) -> dict[int, Any]:
    """The deepest features at each stride, which are ceil(H / stride) x ceil(W / stride).

    The layers have the names that they have in the classifier, so that its weights can be filled in.
    """
    deepest = trunk(name, width)(pixels)
    height, width_px = pixels.shape[1:3]
    strides = {(-(-height // stride), -(-width_px // stride)): stride for stride in STRIDES}
    found = {strides[shape]: features for shape, features in _maps(pixels, deepest) if shape in strides}
    if len(found) < len(STRIDES):
        raise InputError(
            f"model.backbone: '{name}' does not halve a picture of {height} x {width_px} five times; "
            "expected a backbone that does, such as mobilenet_v2, and sides of 32 or more"
        )
    return {stride: found[stride] for stride in STRIDES}


def trunk(name: str, width: float) -> Callable[[Any], Any]:
    """What makes the features, at the width that is asked for."""
    if name not in CLASSIFIERS:
        raise InputError(f"model.backbone: {not_one_of(CLASSIFIERS, name)}")
    build = CLASSIFIERS[name].trunk
    if "width" in inspect.signature(build).parameters:
        return partial(build, width=width)
    if width != 1.0:
        raise InputError(f"model.width: '{name}' has one width, expected 1.0, got '{width}'")
    return build


def _maps(pixels: Any, features: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """Every map of features with its height and width, from the pixels on."""
    import keras

    for layer in keras.Model(pixels, features).operations:
        for output in keras.tree.flatten(layer.output):
            if len(output.shape) == 4:
                yield tuple(output.shape[1:3]), output
