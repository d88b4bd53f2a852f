"""Multinomial logistic regression by L-BFGS for sparse rows and many classes, on all processors.

The same problem and the same steps as scikit-learn's `LogisticRegression(solver="lbfgs")`, and so the same weights but
for rounding. It lays the weights out by column, as they are used, and multiplies in threads; scikit-learn hands two
million numbers a round to a solver for bounded problems.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import daxpy, ddot
from scipy.optimize._linesearch import scalar_search_wolfe1
from scipy.sparse import csr_matrix

Array = NDArray[np.float64]
_PAIRS = 10
"""Steps that the curvature is judged by."""
_SEARCH = {"c1": 1e-3, "c2": 0.9, "xtol": 0.1, "amin": 0.0, "amax": 1e10}
"""Wolfe's conditions on the length of a step, as SciPy's L-BFGS-B sets them."""


@dataclass(frozen=True)
class Problem:
    """Rows, the class of each and its weight; `penalty`: half of it times the squared weights is added to the loss."""

    rows: csr_matrix
    classes: NDArray[np.intp]
    importance: Array
    penalty: float

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and one more for the bias; classes."""
        return self.rows.shape[1] + 1, int(self.classes.max()) + 1

    def objective(self) -> Callable[[Array], tuple[float, Array]]:
        """Return the function from weights (flat) to loss and gradient (flat)."""
        along, across = _blocks(self.rows), _blocks(self.rows.T.tocsr())
        each, shape = np.arange(self.rows.shape[0]), self.shape

        def loss_and_gradient(flat: Array) -> tuple[float, Array]:
            weights = flat.reshape(shape)
            scores = _product(along, weights[:-1])
            scores += weights[-1]
            scores -= scores.max(axis=1, keepdims=True)
            told = scores[each, self.classes]
            np.exp(scores, out=scores)
            sums = scores.sum(axis=1)
            loss = float(self.importance @ (np.log(sums) - told)) + self.penalty / 2 * _dot(weights[:-1].ravel())
            scores *= (self.importance / sums)[:, None]
            scores[each, self.classes] -= self.importance
            gradient = np.empty(shape)
            np.multiply(weights[:-1], self.penalty, out=gradient[:-1])
            gradient[:-1] += _product(across, scores)
            gradient[-1] = scores.sum(axis=0)
            return loss, gradient.ravel()

        return loss_and_gradient


def _blocks(rows: csr_matrix) -> list[csr_matrix]:
    """One for each processor; what comes out does not depend on how many there are."""
    ends = np.linspace(0, rows.shape[0], (os.cpu_count() or 1) + 1).astype(int)
    return [rows[start:end] for start, end in pairwise(ends)]


def _product(blocks: Sequence[csr_matrix], dense: Array) -> Array:
    """The product of all rows with `dense`, each block in a thread (SciPy lets go of Python's lock meanwhile)."""
    with ThreadPoolExecutor(len(blocks)) as pool:
        return np.concatenate(list(pool.map(lambda block: block @ dense, blocks)))


def fit(problem: Problem, rounds: int, tolerance: float) -> tuple[Array, Array]:
    """Return weights (columns x classes) and bias after `rounds`, or once the gradient is nowhere over `tolerance`."""
    objective, point = problem.objective(), np.zeros(problem.shape).ravel()
    loss, gradient = objective(point)
    pairs: deque[tuple[Array, Array, float]] = deque(maxlen=_PAIRS)
    for number in range(rounds):
        if float(np.abs(gradient).max()) <= tolerance:
            break
        direction = _direction(gradient, pairs)
        first = 1.0 / np.sqrt(_dot(direction)) if number == 0 else 1.0
        found = _step(objective, point, loss, gradient, direction, first)
        if found is None:  # no way down that could be told from rounding
            break
        step, loss, ahead = found
        moved, bent = direction * step, ahead - gradient
        if (curvature := float(ddot(moved, bent))) > 0:
            pairs.append((moved, bent, curvature))
        point, gradient = point + moved, ahead
    weights = point.reshape(problem.shape)
    return np.ascontiguousarray(weights[:-1]), weights[-1].copy()


def _direction(gradient: Array, pairs: deque[tuple[Array, Array, float]]) -> Array:
    """Return where to go: the gradient seen through the curvature of the last steps (the two loops of L-BFGS)."""
    found, shares = -gradient, []
    for moved, bent, curvature in reversed(pairs):
        shares.append(float(ddot(moved, found)) / curvature)
        found = daxpy(bent, found, a=-shares[-1])
    if pairs:
        found *= pairs[-1][2] / _dot(pairs[-1][1])
    for (moved, bent, curvature), share in zip(pairs, reversed(shares), strict=True):
        found = daxpy(moved, found, a=share - float(ddot(bent, found)) / curvature)
    return found


def _step(
    objective: Callable[[Array], tuple[float, Array]],
    point: Array,
    loss: float,
    gradient: Array,
    direction: Array,
    length: float,
) -> tuple[float, float, Array] | None:
    """Return the length of a step that meets Wolfe's conditions, loss and gradient there; None where there is none."""
    slope = float(ddot(gradient, direction))
    seen: dict[float, tuple[float, Array]] = {}

    def at(step: float) -> tuple[float, Array]:
        if step not in seen:
            seen.clear()
            seen[step] = objective(daxpy(direction, point.copy(), a=step))
        return seen[step]

    # The search begins where the last decrease points to; told this one, it begins with `length`.
    before = loss - length * slope / 2.02
    step, *_ = scalar_search_wolfe1(
        lambda step: at(step)[0],
        lambda step: float(ddot(at(step)[1], direction)),
        *(loss, before, slope),
        **_SEARCH,
    )
    return None if step is None else (step, *at(step))


def _dot(values: Array) -> float:
    return float(ddot(values, values))
