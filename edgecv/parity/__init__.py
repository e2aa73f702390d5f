"""Parity: is the artifact still the network? `check` proves it, `seal` writes the proof down."""

from edgecv.parity.check import Checked, check
from edgecv.parity.seal import seal

__all__ = ["Checked", "check", "seal"]
