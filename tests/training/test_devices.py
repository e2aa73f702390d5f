"""Several devices learn what one learns. Two processors that TensorFlow is told to see stand in for two GPUs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TWO_PROCESSORS = """
import json, sys
import keras, numpy as np, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
from functools import partial
from edgecv.models import MODELS
from edgecv.records.recipe import Training
from edgecv.training import networks
from edgecv.training.devices import strategy_for
from edgecv.training.learner import Learner
from edgecv.training.objectives import classification
from tests.training.recipes import recipe

def plain(recipe, classes):  # without batch normalisation, which goes by the pictures on each device
    keras.utils.set_random_seed(0)
    pixels = keras.Input((8, 8, 3), name="input")
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(pixels)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(pixels, {"logits": keras.layers.Dense(classes, name="logits")(x)})

networks._new = plain
rng = np.random.default_rng(0)
batches = [(rng.random((6, 8, 8, 3), np.float32), rng.integers(0, 4, 6)) for _ in range(5)]

def losses(gpus):
    strategy = strategy_for(6, gpus)
    asked = recipe("classification", ema=0.9)
    both = networks.networks_of(asked, 4, strategy)
    learner = Learner(both, classification, classification.loss, asked.training, strategy)
    learnt = [learner.learn(batch, step, 0.01) for step, batch in enumerate(batches)]
    learner.before_judging()
    both.judged.save(sys.argv[1])
    reopened = keras.models.load_model(sys.argv[1])
    weights = [float(weight.sum()) for weight in reopened.get_weights()]
    return strategy.num_replicas_in_sync, [[each.loss, each.figure, each.weight] for each in learnt], weights

print(json.dumps({
    "shares": [strategy_for(size, ["CPU:0", "CPU:1"]).num_replicas_in_sync for size in (6, 7)],
    "one": losses([]),
    "two": losses(["CPU:0", "CPU:1"]),
}))
"""


def test_two_devices_learn_what_one_learns_and_save_a_plain_network(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", TWO_PROCESSORS, str(tmp_path / "judged.keras")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    said = json.loads(child.stdout.splitlines()[-1])
    assert said["shares"] == [2, 1]  # seven pictures cannot be shared evenly
    (one, learnt_by_one, weights_of_one), (two, learnt_by_two, weights_of_two) = said["one"], said["two"]
    assert (one, two) == (1, 2)
    for found, wanted in zip(learnt_by_two, learnt_by_one, strict=True):
        assert found == pytest.approx(wanted, rel=1e-4)  # sums in another order
    assert weights_of_two == pytest.approx(weights_of_one, rel=1e-3, abs=1e-4)
