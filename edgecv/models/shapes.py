"""Give a network that takes images of any size the one size that its artifacts will have."""

from typing import Any

from edgecv.errors import InputError
from edgecv.models.weights import copy_weights


def fix_shape(network: Any, size: tuple[int, int] | None, channels: int) -> Any:
    """The network for images of one (height, width, channels), with the same layers, weights and outputs."""
    tensor = _only_input(network)
    height, width, depth = tensor.shape[1:]
    if size is None and None in (height, width):
        raise InputError(f"{network.name}: takes images of any size; give one with 'size' in --preprocess")
    expected = (*(size or (height, width)), channels)
    _refuse_other(network, (height, width, depth), expected)
    fixed = network if tensor.shape[1:] == expected else _cloned(network, tensor, expected)
    _refuse_open_outputs(fixed)
    return fixed


def _only_input(network: Any) -> Any:
    if len(network.inputs) != 1:
        names = ", ".join(f"'{each.name}'" for each in network.inputs)
        raise InputError(f"{network.name}: expected a network with one input, got {len(network.inputs)}: {names}")
    (tensor,) = network.inputs
    if len(tensor.shape) != 4:
        raise InputError(
            f"{network.name}: expected an input of (batch, height, width, channels), got {tuple(tensor.shape)}"
        )
    if tensor.shape[0] not in (None, 1):
        raise InputError(
            f"{network.name}: takes {tensor.shape[0]} images at a time; save it with a batch of 1 or of any"
        )
    return tensor


def _refuse_other(network: Any, got: tuple[int | None, ...], expected: tuple[int, ...]) -> None:
    for layer in network.layers:
        if getattr(layer, "data_format", None) == "channels_first":
            raise InputError(f"{network.name}: layer '{layer.name}' takes channels first; edgecv needs them last")
    if got[0] == expected[2] != got[2]:
        raise InputError(f"{network.name}: its input is {got}, which looks like channels first; edgecv needs them last")
    if any(side not in (None, wanted) for side, wanted in zip(got, expected, strict=True)):
        raise InputError(
            f"{network.name}: takes images of {got} (height, width, channels), but preprocess gives {expected}"
        )


def _cloned(network: Any, tensor: Any, shape: tuple[int, ...]) -> Any:
    import keras

    from edgecv.models.saved_model import frozen_graph_layer

    def same(layer: Any) -> Any:
        if isinstance(layer, frozen_graph_layer()):
            return layer  # which has no weights, and takes any shape
        return type(layer).from_config(layer.get_config())

    source = keras.Input(batch_shape=(tensor.shape[0], *shape), dtype=tensor.dtype, name=tensor.name)
    alone = isinstance(network, keras.Sequential) or network.input is tensor
    inputs = source if alone else keras.tree.map_structure(lambda _: source, network.input)
    clone = keras.models.clone_model(network, input_tensors=inputs, clone_function=same)
    copy_weights(network, clone)
    return clone


def _refuse_open_outputs(network: Any) -> None:
    output = getattr(network, "output", None)  # a Sequential that was never called has outputs, but no output
    named = output if isinstance(output, dict) else {each.name: each for each in network.outputs}
    for name, tensor in named.items():
        if None in tensor.shape[1:]:
            raise InputError(
                f"{network.name}: output '{name}' has no fixed shape, {tuple(tensor.shape)}, although its input has"
            )
