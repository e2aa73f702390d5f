"""Bring a graph into the form in which folding and equalisation see more: fewer kinds of step, none without effect."""

import numpy as np

from edgecv.quantization.graph import Graph, Part, Step, Tensor

FOR_TRAINING_ONLY = (
    "Dropout",
    "SpatialDropout2D",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
)
# What each half of a separable convolution takes over.
DEPTHWISE = ("kernel_size", "strides", "padding", "data_format", "dilation_rate", "depth_multiplier", "dtype")
POINTWISE = ("filters", "data_format", "use_bias", "activation", "dtype")


def simplify(graph: Graph) -> None:
    for step in list(graph.steps):
        if _does_nothing(step):
            graph.bypass(step)
        elif step.kind == "SeparableConv2D" and not graph.is_shared(step.part):
            _split(graph, step)


def _does_nothing(step: Step) -> bool:
    if step.kwargs.get("training"):
        return False  # dropout that is wanted at inference
    return step.kind in FOR_TRAINING_ONLY or (step.kind == "Activation" and step.part.config["activation"] == "linear")


def _split(graph: Graph, step: Step) -> None:
    """A separable convolution is a depthwise one and one of 1 x 1, with nothing between them."""
    from keras import layers

    config = step.part.config
    depthwise_kernel, pointwise_kernel, *bias = step.part.weights or []
    first = Part(
        layers.DepthwiseConv2D,
        {name: config[name] for name in DEPTHWISE} | {"use_bias": False, "activation": "linear", "name": ""},
        _free_name(graph, f"{step.name}_depthwise"),
        None,
        [depthwise_kernel],
    )
    second = Part(
        layers.Conv2D,
        {name: config[name] for name in POINTWISE} | {"kernel_size": 1, "name": ""},
        step.name,
        None,
        [pointwise_kernel, *bias],
    )
    rows_and_columns = step.output.shape[:-1]
    between = Tensor((*rows_and_columns, int(np.prod(depthwise_kernel.shape[2:]))))
    place = graph.steps.index(step)
    graph.steps[place : place + 1] = [
        Step(first, step.args, step.kwargs, [between]),
        Step(second, (between,), {}, step.outputs),
    ]


def _free_name(graph: Graph, name: str) -> str:
    while any(step.name == name for step in graph.steps):
        name += "_"
    return name
