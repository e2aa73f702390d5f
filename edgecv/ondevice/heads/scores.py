"""Logits and the scores they stand for, without overflow."""

from __future__ import annotations

import math

import numpy as np


def sigmoid(logits: np.ndarray) -> np.ndarray:
    scores: np.ndarray = np.exp(-np.logaddexp(0, -logits))
    return scores


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    scores: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return scores


def logit(score: float) -> float:
    """The logit whose sigmoid is the score."""
    if score <= 0:
        return -math.inf
    return math.log(score / (1 - score)) if score < 1 else math.inf
