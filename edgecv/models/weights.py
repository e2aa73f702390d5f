"""Copy what a layer has learnt into another of the same kind.

It is done as a file would bring it, not by `get_weights` and `set_weights`: some layers compute from what they load. A
Normalization that was merely given its weights would go on with the mean of before.
"""

from typing import Any


def copy_weights(old: Any, new: Any) -> None:
    """Fill a layer, or a whole network, and all layers inside it."""
    for source, target in zip(old._flatten_layers(), new._flatten_layers(), strict=True):
        state: dict[str, Any] = {}
        source.save_own_variables(state)
        target.load_own_variables(state)
