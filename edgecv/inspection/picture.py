"""A drawing of a network: volumes, multiply-accumulates, parameters, memory and receptive field, layer after layer.

Branches stand one behind the other, in the order in which they run. Layers that work in place, such as batch norms and
activations, are left out: a runtime computes them with the layer before.
"""

import io
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log2, sqrt
from pathlib import Path
from typing import Any

from edgecv.errors import InputError
from edgecv.inspection.counts import bytes_of, count
from edgecv.records.files import write_whole

FORMATS = (".png", ".svg", ".pdf")
MOST_NAMES = 40  # layers whose names fit below the drawing
INK, FAINT, ACCENT = "#1f2933", "#9aa5b1", "#d64545"
KINDS = {  # the first whose word is in a layer's type
    "depthwise": "#2ca58d",
    "separable": "#2ca58d",
    "transpose": "#c77dff",
    "conv": "#2b6cb0",
    "dense": "#dd8b20",
    "fully": "#dd8b20",
    "matmul": "#dd8b20",
    "gemm": "#dd8b20",
}
LEGEND = {"convolution": "#2b6cb0", "depthwise": "#2ca58d", "transposed": "#c77dff", "dense": "#dd8b20"}
Layer = Mapping[str, Any]


def draw(found: Mapping[str, Any], path: Path) -> Path:
    """Draw what an inspection found; the name's end chooses the format."""
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path}: expected a name that ends in {', '.join(FORMATS)}")
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    layers = [layer for layer in found["layers"] if layer["macs"] or not layer["in_place"]]
    look = {"font.size": 9, "svg.hashsalt": "edgecv", "axes.edgecolor": FAINT, "text.color": INK}
    with matplotlib.rc_context(look):
        picture = Figure(figsize=(13, 11), dpi=120)
        FigureCanvasAgg(picture)  # draws without a display
        picture.suptitle(_title(found), fontsize=13, x=0.06, y=0.98, ha="left", weight="bold")
        rows = picture.subplots(5, 1, sharex=True, height_ratios=(1.8, 1.3, 1.3, 1.3, 1.1))
        picture.subplots_adjust(left=0.06, right=0.985, top=0.92, bottom=0.09, hspace=0.36)
        _volumes(rows[0], layers)
        _bars(rows[1], layers, "macs", "Multiply-accumulates", legend=True)
        _bars(rows[2], layers, "parameters", "Parameters")
        _memory(rows[3], layers)
        _fields(rows[4], layers, found["inputs"][0])
        _below(rows[4], layers)
        file = io.BytesIO()
        kind = path.suffix.lower()[1:]
        dateless = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
        picture.savefig(file, format=kind, metadata=dateless[kind])
    return write_whole(path, file.getvalue())


def _title(found: Mapping[str, Any]) -> str:
    totals = found["totals"]
    figures = [f"{count(totals['parameters'])} parameters", f"{count(totals['macs'])} MACs"]
    figures += [f"peak {bytes_of(totals['peak_activation_bytes'])}", f"depth {totals['depth']}"]
    size = "×".join(map(str, found["inputs"][0]))
    return f"{Path(found['model']).name}   {size}   " + "  ·  ".join(figures)


def _volumes(axes: Any, layers: Sequence[Layer]) -> None:
    """Each layer's output as seen from the side: the higher the larger its map, the darker the more channels."""
    from matplotlib import colormaps

    most = max(log2(layer["output"][-1] + 1) for layer in layers)
    shades = [colormaps["YlGnBu"](0.12 + 0.83 * log2(layer["output"][-1] + 1) / most) for layer in layers]
    heights = [sqrt(max(layer["output"][-3:-1])) for layer in layers]  # or the maps of deep layers could not be seen
    edge = {"edgecolor": "white", "linewidth": 0.6} if len(layers) <= MOST_NAMES else {"linewidth": 0}
    axes.bar(range(len(layers)), heights, bottom=[-each / 2 for each in heights], width=1.0, color=shades, **edge)
    _frame(axes, "Output volume: height × width × channels")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(bottom=False)
    axes.set_yticks([])
    floor = -0.5 * max(heights)
    axes.set_ylim(1.28 * floor, -floor)
    for x, text in _stages(layers):
        axes.text(x, 1.1 * floor, text, ha="center", va="top", fontsize=8)


