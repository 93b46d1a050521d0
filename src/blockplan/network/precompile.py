"""Compile everything once, so that no user's first question waits for it."""

from __future__ import annotations

import numpy as np

from blockplan.network.core import compile_edges
from blockplan.network.edits import LiveNearest, LiveSums
from blockplan.network.floods import keep_balls
from blockplan.network.nearest import nearest, nearest_sources, path
from blockplan.network.onfoot import NetworkPlaces, ways_within
from blockplan.network.scan import scan
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
    _ride()


def _ride() -> None:
    """Ways on foot between two places, and a journey by one ride from stop to stop."""
    here, no_way = np.arange(2), np.zeros(2, dtype=np.int64)
    ends, length = np.array([1, 0], dtype=np.int32), np.full(2, 100, dtype=np.int32)
    ways = ways_within(NetworkPlaces(np.arange(3), ends, length, here, no_way), here, here, 1.0)
    on_foot = (ways.indptr, ways.to, ways.cost)
    ride = [np.array([number], dtype=np.int32) for number in (0, 1, 10, 20, 0)]
    open_ = np.ones(1, dtype=np.bool_)
    clock = (np.array([0]), 60)
    scan((*ride, open_, open_), no_way, (on_foot,) * 4, here, clock, (1, 2))
