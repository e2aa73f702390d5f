"""The zoo: one architecture a file. The file's name is the word in YAML and on the command line.

A network takes float32 NHWC input that is already normalised and gives raw outputs by name: activations, decoding and
thresholds are the board's work, because a quantized tensor keeps its levels best before them. Keras is imported
inside the functions, so that models can be listed and checked without it.
"""

import inspect
from typing import Any

from edgecv.errors import InputError, not_one_of
from edgecv.models import (
    anchor_free,
    deeplab_lite,
    fcn,
    lraspp,
    pspnet,
    regressor,
    ssdlite,
    tiny_detector,
    tiny_segmenter,
    unet,
    yolo,
    yolov1,
)
from edgecv.models.classifiers import CLASSIFIERS
from edgecv.models.protocol import ModelModule
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Model, Task

MODELS: dict[str, ModelModule] = {
    **CLASSIFIERS,
    "tiny_detector": tiny_detector,
    **anchor_free.VARIANTS,
    "yolo": yolo,
    "yolov1": yolov1,
    "ssdlite": ssdlite,
    "tiny_segmenter": tiny_segmenter,
    **fcn.VARIANTS,
    "unet": unet,
    "pspnet": pspnet,
    "lraspp": lraspp,
    "deeplab_lite": deeplab_lite,
    "regressor": regressor,
}

KINDS = {bool: "true or false", int: "a whole number above 0", float: "a number above 0", str: "a word"}
SHARES = ("dropout",)  # options that may be 0 and stay below 1


def options_of(model_name: str) -> dict[str, Any]:
    """The options of a model and their defaults."""
    parameters = inspect.signature(MODELS[model_name].network).parameters.values()
    return {each.name: each.default for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY}


def check(model: Model, task: Task, preprocess: Preprocess) -> ModelModule:
    """The module of a recipe's model, once its name, task, options and input size are known to fit."""
    if model.name not in MODELS:
        raise InputError(f"model.name: {not_one_of(MODELS, model.name)}")
    module = MODELS[model.name]
    if task != module.TASK:
        raise InputError(f"model.name: '{model.name}' is a {module.TASK} model, but the task is {task}")
    check_options(model)
    _check_size(model.name, module, preprocess.size)
    return module


def _check_size(name: str, module: ModelModule, size: tuple[int, int]) -> None:
    got = f"got [{size[0]}, {size[1]}]"
    if any(side % module.SIDE_MULTIPLE or side <= 0 for side in size):
        raise InputError(f"preprocess.size: {name} expects multiples of {module.SIDE_MULTIPLE}, {got}")
    smallest = getattr(module, "SMALLEST", 1)  # only some have one
    if min(size) < smallest:
        raise InputError(f"preprocess.size: {name} expects sides of {smallest} or more, {got}")


def check_options(model: Model) -> None:
    """Refuse an option that the model does not have, or a value of the wrong kind."""
    known = options_of(model.name)
    for name, value in model.options.items():
        if not known:
            raise InputError(f"model.{name}: '{model.name}' has no options; remove it")
        if name not in known:
            raise InputError(f"model.{name}: {not_one_of(known, name)}")
        kind = "a share from 0 to below 1" if name in SHARES else KINDS[type(known[name])]
        if not (_is_share(value) if name in SHARES else _fits(value, known[name])):
            raise InputError(f"model.{name}: expected {kind}, got '{value}'")


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, bool | str):
        return type(value) is type(default)
    allowed = (int, float) if isinstance(default, float) else (int,)
    return isinstance(value, allowed) and not isinstance(value, bool) and 0 < value < float("inf")


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1
