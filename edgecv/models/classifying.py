"""How a classifier is put together: a trunk that makes features, and one of the two heads that most are published with.

The names of the layers are those of the published networks, where those have names.
"""

from collections.abc import Callable
from typing import Any


def classifier(
    name: str,
    size: tuple[int, int],
    channels: int,
    trunk: Callable[[Any], Any],
    head: Callable[[Any], Any],
) -> Any:
    """The whole network; its logits leave raw."""
    import keras

    pixels = keras.Input((*size, channels), name="input")
    return keras.Model(pixels, {"logits": head(trunk(pixels))}, name=name)


def pooled(features: Any, classes: int, *, dropout: float = 0.0) -> Any:
    """An average over all places, and one layer."""
    from keras import layers

    x = layers.GlobalAveragePooling2D(name="avg_pool")(features)
    return layers.Dense(classes, name="logits")(dropped(x, dropout, "dropout"))


def flattened(features: Any, classes: int, *, dropout: float = 0.0) -> Any:
    """Two wide layers over all features at once, which hold most of the weights of AlexNet and VGG."""
    from keras import layers

    x = layers.Flatten(name="flatten")(features)
    for name in ("fc1", "fc2"):
        x = layers.Dense(4096, activation="relu", name=name)(x)
        x = dropped(x, dropout, f"{name}_dropout")
    return layers.Dense(classes, name="logits")(x)


def dropped(x: Any, share: float, name: str) -> Any:
    """Dropout, or nothing at all for a share of 0."""
    from keras import layers

    return layers.Dropout(share, name=name)(x) if share else x
