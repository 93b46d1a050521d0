"""
Which nodes are within a limit of which, kept for sums that are asked again and again.

The nodes around a node are a *ball*. In the order in which a graph keeps its nodes a ball
is a handful of runs, so only the bounds of the runs are kept; and the sum of a value over a run is the
difference of two running totals, however long the run. So new values cost a few reads a node.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blockplan.network.compiled import in_parts
from blockplan.network.core import known, limit_of
from blockplan.network.floods import pool, positions, runs, sum_runs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.core import Graph


#: Nodes whose balls are kept in one piece of memory.
PIECE = 50_000


class BallPiece(NamedTuple):
    """
    The balls of some nodes that follow one another in the graph's inner order.

    Attributes
    ----------
    begin
        Where the bounds of each node's runs begin, and where the last end.
    bounds
        First and last + 1 position of each run, in turn.
    """

    begin: NDArray[np.int64]
    bounds: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Balls:
    """
    The balls of all nodes of a graph; made by `keep_balls`.

    Attributes
    ----------
    position
        Place of each node in the order in which balls are runs.
    pieces
        The balls, in the graph's inner order.
    """

    graph: Graph
    limit_cm: int
    position: NDArray[np.int32]
    pieces: list[BallPiece]

    @property
    def megabytes(self) -> float:
        """Memory that the balls take."""
        size = self.position.nbytes + sum(begin.nbytes + bounds.nbytes for begin, bounds in self.pieces)
        return float(size) / 1e6

    def sums(self, values: ArrayLike, *, threads: int = 1) -> NDArray[np.float64]:
        """
        Sum of the values of all nodes within the limit of each node, as `sums.sum_nodes` without decay.

        Values that are not whole numbers are summed to within rounding of their total.
        """
        held = known(values, self.graph.nodes, "values of nodes")
        before = np.zeros(self.graph.nodes + 1)
        before[1 + self.position] = held
        np.cumsum(before, out=before)

        def measure(part: slice) -> list[NDArray[np.float64]]:
            return [sum_runs(*piece, before) for piece in self.pieces[part]]

        parts = in_parts(measure, len(self.pieces), threads)
        return np.concatenate([np.empty(0), *itertools.chain(*parts)])[self.graph.rank]

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
    position = positions(graph.chains, graph.anchors, graph.nodes)
    places = np.arange(graph.nodes, dtype=np.int32)

    def find(part: slice) -> BallPiece:
        work = pool(graph.anchors, graph.nodes)
        return BallPiece(*runs(graph.out, graph.chains, work, places[part], (position, limit)))

    return Balls(graph, limit, position[graph.rank], in_parts(find, graph.nodes, threads, PIECE))
