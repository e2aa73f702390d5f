"""`weights: imagenet`: what keras.applications offers. Keras fetches it, and only where a recipe asks for it.

A published network answers rightly only to pixels that are normalised as it has learnt them, and nothing would notice
other ones. So a recipe is held against what its weights expect before anything is fetched.
"""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from edgecv.errors import InputError, Unavailable
from edgecv.records.preprocess import Color, Preprocess
from edgecv.records.recipe import Model


class Pixels(NamedTuple):
    """The part of a recipe's preprocess block that learnt weights depend on."""

    color: Color
    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True)
class Published:
    function: str  # in keras.applications
    pixels: Pixels
    width: bool = False  # whether there are weights for several widths, which Keras calls alpha
    arguments: Mapping[str, Any] = field(default_factory=dict)


AROUND_ZERO = Pixels("rgb", (127.5, 127.5, 127.5), (127.5, 127.5, 127.5))
CAFFE = Pixels("bgr", (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))  # the means of ImageNet, blue first
TORCH = Pixels("rgb", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375))  # its means and deviations
BARE = {"include_preprocessing": False}  # as the zoo builds it

PUBLISHED = {
    "vgg16": Published("VGG16", CAFFE),
    "vgg19": Published("VGG19", CAFFE),
    "resnet50": Published("ResNet50", CAFFE),
    "resnet101": Published("ResNet101", CAFFE),
    "resnet152": Published("ResNet152", CAFFE),
    "densenet121": Published("DenseNet121", TORCH),
    "densenet201": Published("DenseNet201", TORCH),
    "mobilenet_v1": Published("MobileNet", AROUND_ZERO, width=True),
    "mobilenet_v2": Published("MobileNetV2", AROUND_ZERO, width=True),
    "mobilenet_v3_small": Published("MobileNetV3Small", AROUND_ZERO, width=True, arguments=BARE),
    "mobilenet_v3_large": Published("MobileNetV3Large", AROUND_ZERO, width=True, arguments=BARE),
}


def check(trunk: Model, preprocess: Preprocess) -> None:
    """Refuse a network without published weights, and pixels that are not those that its weights expect."""
    if trunk.name not in PUBLISHED:
        raise InputError(
            f"model.weights: Keras has no imagenet weights for '{trunk.name}', only for {', '.join(PUBLISHED)}; "
            "with others: weights: FILE"
        )
    expected = PUBLISHED[trunk.name].pixels
    if not agree(expected, preprocess):
        raise InputError(
            f"preprocess: the imagenet weights of '{trunk.name}' expect other pixels; write {said(expected)}"
        )


def agree(expected: Pixels | Preprocess, given: Preprocess) -> bool:
    """Whether a picture becomes nearly the same numbers: 127 in the place of 127.5 is no mistake."""
    return expected.color == given.color and all(
        abs(theirs_mean - mean) <= 0.02 * 255 and abs(theirs_std / std - 1) <= 0.02
        for theirs_mean, mean, theirs_std, std in zip(expected.mean, given.mean, expected.std, given.std, strict=True)
    )


def said(pixels: Pixels | Preprocess) -> str:
    """The lines of a preprocess block."""
    return f"color: {pixels.color}, mean: {list(pixels.mean)}, std: {list(pixels.std)}"


def fetch(trunk: Model) -> Any:
    """A network of keras.applications with its weights, from Keras's folder of downloads or, at first, its server."""
    import keras

    published = PUBLISHED[trunk.name]
    width = {"alpha": trunk.options.get("width", 1.0)} if published.width else {}
    try:
        return getattr(keras.applications, published.function)(weights="imagenet", **width, **published.arguments)
    except Exception as error:  # Keras raises no class of its own where a server cannot be reached
        traceback.print_exc()  # stderr of this process is the log
        unreached = re.search(r"URL fetch failure on (.+?): ", str(error))
        if unreached is None:
            raise InputError(f"model.weights: Keras has none that fit: {str(error).splitlines()[0]}") from error
        raise Unavailable(
            f"model.weights: no answer from {unreached[1]}; fetch it with another machine and put it into "
            "~/.keras/models, where Keras looks first, or write weights: FILE"
        ) from error
