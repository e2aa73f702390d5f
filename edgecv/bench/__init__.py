"""The runner: an artifact and a device become a measurement."""

from edgecv.bench.runner import measure

__all__ = ["measure"]
