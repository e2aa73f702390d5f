"""Parity: is the artifact still the network? `check` proves it, `seal` writes the proof down."""

from edgecv.parity.bisect import Blame
from edgecv.parity.check import Checked, NotTheNetwork, check, figures, require_sound
from edgecv.parity.ladder import Ladder, climb
from edgecv.parity.seal import seal

__all__ = ["Blame", "Checked", "Ladder", "NotTheNetwork", "check", "climb", "figures", "require_sound", "seal"]
