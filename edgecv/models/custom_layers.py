"""Layers of the user's own: only the classes that the command line names are imported, which runs the user's code."""

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from edgecv.errors import InputError, did_you_mean


def load_custom_layers(specs: Sequence[str]) -> Mapping[str, type]:
    """The classes by name; a spec is "package.module:Class" or "path/to/layers.py:Class"."""
    classes: dict[str, type] = {}
    for spec in specs:
        name, custom = _load(spec)
        if name in classes:
            raise InputError(f"custom layer '{spec}': a layer called '{name}' is named already")
        classes[name] = custom
    return classes


def _load(spec: str) -> tuple[str, type]:
    module_name, _, name = spec.rpartition(":")
    if not module_name or not name.isidentifier():
        raise InputError(f"custom layer '{spec}': expected package.module:Class or path/to/layers.py:Class")
    module = _import(module_name, spec)
    import keras

    custom = getattr(module, name, None)
    if custom is None:
        near = did_you_mean(name, vars(module))
        raise InputError(f"custom layer '{spec}': '{module_name}' has no class '{name}'{near}")
    if not isinstance(custom, type) or not issubclass(custom, keras.Layer):
        raise InputError(f"custom layer '{spec}': expected a class derived from keras.Layer, got {custom!r}")
    return name, custom


def _import(module: str, spec: str) -> ModuleType:
    try:
        return _import_file(Path(module)) if module.endswith(".py") else importlib.import_module(module)
    except Exception as error:  # whatever the user's code raises
        traceback.print_exc()  # stderr of this process is the log
        raise InputError(
            f"custom layer '{spec}': importing '{module}' failed: {type(error).__name__}: {error}"
        ) from error


def _import_file(path: Path) -> ModuleType:
    """Import a file by its path, once, so that two classes of one file come from one module."""
    name = f"custom_layers.{path.resolve().as_posix()}"
    if name in sys.modules:
        return sys.modules[name]
    found = importlib.util.spec_from_file_location(name, path)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
