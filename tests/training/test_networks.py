import keras
import numpy as np
import tensorflow as tf

from edgecv.training.networks import networks_of
from tests.training.recipes import recipe


def test_without_wishes_there_is_one_network() -> None:
    assert networks_of(recipe("classification"), 4, tf.distribute.get_strategy()).one


def test_a_network_that_learns_in_mixed_precision_is_judged_in_float32() -> None:
    networks = networks_of(recipe("classification", precision="mixed_bfloat16"), 4, tf.distribute.get_strategy())
    assert {layer.dtype_policy.name for layer in networks.learns.layers} == {"mixed_bfloat16"}
    assert {layer.dtype_policy.name for layer in networks.judged.layers} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    for learnt, judged in zip(networks.learns.weights, networks.judged.weights, strict=True):
        assert learnt.dtype == judged.dtype == "float32"
        np.testing.assert_array_equal(learnt.numpy(), judged.numpy())
