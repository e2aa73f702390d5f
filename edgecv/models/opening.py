"""Open a Keras network that somebody else may have made; none of the code that a file can carry is run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.models.custom_layers import load_custom_layers
from edgecv.models.h5_file import open_h5
from edgecv.models.keras_file import open_keras
from edgecv.models.saved_model import open_saved_model

EXPECTED = "expected a .keras, .h5 or .hdf5 file, or a SavedModel folder"


def open_network(path: Path, custom_layers: Sequence[str] = ()) -> Any:
    """The keras.Model of a file or folder, in float32. Only the classes in `custom_layers` are imported and trusted.

    One is written as "package.module:Class" or "path/to/layers.py:Class".
    """
    if path.is_dir():
        if not (path / "saved_model.pb").is_file():
            raise InputError(f"{path}: {EXPECTED}, which has a saved_model.pb")
        if custom_layers:
            raise InputError(f"{path}: a SavedModel holds no layers; leave --custom-layer out")
        return open_saved_model(path)
    if path.name.endswith(".weights.h5"):
        raise InputError(f"{path}: holds weights without their network; save the whole network as a .keras file")
    if path.suffix == ".keras":
        return open_keras(path, load_custom_layers(custom_layers))
    if path.suffix in (".h5", ".hdf5"):
        return open_h5(path, load_custom_layers(custom_layers))
    raise InputError(f"{path}: {EXPECTED}")
