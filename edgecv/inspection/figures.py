"""What `edgecv models` shows of every model at its usual size: written once, so that a list needs no TensorFlow."""

from typing import Any

from edgecv.inspection import keras_graph, zoo
from edgecv.inspection.summary import summary
from edgecv.models import MODELS
from edgecv.ondevice.child import progress

SHOWN = ("parameters", "macs", "peak_activation_bytes", "depth")


def figures_of_zoo() -> dict[str, Any]:
    """The figures of every model, by its name."""
    found = {}
    for done, name in enumerate(MODELS, start=1):
        progress(f"{name} {done}/{len(MODELS)}")
        found[name] = figures_of(name)
    return found


def figures_of(name: str) -> dict[str, Any]:
    """The figures of one model."""
    module = MODELS[name]
    totals = summary(keras_graph.read(zoo.network_of_model(name)))["totals"]
    return {
        "size": list(module.SIZE),
        "channels": module.CHANNELS,
        "classes": zoo.usual_classes(module.TASK, module.SIZE),
        **{figure: totals[figure] for figure in SHOWN},
    }
