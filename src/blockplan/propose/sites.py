"""
What every siting problem gives back: the sites, what they cost, and how good that provably is.

Bound and gap stand beside every objective. ``proved`` is True only where the bound meets the
objective; nothing here is called optimal otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

#: Objectives this near (relative) to their bound are proved: what is left is the rounding of sums.
EXACT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """
    A choice of sites.

    Attributes
    ----------
    chosen
        Rows of the distance matrix that are opened, ascending; existing facilities included.
    assigned
        The chosen row that serves each demand point; -1 where none does.
    objective, bound
        What was reached, and what nobody can better; in the problem's own unit.
    sense
        ``min`` or ``max``: whether a small or a large objective is good.
    method
        How the solution was found and how the bound was.
    """

    chosen: NDArray[np.intp]
    assigned: NDArray[np.intp]
    objective: float
    bound: float
    sense: Literal["min", "max"]
    seconds: float
    method: str

    @property
    def gap(self) -> float:
        """Distance of objective and bound, relative to the objective; 0 where proved."""
        return gap(self.objective, self.bound)

    @property
    def proved(self) -> bool:
        """Whether no other choice can be better."""
        return self.gap <= EXACT


def rows_kept(kept: Sequence[int], sites: int, p: int | None = None) -> NDArray[np.int64]:
    """
    The rows of sites that stay open, each once, ascending.

    Raises
    ------
    UsageError
        If there are not so many sites, or `p` are not to be opened with them.
    """
    held = np.unique(np.asarray(list(kept), dtype=np.int64))
    if held.size and (held[0] < 0 or held[-1] >= sites):
        wrong = held[-1] if held[-1] >= sites else held[0]
        raise UsageError(f"A kept site has the number {wrong}; there are {sites} sites, from 0.")
    if p is not None and not max(1, held.size) <= p <= sites:
        raise UsageError(
            f"{p} sites cannot be opened: {sites} are there and {held.size} of them have to stay open."
        )
    return held


def gap(objective: float, bound: float) -> float:
    """
    Relative distance of an objective and its bound.

    Examples
    --------
    >>> gap(100.0, 99.0), gap(0.0, 0.0)
    (0.01, 0.0)
    """
    return 0.0 if objective == bound else abs(objective - bound) / max(abs(objective), 1e-12)


def checked_weights(weights: ArrayLike | None, points: int) -> NDArray[np.float64]:
    """The weight of each demand point, 1 where None are given; UsageError if they are none."""
    weight = np.ones(points) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != (points,):
        raise UsageError(f"There are {weight.size} weights for {points} demand points; give one each.")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise UsageError("A weight is negative or no number. Correct it, or leave the demand point out.")
    return weight


def checked_distances(distances: ArrayLike) -> NDArray[np.floating]:
    """Distances of sites (rows) from demand points (columns); UsageError if they are none."""
    matrix = np.asarray(distances)
    if matrix.ndim != 2 or not matrix.size:
        raise UsageError(
            f"The distances have the shape {matrix.shape}; "
            "a row a site and a column a demand point are wanted."
        )
    if np.isnan(matrix).any() or (matrix < 0).any():
        raise UsageError(
            "A distance is negative or no number. Correct it; what cannot be reached is infinite."
        )
    return matrix
