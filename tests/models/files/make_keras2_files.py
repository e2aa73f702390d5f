"""Write the .h5 files in this folder, with the answers their networks give: networks as tf.keras 2 saved them.

Run it with an old TensorFlow, in an environment of its own: `pip install tensorflow==2.15.1` (Python 3.9 to 3.11), or
`tensorflow==2.4.4` (Python 3.8). The files are named after its version. The weights are random, and from a seed.
"""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

keras, layers = tf.keras, tf.keras.layers
VERSION = "_".join(tf.__version__.split(".")[:2])
SIZE = (8, 8, 3)


def everyday() -> Any:
    """Layers whose arguments Keras 3 rejects or understands otherwise, a name with a slash, two outputs by name."""
    image = keras.Input(SIZE, name="image")
    x = layers.DepthwiseConv2D(3, padding="same", depthwise_regularizer="l2", name="block/depthwise")(image)
    x = layers.BatchNormalization()(layers.Add()([x, layers.Conv2D(3, 1, kernel_constraint="max_norm")(image)]))
    x = layers.ReLU(6.0)(layers.Conv2DTranspose(4, 2, 2)(x))
    x = layers.SpatialDropout2D(0.2)(x * layers.Activation("hard_sigmoid")(x))
    x = layers.SeparableConv2D(4, 3, activation="swish")(x)
    box = layers.Conv2D(2, 1, name="b")(x)
    return keras.Model(image, {"cls": layers.Dense(3, name="a")(layers.GlobalAveragePooling2D()(x)), "box": box})


def nested() -> Any:
    """A network that is called twice inside another, and a frozen Sequential."""
    inner_image = keras.Input(SIZE)
    inner = keras.Model(inner_image, layers.Conv2D(3, 3, padding="same")(inner_image), name="inner")
    frozen = keras.Sequential([layers.Conv2D(3, 3, input_shape=SIZE), layers.BatchNormalization()], name="frozen")
    frozen.trainable = False
    image = keras.Input(SIZE)
    return keras.Model(image, layers.Dense(4)(layers.GlobalMaxPooling2D()(frozen(inner(inner(image))))))


def functions() -> Any:
    """Functions of TensorFlow between layers."""
    image = keras.Input(SIZE)
    x = (image - [0.1, 0.2, 0.3]) / 0.5
    x = 1.0 - tf.nn.relu6(layers.Conv2D(4, 3, padding="same")(x) * 2.0 + 0.5)
    x = tf.math.add(x, x[..., :1])[:, 1:-1, ::2]
    x = tf.concat([x, tf.nn.sigmoid(-x)], axis=-1)
    x = tf.image.resize(tf.nn.leaky_relu(x), (6, 6))
    x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
    x = tf.transpose(tf.reshape(x * tf.reduce_mean(x, axis=[1, 2], keepdims=True), (-1, 64, 8)), (0, 2, 1))
    return keras.Model(image, tf.stack(tf.split(tf.reduce_max(tf.clip_by_value(x, -1.0, 3.0), axis=-1), 2, axis=-1), 1))


def save(name: str, network: Any) -> None:
    random = np.random.default_rng(0)
    for weight in network.weights:
        values = random.normal(0, 0.4, weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values)
    path = Path(__file__).parent / f"keras{VERSION}_{name}.h5"
    network.save(path, include_optimizer=False)
    images = random.uniform(-1, 1, (2, *SIZE)).astype("float32")
    answer = keras.models.load_model(path, compile=False).predict(images)
    outputs = answer if isinstance(answer, dict) else {"output": answer}
    np.savez_compressed(path.with_suffix(".npz"), images=images, **outputs)


if __name__ == "__main__":
    for make in (everyday, nested, functions):
        save(make.__name__, make())
