"""The optimizer of a training: AdamW. Layers that came with learnt weights may learn at a share of the rate."""

from collections.abc import Sequence
from typing import Any

import keras

from edgecv.records.recipe import Training
from edgecv.training.finetune import layers_of

CLIP_NORM = 5.0  # per variable: the first steps of a detector are steep


def optimizer_of(network: keras.Model, training: Training, pretrained: Sequence[str]) -> keras.optimizers.Optimizer:
    """An optimizer that knows all variables already, so that a checkpoint can be put back before the first step.

    `pretrained` names the layers that were filled; `training.pretrained_rate` is theirs.
    """
    variables, usual = network.trainable_variables, {"weight_decay": training.weight_decay, "clipnorm": CLIP_NORM}
    if training.pretrained_rate == 1.0:
        optimizer = keras.optimizers.AdamW(training.learning_rate, **usual)
    else:
        filled = {id(each) for layer in layers_of(network, pretrained) for each in layer.trainable_variables}
        shares = [training.pretrained_rate if id(each) in filled else 1.0 for each in variables]
        optimizer = AdamWByShares(training.learning_rate, shares, **usual)
    optimizer.build(variables)
    return optimizer


class AdamWByShares(keras.optimizers.AdamW):
    """AdamW in which each variable has its own share of the rate, in its steps and in its decay alike."""

    def __init__(self, learning_rate: float, shares: Sequence[float], **usual: Any) -> None:
        super().__init__(learning_rate, **usual)
        self.shares = tuple(shares)  # in the order of the variables

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        rate = learning_rate * self.shares[self._get_variable_index(variable)]
        if self._use_weight_decay(variable):
            self.assign_sub(variable, variable * self.weight_decay * rate)
        super().update_step(gradient, variable, rate)

    def _apply_weight_decay(self, variables: Any) -> None:
        """Done step by step: Keras would take the same rate for all."""
