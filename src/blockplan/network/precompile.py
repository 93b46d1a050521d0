"""Compile everything once, so that no user's first question waits for it."""

from __future__ import annotations

from blockplan.network.core import compile_edges
from blockplan.network.edits import LiveNearest, LiveSums
from blockplan.network.floods import keep_balls
from blockplan.network.nearest import nearest, nearest_sources, path
from blockplan.network.sums import GraphSources, linear, sum_nodes, sum_sources


def warm_up() -> None:
    """
    Load the compiled kernels, and compile those that are not kept yet (some 20 s, once for each machine).

    The code is kept beside the modules, or in the user's cache folder where that place cannot be written.
    """
    xy = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]
    for one_way in (None, [True, False]):
        graph = compile_edges([0, 1], [1, 2], [1.0, 1.0], xy=xy, one_way=one_way)
        nearest(graph, [0], 100)
        nearest_sources(graph, [0], 1, 100)
        sum_sources(graph, GraphSources([0]), 100, linear(1.0))
        sum_nodes(graph, [1.0, 1.0, 1.0], 100)
        keep_balls(graph, 100).counts()
        path(graph, 0, [2])
        distances, sums = LiveNearest(graph, [0], 100), LiveSums(graph, GraphSources([0]), 100)
        for live in (distances, sums):
            live.add_source(1)
            live.remove_source(1)
            live.set_edge(0, 1, 2.0)
