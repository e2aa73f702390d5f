"""Resizing with the channels in front of rows and columns, as everything else in a network of OpenVINO has them.

TensorFlow's resizing keeps the channels last. A depthwise convolution behind it reads numbers that NNCF gives one range
a channel, and NNCF takes the second axis for that of the channels, whatever it holds: here the rows of the picture.
"""

from typing import Any

import numpy as np

LAST_TO_FIRST, FIRST_TO_LAST = [0, 3, 1, 2], [0, 2, 3, 1]
AXES_BEFORE, AXES_AFTER = [1, 2], [2, 3]  # of rows and columns


def with_channels_first(network: Any) -> Any:
    """Turn around what is resized, and back again; OpenVINO drops two turns in a row."""
    for operation in network.get_ordered_ops():
        if operation.get_type_name() == "Interpolate" and _axes(operation) == AXES_BEFORE:
            _turn(operation)
    network.validate_nodes_and_infer_types()
    return network


def _axes(resizing: Any) -> list[int]:
    """The last input, and no list where that is not constant."""
    node = resizing.input_value(resizing.get_input_size() - 1).get_node()
    return np.array(node.data).tolist() if node.get_type_name() == "Constant" else []


def _turn(resizing: Any) -> None:
    from openvino import opset13

    image, size, _ = (each.get_source_output() for each in resizing.inputs())
    turned = opset13.transpose(image, opset13.constant(LAST_TO_FIRST))
    axes = opset13.constant(AXES_AFTER)
    resized = opset13.interpolate(turned, size, axes=axes, **resizing.get_attributes())
    back = opset13.transpose(resized, opset13.constant(FIRST_TO_LAST))
    for reader in resizing.output(0).get_target_inputs():
        reader.replace_source_output(back.output(0))
