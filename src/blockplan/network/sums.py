"""
How much is within a limit of each node: facilities, or a value that every node has.

A sum weighs each thing by how far it is. A *decay* is any function of metres;
without one, everything within the limit counts the same (a step). `linear`, `exponential` and
`gaussian` are at hand. It is asked once for each centimetre up to the limit, so it costs next
to nothing whatever it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.errors import UsageError
from blockplan.network.compiled import in_parts
from blockplan.network.core import kinds_of, known, limit_of, sources_of
from blockplan.network.floods import gather, pool, scatter
from blockplan.units import CM_PER_M

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from blockplan.network.core import Graph

    Decay = Callable[[NDArray[np.float64]], NDArray[np.float64]]

#: Longest limit that a decay is told out for, centimetre by centimetre.
MOST_DECAY_CM = 10_000_000


def linear(zero_m: float) -> Decay:
    """Weight that falls in a straight line from 1 to 0 at `zero_m`."""
    return lambda metres: np.maximum(1 - metres / zero_m, 0)


def exponential(mean_m: float) -> Decay:
    """Weight ``exp(-m / mean_m)``: 37 % at `mean_m`."""
    return lambda metres: np.exp(-metres / mean_m)


def gaussian(sigma_m: float) -> Decay:
    """Weight ``exp(-(m / sigma_m)^2 / 2)``: 61 % at `sigma_m`."""
    return lambda metres: np.exp(-((metres / sigma_m) ** 2) / 2)


@dataclass(frozen=True, eq=False)
class GraphSources:
    """
    Facilities on a graph.

    Attributes
    ----------
    weights
        What each counts (places, beds), not negative; None counts facilities.
    kinds
        Kind of each, a whole number from 0; None is one kind.
    costs_cm
        What each costs before the first step (the way from its door to its node); None is 0.
    """

    nodes: ArrayLike
    weights: ArrayLike | None = None
    kinds: ArrayLike | None = None
    costs_cm: ArrayLike | None = None


def sum_sources(
    graph: Graph, sources: GraphSources, limit_cm: float, decay: Decay | None = None
) -> NDArray[np.float64]:
    """
    Weighted sum of the sources within a limit of each node, all kinds in one pass.

    Parameters
    ----------
    limit_cm
        Sources farther than this do not count.
    decay
        Weight of a source by its distance in metres; None is 1 up to the limit.

    Returns
    -------
    array
        Shape (nodes,), or (nodes, kinds) where sources have kinds. 0 where nothing is within the limit.
        On a graph with one-way edges the way leads from the node to the source.

    Raises
    ------
    UsageError
        If a source is not on the network, or a weight, a cost or the limit is negative or not known.
    """
    places, costs = sources_of(graph, sources.nodes, sources.costs_cm)
    limit, count = limit_of(limit_cm), len(places)
    weight = (
        np.ones(count) if sources.weights is None else known(sources.weights, count, "weights of sources")
    )
    kind = np.zeros(count, dtype=np.int32) if sources.kinds is None else kinds_of(sources.kinds, count)
    sums = np.zeros((graph.nodes, int(kind.max(initial=0)) + 1))
    # Floods of neighbours touch the same memory.
    near = np.argsort(places, kind="stable")
    ordered = (places[near], costs[near], weight[near], kind[near])
    work = pool(graph.anchors, graph.nodes)
    scatter(graph.into, graph.chains, work, ordered, (decay_table(decay, limit), limit, sums))
    found = sums[graph.rank]
    return found[:, 0] if sources.kinds is None else found


def sum_nodes(
    graph: Graph,
    values: ArrayLike,
    limit_cm: float,
    *,
    decay: Decay | None = None,
    places: ArrayLike | None = None,
    threads: int = 1,
) -> NDArray[np.float64]:
    """
    Sum of the values of all nodes within a limit of each node (itself included).

    Parameters
    ----------
    values
        What each node holds (residents, jobs), one a node. Not negative.
    decay
        Weight of a node by its distance in metres; None is 1 up to the limit.
    places
        The nodes to stand at; None is every node.

    Returns
    -------
    array
        One sum a place. On a graph with one-way edges the way leads from the place to the nodes.

    Raises
    ------
    UsageError
        If a value or the limit is negative or not known, or a place is not on the network.
    """
    held = known(values, graph.nodes, "values of nodes")[graph.order]
    limit = limit_of(limit_cm)
    table = decay_table(decay, limit)
    at = np.arange(graph.nodes, dtype=np.int32) if places is None else graph.inner(places, "places")
    sums = np.empty(len(at))

    def measure(part: slice) -> None:
        work = pool(graph.anchors, graph.nodes)
        gather(graph.out, graph.chains, work, at[part], (held, table, limit, sums[part]))

    in_parts(measure, len(at), threads)
    return sums[graph.rank] if places is None else sums


def decay_table(decay: Decay | None, limit: int) -> NDArray[np.float64]:
    """
    Weight at each centimetre up to the limit; empty for a weight of 1 everywhere.

    Raises
    ------
    UsageError
        If the decay gives something that is negative or not known, or the limit is none.
    """
    if decay is None:
        return np.empty(0)
    if limit > MOST_DECAY_CM:
        raise UsageError(f"A decay needs a limit of at most {MOST_DECAY_CM // CM_PER_M // 1000} km.")
    table: Any = np.asarray(decay(np.arange(limit + 1) / CM_PER_M), dtype=np.float64)
    return known(table, limit + 1, "weights by distance")
