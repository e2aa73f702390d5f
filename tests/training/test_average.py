import keras
import numpy as np
import pytest

from edgecv.training.average import Average, decay_at
from edgecv.training.networks import Networks


def network(seed: int) -> keras.Model:
    pixels = keras.Input((3,))
    x = keras.layers.BatchNormalization(name="norm")(pixels)
    made = keras.Model(pixels, keras.layers.Dense(2, name="dense")(x))
    rng = np.random.default_rng(seed)
    made.set_weights([rng.random(weight.shape) for weight in made.get_weights()])
    return made


def test_the_average_is_quick_at_first_and_settles_at_its_decay() -> None:
    decays = [decay_at(step, 0.99) for step in range(2000)]
    assert decays[0] == pytest.approx(0.1)
    assert decays == sorted(decays)
    assert decays[-1] == 0.99


def test_weights_and_the_statistics_of_batch_normalisation_are_averaged_alike() -> None:
    learns, judged = network(0), network(1)
    expected = [each.copy() for each in judged.get_weights()]
    average = Average(Networks(learns, judged, ()), 0.9)
    for step in range(3):
        learns.set_weights(network(step).get_weights())
        average.after_step(step)
        decay = decay_at(step, 0.9)
        expected = [decay * old + (1 - decay) * new for old, new in zip(expected, learns.get_weights(), strict=True)]
    for found, wanted in zip(judged.get_weights(), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)
    average.before_judging()  # changes nothing where there is an average
    np.testing.assert_allclose(judged.get_weights()[0], expected[0], rtol=1e-6)


def test_without_an_average_the_judged_network_takes_the_last_weights() -> None:
    learns, judged = network(0), network(1)
    average = Average(Networks(learns, judged, ()), None)
    average.after_step(0)
    assert not np.array_equal(judged.get_weights()[0], learns.get_weights()[0])
    average.before_judging()
    for found, wanted in zip(judged.get_weights(), learns.get_weights(), strict=True):
        np.testing.assert_array_equal(found, wanted)
