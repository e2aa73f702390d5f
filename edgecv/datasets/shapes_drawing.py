"""Draws one scene of shapes, back to front, and remembers which object owns which pixel.

Hard on purpose: objects hide each other, every class has every colour and texture, the background has gradients,
textures and clutter that is no class, and noise lies over all. Fair on purpose: objects are large, stand out from the
background, and are never hidden so far that nobody could tell what they are.
"""

import math
from dataclasses import dataclass

import numpy as np

from edgecv.datasets.shapes_figures import OUTLINES, Window, bar, cross, hoop, outline, turn

CLASSES = tuple(OUTLINES)
CLUTTER = (bar, cross, hoop)

# Diameters of the circle around an object, as shares of the image's shorter side.
IN_A_CROWD = (0.28, 0.46)
DOMINANT = (0.55, 0.8)
BESIDE_THE_DOMINANT = (0.15, 0.25)
TILT = math.radians(15)  # at most, from upright: small networks learn all turns of a shape too slowly for a demo
LEAST_VISIBLE = 0.75  # share of an object's area that the others leave uncovered
TRIES = 40  # to find a place

# Colours and noise in units of 0 to 255; colours differ by their most different channel.
CONTRAST = 90  # from the background, at both ends of an object's gradient; two thirds of it in the middle
SHADE = 130  # between the ends of an object's gradient, at most
BACKDROP_SHADE = 45  # the same for the background
TEXTURE = 12  # how far a texture moves a colour, either way
NOISE = (8.5, 11.5)  # standard deviation, one for each scene


@dataclass(frozen=True)
class Scene:
    image: np.ndarray  # H x W x 3 uint8
    owner: np.ndarray  # H x W uint8: 0 is background, k the k-th object
    classes: np.ndarray  # (n,) indices into CLASSES
    visible: np.ndarray  # (n,) share of each object's area that nothing hides


def draw_crowd(rng: np.random.Generator, size: tuple[int, int]) -> Scene:
    """Three to six objects that may hide each other; one that finds no place is left out."""
    canvas = Canvas(rng, size)
    for _ in range(int(rng.integers(3, 7))):
        canvas.place(IN_A_CROWD)
    return canvas.scene()


def draw_portrait(rng: np.random.Generator, size: tuple[int, int]) -> Scene:
    """One dominant object, the first, with up to two small ones over it or beside it."""
    canvas = Canvas(rng, size)
    canvas.place(DOMINANT)
    for _ in range(int(rng.integers(0, 3))):
        canvas.place(BESIDE_THE_DOMINANT)
    return canvas.scene()


