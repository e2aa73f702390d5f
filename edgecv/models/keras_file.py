"""Open a .keras file, by Keras 3 or the last Keras 2: a zip with a description and an HDF5 file of weights."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.models.description import build
from edgecv.models.keras2 import translate
from edgecv.models.refusals import vendor_refusals

LARGEST_DESCRIPTION = 64 << 20  # bytes; the zoo's largest takes 1 MB
LARGEST_GROWTH = (
    200  # how many times its packed size a file inside may have; the weights of trained networks hardly shrink
)


def open_keras(path: Path, custom: Mapping[str, type]) -> Any:
    """The keras.Model of a .keras file."""
    description, version = _read(path)
    with vendor_refusals(str(path), "Keras"):  # of what is damaged inside
        if version.startswith("2."):
            description = translate(description, path)
        network = build(description, path, custom)
        network.load_weights(path)
    return network


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """The description of the network, and the version of Keras that wrote it."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bombs(archive)
            description = json.loads(archive.read("config.json"))
            metadata = json.loads(archive.read("metadata.json")) if "metadata.json" in archive.namelist() else {}
            [layer["config"] for layer in description["config"]["layers"]]  # what is no network fails here
            return description, str(metadata.get("keras_version", ""))
    except (OSError, zipfile.BadZipFile, RuntimeError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: expected a .keras file: {error}") from error


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    for member in archive.infolist():
        limit = LARGEST_DESCRIPTION if member.filename.endswith(".json") else member.file_size
        if member.file_size > min(limit, max(member.compress_size, 1 << 20) * LARGEST_GROWTH):
            raise ValueError(f"'{member.filename}' claims to unpack to {member.file_size} bytes")