def _stages(layers: Sequence[Layer]) -> list[tuple[float, str]]:
    """Where to write a volume: in the middle of each run of maps of one size, at its end's number of channels."""
    starts = [0, *(i for i, (a, b) in enumerate(pairwise(layers), 1) if a["output"][-3:-1] != b["output"][-3:-1])]
    ends = [*starts[1:], len(layers)]
    room = len(layers) / 14  # of a text, in layers
    written: list[tuple[float, str]] = []
    for start, end in sorted(zip(starts, ends, strict=True), key=lambda run: run[0] - run[1]):
        middle = min(max((start + end - 1) / 2, room / 2 - 0.5), len(layers) - 0.5 - room / 2)
        if all(abs(middle - other) >= room for other, _ in written):
            written.append((middle, "×".join(map(str, layers[end - 1]["output"]))))
    return written


def _bars(axes: Any, layers: Sequence[Layer], figure: str, title: str, *, legend: bool = False) -> None:
    axes.bar(
        range(len(layers)),
        [layer[figure] or 0 for layer in layers],
        width=0.85 if len(layers) <= MOST_NAMES else 1.0,
        color=[_color(layer) for layer in layers],
    )
    uncounted = [x for x, layer in enumerate(layers) if layer[figure] is None]
    axes.plot(uncounted, [0] * len(uncounted), "x", color=ACCENT, clip_on=False)
    _frame(axes, title)
    if legend:
        used = {_color(layer) for layer in layers if layer["macs"]}
        handles = [_patch(color, word) for word, color in LEGEND.items() if color in used]
        axes.legend(handles=handles, frameon=False, ncols=5, loc="lower right", bbox_to_anchor=(1, 1), fontsize=8)


def _patch(color: str, word: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(color=color, label=word)


def _memory(axes: Any, layers: Sequence[Layer]) -> None:
    places = range(len(layers))
    alive = [layer["live_bytes"] for layer in layers]
    axes.bar(places, alive, width=1.0, color="#cbd2d9", linewidth=0)
    axes.bar(places, [layer["activation_bytes"] for layer in layers], width=1.0, color="#7b8794", linewidth=0)
    peak = max(places, key=alive.__getitem__)
    axes.plot(peak, alive[peak], "o", color=ACCENT, markersize=5, clip_on=False)
    side, gap = ("left", 8) if peak < len(layers) / 2 else ("right", -8)
    said = {"color": ACCENT, "fontsize": 8, "ha": side, "va": "bottom"}
    text = f"peak {bytes_of(alive[peak])} in {layers[peak]['name']}"
    axes.annotate(text, (peak, alive[peak]), (gap, 3), textcoords="offset points", **said)
    axes.set_ylim(0, 1.22 * alive[peak])
    _frame(axes, "Activations alive, in bytes; dark: this layer's output")


def _fields(axes: Any, layers: Sequence[Layer], picture: Sequence[int]) -> None:
    side = max(picture[-3:-1])
    known = [(x, max(layer["receptive_field"])) for x, layer in enumerate(layers) if layer["receptive_field"]]
    local = [(x, size) for x, size in known if layers[x]["stride"]]
    axes.step(*zip(*local, strict=True), where="mid", color=INK, linewidth=1.4) if local else None
    whole = [x for x, _ in known if not layers[x]["stride"]]
    axes.plot(whole, [side] * len(whole), ".", color=ACCENT, markersize=3)
    axes.axhline(side, color=FAINT, linestyle=":", linewidth=1)
    axes.text(0, side, " the whole picture", color=FAINT, fontsize=8, va="bottom", ha="left")
    axes.set_ylim(0, 1.25 * max([side, *(size for _, size in local)]))
    _frame(axes, "Receptive field, in pixels")


def _below(axes: Any, layers: Sequence[Layer]) -> None:
    axes.set_xlim(-0.7, len(layers) - 0.3)
    if len(layers) <= MOST_NAMES:
        names = [layer["name"].rpartition("/")[2][-22:] for layer in layers]
        axes.set_xticks(range(len(layers)), names, rotation=60 if len(layers) > 12 else 30, ha="right", fontsize=8)
        return
    axes.set_xlabel("layers, in the order in which they run")


def _frame(axes: Any, title: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_title(title, loc="left", fontsize=10, color=INK, pad=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=INK, length=2)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: count(value)))
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.7)
    axes.set_axisbelow(True)


def _color(layer: Layer) -> str:
    kind = layer["type"].lower()
    return next((color for word, color in KINDS.items() if word in kind), FAINT)
