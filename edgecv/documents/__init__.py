"""What users write, checked: recipes and device profiles from YAML, results from JSON, as the records they stand for.

Everything that a file alone can tell is refused here, with the line it stands on and the word that was probably meant.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgecv.documents.blocks import load_labels, load_postprocess, load_preprocess, usual_postprocess
    from edgecv.documents.device import load_device
    from edgecv.documents.document import Document
    from edgecv.documents.recipe import load_recipe
    from edgecv.documents.registry import names
    from edgecv.documents.results import read_evaluation, read_measurement, to_plain

__all__ = [
    "Document",
    "load_device",
    "load_labels",
    "load_postprocess",
    "load_preprocess",
    "load_recipe",
    "names",
    "read_evaluation",
    "read_measurement",
    "to_plain",
    "usual_postprocess",
]

_MODULES = {
    "Document": "document",
    "load_device": "device",
    "load_labels": "blocks",
    "load_postprocess": "blocks",
    "load_preprocess": "blocks",
    "load_recipe": "recipe",
    "names": "registry",
    "read_evaluation": "results",
    "read_measurement": "results",
    "to_plain": "results",
    "usual_postprocess": "blocks",
}


def __getattr__(name: str) -> Any:
    """Each is imported when it is used: `edgecv doctor` has to answer where numpy or PyYAML are what is broken."""
    if name in _MODULES:
        return getattr(importlib.import_module(f"edgecv.documents.{_MODULES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
