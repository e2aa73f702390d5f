"""What a network costs before anything runs: layer by layer, from Keras or from the file that a device opens.

`keras_graph`, `tflite_graph`, `onnx_graph` and `openvino_graph` read a network into one form (`graph.py`);
`receptive_field.py` and `memory.py` follow it through; `summary.py` writes down what was found, and `picture.py` draws
it. Nothing is computed with images, and no weights are made for a network that only its name describes. Readers need
the toolchain of their format, so all of this runs in a child process: `python -m edgecv.inspection`.
"""
