"""What runs on the board: numpy, Pillow and one runtime, imported when they are needed.

from edgecv.ondevice import load

detector = load("bccd-int8")
prediction = detector.predict("cell.jpg")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgecv.ondevice.predictor import Predictor, load

__all__ = ["load", "Predictor"]


def __getattr__(name: str) -> Any:
    """Importing the package alone costs nothing, so that every command pays only for what it uses."""
    if name in __all__:
        from edgecv.ondevice import predictor

        return getattr(predictor, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
