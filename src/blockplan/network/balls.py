"""
Which nodes are within a limit of which, kept for sums that are asked again and again.

The nodes around a node are a *ball*. In the order in which a graph keeps its nodes a ball
is a handful of runs, so only the bounds of the runs are kept; and the sum of a value over a run is the
difference of two running totals, however long the run. So new values cost a few reads a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blockplan.network.core import known, limit_of
from blockplan.network.floods import pool, positions, runs, sum_runs
from blockplan.network.parts import in_parts

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.core import Graph


@dataclass(frozen=True, eq=False)
class Balls:
    """
    The balls of all nodes of a graph; made by `keep_balls`.

    Attributes
    ----------
    position
        Place of each node in the order in which balls are runs.
    begin
        Where the bounds of each node's runs begin, nodes in the graph's inner order.
    bounds
        First and last + 1 position of each run, in turn.
    """

    graph: Graph
    limit_cm: int
    position: NDArray[np.int32]
    begin: NDArray[np.int64]
    bounds: NDArray[np.int32]

    @property
    def megabytes(self) -> float:
        """Memory that the balls take."""
        return float(self.position.nbytes + self.begin.nbytes + self.bounds.nbytes) / 1e6

    def sums(self, values: ArrayLike, *, threads: int = 1) -> NDArray[np.float64]:
        """
        Sum of the values of all nodes within the limit of each node, as `sums.sum_nodes` without decay.

        Values that are not whole numbers are summed to within rounding of their total.
        """
        held = known(values, self.graph.nodes, "values of nodes")
        before = np.zeros(self.graph.nodes + 1)
        before[1 + self.position] = held
        np.cumsum(before, out=before)
        sums = np.empty(self.graph.nodes)

        def measure(part: slice) -> None:
            sum_runs(self.begin[part.start : part.stop + 1], self.bounds, before, sums[part])

        in_parts(measure, self.graph.nodes, threads)
        return sums[self.graph.rank]

    def counts(self) -> NDArray[np.int64]:
        """Number of nodes within the limit of each node, itself included."""
        return self.sums(np.ones(self.graph.nodes)).astype(np.int64)


def keep_balls(graph: Graph, limit_cm: float, *, threads: int = 1) -> Balls:
    """
    Find the balls of all nodes once.

    Raises
    ------
    UsageError
        If the limit is negative or not known.
    """
    limit = limit_of(limit_cm)
    inner = positions(graph.chains, graph.anchors, graph.nodes)
    places = np.arange(graph.nodes, dtype=np.int32)

    def find(part: slice) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        work = pool(graph.anchors, graph.nodes)
        found: tuple[NDArray[np.int64], NDArray[np.int32]] = runs(
            graph.out, graph.chains, work, places[part], (inner, limit)
        )
        return found

    parts = in_parts(find, graph.nodes, threads)
    ends = np.concatenate([[0], *(np.diff(begin) for begin, _ in parts)]).cumsum()
    return Balls(graph, limit, inner[graph.rank], ends, np.concatenate([bounds for _, bounds in parts]))
