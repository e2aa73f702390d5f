"""Cross entropy of one logit towards a target from 0 to 1, in the form that no logit overflows."""

from typing import Any

from keras import ops


def binary(wanted: Any, logits: Any) -> Any:
    return ops.relu(logits) - logits * wanted + ops.softplus(-ops.abs(logits))


def quality_focal(wanted: Any, logits: Any) -> Any:
    """Weighted by the squared distance from the target: easy background fades out."""
    return binary(wanted, logits) * ops.square(wanted - ops.sigmoid(logits))
