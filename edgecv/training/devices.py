"""On which devices a network learns: one, or all GPUs of the machine with a part of every batch each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf


def strategy_for(batch_size: int, gpus: Sequence[str] | None = None) -> tf.distribute.Strategy:
    """As many GPUs as share a batch evenly; with one, or none, TensorFlow's own choice of a device."""
    if gpus is None:
        gpus = [device.name for device in tf.config.list_logical_devices("GPU")]
    sharing = max((n for n in range(1, len(gpus) + 1) if batch_size % n == 0), default=1)
    return tf.distribute.MirroredStrategy(gpus[:sharing]) if sharing > 1 else tf.distribute.get_strategy()


def shared(batch: Any, strategy: tf.distribute.Strategy) -> Any:
    """The arrays of a batch, cut into a part for each device."""
    count = strategy.num_replicas_in_sync
    if count == 1:
        return batch

    def part(context: Any) -> Any:
        chosen = slice(context.replica_id_in_sync_group, None, count)
        return tf.nest.map_structure(lambda array: tf.constant(np.asarray(array)[chosen]), batch)

    return strategy.experimental_distribute_values_from_function(part)
