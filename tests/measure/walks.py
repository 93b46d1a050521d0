"""Walks along streets: every street is cut wherever another meets it or somebody joins it."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

import shapely
from shapely.ops import unary_union


class Walks:
    """A network of streets that meet where they cross."""

    def __init__(self, lines: list[Any]) -> None:
        self.pieces = list(shapely.get_parts(unary_union(lines)))
        self.whole = unary_union(lines)

    def away(self, spot: Any) -> float:
        """From a point to the nearest street."""
        return float(self.whole.distance(spot))

    def ways(self, spots: list[Any], goals: list[Any], *, free: bool = False) -> list[float]:
        """The shortest way from each point to a goal, doors included (`free`: but the goal's)."""
        joins: dict[int, list[tuple[float, str]]] = {number: [] for number in range(len(self.pieces))}
        graph: dict[str, list[tuple[str, float]]] = defaultdict(list)

        def lead(one: str, other: str, way: float) -> None:
            graph[one].append((other, way))
            graph[other].append((one, way))

        for kind, points in (("spot", spots), ("goal", goals)):
            for number, point in enumerate(points):
                nearest = min(range(len(self.pieces)), key=lambda at: self.pieces[at].distance(point))
                name = f"{kind} {number}"
                joins[nearest].append((self.pieces[nearest].project(point), name))
                off = 0.0 if free and kind == "goal" else self.pieces[nearest].distance(point)
                lead(f"{name} street", f"{name} door", off)
        for number, piece in enumerate(self.pieces):
            ends = [(0.0, _node(piece.coords[0])), (piece.length, _node(piece.coords[-1]))]
            stops = sorted(
                [*ends, *((at, f"{name} street") for at, name in joins[number])], key=lambda one: one[0]
            )
            for (was, one), (now, other) in pairwise(stops):
                lead(one, other, now - was)
        known = _from(graph, [f"goal {number} door" for number in range(len(goals))])
        return [float(known.get(f"spot {number} door", math.inf)) for number in range(len(spots))]


def _from(graph: dict[str, list[tuple[str, float]]], starts: list[str]) -> dict[str, float]:
    """The shortest way to every place from the nearest start (Dijkstra)."""
    known: dict[str, float] = {}
    open_ = [(0.0, start) for start in starts]
    while open_:
        way, place = heapq.heappop(open_)
        if place in known:
            continue
        known[place] = way
        for other, step in graph[place]:
            heapq.heappush(open_, (way + step, other))
    return known


def _node(where: tuple[float, ...]) -> str:
    return f"{where[0]:.3f} {where[1]:.3f}"