class Canvas:
    """A scene in the making: each object is laid in front of those before it."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int]) -> None:
        self.rng, self.size = rng, size
        first = rng.uniform(30, 225, 3).astype(np.float32)
        second = np.clip(first + rng.uniform(-BACKDROP_SHADE, BACKDROP_SHADE, 3), 30, 225).astype(np.float32)
        self.background = np.stack([first, (first + second) / 2, second])
        self.taken = self.background  # colours that the next one keeps away from
        rows, columns = (np.arange(side, dtype=np.float32) for side in size)
        self.planes = _surface(rng, rows[:, None], columns[None], (first, second))
        self.owner = np.zeros(size, np.uint8)
        self.classes: list[int] = []
        self.areas = np.zeros(0, int)  # of each object, in pixels
        self.visible = np.zeros(0, int)  # as many of them as no other object covers
        self._clutter()

    def _clutter(self) -> None:
        """Thin figures behind the objects: edges and corners of strong colour that are no class."""
        colors = [self.colors() for _ in range(2)]
        short = min(self.size)
        for kind in self.rng.integers(0, len(CLUTTER), self.rng.integers(3, 8)):
            reach, half_width = short * self.rng.uniform(0.07, 0.2), short * self.rng.uniform(0.01, 0.022)
            window = Window(self.rng, self.size, reach, math.pi)
            self.paint(window, CLUTTER[kind](window, reach, half_width), colors[int(self.rng.integers(2))])

    def place(self, diameters: tuple[float, float]) -> None:
        """One more object in front of all others, where it hides none of them too far."""
        kind = int(self.rng.integers(len(CLASSES)))
        radius = min(self.size) * self.rng.uniform(*diameters) / 2
        for _ in range(TRIES):
            window = Window(self.rng, self.size, radius, TILT)
            inside = outline(window, radius, CLASSES[kind])
            mine = inside > 0
            covered = np.bincount(self.owner[window.place][mine], minlength=len(self.areas) + 1)[1:]
            if (self.visible - covered >= LEAST_VISIBLE * self.areas).all():
                break
        else:
            return
        self.paint(window, inside, self.colors())
        self.classes.append(kind)
        self.owner[window.place][mine] = len(self.classes)
        self.areas = np.append(self.areas, mine.sum())
        self.visible = np.append(self.visible - covered, mine.sum())

    def colors(self) -> tuple[np.ndarray, np.ndarray]:
        """A colour that stands out from the background and, as far as possible, from all others; and a shade of it."""
        candidates = self.rng.uniform(15, 240, (32, 3)).astype(np.float32)
        from_background = _least_gap(candidates, self.background)
        from_all = _least_gap(candidates, self.taken)
        color = candidates[np.where(from_background < CONTRAST, from_background - 255, from_all).argmax()]
        self.taken = np.vstack([self.taken, color])
        return color, self._shade(color)

    def _shade(self, color: np.ndarray) -> np.ndarray:
        """The other end of a gradient: as far from the colour as the contrast to the background allows."""
        shades = np.clip(color + self.rng.uniform(-SHADE, SHADE, (12, 3)), 15, 240).astype(np.float32)
        in_the_middle = 1.5 * _least_gap((shades + color) / 2, self.background)
        from_background = np.minimum(_least_gap(shades, self.background), in_the_middle)
        change = np.abs(shades - color).max(axis=-1)
        shade: np.ndarray = shades[np.where(from_background < CONTRAST, from_background - 255, change).argmax()]
        return shade

    def paint(self, window: Window, inside: np.ndarray, colors: tuple[np.ndarray, np.ndarray]) -> None:
        """A figure over what is there, in a gradient and a texture of its own."""
        cover = np.clip(inside + 0.5, 0, 1)
        under = self.planes[:, window.place[0], window.place[1]]
        over = _surface(self.rng, window.rows, window.columns, colors)
        over -= under
        over *= cover
        under += over

    def scene(self) -> Scene:
        """The finished scene, with noise over all of it."""
        noisy = self.rng.standard_normal(self.planes.shape, np.float32)
        noisy *= self.rng.uniform(*NOISE)
        noisy += self.planes
        noisy += 0.5  # the conversion to whole numbers cuts off
        image = np.ascontiguousarray(noisy.clip(0, 255, out=noisy).astype(np.uint8).transpose(1, 2, 0))
        return Scene(image, self.owner, np.array(self.classes), self.visible / self.areas)


def _least_gap(colors: np.ndarray, others: np.ndarray) -> np.ndarray:
    gaps: np.ndarray = np.abs(colors[:, None] - others).max(axis=-1).min(axis=1)
    return gaps


def _surface(
    rng: np.random.Generator, rows: np.ndarray, columns: np.ndarray, colors: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Planes (3, height, width) of a gradient between two colours in any direction, with a texture over it."""
    across, along = turn(rows, columns, rng.uniform(0, 2 * math.pi))
    share = (along - along.min()) / np.ptp(along)
    surface: np.ndarray = (colors[1] - colors[0])[:, None, None] * share
    surface += colors[0][:, None, None]
    surface += TEXTURE * _texture(rng, across, along)
    return surface


def _texture(rng: np.random.Generator, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """A field from -1 to 1: plain, cloudy, striped or chequered."""
    kind, period, phase = rng.integers(4), rng.uniform(5, 12), rng.uniform(0, 2 * math.pi)
    field: np.ndarray
    if kind == 0:
        field = np.zeros_like(columns)
    elif kind == 1:
        field = np.sin(rows / np.float32(2 * period)) * np.sin(columns / np.float32(3 * period) + np.float32(phase))
    else:
        field = np.sin(columns * np.float32(2 * math.pi / period) + np.float32(phase))
        if kind == 3:
            field = np.sign(field * np.sin(rows * np.float32(2 * math.pi / period)))
    return field
