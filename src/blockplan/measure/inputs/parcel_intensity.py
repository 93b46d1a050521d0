"""
What is built on every parcel as it is drawn, and the bounds that the parcel table sets to it.

A building stands on the parcel that it names, else on the one that its point lies in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import areas_m2, ids, points, sound_shapes, values
from blockplan.plan.model.recall import by_row

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

#: Bounded column of a parcel -> the column that says what kind of bound it is.
KINDS = {
    "far": "far_kind",
    "height_m": "height_kind",
    "coverage_ratio": "coverage_kind",
    "green_ratio": "green_kind",
}
#: What a parcel's number is where it stands alone: the most that may be, or the least that has to be.
LEAST = frozenset({"green_ratio"})


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """
    The drawn buildings of every parcel, a row a parcel.

    Attributes
    ----------
    host
        Row of the parcel that each building stands on; -1 where it stands on none.
    number
        How many buildings a parcel has.
    floor_m2, footprint_m2, tallest_m
        Their floor area, the land that they cover and the height of the tallest; NaN where a parcel has
        none, or one of them does not say.
    """

    host: NDArray[np.intp]
    number: NDArray[np.intp]
    floor_m2: NDArray[np.float64]
    footprint_m2: NDArray[np.float64]
    tallest_m: NDArray[np.float64]


def built(plan: Plan) -> Built:
    """The drawn buildings of every parcel."""
    return plan.cached("built", lambda: _built(plan))


def _built(plan: Plan) -> Built:
    parcels, host = len(ids(plan, "parcels")), hosts(plan)
    there = host >= 0
    row = host[there]
    number = np.bincount(row, minlength=parcels)
    some = number > 0

    def added(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(some, np.bincount(row, amounts[there], parcels), np.nan)

    tallest, height = np.full(parcels, -np.inf), values(plan, "buildings", "height_m")[there]
    np.maximum.at(tallest, row, np.nan_to_num(height, nan=np.inf))  # what says no height may be the tallest
    return Built(
        host,
        number,
        added(values(plan, "buildings", "floor_area_m2")),
        np.where(some, covered_m2(plan, host), np.nan),
        np.where(np.isfinite(tallest), tallest, np.nan),
    )


def covered_m2(plan: Plan, host: NDArray[np.intp]) -> NDArray[np.float64]:
    """
    Land that the buildings of every parcel cover, m2: what several cover (a tower on its podium) once.

    `host` is the row of the parcel that each building stands on, -1: none. NaN where one is not drawn.
    """
    there = host >= 0
    area, drawn = areas_m2(plan, "buildings"), sound_shapes(plan, "buildings")
    found = np.bincount(host[there], area[there], len(ids(plan, "parcels")))
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    same = (one < other) & there[one] & (host[one] == host[other])
    one, other = one[same], other[same]
    twice = host[one[shapely.area(shapely.intersection(drawn[one], drawn[other])) > 0]]
    rows = np.flatnonzero(np.isin(host, twice) & there)
    parcel, land = joined_by(host[rows], drawn[rows])
    found[parcel] = np.where(np.isnan(found[parcel]), np.nan, shapely.area(land))
    return np.asarray(found, dtype=float)


def joined_by(rows: NDArray[np.intp], land: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Each row once, and what lies on it as one shape, so that what covers the same land counts once."""
    order = np.argsort(rows, kind="stable")
    found, starts, number = np.unique(rows[order], return_index=True, return_counts=True)
    joined = land[order[starts]]
    for several in np.unique(number[number > 1]).tolist():
        some = np.flatnonzero(number == several)
        pieces = land[order[starts[some][:, None] + np.arange(several)]]
        joined[some] = by_row("joined", _joined, *pieces.T, fixed=(several,), few=1)
    return found, joined


def _joined(*pieces: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(shapely.union_all(np.stack(pieces, axis=1), axis=1), dtype=object)


def hosts(plan: Plan) -> NDArray[np.intp]:
    """Row of the parcel that each building stands on; -1 where it stands on none."""
    return plan.cached("hosts of buildings", lambda: _hosts(plan))


def _hosts(plan: Plan) -> NDArray[np.intp]:
    row_of = {name: row for row, name in enumerate(ids(plan, "parcels"))}
    named = values(plan, "buildings", "parcel_id")
    host = np.array([row_of.get(name, -1) for name in named], dtype=np.intp)
    alone = np.flatnonzero((host < 0) & np.array([name is None for name in named], dtype=bool))
    if len(alone) and row_of:
        tree = shapely.STRtree(sound_shapes(plan, "parcels"))
        building, parcel = tree.query(points(plan, "buildings", alone), predicate="intersects")
        host[alone[building[::-1]]] = parcel[::-1]
    return host


def bounds(plan: Plan, base: str, kinds: Collection[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    The least and the most that each parcel may have of a bounded quantity; NaN: no such bound.

    A bound counts where its kind is one of some; where the table says no kind, the columns with ``_min``
    and ``_max`` are bounds (``upper``, ``lower``), and a number that stands alone is none.
    """
    chosen = tuple(sorted(kinds))
    return plan.cached(f"bounds: {(base, chosen)}", lambda: _bounds(plan, base, chosen))


def _bounds(plan: Plan, base: str, kinds: Collection[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    alone, kind = values(plan, "parcels", base), values(plan, "parcels", KINDS[base])
    low, high = (values(plan, "parcels", f"{base}_{end}") for end in ("min", "max"))
    low = np.where(np.isnan(low) & (kind == "lower"), alone, low)
    high = np.where(np.isnan(high) & (kind == "upper"), alone, high)
    if base in LEAST:
        low = np.where(np.isnan(low) & np.isnan(high) & (kind == "guide"), alone, low)
    else:
        high = np.where(np.isnan(low) & np.isnan(high) & (kind == "guide"), alone, high)
    unsaid = np.array([one is None for one in kind], dtype=bool)
    counts = np.array([one in kinds for one in kind], dtype=bool) | (
        unsaid & bool({"upper", "lower"} & set(kinds))
    )
    return np.where(counts, low, np.nan), np.where(counts, high, np.nan)


def stated(plan: Plan, base: str) -> NDArray[np.float64]:
    """What each parcel may have by its own table: the most of a quantity, of green the least; NaN: unsaid."""
    end = "min" if base in LEAST else "max"
    bound, alone = values(plan, "parcels", f"{base}_{end}"), values(plan, "parcels", base)
    return np.asarray(np.where(np.isnan(bound), alone, bound))


def as_read(reading: str, drawn: NDArray[np.float64], said: NDArray[np.float64]) -> NDArray[Any]:
    """Numbers as drawn, as the parcel table states them, or as drawn where they are and else as stated."""
    if reading == "drawn":
        return drawn
    if reading == "stated":
        return said
    return np.asarray(np.where(np.isnan(drawn), said, drawn))
