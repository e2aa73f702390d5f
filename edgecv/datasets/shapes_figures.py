"""Figures as signed distances: how deep a pixel lies inside an outline, in pixels, negative outside.

A distance gives the edge its smooth cover and the truth its exact pixels, both from one array.
"""

import math

import numpy as np

# Corners, and how far the outline comes in between two of them as a share of the radius.
# A polygon's sides come in by cos(pi / corners); with 64 corners that is a disc.
OUTLINES = {
    "disc": (64, math.cos(math.pi / 64)),
    "square": (4, math.cos(math.pi / 4)),
    "triangle": (3, math.cos(math.pi / 3)),
    "star": (5, 0.42),
}


class Window:
    """A random part of the image with room for a figure of that radius, and coordinates turned about its centre."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], radius: float, tilt: float) -> None:
        centers = [rng.uniform(radius, side - radius) for side in size]
        top, left = (int(center - radius) for center in centers)
        bottom, right = (math.ceil(center + radius) for center in centers)
        self.place = slice(top, bottom), slice(left, right)
        rows = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - centers[0])
        columns = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - centers[1])
        self.rows, self.columns = turn(rows, columns, rng.uniform(-tilt, tilt))


def turn(rows: np.ndarray, columns: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in a frame turned by the angle."""
    sine, cosine = np.float32(math.sin(angle)), np.float32(math.cos(angle))
    return rows * cosine - columns * sine, rows * sine + columns * cosine


def outline(window: Window, radius: float, shape: str) -> np.ndarray:
    """One of the OUTLINES, upright in the window's frame."""
    corners, inner = OUTLINES[shape]
    half_turn = math.pi / corners
    from_up = np.arctan2(window.columns, -window.rows)
    if corners % 2 == 0:
        from_up += np.float32(half_turn)  # a square stands on a side
    # All sides are one side, once the plane is folded about the corners.
    folded = half_turn - np.abs(from_up % (2 * half_turn) - half_turn)
    away = np.hypot(window.rows, window.columns)
    along, across = away * np.cos(folded), away * np.sin(folded)
    side = inner * radius * math.cos(half_turn) - radius, inner * radius * math.sin(half_turn)
    distance: np.ndarray = (side[1] * (radius - along) + side[0] * across) / np.float32(math.hypot(*side))
    return distance


def bar(window: Window, reach: float, half_width: float) -> np.ndarray:
    """A thin bar across the window."""
    distance: np.ndarray = np.minimum(reach - np.abs(window.columns), half_width - np.abs(window.rows))
    return distance


def cross(window: Window, reach: float, half_width: float) -> np.ndarray:
    """Two bars at right angles."""
    upright = np.minimum(reach - np.abs(window.rows), half_width - np.abs(window.columns))
    distance: np.ndarray = np.maximum(bar(window, reach, half_width), upright)
    return distance


def hoop(window: Window, reach: float, half_width: float) -> np.ndarray:
    """A thin circle."""
    distance: np.ndarray = half_width - np.abs(np.hypot(window.rows, window.columns) - (reach - half_width))
    return distance
