"""Weights that are learnt already, put into a new network: `model.weights` of a recipe.

The donor is a file or a network of keras.applications. Its layers go to those of the same name; where the names are
others, to those at the same place in the plain classifier of the architecture, from which a detector or a segmenter
takes its trunk. The trunk is filled as a whole or refused; layers that depend on the number of classes may stay new.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgecv.errors import InputError
from edgecv.models import MODELS, imagenet, options_of
from edgecv.models.opening import open_network
from edgecv.models.weights import copy_weights
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import IMAGENET, Model

NETWORK = "network.keras"  # in a run folder
CLASSES = 1000  # of a plain network, where the donor does not say
SAME = 0.01  # of the range of all answers: what the same network may differ by


def check(model: Model, preprocess: Preprocess) -> None:
    """Refuse weights that are not there, and published ones that the network or its pixels do not fit."""
    if model.weights == IMAGENET:
        imagenet.check(trunk_of(model), preprocess)
    file_of(model)


def file_of(model: Model) -> Path | None:
    """The file or folder that holds the weights; None where Keras provides them, or nobody has to."""
    if model.weights is None or model.weights == IMAGENET:
        return None
    path = Path(model.weights)
    if not path.exists():
        raise InputError(f"model.weights: no such file '{path}'")
    return path / NETWORK if (path / NETWORK).is_file() else path


def trunk_of(model: Model) -> Model:
    """The model whose weights a network can take: its backbone, or itself."""
    options = {**options_of(model.name), **model.options}
    if "backbone" not in options:
        return model
    backbone = options["backbone"]
    return Model(backbone, {"width": options["width"]} if "width" in options_of(backbone) else {})


def fill(network: Any, model: Model, size: tuple[int, int], channels: int) -> tuple[str, ...]:
    """Fill a network with the weights that its recipe names, and tell the names of the layers they have reached."""
    if model.weights is None:
        return ()
    path = file_of(model)
    donor = open_network(path) if path else imagenet.fetch(trunk_of(model))
    _refuse_unfit(donor, model, channels)
    plain = _plain(trunk_of(model), donor, size, channels)
    given = _given(network, plain, donor)
    _refuse_gap(network, plain, given, model)
    _refuse_other_answers(plain, donor, given, model)
    return tuple(_filled(network, given))


def _refuse_unfit(donor: Any, model: Model, channels: int) -> None:
    if not _weighted(donor):
        raise InputError(
            f"model.weights: '{model.weights}' holds a graph without layers, as every SavedModel; "
            "save the network as a .keras file"
        )
    theirs = donor.inputs[0].shape[-1]
    if theirs != channels:
        raise InputError(
            f"model.weights: '{model.weights}' takes pictures of {theirs} channels, "
            f"but preprocess.color gives {channels}"
        )


def _plain(model: Model, donor: Any, size: tuple[int, int], channels: int) -> Any:
    """The network as the donor must have been: of its size and its number of classes, where it says them."""
    height, width = donor.inputs[0].shape[1:3]
    shapes = [tensor.shape for tensor in donor.outputs]
    classes = shapes[0][-1] if len(shapes) == 1 and len(shapes[0]) == 2 else CLASSES
    known = (height, width) if height and width else size
    return MODELS[model.name].network(known, channels, classes, **model.options)


def _given(network: Any, plain: Any, donor: Any) -> Mapping[str, Any]:
    """The donor's layers under the names that the new network has for them."""
    by_name = _weighted(donor)
    in_order = dict(zip(_weighted(plain), by_name.values(), strict=False))
    return in_order if any(_gaps(network, plain, by_name)) else {**in_order, **by_name}


def _gaps(network: Any, plain: Any, given: Mapping[str, Any]) -> Iterator[str]:
    """The layers of the trunk that would stay empty. A dense layer depends on the size or on the classes."""
    import keras

    trunk = _weighted(plain)
    for name, layer in _weighted(network).items():
        needed = _fits(trunk, name, layer) and not isinstance(layer, keras.layers.Dense)
        if needed and not _fits(given, name, layer):
            yield name


def _refuse_gap(network: Any, plain: Any, given: Mapping[str, Any], model: Model) -> None:
    for name in _gaps(network, plain, given):
        theirs = f"'{given[name].name}' has {_shapes(given[name])}" if name in given else "there are no more layers"
        raise InputError(
            f"model.weights: '{model.weights}' does not fit '{trunk_of(model).name}': layer '{name}' needs "
            f"{_shapes(_weighted(network)[name])}, but there {theirs}"
        )


def _refuse_other_answers(plain: Any, donor: Any, given: Mapping[str, Any], model: Model) -> None:
    """Shapes can agree where strides, padding or pixels do not. A donor that is known whole is asked a question."""
    if len(plain.outputs) > 1 or len(list(_filled(plain, given))) < len(_weighted(plain)):
        return
    noise = np.random.default_rng(0).uniform(-1, 1, (1, *plain.inputs[0].shape[1:])).astype(np.float32)
    theirs, ours = _answer(donor, noise), _answer(plain, noise)
    likely = np.exp(ours - ours.max())
    if not any(np.abs(each - theirs).max() <= SAME * np.ptp(theirs) for each in (ours, likely / likely.sum())):
        raise InputError(
            f"model.weights: '{model.weights}' has layers of the same shapes as '{trunk_of(model).name}', but gives "
            "other answers: its strides, padding, activations or normalisation of pixels are not the same"
        )


def _answer(network: Any, pixels: np.ndarray) -> np.ndarray:
    import keras

    return np.asarray(keras.tree.flatten(network(pixels, training=False))[0])


def _filled(network: Any, given: Mapping[str, Any]) -> Iterator[str]:
    """Fill every layer that is given weights of its shapes."""
    for name, layer in _weighted(network).items():
        if _fits(given, name, layer):
            copy_weights(given[name], layer)
            yield name


def _fits(others: Mapping[str, Any], name: str, layer: Any) -> bool:
    return name in others and _shapes(others[name]) == _shapes(layer)


def _weighted(network: Any) -> dict[str, Any]:
    """The layers with weights, however deep inside others, by name and in their order."""
    leaves = (
        each
        for each in network._flatten_layers(include_self=False)
        if not list(each._flatten_layers(include_self=False))
    )
    return {each.name: each for each in leaves if each.weights}


def _shapes(layer: Any) -> str:
    return ", ".join(f"{each.name} {'x'.join(map(str, each.shape))}" for each in layer.weights)
