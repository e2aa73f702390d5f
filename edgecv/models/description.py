"""From the description of a network, JSON in the words of Keras 3, to the network.

Keras imports and calls what a description names. So before anything is built, every object in it, however deep, is
looked up among Keras's own layers, operations and policies, or among the custom layers that the user trusts; what is
left over is refused by the name of the layer that carries it. Whatever only training needs is left out.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from edgecv.errors import InputError
from edgecv.models import keras2_activation

REFUSED = {
    "Lambda": "code that would run when the file is opened",
    "TFSMLayer": "which opens another file",
    "TorchModuleWrapper": "which holds code of PyTorch",
    "JaxLayer": "which holds code of JAX",
    "FlaxLayer": "which holds code of JAX",
    "StringLookup": "which reads words from files",
    "IntegerLookup": "which reads numbers from files",
    "TextVectorization": "which reads words from files",
}
TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")  # the ends of the names of such arguments
PLAIN = ("__keras_tensor__", "__tensor__", "__numpy__", "__slice__", "__ellipsis__")
OPERATIONS = ("core", "image", "linalg", "math", "nn", "numpy")  # the modules of Keras that define them
ROUNDED = ("float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16", "uint8")  # computed in float32 here


class _Place(NamedTuple):
    path: Path
    layer: str
    custom: Mapping[str, type]


def build(description: Mapping[str, Any], path: Path, custom: Mapping[str, type]) -> Any:
    """The keras.Model that is described in the file `path`, with weights that are still to be loaded."""
    import keras

    checked = _object(description, _Place(path, "", custom))
    network = keras.saving.deserialize_keras_object(checked, custom_objects=dict(custom), safe_mode=True)
    _refuse_without_graph(network, path)
    return network


def _refuse_without_graph(network: Any, path: Path) -> None:
    try:
        assert network.inputs
    except (AttributeError, ValueError, AssertionError) as error:
        raise InputError(
            f"{path}: '{network.name}' is a network without a graph of layers or without a shape of its input; "
            "save it as a SavedModel folder, with network.export(FOLDER)"
        ) from error


def _checked(value: Any, place: _Place) -> Any:
    """Any part of a description, with every object in it checked."""
    if isinstance(value, list):
        return [_checked(each, place) for each in value]
    if not isinstance(value, dict):
        return value
    if "class_name" in value:
        return _object(value, place)
    return {name: _argument(name, each, place) for name, each in value.items() if _needed(name, each)}


def _needed(name: str, value: Any) -> bool:
    """Whether inference needs an argument of a layer. Initialisers of Keras are kept, so that a network stays equal.

    Not those with an object inside, which Keras would make, whatever it is; the weights replace what they give.
    """
    if name in ("compile_config", "module_objects"):
        return False
    if not name.endswith(TRAINING_ONLY) or not isinstance(value, dict):
        return True
    kind = name.rpartition("_")[2] + "s"
    ours = value.get("module") == f"keras.{kind}" and value.get("class_name") in _public(kind)
    return ours and _is_flat(value.get("config"))


def _is_flat(config: Any) -> bool:
    return isinstance(config, dict) and not any(isinstance(each, dict | list) for each in config.values())


def _argument(name: str, value: Any, place: _Place) -> Any:
    if name.endswith(TRAINING_ONLY):
        return value
    if name == "quantization_config" and value:
        raise _already_quantized(place, "quantization_config")
    return _float32(value, place) if name == "dtype" else _checked(value, place)


def _float32(dtype: Any, place: _Place) -> Any:
    """The type a layer computes in: weights of mixed precision are float32 already."""
    if "_from_" in json.dumps(dtype):
        raise _already_quantized(place, dtype["config"].get("name", "") if isinstance(dtype, dict) else dtype)
    return "float32" if isinstance(dtype, dict) or dtype in ROUNDED else dtype


def _already_quantized(place: _Place, how: str) -> InputError:
    return InputError(
        f"{place.path}: layer '{place.layer}' has been quantized by Keras already ('{how}'); convert the float network"
    )


def _object(described: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    """An object of the description under the name by which Keras knows it, with its arguments checked."""
    kind, config = described["class_name"], described.get("config")
    if kind in PLAIN:
        return {"class_name": kind, "config": _checked(config, place)}
    if kind == "function":
        return _function(described, place)
    if isinstance(config, dict) and isinstance(config.get("name"), str):
        place = place._replace(layer=config["name"])
    if kind in REFUSED:
        raise InputError(
            f"{place.path}: layer '{place.layer}' is a {kind}, {REFUSED[kind]}; use a layer of Keras in its place"
        )
    known_as = _known_as(described, place)
    kept = {name: each for name, each in described.items() if name in ("name", "shared_object_id")}
    for part in ("config", "build_config", "inbound_nodes"):
        if part in described:
            kept[part] = _checked(described[part], place)
    return {**kept, **known_as}


def _function(described: Mapping[str, Any], place: _Place) -> Any:
    name = described["config"]
    if described.get("registered_name") == keras2_activation.NAME:
        keras2_activation.register()
        return keras2_activation.DESCRIPTION
    if isinstance(name, str) and name in _public("activations"):
        return name
    raise InputError(
        f"{place.path}: layer '{place.layer}' uses a function that is not an activation of Keras, '{name}'; "
        "use a layer in its place"
    )


def _known_as(described: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    """The keys by which Keras will find the class of a layer or operation: its own, or one that the user trusts."""
    kind, module = described["class_name"], described["module"] if "module" in described else _module(described)
    if kind == "SeedGenerator":
        return {"class_name": kind, "module": "keras.random", "registered_name": None}
    if isinstance(module, str) and module.partition(".")[0] == "keras":
        if ".ops." in f"{module}." and (found := _operations().get(kind)):
            return {"class_name": kind, "module": found, "registered_name": kind}
        if kind == "Functional":
            return {"class_name": kind, "module": "keras.src.models.functional", "registered_name": kind}
        if kind in known_layers():
            return {"class_name": kind, "module": "keras.layers", "registered_name": None}
        if kind in ("Model", "Sequential"):
            return {"class_name": kind, "module": "keras", "registered_name": None}
    names = (str(described.get("registered_name", "")).rpartition(">")[2], kind.rpartition(">")[2])
    for name in names:
        if name in place.custom:
            return {"class_name": name, "module": None, "registered_name": name}
    what = f"layer '{place.layer}' is a custom layer, '{names[1]}'"
    raise InputError(f"{place.path}: {what}; name it with --custom-layer MODULE:{names[1]} if you trust its code")


def _module(described: Mapping[str, Any]) -> str:
    """An .h5 file names none, and has one word for the layer Add and the operation Add, which cannot be trained."""
    operation = described["class_name"] in _operations() and "trainable" not in described["config"]
    return "keras.ops" if operation else "keras.layers"


@cache
def known_layers() -> frozenset[str]:
    """The names of the layers of Keras."""
    import keras

    return frozenset(name for name, each in vars(keras.layers).items() if _is_a(each, keras.Layer))


@cache
def _operations() -> Mapping[str, str]:
    """The module of every operation of Keras, by its class."""
    import importlib

    import keras

    modules = [importlib.import_module(f"keras.src.ops.{name}") for name in OPERATIONS]
    return {
        name: module.__name__
        for module in modules
        for name, each in vars(module).items()
        if _is_a(each, keras.Operation) and each.__module__ == module.__name__
    }


@cache
def _public(part: str) -> frozenset[str]:
    """The names in keras.initializers and the like."""
    import keras

    return frozenset(name for name in vars(getattr(keras, part)) if not name.startswith("_"))


def _is_a(each: object, base: type) -> bool:
    return isinstance(each, type) and issubclass(each, base)
