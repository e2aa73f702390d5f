"""The description of a network by Keras 2, in the words of Keras 3. JSON to JSON: nothing is built here.

What differs: the shape of an input, the spelling of connections between layers, arguments that are gone, and TensorFlow
functions that stand between layers, which become operations of Keras 3 (`keras2_functions`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.models import keras2_activation
from edgecv.models.description import known_layers
from edgecv.models.keras2_functions import operation

PACKAGES = ("keras", "tf_keras", "tensorflow")  # what Keras 2 called itself
NETWORKS = ("Functional", "Model", "Sequential")
FUNCTIONS = ("TFOpLambda", "SlicingOpLambda")  # layers that call one function of TensorFlow
GROUPED = ("Conv1D", "Conv2D", "Conv3D", "GroupNormalization")
DROPPED = (  # arguments that change nothing once a network is trained
    *("_initializer", "_regularizer", "_constraint"),
    *("query_shape", "key_shape", "value_shape"),
    *("adjustment", "fused", "implementation", "input_dtype", "noise_shape", "ragged", "virtual_batch_size"),
)
GONE = {  # arguments that Keras 3 lacks, with the only value that it still computes
    "groups": 1,  # of others than GROUPED
    "renorm": False,
    "time_major": False,
}

ABSENT = (  # layers that Keras 3 lacks, or that do something else there
    *("CuDNNGRU", "CuDNNLSTM", "LocallyConnected1D", "LocallyConnected2D"),
    *("RandomCrop", "RandomHeight", "RandomWidth", "TensorFlowOpLayer", "ThresholdedReLU"),
)


def translate(description: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The description that Keras 3 would have written of the same network."""
    return _layer(description, path)


def _layer(layer: Mapping[str, Any], path: Path) -> dict[str, Any]:
    kind, config = layer["class_name"], layer["config"]
    known = {"module": _module(layer)} | {key: layer[key] for key in ("registered_name",) if key in layer}
    if kind in NETWORKS and "layers" in config:
        inner = _sequence(config, path) if kind == "Sequential" else _graph(config, path)
        return {**known, "class_name": "Sequential" if kind == "Sequential" else "Functional", "config": inner}
    if kind in ABSENT and known["module"]:
        raise _impossible(path, config, kind)
    return {**known, "class_name": kind, "config": _arguments(kind, config, path)}


def _module(layer: Mapping[str, Any]) -> str | None:
    """Keras 2 wrote none into .h5 files, and packages that have moved since into .keras files."""
    module = layer.get("module", "keras.layers")
    if isinstance(module, str) and module.partition(".")[0] in PACKAGES:
        return "keras.layers"
    return None


def _arguments(kind: str, config: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The arguments of one layer, and of the layers that it wraps. Those of a custom layer are its own affair."""
    kept = {name: _layer(each, path) if _is_layer(each) else each for name, each in config.items()}
    if kind not in known_layers():
        return kept
    for name in config:
        if name in GONE and not (name == "groups" and kind in GROUPED):
            if kept.pop(name) not in (None, GONE[name]):
                raise _impossible(path, config, f"{kind} with {name}={config[name]}")
        elif name.endswith(DROPPED):
            del kept[name]
        elif name.endswith("activation") and kept[name] == "hard_sigmoid":
            keras2_activation.register()
            kept[name] = keras2_activation.DESCRIPTION
    if "batch_input_shape" in kept:
        shape = _sides(kept.pop("batch_input_shape"))
        kept.update({"batch_shape": shape} if kind == "InputLayer" else {})
    if isinstance(kept.get("axis"), list) and kind == "BatchNormalization":
        (kept["axis"],) = kept["axis"]
    if "name" in kept:
        kept["name"] = _name(config["name"])
    if kind.startswith("SpatialDropout"):
        kept.pop("trainable", None)
    return kept


def _impossible(path: Path, config: Mapping[str, Any], what: str) -> InputError:
    return InputError(
        f"{path}: layer '{config.get('name')}': Keras 3 has no {what}; "
        "save the network as a SavedModel folder with the Keras that made it"
    )


def _name(name: str) -> str:
    return name.replace("/", "_")  # which Keras 3 forbids


def _is_layer(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "class_name" in value
        and isinstance(value.get("config"), dict)
        and "name" in value["config"]
        and value["class_name"] != "Policy"
    )


def _sides(shape: Any) -> Any:
    return shape["items"] if isinstance(shape, dict) else shape  # a TensorShape of the last Keras 2


def _sequence(config: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """A Sequential; the shape of its input can be with the first layer, or known only to the whole."""
    layers = [_layer(layer, path) for layer in config["layers"]]
    first = config["layers"][0]
    shape = first["config"].get("batch_input_shape") or config.get("build_input_shape")
    if first["class_name"] != "InputLayer" and shape and first["class_name"] not in NETWORKS:
        name = f"{first['config']['name']}_input"
        source = {"class_name": "InputLayer", "config": {"batch_shape": _sides(shape), "name": name}}
        layers.insert(0, {"module": "keras.layers", **source})
    return {"name": _name(config["name"]), "layers": layers}


def _graph(config: Mapping[str, Any], path: Path) -> dict[str, Any]:
    kinds = {layer["name"]: layer["class_name"] for layer in config["layers"]}
    layers = []
    for layer in config["layers"]:
        calls = [_call(node, kinds) for node in layer["inbound_nodes"]]
        name = _name(layer["name"])
        if layer["class_name"] in FUNCTIONS:
            layers.append(operation(layer, calls, path))
        else:
            layers.append({**_layer(layer, path), "name": name, "inbound_nodes": calls})
    return {
        "name": _name(config["name"]),
        "trainable": config.get("trainable", True),
        "layers": layers,
        "input_layers": _ends(config["input_layers"], kinds),
        "output_layers": _ends(config["output_layers"], kinds),
    }


def _call(node: Any, kinds: Mapping[str, str]) -> dict[str, Any]:
    """One call of a layer: Keras 2 hangs the other arguments on the first tensor."""
    if isinstance(node, dict):  # the inputs of a network that takes them by name
        return {"args": [{name: _tensor(each, kinds) for name, each in node.items()}], "kwargs": {}}
    several = isinstance(node[0], list)
    references = node if several else [node]
    first = [_tensor(each, kinds) for each in references]
    others = references[0][3] if len(references[0]) > 3 else {}
    arguments = {name: _value(each, kinds) for name, each in others.items()}
    return {"args": [first if len(first) > 1 else first[0]], "kwargs": arguments}


def _tensor(reference: Any, kinds: Mapping[str, str]) -> Any:
    name, call, index = reference[:3]
    if name == "_CONSTANT_VALUE":
        return index
    call -= kinds[name] in NETWORKS  # to Keras 2, the first call of a network was its own making
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [], "dtype": "float32", "keras_history": [_name(name), call, index]},
    }


def _value(value: Any, kinds: Mapping[str, str]) -> Any:
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and value[0] in kinds:
        return _tensor(value, kinds)
    return [_value(each, kinds) for each in value] if isinstance(value, list) else value


def _ends(ends: Any, kinds: Mapping[str, str]) -> Any:
    """The inputs or outputs of a graph; Keras 2 wrote the only one as a list of one."""
    if isinstance(ends, dict):
        return {name: _ends(each, kinds) for name, each in ends.items()}
    if isinstance(ends[0], str):
        name, call, index = ends
        return [_name(name), call - (kinds[name] == "Sequential"), index]
    return _ends(ends[0], kinds) if len(ends) == 1 else [_ends(each, kinds) for each in ends]
