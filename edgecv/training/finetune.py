"""Fine-tuning: layers that came with learnt weights stand still, at first or for good, while the others learn.

While a layer is frozen, its gradients are not computed, and its batch normalisation goes by the statistics that it
came with. The optimizer knows all variables from the start, so that a checkpoint looks the same in both phases. It
begins the second phase afresh: Adam takes its count of steps for the number of gradients that a variable has seen, and
would move layers that it has never moved several times too far at first.
"""

from collections.abc import Sequence

import keras

from edgecv.errors import InputError, did_you_mean
from edgecv.records.recipe import Training


def check(training: Training, pretrained: Sequence[str]) -> None:
    """Refuse a word of `training.frozen` that no filled layer begins with; `pretrained` names those."""
    for word in training.frozen:
        if not any(name.startswith(word) for name in pretrained):
            raise InputError(
                "training.frozen: expected how the name of a layer filled by model.weights begins, such as "
                f"'{pretrained[0]}', got '{word}'{did_you_mean(word, pretrained)}"
            )


def begin_epoch(
    network: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    training: Training,
    pretrained: Sequence[str],
    *,
    epoch: int,
    done: int = 0,
) -> bool:
    """To be called before each epoch, and where a training resumes with `done` steps of its epoch behind it.

    `pretrained` names the layers that were filled. Epochs count from 0, over all resumptions. True where other layers
    learn than before: a step that is traced already does not notice.
    """
    if training.freeze_epochs and epoch == training.freeze_epochs and not done:
        _forget(optimizer)
    if epoch < training.freeze_epochs:
        return _freeze(network, pretrained, True)
    still = [name for name in pretrained if name.startswith(training.frozen)]
    thawed = _freeze(network, [name for name in pretrained if name not in still], False)
    return _freeze(network, still, True) or thawed


def end(network: keras.Model, pretrained: Sequence[str]) -> None:
    """To be called after the last epoch: a network that was frozen to its end is saved like any other."""
    _freeze(network, pretrained, False)


def layers_of(network: keras.Model, names: Sequence[str]) -> list[keras.layers.Layer]:
    """The layers of these names, however deep inside others."""
    wanted = set(names)
    return [each for each in network._flatten_layers(include_self=False) if each.name in wanted]


def _freeze(network: keras.Model, names: Sequence[str], frozen: bool) -> bool:
    changed = [layer for layer in layers_of(network, names) if layer.trainable == frozen]
    for layer in changed:
        layer.trainable = not frozen
    return bool(changed)


def _forget(optimizer: keras.optimizers.Optimizer) -> None:
    """Give an optimizer the state back that it had before its first step. The rate is set from outside."""
    for variable in optimizer.variables:
        if variable is not optimizer.learning_rate:
            variable.assign(keras.ops.zeros_like(variable))
