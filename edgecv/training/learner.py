"""A network together with what it learns: the objective's loss, and its figure to watch."""

from collections.abc import Mapping
from typing import Any

import keras

from edgecv.records.recipe import Training
from edgecv.training.objectives import Objective

CLIP_NORM = 5.0  # per variable: the first steps of a detector are steep


class Learner(keras.Model):
    """A model whose loss may look at several outputs at once, which `compile(loss=...)` cannot say."""

    def __init__(self, network: keras.Model, objective: Objective) -> None:
        super().__init__(name="learner")
        self.network = network
        self.objective = objective
        self.figure = keras.metrics.Mean(name=objective.FIGURE)

    def call(self, pixels: Any, training: bool | None = None) -> Mapping[str, Any]:
        return self.network(pixels, training=training)

    def compute_loss(
        self,
        x: Any = None,  # noqa: ARG002 Keras calls by these names
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,  # noqa: ARG002
        training: bool = True,  # noqa: ARG002
    ) -> Any:
        return self.objective.loss(y, y_pred)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:  # noqa: ARG002
        values, weights = self.objective.score(y, y_pred)
        self.figure.update_state(values, sample_weight=keras.ops.cast(weights, "float32"))
        return self.get_metrics_result()


def learner_of(network: keras.Model, objective: Objective, training: Training) -> Learner:
    """A learner that is ready to fit with AdamW."""
    learner = Learner(network, objective)
    optimizer = keras.optimizers.AdamW(training.learning_rate, weight_decay=training.weight_decay, clipnorm=CLIP_NORM)
    # Compiling by XLA takes longer than a small training and makes it slower on a CPU.
    learner.compile(optimizer=optimizer, jit_compile=False)
    optimizer.build(network.trainable_variables)  # now, so that a checkpoint can be put back before the first step
    return learner
