"""Non-maximum suppression in numpy: the answer of the greedy loop over single boxes, found without that loop.

Few pairs of boxes come near each other. So the boxes are put on a line, class after class and from left to right, where
all that may overlap with a box lie in a short stretch behind it.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple, Tuple

import numpy as np

FEW = 16  # near ones of a box, on average: up to there each pair is looked at by itself, and above in blocks
ROWS, COLUMNS = 96, 512  # of a block: more would not fit into a small processor's cache
FEW_ROWS = 16  # where they are the survivors, which lie far apart on the line
FIRST = 160  # boxes, the strongest, that are settled before the others, where many fall; then it is twice as many
NOT_MORE = 1 - 2.0**-22  # a factor by which boxes that overlap by exactly the threshold stay
LEAST_IOU = 1e-20  # instead of none at all, by which nothing can be divided

Pairs = Tuple[np.ndarray, np.ndarray]  # positions of the one and of the other


def strongest(scores: np.ndarray, most: int) -> np.ndarray:
    """Positions of the highest scores, best first; among equals the earlier position wins."""
    if len(scores) > most:  # sorting all of them would cost more than everything else
        weakest = np.partition(scores, len(scores) - most)[len(scores) - most]
        above = np.flatnonzero(scores > weakest)
        level = np.flatnonzero(scores == weakest)[: most - len(above)]
        positions = np.concatenate([above, level])
        positions.sort()
    else:
        positions = np.arange(len(scores))
    best_first: np.ndarray = positions[np.argsort(-scores[positions], kind="stable")]
    return best_first


def suppress(boxes: np.ndarray, indices: np.ndarray, iou: float, most: int) -> np.ndarray:
    """Positions that survive, at most `most`, of boxes that come best first.

    A box falls when it overlaps by more than `iou` with a better survivor of the same class.
    """
    line = _on_a_line(boxes, indices, iou)
    fallen, kept, left = np.zeros(len(boxes), bool), [line.positions[:0]], most
    near = np.searchsorted(line.start, line.reach, "right") - np.arange(1, len(boxes) + 1)
    if np.sum(near) <= FEW * len(boxes):
        _settle(fallen, _overlapping_near(line, near, iou))
        return np.flatnonzero(~fallen)[:most]
    count = FIRST
    while len(line.start) and left > 0:
        last = np.partition(line.positions, count)[count] if count < len(line.start) else len(boxes)
        first = line.positions < last
        now, line = line.part(np.flatnonzero(first)), line.part(np.flatnonzero(~first))
        _settle(fallen, _overlapping(now, iou))
        survivors = now.part(np.flatnonzero(~fallen[now.positions]))
        kept.append(np.sort(survivors.positions))
        left -= len(kept[-1])
        if len(line.start) and left > 0:
            line = line.part(np.flatnonzero(~_overlapped(line, survivors, iou)))
        many_stay = 2 * len(survivors.start) > len(now.start)
        count = len(boxes) if many_stay else 2 * count
    return np.concatenate(kept)[:most]


def _settle(fallen: np.ndarray, overlapping: Pairs) -> None:
    """Mark those who fall.

    Each round settles those that no better one threatens any more, and whom these suppress. It ends after as many
    rounds as the longest chain of suppressions has links.
    """
    better, worse = np.minimum(*overlapping), np.maximum(*overlapping)
    while len(better):
        threatened = np.zeros(len(fallen), bool)
        threatened[worse] = True
        fallen[worse[~threatened[better]]] = True
        unsettled = ~(fallen[better] | fallen[worse])
        better, worse = better[unsettled], worse[unsettled]


class _Line(NamedTuple):
    """Boxes in an order in which those that overlap are close together."""

    positions: np.ndarray
    boxes: np.ndarray  # (5 or 6, n): x0, y0, x1, y1, area and, where there are several, class
    start: np.ndarray  # where a box begins on the line,
    reach: np.ndarray  # and up to where another one begins that overlaps with it enough

    def part(self, which: np.ndarray) -> _Line:
        return _Line(self.positions[which], self.boxes[:, which], self.start[which], self.reach[which])


def _on_a_line(boxes: np.ndarray, indices: np.ndarray, iou: float) -> _Line:
    """Class after class, and from left to right."""
    x0, y0, x1, y1 = boxes.T
    several = bool(np.any(indices != indices[:1]))
    described = np.empty((6 if several else 5, len(boxes)), boxes.dtype)
    described[:4] = boxes.T
    np.multiply(x1 - x0, y1 - y0, out=described[4])
    start = x0.astype(np.float64)
    # Two boxes share no more than their sides do, and a side no more than the part of it that the other covers.
    reach = np.maximum(x1 - start, 0) * (1 - iou)
    stretch = 2 * (float(x1.max()) - float(x0.min())) + 1 if len(boxes) else 0
    if several:
        described[5] = indices
        start += stretch * indices
    reach += start
    reach += stretch * 1e-6
    order = np.argsort(start)
    return _Line(order, described[:, order], start[order], reach[order])


def _overlapping_near(line: _Line, near: np.ndarray, iou: float) -> Pairs:
    """The pairs that overlap, where `near` says how many behind each box come into question."""
    one = np.repeat(np.arange(len(near)), near)
    other = np.arange(1, len(one) + 1) + one - np.repeat(np.cumsum(near) - near, near)
    found = np.flatnonzero(_overlap(line.boxes[:, one], line.boxes[:, other], iou))
    return line.positions[one[found]], line.positions[other[found]]


def _overlapping(line: _Line, iou: float) -> Pairs:
    """The pairs that overlap."""
    one, other = [line.positions[:0]], [line.positions[:0]]
    for top, left, right in _blocks(line, line, ROWS):
        rows, columns = line.boxes[:, top : top + ROWS, np.newaxis], line.boxes[:, left:right]
        row, column = np.divmod(np.flatnonzero(_overlap(rows, columns, iou)), right - left)
        one.append(line.positions[row + top])
        other.append(line.positions[column + left])
    pairs = np.concatenate(one), np.concatenate(other)
    different = pairs[0] != pairs[1]
    return pairs[0][different], pairs[1][different]


def _overlapped(line: _Line, others: _Line, iou: float) -> np.ndarray:
    """Which boxes overlap with any of the others."""
    found = np.zeros(len(line.start), bool)
    for top, left, right in _blocks(others, line, FEW_ROWS):
        rows, columns = others.boxes[:, top : top + FEW_ROWS, np.newaxis], line.boxes[:, left:right]
        found[left:right] |= _overlap(rows, columns, iou).any(axis=0)
    return found


def _blocks(ours: _Line, theirs: _Line, rows: int) -> Iterator[Tuple[int, int, int]]:
    """All that may overlap: the first of so many rows of ours, and the first and the end of some columns of theirs."""
    tops = np.arange(0, len(ours.start), rows)
    firsts = tops
    if ours is not theirs:
        firsts = np.searchsorted(theirs.start, ours.start[tops] - np.max(theirs.reach - theirs.start))
    ends = np.searchsorted(theirs.start, np.maximum.reduceat(ours.reach, tops), "right")
    for top, first, end in zip(tops.tolist(), firsts.tolist(), ends.tolist()):
        for left in range(first, end, COLUMNS):
            yield top, left, min(left + COLUMNS, end)


def _overlap(ours: np.ndarray, theirs: np.ndarray, iou: float) -> np.ndarray:
    """Whether they are of one class and overlap by more than `iou`."""
    x0, y0, x1, y1, area = ours[:5]
    u0, v0, u1, v1, other_area = theirs[:5]
    shared = np.minimum(x1, u1)
    shared -= np.maximum(x0, u0)
    meet = shared > 0  # or the product of two negative sides would be positive
    height = np.minimum(y1, v1)
    height -= np.maximum(y0, v0)
    shared *= height
    # The same as shared > iou * (area + other_area - shared), in fewer steps, of which none may round up.
    shared *= np.float32((1 + 1 / max(iou, LEAST_IOU)) * NOT_MORE)
    overlap: np.ndarray = shared > area + other_area
    overlap &= meet
    for index, other_index in zip(ours[5:], theirs[5:]):
        overlap &= index == other_index
    return overlap
