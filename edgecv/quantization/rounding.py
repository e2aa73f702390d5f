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
from edgecv.quantization.moments import Sums, observe_sums, sums_of

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
        order, relief = _relief(moments.products)
        wanted = {name: first if each.reads_input else others for name, (first, others) in grids.items()}
        found = {grid: _rounded(each, moments.averages, order, relief, grid) for grid in set(wanted.values())}
        for name, grid in wanted.items():
            rounded[name][each.layer.name] = found[grid]
    return rounded


def _rounded(each: Sums, averages: np.ndarray, order: np.ndarray, relief: np.ndarray, grid: Grid) -> Rounded:
    """Kernel and bias: what the bias loses by rounding the weights make good, and the other way round."""
    weights, bias = each.weights, each.bias
    wanted = weights
    if each.layer.use_bias:
        heard = np.take_along_axis(averages, order, axis=1)[..., None]
        answer = relief.transpose(0, 2, 1) @ (relief @ heard)  # of all weights to a step of the bias
        back = np.empty_like(answer)
        np.put_along_axis(back, order[..., None], answer, axis=1)
        wanted = weights + back * (bias - grid.bias(bias))[:, None]
    kernel = _on_grid(weights, wanted, order, relief, grid)
    moved = bias + (averages[:, None] @ (weights - kernel))[:, 0]
    return Rounded(each.as_kernel(kernel), grid.bias(moved).ravel().astype(np.float32) if each.layer.use_bias else None)


def _relief(moment: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The order to round in, heaviest inputs first, and how an error is spread over the inputs that come later.

    Row i of the second result tells it for input i; nothing stands left of the diagonal.
    """
    heavy = np.diagonal(moment, axis1=1, axis2=2)
    order = np.argsort(-heavy, axis=1, kind="stable")
    groups = np.arange(len(moment))[:, None]
    exact = moment.astype(np.float64)
    even = (exact + exact.transpose(0, 2, 1)) / 2  # inverting makes much of the difference that float32 has left
    sorted_ = even[groups[..., None], order[:, :, None], order[:, None, :]]
    floor = DAMPING * heavy.mean(axis=1) + np.finfo(np.float32).tiny  # of a group that sees nothing but zeros
    inverse = np.linalg.inv(sorted_ + floor[:, None, None] * np.eye(moment.shape[1]))
    return order, np.linalg.cholesky(inverse).transpose(0, 2, 1)


def _on_grid(weights: np.ndarray, wanted: np.ndarray, order: np.ndarray, relief: np.ndarray, grid: Grid) -> np.ndarray:
    """The weights (groups, inputs, outputs) on their grid, close to the wanted ones in what they give."""
    scales = grid.scales(weights)
    kept, fixed, rest = (
        np.take_along_axis(part, order[..., None], axis=1) for part in (weights, grid.fixed(weights), wanted)
    )
    result = np.empty_like(rest)
    inputs = rest.shape[1]
    for start in range(0, inputs, BLOCK):
        end = min(start + BLOCK, inputs)
        errors = np.empty_like(rest[:, start:end])
        for row in range(start, end):
            near = grid.nearest(rest[:, row, None], scales)[:, 0]
            result[:, row] = np.where(fixed[:, row], kept[:, row], near)
            errors[:, row - start] = (rest[:, row] - result[:, row]) / relief[:, row, row, None]
            later = relief[:, row, row + 1 : end, None]
            rest[:, row + 1 : end] -= later * errors[:, row - start, None]
        rest[:, end:] -= relief[:, start:end, end:].transpose(0, 2, 1) @ errors
    back = np.empty_like(result)
    np.put_along_axis(back, order[..., None], result, axis=1)
    return back
