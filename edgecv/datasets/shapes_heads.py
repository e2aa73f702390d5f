"""Draws one head that looks somewhere: a ball with two eyes and a mouth, and the three angles of its pose.

All of the pose is in the marks, for a ball looks the same from everywhere. Behind it lies what lies behind the shapes:
gradients, textures and clutter, and noise over all.
"""

import math
from typing import NamedTuple

import numpy as np

from edgecv.datasets.shapes_drawing import Canvas
from edgecv.datasets.shapes_figures import Window

# Degrees, either way: to the right of the picture, up, and clockwise. All marks stay in sight.
RANGES = {"yaw_deg": 45.0, "pitch_deg": 30.0, "roll_deg": 40.0}

DIAMETER = (0.5, 0.85)  # as shares of the image's shorter side
EYES = ((-0.40, -0.28), (0.40, -0.28))  # marks on a ball of radius 1 that looks at us: to the right, and down
MOUTH = ((-0.30, 0.45), (0.30, 0.45))  # its corners
EYE, LIP = 0.18, 0.12  # radii


class Pose(NamedTuple):
    """Angles in degrees, in the order of RANGES."""

    yaw: float
    pitch: float
    roll: float


def pose_of(rng: np.random.Generator) -> Pose:
    """The pose of the head that this generator goes on to draw."""
    return Pose(*(float(rng.uniform(-most, most)) for most in RANGES.values()))


def draw_head(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """H x W x 3 uint8."""
    pose = pose_of(rng)
    canvas = Canvas(rng, size)
    radius = min(size) * rng.uniform(*DIAMETER) / 2
    window = Window(rng, size, radius, tilt=0.0)
    skin = canvas.colors()
    canvas.paint(window, radius - np.hypot(window.rows, window.columns), skin)
    canvas.background = np.stack([skin[0], (skin[0] + skin[1]) / 2, skin[1]])  # what the marks have to stand out from
    ink = canvas.colors()
    for mark in EYES:
        canvas.paint(window, _capsule(window, pose, (mark, mark), EYE, radius), ink)
    canvas.paint(window, _capsule(window, pose, MOUTH, LIP, radius), ink)
    return canvas.scene().image


def _capsule(
    window: Window, pose: Pose, ends: tuple[tuple[float, float], ...], thick: float, radius: float
) -> np.ndarray:
    """How deep each pixel lies within so many pixels of the line between two marks; a disc where they are one."""
    (x0, y0), (x1, y1) = (radius * seen(end, pose) for end in ends)
    along, length = (x1 - x0, y1 - y0), math.hypot(x1 - x0, y1 - y0)
    share = ((window.columns - x0) * along[0] + (window.rows - y0) * along[1]) / max(length**2, 1e-6)
    share = np.clip(share, 0, 1)
    away = np.hypot(window.columns - x0 - share * along[0], window.rows - y0 - share * along[1])
    depth: np.ndarray = thick * radius - away
    return depth.astype(np.float32)


def seen(mark: tuple[float, float], pose: Pose) -> np.ndarray:
    """Where a mark of the ball is seen, to the right and down, once it is turned: yaw first, roll last."""
    yaw, pitch, roll = np.radians(pose)
    x, y = mark
    z = math.sqrt(1 - x * x - y * y)  # towards us
    x, z = x * math.cos(yaw) + z * math.sin(yaw), z * math.cos(yaw) - x * math.sin(yaw)
    y = y * math.cos(pitch) - z * math.sin(pitch)
    return np.array([x * math.cos(roll) - y * math.sin(roll), x * math.sin(roll) + y * math.cos(roll)])
