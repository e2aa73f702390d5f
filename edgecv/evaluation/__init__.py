"""Accuracy of an artifact's own bytes on a split of the data, with its interval and a verdict against the budget."""

from edgecv.evaluation.evaluate import HERE, evaluate

__all__ = ["HERE", "evaluate"]
