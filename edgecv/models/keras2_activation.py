"""The hard sigmoid of Keras 2. Keras 3 gave its name to another function, without a word and without an error."""

from typing import Any

NAME = "edgecv>hard_sigmoid_of_keras_2"
DESCRIPTION = {"class_name": "function", "config": NAME, "module": None, "registered_name": NAME}  # in networks


def register() -> None:
    """Make Keras know it by its name, wherever a network is built or cloned in this process."""
    import keras

    keras.saving.register_keras_serializable("edgecv")(hard_sigmoid_of_keras_2)


def hard_sigmoid_of_keras_2(x: Any) -> Any:
    """Slope 0.2 where Keras 3 has 1/6."""
    from keras import ops

    return ops.clip(x * 0.2 + 0.5, 0.0, 1.0)
