"""Functions of TensorFlow that Keras 2 kept between layers, such as the product in `x * 2`, as operations of Keras 3.

Only what is listed is known: each does to numbers what the function did, and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from edgecv.errors import InputError


@dataclass(frozen=True)
class _Operation:
    module: str  # of keras.src.ops
    kind: str
    call: tuple[str, ...] = ()  # arguments of the function that stay arguments of the call, after the first
    settings: Mapping[str, str] = field(default_factory=dict)  # arguments that become settings, under which name
    defaults: Mapping[str, Any] = field(default_factory=dict)  # settings, where the function had another default
    must_be: Mapping[str, Any] = field(default_factory=dict)  # arguments with the only value that is understood


def _plain(module: str, kind: str) -> _Operation:
    return _Operation(module, kind)


def _pair(kind: str) -> _Operation:
    return _Operation("numpy", kind, call=("y",))


def _reduction(kind: str) -> _Operation:
    return _Operation("numpy", kind, settings={"axis": "axis", "keepdims": "keepdims"})


KNOWN: Mapping[str, _Operation] = {
    "__operators__.add": _pair("Add"),
    "__operators__.getitem": _Operation("numpy", "GetItem", call=("slice_spec",)),
    "cast": _Operation("core", "Cast", settings={"dtype": "dtype"}),
    "clip_by_value": _Operation("numpy", "Clip", settings={"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "concat": _Operation("numpy", "Concatenate", settings={"axis": "axis"}),
    "nn.bias_add": _Operation("numpy", "Add", call=("bias",), must_be={"data_format": "NHWC"}),
    "nn.depth_to_space": _Operation(
        "nn", "DepthToSpace", settings={"block_size": "block_size"}, must_be={"data_format": "NHWC"}
    ),
    "nn.swish": _Operation("nn", "Silu", must_be={"beta": 1.0}),
    "tile": _Operation("numpy", "Tile", settings={"multiples": "repeats"}),
    "expand_dims": _Operation("numpy", "ExpandDims", settings={"axis": "axis"}),
    "image.resize": _Operation(
        "image",
        "Resize",
        settings={"size": "size", "method": "interpolation"},
        must_be={"preserve_aspect_ratio": False, "antialias": False},
    ),
    "math.abs": _plain("numpy", "Absolute"),
    "math.add": _pair("Add"),
    "math.divide": _pair("TrueDivide"),
    "math.exp": _plain("numpy", "Exp"),
    "math.log": _plain("numpy", "Log"),
    "math.maximum": _pair("Maximum"),
    "math.minimum": _pair("Minimum"),
    "math.multiply": _pair("Multiply"),
    "math.negative": _plain("numpy", "Negative"),
    "math.pow": _pair("Power"),
    "math.reciprocal": _plain("numpy", "Reciprocal"),
    "math.reduce_max": _reduction("Max"),
    "math.reduce_mean": _reduction("Mean"),
    "math.reduce_min": _reduction("Min"),
    "math.reduce_sum": _reduction("Sum"),
    "math.rsqrt": _plain("math", "Rsqrt"),
    "math.sigmoid": _plain("nn", "Sigmoid"),
    "math.softplus": _plain("nn", "Softplus"),
    "math.sqrt": _plain("numpy", "Sqrt"),
    "math.square": _plain("numpy", "Square"),
    "math.subtract": _pair("Subtract"),
    "math.tanh": _plain("numpy", "Tanh"),
    "math.truediv": _pair("TrueDivide"),
    "nn.elu": _plain("nn", "Elu"),
    "nn.gelu": _Operation("nn", "Gelu", settings={"approximate": "approximate"}, defaults={"approximate": False}),
    "nn.leaky_relu": _Operation(
        "nn", "LeakyRelu", settings={"alpha": "negative_slope"}, defaults={"negative_slope": 0.2}
    ),
    "nn.relu": _plain("nn", "Relu"),
    "nn.relu6": _plain("nn", "Relu6"),
    "nn.selu": _plain("nn", "Selu"),
    "nn.sigmoid": _plain("nn", "Sigmoid"),
    "nn.silu": _Operation("nn", "Silu", must_be={"beta": 1.0}),
    "nn.softmax": _Operation("nn", "Softmax", settings={"axis": "axis"}),
    "nn.softplus": _plain("nn", "Softplus"),
    "nn.softsign": _plain("nn", "Softsign"),
    "nn.tanh": _plain("numpy", "Tanh"),
    "pad": _Operation(
        "numpy", "Pad", call=("constant_values",), settings={"paddings": "pad_width"}, must_be={"mode": "CONSTANT"}
    ),
    "reshape": _Operation("numpy", "Reshape", settings={"shape": "newshape"}),
    "split": _Operation("numpy", "Split", settings={"num_or_size_splits": "indices_or_sections", "axis": "axis"}),
    "squeeze": _Operation("numpy", "Squeeze", settings={"axis": "axis"}),
    "stack": _Operation("numpy", "Stack", settings={"axis": "axis"}),
    "transpose": _Operation("numpy", "Transpose", settings={"perm": "axes"}, must_be={"conjugate": False}),
}


def operation(layer: Mapping[str, Any], calls: Sequence[Mapping[str, Any]], path: Path) -> dict[str, Any]:
    """The description of the operation that does what a layer of one function did in its calls."""
    name, function = layer["name"].replace("/", "_"), layer["config"]["function"].removeprefix("compat.v1.")
    known = KNOWN.get(function)
    if known is None:
        raise _cannot(path, name, f"tf.{function}")
    given = {key: each for key, each in calls[0]["kwargs"].items() if key != "name" and each is not None}
    for key, each in given.items():
        if not _understood(known, key, each):
            raise _cannot(path, name, f"tf.{function} with {key}={each}")
    settings = {new: given[old] for old, new in known.settings.items() if old in given}
    if known.kind == "Split" and isinstance(settings["indices_or_sections"], list):
        settings["indices_or_sections"] = list(accumulate(settings["indices_or_sections"]))[:-1]
    return {
        "module": f"keras.src.ops.{known.module}",
        "class_name": known.kind,
        "config": {"name": name, **known.defaults, **settings},
        "name": name,
        "inbound_nodes": [_call(known, call) for call in calls],
    }


def _cannot(path: Path, layer: str, what: str) -> InputError:
    return InputError(f"{path}: layer '{layer}' calls {what}, which cannot be translated; use a layer of Keras")


def _understood(known: _Operation, name: str, value: Any) -> bool:
    if name in known.call:
        return True
    if name in known.settings:
        return "__keras_tensor__" not in str(value)  # a size that is known only while the network runs
    return name in known.must_be and value == known.must_be[name]


def _call(known: _Operation, call: Mapping[str, Any]) -> dict[str, Any]:
    (first,) = call["args"]
    if known.kind in ("Concatenate", "Stack") and not isinstance(first, list):
        first = [first]  # of one tensor
    others = [call["kwargs"][name] for name in known.call if name in call["kwargs"]]
    return {"args": [_constant(each) for each in (first, *others)], "kwargs": {}}


def _constant(value: Any) -> Any:
    """A number, a tensor or a list of tensors as it is; numbers as an array, and parts of a tensor as slices."""
    if isinstance(value, dict) and value.keys() == {"start", "stop", "step"}:
        return {"class_name": "__slice__", "config": value}
    if not isinstance(value, list):
        return value
    if any(isinstance(each, dict) for each in value):
        return [_constant(each) for each in value]
    return {"class_name": "__numpy__", "config": {"value": value, "dtype": "float32"}}
