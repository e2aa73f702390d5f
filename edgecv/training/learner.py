"""A network together with what it learns: one step of learning, and one of judging, on one device or several."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from keras import ops

from edgecv.records.recipe import Training
from edgecv.training.average import Average
from edgecv.training.batches import Batch
from edgecv.training.devices import shared
from edgecv.training.networks import Networks
from edgecv.training.objectives import Objective
from edgecv.training.optimizer import optimizer_of
from edgecv.training.progress import Judged

Loss = Callable[[Any, Any], Any]


class Learner:
    """What moves while a network learns: its weights, the optimizer's memory, and the weights that are judged."""

    def __init__(
        self,
        networks: Networks,
        objective: Objective,
        loss: Loss,
        training: Training,
        strategy: tf.distribute.Strategy,
    ) -> None:
        self.networks, self.objective, self.loss, self.strategy = networks, objective, loss, strategy
        with strategy.scope():
            self.optimizer = optimizer_of(networks.learns, training, networks.pretrained)
        self.average = Average(networks, training.ema)
        self._judge = tf.function(self._judge_batch, reduce_retracing=True)
        self.begin_phase()

    def begin_phase(self) -> None:
        """Take note of which layers are frozen now: a traced step would not notice."""
        self._learn = tf.function(self._learn_everywhere, reduce_retracing=True)

    @property
    def variables(self) -> list[Any]:
        """All that one step hands to the next."""
        return [*self.networks.learns.variables, *self.optimizer.variables, *self.average.variables]

    def learn(self, batch: Batch, step: int, rate: float) -> Judged:
        """One step, counted from the first of the training, at its learning rate."""
        self.optimizer.learning_rate = rate
        judged = self._learn(shared(batch, self.strategy))
        self.average.after_step(step)
        return _judged(batch, judged)

    def before_judging(self) -> None:
        """To be called after the last step that is to be judged."""
        self.average.before_judging()

    def judge(self, batch: Batch) -> Judged:
        """What the network that is kept makes of a batch."""
        return _judged(batch, self._judge(batch))

    def _learn_everywhere(self, batch: Any) -> Any:
        of_each_device = self.strategy.run(self._learn_batch, args=(batch,))
        return [self.strategy.reduce("SUM", value, axis=None) for value in of_each_device]

    def _learn_batch(self, batch: Any) -> Any:
        pixels, target = batch
        network = self.networks.learns
        with tf.GradientTape() as tape:
            outputs = _float32(network(pixels, training=True))
            # The optimizer adds up what the devices found.
            loss = self.loss(target, outputs) / self.strategy.num_replicas_in_sync
        variables = network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss, *self._figure(target, outputs)

    def _judge_batch(self, batch: Any) -> Any:
        pixels, target = batch
        outputs = self.networks.judged(pixels, training=False)
        return self.loss(target, outputs), *self._figure(target, outputs)

    def _figure(self, target: Any, outputs: Any) -> tuple[Any, Any]:
        values, weights = (ops.cast(each, "float32") for each in self.objective.score(target, outputs))
        return ops.sum(values * weights), ops.sum(weights)


def _float32(outputs: Any) -> Any:
    return tf.nest.map_structure(lambda output: ops.cast(output, "float32"), outputs)


def _judged(batch: Batch, values: Any) -> Judged:
    loss, figure, weight = (float(value) for value in values)
    return Judged(len(batch[0]), loss, figure, weight)
