"""Open an HDF5 file with a whole network, as Keras 2 wrote it by default and Keras 3 still can."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.models.description import build
from edgecv.models.keras2 import translate
from edgecv.models.refusals import vendor_refusals


def open_h5(path: Path, custom: Mapping[str, type]) -> Any:
    """The keras.Model of an .h5 or .hdf5 file."""
    description, version = _read(path)
    if not version.startswith(("2.", "3.")):
        raise InputError(
            f"{path}: written by Keras '{version or 'unknown'}', expected 2 or 3; save it again with Keras 2"
        )
    with vendor_refusals(str(path), "Keras"):  # of what is damaged inside
        if version.startswith("2."):
            description = translate(description, path)
        network = build(description, path, custom)
        network.load_weights(path)
        _finalise(network)
    return network


def _finalise(network: Any) -> None:
    """Keras forgets layers inside layers: their Normalization keeps what it computed before its weights came."""
    for layer in network.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
        if hasattr(layer, "layers"):
            _finalise(layer)


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """The description of the network, and the version of Keras that wrote it."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if "model_config" not in file.attrs:
                raise ValueError("it holds no network; weights alone are not enough")
            description = json.loads(_text(file.attrs["model_config"]))
            [layer["config"] for layer in description["config"]["layers"]]  # what is no network fails here
            return description, _text(file.attrs.get("keras_version", ""))
    except (OSError, RuntimeError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: expected an HDF5 file of Keras: {error}") from error


def _text(attribute: Any) -> str:
    return attribute.decode() if isinstance(attribute, bytes) else str(attribute)
