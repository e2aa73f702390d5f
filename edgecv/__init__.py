"""Keras CNNs from training to the edge: convert, prove, measure, deploy."""

__version__ = "0.1.0"
