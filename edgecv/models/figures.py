"""The figures of the whole zoo at its usual sizes, counted before: a list of models must not build them all.

They are written by `python -m edgecv.inspection figures edgecv/models/figures.json`, and held true by a test.
"""

import json
from pathlib import Path
from typing import Any

PLACE = Path(__file__).with_suffix(".json")


def figures() -> dict[str, dict[str, Any]]:
    """Size, channels, classes, parameters, macs, peak_activation_bytes and depth of every model, by its name."""
    found: dict[str, dict[str, Any]] = json.loads(PLACE.read_bytes())
    return found
