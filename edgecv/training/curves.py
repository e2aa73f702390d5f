"""The learning curves of a training: numbers as history.csv, a picture as curves.png."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from edgecv.records.files import write_whole
from edgecv.training.progress import Row


def write_history(path: Path, history: Sequence[Row]) -> Path:
    """One row an epoch."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    return write_whole(path, text.getvalue().encode())


def draw(path: Path, history: Sequence[Row], figure: str, best_epoch: int, title: str) -> Path:
    """Loss, figure and learning rate; training and validation for the first two, and the best epoch marked in each."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    picture = Figure(figsize=(13, 4), dpi=110, layout="constrained")
    FigureCanvasAgg(picture)  # draws without a display
    picture.suptitle(title)
    epochs = [row["epoch"] for row in history]
    for axes, name in zip(picture.subplots(1, 3), ("loss", figure, "learning_rate"), strict=True):
        for key, label, color in ((name, "training", "tab:blue"), (f"val_{name}", "validation", "tab:orange")):
            if key in history[0]:
                axes.plot(epochs, [row[key] for row in history], label=label, color=color, marker=".")
        axes.axvline(best_epoch, color="gray", linestyle=":", label=f"best epoch: {best_epoch}")
        axes.set(xlabel="epoch", ylabel=name.replace("_", " "))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    picture.axes[1].set_ylim(_lowest(history, figure) - 0.02, 1.02)
    file = io.BytesIO()
    picture.savefig(file, format="png")
    return write_whole(path, file.getvalue())


def _lowest(history: Sequence[Row], figure: str) -> float:
    """Where the axis of a figure begins: at 0, but for an r2 that is worse than none; far worse is cut off."""
    reached = [row[key] for row in history for key in (figure, f"val_{figure}") if key in row]
    return max(-1.0, min(0.0, *reached))
