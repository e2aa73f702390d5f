"""The function that a Keras network stands for, without the rounding of float32: the same weights, summed in float64.

Keras itself is some way off from it. Two sound computations of one network differ by the noise of both, so that a small
distance between them can only be judged beside the distance of each to this function.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from edgecv.models.naming import by_name, names_of
from edgecv.models.opening import open_network
from edgecv.models.raw_outputs import raw_outputs
from edgecv.targets import Exported

Answers = Mapping[str, np.ndarray]


def exact_answers(exported: Exported, network: Any) -> Answers:
    """What the original keras.Model of an export would give for the reference images, were float32 exact."""
    return _answers(exported, network, in_double(raw_outputs(network, exported.task, exported.postprocess)), np.float64)


def plain_float16_answers(exported: Exported, network: Any) -> Answers:
    """What it gives with kernels that were rounded to float16 one by one, all else in float32."""
    plain = open_network(exported.network)
    plain.set_weights(
        [each.astype(np.float16).astype(np.float32) if each.ndim > 1 else each for each in plain.get_weights()]
    )
    return _answers(exported, network, plain, np.float32)


def largest_error(exact: Answers, got: Answers) -> float:
    """Of any value of any output, in deviations of that output about each value's own mean."""
    spreads = {name: (values - values.mean(axis=0)).std() for name, values in exact.items()}
    return max(float(np.abs(got[name] - values).max() / spreads[name]) for name, values in exact.items())


def in_double(network: Any) -> Any:
    """A keras.Model with the same weights, all of whose layers compute in float64."""
    double = type(network).from_config(_with_double_types(network.get_config()))
    double.set_weights(network.get_weights())
    late = [each.name for each in double.layers if each.weights and each.compute_dtype != "float64"]
    assert not late, late
    return double


def _with_double_types(config: Any) -> Any:
    if isinstance(config, Mapping):
        return {
            key: "float64" if key in ("dtype", "name") and value == "float32" else _with_double_types(value)
            for key, value in config.items()
        }
    if isinstance(config, list | tuple):
        return type(config)(map(_with_double_types, config))
    return config


def _answers(exported: Exported, original: Any, network: Any, kind: Any) -> Answers:
    import tensorflow as tf

    names = names_of(original)
    function = tf.function(lambda image: by_name(names, exported.task, network(image, training=False)))
    each = [function(tf.constant(image.astype(kind))) for image in exported.reference_inputs()]
    return {name: np.concatenate([answer[name].numpy() for answer in each]) for name in each[0]}
