"""Round weights so that what a layer gives hardly changes: the error of each is made good by those rounded after it.

Rounding every weight to its nearest value is the best for the weight and not for the sum it is part of. The values that
meet in one sum go together, as calibration images show; so an error in one weight can be taken back by its neighbours,
as long as they are not rounded yet. After Frantar et al., GPTQ, 2022, which goes back to Hassibi and Stork, 1993. It is
done once, in Keras: a converter that rounds weights which lie on its own grid leaves them as they are.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from edgecv.quantization.grids import Grid, Grids
from edgecv.quantization.moments import Moments, Sums, observe_sums, sums_of

DAMPING = 0.01  # of the average second moment: what the images did not show is not to be relied on
BLOCK = 64  # inputs that are rounded before the others hear of it: the same result in fewer, larger steps


class Rounded(NamedTuple):
    """A layer's weights on a grid."""

    kernel: np.ndarray
    bias: np.ndarray | None  # None: the layer has none


def round_on(grids: Mapping[str, Grids], network: Any, images: np.ndarray) -> dict[str, dict[str, Rounded]]:
    """What layers have on each grid, by their names; `images` are normalised."""
    rounded: dict[str, dict[str, Rounded]] = {name: {} for name in grids}
    sums = sums_of(network)
    for each, moments in zip(sums, observe_sums(network, sums, images) if sums else (), strict=True):
        order, root = _root(moments)
        wanted = {name: first if each.reads_input else others for name, (first, others) in grids.items()}
        found = {grid: _rounded(each, moments.averages, order, root, grid) for grid in set(wanted.values())}
        for name, grid in wanted.items():
            rounded[name][each.layer.name] = found[grid]
    return rounded


def _rounded(each: Sums, averages: np.ndarray, order: np.ndarray, root: np.ndarray, grid: Grid) -> Rounded:
    """Kernel and bias: what the bias loses by rounding the weights make good, and the other way round."""
    weights, bias = each.weights, each.bias
    kernel = _on_grid(weights, bias - grid.bias(bias), order, root, grid)
    moved = bias + (averages[:, None] @ (weights - kernel))[:, 0]
    return Rounded(each.as_kernel(kernel), grid.bias(moved).ravel().astype(np.float32) if each.layer.use_bias else None)


def _root(moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    """The order to round in, heaviest inputs first, and R, in which nothing stands left of the diagonal.

    R times its transpose are the average products in that order, behind those of an input that is always 1, as the
    bias has it. So errors e cost the sum of the squares of R's transpose times e; and each of these has one error more
    in it than the one before, which can bring it to zero.
    """
    averages, products = moments
    heavy = np.diagonal(products, axis1=1, axis2=2)
    order = np.argsort(-heavy, axis=1, kind="stable")
    groups, inputs = order.shape
    all_ = np.empty((groups, inputs + 1, inputs + 1))
    inner = all_[:, 1:, 1:]
    inner[:] = products[np.arange(groups)[:, None, None], order[:, :, None], order[:, None, :]]
    inner += inner.transpose(0, 2, 1)  # what float32 has left uneven may have no root
    inner /= 2
    floor = DAMPING * heavy.mean(axis=1) + np.finfo(np.float32).tiny  # of a group that sees nothing but zeros
    inner[:, np.arange(inputs), np.arange(inputs)] += floor[:, None]
    all_[:, 0, 1:] = all_[:, 1:, 0] = np.take_along_axis(averages, order, axis=1)
    all_[:, 0, 0] = 2  # any number that leaves a root: nothing is rounded before the bias
    return order, np.linalg.cholesky(all_[:, ::-1, ::-1])[:, ::-1, ::-1]


def _on_grid(
    weights: np.ndarray, bias_error: np.ndarray, order: np.ndarray, root: np.ndarray, grid: Grid
) -> np.ndarray:
    """The weights (groups, inputs, outputs) on their grid, close to the exact ones in what they give with the bias."""
    scales = grid.scales(weights)
    exact, fixed = (np.take_along_axis(part, order[..., None], axis=1) for part in (weights, grid.fixed(weights)))
    result = np.empty_like(exact)
    groups, inputs, outputs = exact.shape
    errors = np.empty((groups, 1 + inputs, outputs))
    errors[:, 0] = bias_error
    for start in range(1, inputs + 1, BLOCK):
        end = min(start + BLOCK, inputs + 1)
        owed = root[:, :start, start:end].transpose(0, 2, 1) @ errors[:, :start]
        for row in range(start, end):
            weight = exact[:, row - 1]
            wanted = weight + owed[:, row - start] / root[:, row, row, None]
            near = grid.nearest(wanted[:, None], scales)[:, 0]
            result[:, row - 1] = np.where(fixed[:, row - 1], weight, near)
            errors[:, row] = weight - result[:, row - 1]
            owed[:, row - start + 1 :] += root[:, row, row + 1 : end, None] * errors[:, row, None]
    back = np.empty_like(result)
    np.put_along_axis(back, order[..., None], result, axis=1)
    return back
