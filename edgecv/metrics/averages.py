"""The mean over classes, of those that the truth shows."""

import numpy as np


def mean_of_known(values: np.ndarray) -> np.ndarray:
    """The mean over the last axis without the nans; nan where there is nothing else."""
    known = ~np.isnan(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0).sum(axis=-1)
    mean: np.ndarray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
