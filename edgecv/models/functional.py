"""The graph of layers that a Keras network is, and the calls in it."""

from collections.abc import Iterator
from typing import Any


def functional_of(model: Any) -> Any:
    """The graph that a model is, or is for inference; None for layers, and for models with a `call` of their own."""
    import keras
    from keras.src.models.functional import Functional  # Keras tells only here that a model is a graph

    if isinstance(model, keras.Sequential) and type(model).call is keras.Sequential.call:
        return model._functional  # None as long as it does not know its input
    return model if isinstance(model, Functional) and type(model).call is Functional.call else None


def calls(functional: Any) -> Iterator[Any]:
    """Calls of layers, each after those whose outputs it takes."""
    for depth in sorted(functional._nodes_by_depth, reverse=True):
        yield from (node for node in functional._nodes_by_depth[depth] if not node.is_input)
