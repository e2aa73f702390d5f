"""Small networks that nobody trained, but whose outputs vary from image to image, and images to show them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from edgecv.models import MODELS
from edgecv.quantization.calibration import normalised
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Task

PREPROCESS = Preprocess(size=(64, 64), mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5))
LABELS = ("disc", "square", "star", "cross")  # four, so that cls and box of a detector have the same shape
MODEL_OF: Mapping[Task, str] = {
    "classification": "tiny_classifier",
    "detection": "tiny_detector",
    "segmentation": "tiny_segmenter",
}


def images(count: int, seed: int, size: tuple[int, int] = PREPROCESS.size) -> np.ndarray:
    """Coarse patches of colour with some noise, no two images alike."""
    rng = np.random.default_rng(seed)
    height, width = size
    patches = rng.integers(0, 200, (count, height // 8, width // 8, 3)).repeat(8, axis=1).repeat(8, axis=2)
    return (patches + rng.integers(0, 56, patches.shape)).astype(np.uint8)


def lively(task: Task, seed: int, size: tuple[int, int] = PREPROCESS.size) -> Any:
    """A network with random weights, whose batch normalisations have seen images: so it quantizes as a trained one."""
    import keras

    keras.utils.set_random_seed(seed)
    network = MODELS[MODEL_OF[task]].network(size, PREPROCESS.channels, len(LABELS), width=0.5)
    _show_images(network, size)
    if task == "detection":
        kernel, bias = network.get_layer("cls").get_weights()
        network.get_layer("cls").set_weights([3 * kernel, 0 * bias - 1])  # confident enough to find something
    return network


def mobile(seed: int) -> Any:
    """A classifier as made for phones: depthwise convolutions, ReLU6 that is reached now and then, dropout."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)

    def normed(x: Any, name: str) -> Any:
        gains = keras.initializers.RandomUniform(1, 3)  # of one alone, hardly a value would reach six
        x = layers.BatchNormalization(gamma_initializer=gains, name=f"{name}_norm")(x)
        return layers.ReLU(6, name=f"{name}_relu6")(x)

    pixels = keras.Input((*PREPROCESS.size, PREPROCESS.channels), name="input")
    x = normed(layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="stem")(pixels), "stem")
    for stage, filters in (("stage1", 24), ("stage2", 32), ("stage3", 48)):
        depthwise = layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False, name=f"{stage}_depthwise")
        x = normed(depthwise(x), f"{stage}_depthwise")
        x = normed(layers.Conv2D(filters, 1, use_bias=False, name=f"{stage}_pointwise")(x), f"{stage}_pointwise")
    x = layers.Dropout(0.2, name="dropout")(layers.GlobalAveragePooling2D(name="pool")(x))
    network = keras.Model(pixels, {"logits": layers.Dense(len(LABELS), name="logits")(x)}, name="mobile")
    _show_images(network, PREPROCESS.size)
    return network


def _show_images(network: Any, size: tuple[int, int]) -> None:
    """Let batch normalisations take their statistics from images."""
    import keras

    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # so that one look is enough
    network(normalised(images(32, seed=0, size=size), PREPROCESS), training=True)


def concatenating(network: Any) -> Any:
    """A detector whose boxes in pixels and scores share one output, as those of many others do."""
    import keras
    from keras import layers

    pixels = network.input
    raw = network(pixels)
    boxes = layers.Rescaling(16.0, offset=32.0)(layers.Reshape((-1, 4))(raw["box"]))
    scores = layers.Activation("sigmoid")(layers.Reshape((-1, len(LABELS)))(raw["cls"]))
    return keras.Model(pixels, {"out": layers.Concatenate(name="out")([boxes, scores])}, name="concatenating")


CONCATENATED = {
    "head": "decoded",
    "boxes": {"output": "out", "format": "center_xywh", "unit": "pixels", "channels": [0, 3]},
    "scores": {
        "output": "out",
        "activation": "none",
        "channels": [4, 3 + len(LABELS)],
        "background": "none",
        "objectness": None,
    },
    "order": "candidates_first",
    "score_threshold": 0.25,
    "nms_iou": 0.6,
    "max_detections": 300,
}
