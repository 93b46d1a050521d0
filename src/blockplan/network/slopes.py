"""
Uphill and downhill: how much farther a slope is than level ground takes as long to walk.

Tobler's hiking function gives the speed on a slope; it is fastest a little downhill. The
lengths of an edge up and down differ, so a graph with slopes is one with one-way edges, an edge each way.
Heights may come from a terrain raster (`blockplan.exchange.terrain`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blockplan.errors import UsageError
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.graph import Network

#: Change of the logarithm of speed with slope, and the slope (rise over run) of the fastest walk.
STEEPNESS, FASTEST = 3.5, -0.05


class Sloped(NamedTuple):
    """Edges for `core.compile_edges`: one for each direction; `length_m` is metres on level ground."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length_m: NDArray[np.float64]
    one_way: NDArray[np.bool_]


class BothWays(NamedTuple):
    """
    Length of each edge of a network from start to end and back, centimetres on level ground.

    `unknown` says which edges have an end of unknown height; they are as long as on level ground.
    """

    ahead_cm: NDArray[np.int32]
    back_cm: NDArray[np.int32]
    unknown: NDArray[np.bool_]


def level_metres(length_m: ArrayLike, rise_m: ArrayLike) -> NDArray[np.float64]:
    """
    Metres on level ground that take as long to walk as an edge that rises.

    Parameters
    ----------
    rise_m
        Height of the end over that of the start; negative is downhill. An edge of no length does not rise.

    References
    ----------
    Tobler, W. (1993). Three presentations on geographical analysis and modeling. NCGIA report 93-1:
    6 exp(-3.5 |slope + 0.05|) km/h.

    Examples
    --------
    >>> level_metres([100, 100, 100], [0, 10, -5]).round(1).tolist()
    [100.0, 141.9, 83.9]
    """
    run, rise = np.asarray(length_m, dtype=np.float64), np.asarray(rise_m, dtype=np.float64)
    slope = np.divide(rise, run, out=np.zeros(np.broadcast(run, rise).shape), where=run > 0)
    level = np.abs(slope - FASTEST) - abs(FASTEST)
    return np.asarray(run * np.exp(STEEPNESS * level))


def with_slopes(start: ArrayLike, end: ArrayLike, length_m: ArrayLike, height_m: ArrayLike) -> Sloped:
    """
    Edges with their slope, there and back.

    Raises
    ------
    UsageError
        If the height of a node that an edge names is not known.
    """
    tails, heads = np.asarray(start, dtype=np.int32), np.asarray(end, dtype=np.int32)
    lengths, heights = np.asarray(length_m, dtype=np.float64), np.asarray(height_m, dtype=np.float64)
    rise = heights[heads] - heights[tails]
    if not np.isfinite(rise).all():
        edge = int(np.flatnonzero(~np.isfinite(rise))[0])
        raise UsageError(
            f"{(~np.isfinite(rise)).sum()} of {len(rise)} edges have an end of unknown height "
            f"(first: edge {edge}, nodes {tails[edge]} and {heads[edge]}). "
            "Give every node a height, or leave slopes out."
        )
    return Sloped(
        np.concatenate([tails, heads]),
        np.concatenate([heads, tails]),
        np.concatenate([level_metres(lengths, rise), level_metres(lengths, -rise)]),
        np.ones(2 * len(tails), dtype=bool),
    )


def both_ways(network: Network, height_m: ArrayLike) -> BothWays:
    """
    Lengths of the edges of a plan's network with their slope, there and back.

    Parameters
    ----------
    height_m
        Height of each node; NaN where it is not known. Between its ends an edge is taken to rise evenly.

    Raises
    ------
    UsageError
        If no edge has two ends of known height.
    """
    height = np.asarray(height_m, dtype=np.float64)
    rise = height[network.end] - height[network.start]
    unknown = np.isnan(rise)
    if len(unknown) and unknown.all():
        raise UsageError(
            f"None of {len(unknown)} edges has two ends of known height.\n"
            "Give heights of where the streets are, or leave slopes out."
        )
    rise[unknown] = 0.0
    level = network.length_cm / CM_PER_M
    ahead, back = (
        np.where(unknown, network.length_cm, np.maximum(np.rint(level_metres(level, up) * CM_PER_M), 1))
        for up in (rise, -rise)
    )
    return BothWays(ahead.astype(np.int32), back.astype(np.int32), unknown)
