"""
Floating catchments: places per head, where everybody within a limit shares (2SFCA, E2SFCA).

Direction: `Pairs` has rows that ask and columns that offer. Step 1 goes down a column
(a facility's places over all who can come), step 2 along a row (what the facilities within
reach offer a head). Turning the matrix round gives other numbers without any error, so the
direction is part of the definition.

References
----------
Luo and Wang 2003, Environment and Planning B 30 (2SFCA); Luo and Qi 2009, Health & Place 15 (E2SFCA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.matrix import Pairs

#: Weights of Luo and Qi (2009) for the three thirds of the limit.
THIRDS = (1.0, 0.68, 0.22)


@dataclass(frozen=True, slots=True, eq=False)
class Catchments:
    """
    Places per head.

    Attributes
    ----------
    access
        For each place that asks: places per head within reach. 0 where no facility is within the limit;
        NaN where one is in whose catchment nobody asks (places over nobody is no number).
    ratio
        For each facility: places per head of all who can come; NaN where nobody asks there.
    """

    access: NDArray[np.float64]
    ratio: NDArray[np.float64]


def floating_catchments(
    demand: NDArray[np.float64],
    capacity: NDArray[np.float64],
    pairs: Pairs,
    weights: NDArray[np.float64] | None = None,
) -> Catchments:
    """
    Two-step floating catchment areas.

    Parameters
    ----------
    weights
        Weight of each pair (`bands`), for E2SFCA; None weighs all the same (2SFCA).

    Returns
    -------
    Catchments
        Whatever is offered is shared out whole: the sum of ``demand * access`` is the sum of the
        capacities that somebody who asks can reach.

    Examples
    --------
    One school of 100 places for two houses of 50 and 150 pupils: half a place a head.

    >>> import numpy as np
    >>> from blockplan.exchange.matrix import Pairs
    >>> near = Pairs(np.array([0, 1]), np.array([0, 0]), np.array([3.0, 8.0]), (2, 1))
    >>> floating_catchments(np.array([50.0, 150.0]), np.array([100.0]), near).access
    array([0.5, 0.5])
    """
    weight = np.ones(len(pairs)) if weights is None else np.asarray(weights, dtype=np.float64)
    asking, offering = pairs.size
    heads = np.bincount(pairs.supply, demand[pairs.demand] * weight, offering)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(heads > 0, capacity / heads, np.nan)
    counted = weight > 0
    shares = (ratio[pairs.supply] * weight)[counted]
    access = np.bincount(pairs.demand[counted], shares, asking).astype(np.float64)
    return Catchments(access, ratio)


def bands(minutes: NDArray[np.float64], steps: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """
    Weight of each time: that of the first band it lies in, 0 beyond the last.

    Parameters
    ----------
    steps
        Upper limit of each band in minutes (counted in), and its weight; limits rise.

    Raises
    ------
    UsageError
        If limits do not rise, or a weight is negative.

    Examples
    --------
    >>> bands(np.array([10.0, 10.5, 31.0]), [(10, 1.0), (20, 0.68), (30, 0.22)])
    array([1.  , 0.68, 0.  ])
    """
    limits = [limit for limit, _ in steps]
    weights = [weight for _, weight in steps]
    if not steps or any(b <= a for a, b in zip([-1.0, *limits], limits, strict=False)):
        raise UsageError(
            f"The limits of the bands do not rise: {limits}.\nWrite them as 10:1,20:0.68,30:0.22."
        )
    if not all(0 <= weight < np.inf for weight in weights):
        raise UsageError(f"A weight of the bands is negative or no number: {weights}.")
    at = np.searchsorted(np.array(limits, dtype=np.float64), minutes, side="left")
    return np.append(np.array(weights, dtype=np.float64), 0.0)[at]


def thirds(limit: float) -> list[tuple[float, float]]:
    """Bands of a third of the limit each, with the weights of Luo and Qi."""
    return [(limit * (step + 1) / 3, weight) for step, weight in enumerate(THIRDS)]
