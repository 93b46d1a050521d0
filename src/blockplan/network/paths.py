"""The way itself: through which nodes the shortest one leads."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blockplan.network.compiled import compiled
from blockplan.network.contraction import FAR
from blockplan.network.core import LONGEST_CM

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.core import Graph


class Path(NamedTuple):
    """
    A shortest way.

    Attributes
    ----------
    nodes
        From the start to the end, both included; empty where there is no way.
    cm
        Its length; NaN where there is no way.
    """

    nodes: NDArray[np.int32]
    cm: float


def path(graph: Graph, start: int, ends: ArrayLike) -> Path:
    """
    The shortest way from a node to the nearest of some nodes.

    Raises
    ------
    UsageError
        If the start or an end is not on the network.
    """
    goal = np.zeros(graph.nodes, dtype=np.bool_)
    goal[graph.inner(ends, "ends")] = True
    (place,) = graph.inner([start], "starts")
    back, far = _path(graph.every_out, place, goal, LONGEST_CM)
    return Path(graph.order[back[::-1]], float(far) if len(back) else float("nan"))


@compiled
def _path(arcs: Any, start: Any, goal: Any, limit: Any) -> Any:
    """The nodes of the way, last first, and its length."""
    cm, before = np.full(len(goal), FAR, dtype=np.int32), np.full(len(goal), -1, dtype=np.int32)
    way = np.empty(len(goal), dtype=np.int32)
    cm[start] = 0
    queue = [(np.int64(0), start)]
    while len(queue) > 0:
        far, at = heappop(queue)
        if far > cm[at]:
            continue
        if goal[at]:
            size = 0
            while at >= 0:
                way[size] = at
                size, at = size + 1, before[at]
            return way[:size].copy(), far
        for k in range(arcs.row[at], arcs.row[at + 1]):
            to, farther = arcs.head[k], far + arcs.length[k]
            if farther < cm[to] and farther <= limit:
                cm[to], before[to] = farther, at
                heappush(queue, (farther, to))
    return way[:0].copy(), np.int64(0)
