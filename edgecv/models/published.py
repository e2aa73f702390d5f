"""Trunks that keras.applications has, under names that do not depend on what was built before.

Keras leaves some layers without a name of their own and numbers them over the whole process. Each is called after the
layer that it follows; those with weights keep their names, by which published weights are filled in.
"""

import re
from typing import Any

MOMENTUM = 0.9  # of batch norms. Published ones of 0.999 are for weeks: after minutes they know little of their inputs
NUMBERED = re.compile(r"(activation|add|multiply|re_lu|zero_padding2d)(_\d+)?")


def trunk(name: str, pixels: Any, **arguments: Any) -> Any:
    """The features that the network `name` of keras.applications makes of normalised pixels, without its head."""
    import keras

    build = getattr(keras.applications, name)
    network = build(input_tensor=pixels, include_top=False, weights=None, **arguments)
    for operation in network.operations:
        if numbered := NUMBERED.fullmatch(operation.name):
            operation.name = f"{_followed(operation).name}_{numbered[1]}"
        if type(operation).__name__ == "BatchNormalization":
            operation.momentum = MOMENTUM
    (features,) = network.outputs
    return features


def _followed(operation: Any) -> Any:
    (node,) = operation._inbound_nodes
    return node.parent_nodes[0].operation
