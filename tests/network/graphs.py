"""Random graphs, and a search on them that is too simple to be wrong."""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from blockplan.network.core import Graph, compile_edges

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Case:
    """Edges (start, end, centimetres, one way), sources (node, cost), and a place for each node."""

    size: int
    edges: list[tuple[int, int, int, bool]]
    sources: list[tuple[int, int]]
    xy: list[tuple[int, int]]

    def graph(self) -> Graph:
        columns = list(zip(*self.edges, strict=True)) or [(), (), (), ()]
        start, end, length = (np.array(column, dtype=np.int32) for column in columns[:3])
        one_way = np.array(columns[3], dtype=bool)
        return compile_edges(
            start,
            end,
            length / 100,
            xy=np.array(self.xy, dtype=float).reshape(-1, 2),
            one_way=one_way if one_way.any() else None,
        )

    @property
    def nodes(self) -> np.ndarray:
        return np.array([node for node, _ in self.sources], dtype=np.int32)

    @property
    def costs(self) -> np.ndarray:
        return np.array([cost for _, cost in self.sources], dtype=np.int32)

    def away(self, seeds: Iterable[tuple[int, int]], *, back: bool = False) -> list[float]:
        """Centimetres from the seeds to each node (from each node to the seeds if `back`)."""
        arcs: dict[int, list[tuple[int, int]]] = {}
        for start, end, length, one_way in self.edges:
            tail, head = (end, start) if back else (start, end)
            arcs.setdefault(tail, []).append((head, length))
            if not one_way:
                arcs.setdefault(head, []).append((tail, length))
        found = [math.inf] * self.size
        queue = [(cost, node) for node, cost in seeds]
        heapq.heapify(queue)
        while queue:
            far, at = heapq.heappop(queue)
            if far < found[at]:
                found[at] = far
                for head, length in arcs.get(at, []):
                    heapq.heappush(queue, (far + length, head))
        return found


@st.composite
def cases(draw: Any, *, one_way: bool = False) -> Case:
    """
    Graphs with all that streets have: bends, rings, dead ends, loops, parallel and zero edges, several parts.

    About as many edges as nodes, so that many nodes have two neighbours.
    """
    size = draw(st.integers(1, 16))
    node = st.integers(0, size - 1)
    length = st.one_of(st.integers(0, 900), st.just(0), st.just(100))
    flag = st.booleans() if one_way else st.just(False)
    edges = draw(st.lists(st.tuples(node, node, length, flag), max_size=20))
    if draw(st.booleans()):
        # A street of bends, or a ring of them.
        through = draw(st.lists(node, min_size=2, max_size=10))
        edges += [(one, other, draw(length), False) for one, other in itertools.pairwise(through)]
    sources = draw(st.lists(st.tuples(node, st.integers(0, 300)), max_size=5))
    xy = draw(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=size, max_size=size))
    return Case(size, edges, sources, xy)


CASES = cases()
#: With one-way edges among them.
ANY_CASES = st.one_of(cases(), cases(one_way=True))
LIMITS = st.integers(0, 2500)


def within(values: Iterable[float], limit: float) -> np.ndarray:
    """Values up to a limit, NaN beyond."""
    given = np.array(list(values), dtype=float)
    return np.where(given <= limit, given, np.nan)
