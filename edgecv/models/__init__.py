"""The zoo: one architecture a file. The file's name is the word in YAML and on the command line.

A network takes float32 NHWC input that is already normalised and gives raw outputs by name: activations, decoding and
thresholds are the board's work, because a quantized tensor keeps its levels best before them. Keras is imported
inside the functions, so that models can be listed and checked without it.
"""

import inspect
from collections.abc import Callable
from typing import Any, Protocol

from edgecv.errors import InputError, not_one_of
from edgecv.models import tiny_classifier, tiny_detector, tiny_segmenter
from edgecv.records.preprocess import Preprocess
from edgecv.records.recipe import Model, Task


class ModelModule(Protocol):
    """One architecture. The keyword-only arguments of `network` are the model's options in YAML."""

    TASK: Task
    SUMMARY: str
    SIDE_MULTIPLE: int  # both sides of the input are multiples of this

    @property
    def network(self) -> Callable[..., Any]:
        """`network(size, channels, classes, *, ...options)` gives the untrained keras.Model, with dict outputs."""

    @property
    def postprocess(self) -> Callable[..., dict[str, Any]]:
        """`postprocess(*, ...options)` says how the board reads the outputs."""


MODELS: dict[str, ModelModule] = {
    "tiny_classifier": tiny_classifier,
    "tiny_detector": tiny_detector,
    "tiny_segmenter": tiny_segmenter,
}

KINDS = {bool: "true or false", int: "a whole number above 0", float: "a number above 0", str: "a word"}


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
    if any(side % module.SIDE_MULTIPLE or side <= 0 for side in preprocess.size):
        height, width = preprocess.size
        raise InputError(
            f"preprocess.size: {model.name} expects multiples of {module.SIDE_MULTIPLE}, got [{height}, {width}]"
        )
    return module


def check_options(model: Model) -> None:
    """Refuse an option that the model does not have, or a value of the wrong kind."""
    known = options_of(model.name)
    for name, value in model.options.items():
        if name not in known:
            raise InputError(f"model.{name}: {not_one_of(known, name)}")
        if not _fits(value, known[name]):
            raise InputError(f"model.{name}: expected {KINDS[type(known[name])]}, got '{value}'")


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, bool | str):
        return type(value) is type(default)
    allowed = (int, float) if isinstance(default, float) else (int,)
    return isinstance(value, allowed) and not isinstance(value, bool) and 0 < value < float("inf")
