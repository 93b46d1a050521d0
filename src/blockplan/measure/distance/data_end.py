"""
How far what is drawn reaches round the homes of a plan: to the end of its extent, else of its boundary.

What lies beyond that end could be in reach of a home that lives nearer to it than a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import Asked, shapes, union
from blockplan.measure.inputs.homes import spots_of
from blockplan.measure.missing import Missing, reason
from blockplan.plan.model.recall import by_row, is_recalling, once
from blockplan.plan.model.recall_beside import by_nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.measure.inputs.homes import Homes, HomeSpots
    from blockplan.plan.model.plan import Plan

#: Homes of which the depth is taken to bound the least one.
SAMPLE = 8


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """
    Where the drawing ends round some homes.

    Attributes
    ----------
    layer
        The layer that says where; None where the plan has none.
    land
        What that layer encloses.
    points
        Where the homes are.
    asked
        How far the drawing reaches round each of them, m: 0 where one lies beyond the end or has no place.
    """

    layer: str | None
    land: Any
    points: NDArray[Any]
    asked: Asked

    def depth(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How far the drawing reaches round some homes, m; infinitely where no end is drawn."""
        if self.layer is None:
            return np.full(int(rows.sum()), np.inf)
        if is_recalling():  # what a session asks of some it has of all, and keeps
            return depth(self.land, self.points)[rows]
        return self.asked.of(rows, lambda some: depth(self.land, self.points[some]))

    def nearer(self, rows: NDArray[np.bool_], limit_m: float) -> NDArray[np.bool_]:
        """Which of some homes live nearer to the end than a limit."""
        found = rows.copy()
        found[rows] = self.depth(rows) < limit_m
        return found

    def outside(
        self, short: NDArray[np.bool_], near: NDArray[np.bool_], limit_m: float
    ) -> tuple[Missing, ...]:
        """What is missing where some that fall short live nearer to the end than the limit."""
        deepest = self.depth(np.ones(len(self.points), dtype=bool)).max(initial=0)
        number, of = str(int(near.sum())), str(int(short.sum()))
        return (reason("outside", n=number, of=of, limit=f"{limit_m:g}", deepest=f"{deepest:.0f}"),)


def data_end(
    plan: Plan, homes: Homes, inside: NDArray[np.bool_] | None, limit_m: float
) -> dict[str, float | int | str | None]:
    """
    How far what is drawn reaches round the homes, as a definition says it.

    Parameters
    ----------
    inside
        Which homes are within the limit; None where that cannot be known.

    Returns
    -------
    dict
        ``data_end`` (the layer that says where the drawing ends: extent, else boundary; None where the plan
        has neither), ``data_end_m`` (the least distance of a home to that end, 0 where one lies beyond it),
        ``homes_short`` (homes that fall short), ``homes_short_near_end`` (those of them that live nearer to
        the end than the limit: what lies beyond could be in their reach). What cannot be known is None.
    """
    end, spots = end_of(plan, homes), spots_of(plan, homes)
    short = None if inside is None else ~inside
    near = None if short is None or end.layer is None else end.nearer(short, limit_m)
    return {
        "data_end": end.layer,
        "data_end_m": plan.cached("least depth", lambda: _least_m(_end(plan, spots)), given=(spots,)),
        "homes_short": None if short is None else int(short.sum()),
        "homes_short_near_end": None if near is None else int(near.sum()),
    }


def end_of(plan: Plan, homes: Homes) -> End:
    """Where the drawing ends round homes."""
    return _end(plan, spots_of(plan, homes))


def _end(plan: Plan, spots: HomeSpots) -> End:
    return plan.cached("end of the drawing", lambda: _end_of(plan, spots), given=(spots,))


def _end_of(plan: Plan, spots: HomeSpots) -> End:
    for layer in ("extent", "boundary"):
        land = union(shapes(plan, layer))
        if not land.is_empty:
            return End(layer, land, spots.point, Asked.none(len(spots.point), np.nan))
    return End(None, None, spots.point, Asked.none(0, np.nan))


def depth(land: Any, points: NDArray[Any]) -> NDArray[np.float64]:
    """How far the edge of some land is from points within it; 0 from those without."""
    found: NDArray[np.float64] = by_row("depth", partial(_depth, land), points, fixed=(land,))
    return found


def _depth(land: Any, points: NDArray[Any]) -> NDArray[np.float64]:
    """The same; after an edit of the land only points near changed stretches of its edge are measured."""
    edge = once("edge", partial(_stretches, land), land)
    return np.where(_on_land(land, points), by_nearest("from the edge", _metres_from, points, edge), 0.0)


def _on_land(land: Any, points: NDArray[Any]) -> NDArray[np.bool_]:
    shapely.prepare(land)
    return np.asarray(shapely.intersects(land, points))


def _metres_from(points: NDArray[Any], stretches: NDArray[Any]) -> NDArray[np.float64]:
    edge = shapely.multilinestrings(stretches)
    shapely.prepare(edge)
    return np.asarray(shapely.distance(edge, points))


def _stretches(land: Any) -> NDArray[Any]:
    """The edge of some land from corner to corner: lines that stand while both of their corners do."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(land)), return_index=True)
    on = ring[:-1] == ring[1:]
    ends = np.hstack([corners[:-1], corners[1:]])[on]
    drawn: NDArray[Any] = by_row("stretches", _as_lines, ends)
    return drawn


def _as_lines(ends: NDArray[np.float64]) -> NDArray[Any]:
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)


def _least_m(end: End) -> float | None:
    """The least depth of all homes to the centimetre; None without an end, or where no home has a place."""
    points = end.points[~shapely.is_missing(end.points)]
    if end.layer is None or not len(points):
        return None
    return round(once("least depth", partial(_least, end.land, points), end.land, points), 2)


def _least(land: Any, points: NDArray[Any]) -> float:
    """
    The least depth of some points.

    It is no more than that of a sample, so only points as near to a stretch of the edge are looked at; an
    edit leaves the depth of most as it was.
    """
    if is_recalling():
        return float(depth(land, points).min())
    if not _on_land(land, points).all():
        return 0.0
    most = depth(land, points[:: len(points) // SAMPLE + 1]).min()
    corners = shapely.get_coordinates(land.boundary)
    low, high = np.minimum(corners[:-1], corners[1:]) - most, np.maximum(corners[:-1], corners[1:]) + most
    near = np.unique(shapely.STRtree(shapely.box(*low.T, *high.T)).query(points)[0])
    return float(depth(land, points[near]).min(initial=most))
