"""How much faster one artifact is than another that was measured in turns with it.

A machine that drifts slows both blocks of a round, so their ratio hardly changes. The figure is the median of the
ratios of all rounds; its interval is that of any median, so nothing is assumed about the drift. The rounds count as
independent: what they have in common is what the ratio takes out, and the order is new in each.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from edgecv.ondevice.statistics import interval_of
from edgecv.records.measurement import Interleaved, Latency, Measurement


def with_ratios(taken: Sequence[Measurement]) -> list[Measurement]:
    """Measurements that were taken in turns, each with its ratio to the first."""
    digests = tuple(each.artifact.digest for each in taken)
    first = taken[0].latency
    return [
        dataclasses.replace(each, interleaved=_beside(each.latency, first if number else None, digests))
        for number, each in enumerate(taken)
    ]


def _beside(own: Latency | None, first: Latency | None, digests: tuple[str, ...]) -> Interleaved:
    blocks = len(own.blocks) if own else 0
    if own is None or first is None:
        return Interleaved(digests, blocks)
    pairs = zip(block_medians(own), block_medians(first), strict=False)  # one that ended early has fewer
    ratios = np.array([ours / theirs for ours, theirs in pairs])
    return Interleaved(digests, blocks, len(ratios), float(np.median(ratios)), interval_of(ratios, 0.5, len(ratios)))


def block_medians(latency: Latency) -> list[float]:
    """The median of each block, in order."""
    ends = np.cumsum(latency.blocks)[:-1]
    return [float(np.median(block)) for block in np.split(np.array(latency.samples_ms), ends)]
