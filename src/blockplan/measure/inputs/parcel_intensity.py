"""
What is built on every parcel as it is drawn, and the bounds that the parcel table sets to it.

A building stands on the parcel that it names, else on the one that its point lies in. Values found feature
by feature are put together as one measurement here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import areas_m2, ids, points, rows_of_parcels, sound_shapes, values
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.measurement import Each, Measurement
from blockplan.measure.missing import Missing, unknown
from blockplan.plan.model.recall import by_row, once, once_for

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """
    What a measure found, before it is put together: see `Each`, whose words it shares.

    `nothing` says why there is nothing to measure, where no feature is spoken of.
    """

    value: NDArray[np.float64]
    spoken_of: NDArray[np.bool_]
    nothing: Missing
    ends: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    at_least: NDArray[np.float64] | None = None
    at_most: NDArray[np.float64] | None = None
    classes: tuple[NDArray[Any], ...] = ()
    off: NDArray[np.float64] | float = 0.0
    lacking: tuple[tuple[Missing, NDArray[np.bool_]], ...] = ()
    parts: Mapping[str, tuple[NDArray[Any], NDArray[np.intp]]] = field(default_factory=dict)
    definition: Mapping[str, Any] = field(default_factory=dict)


def measurement(
    plan: Plan, id_: str, unit: str, found: Values, layer: str = "parcels", absent: tuple[Missing, ...] = ()
) -> Measurement:
    """
    A measurement of the features of a layer; its value is the middle one (median) of all that it speaks of.

    Where some are not known the middle one is not either; that of the known stands in the definition, and the
    ends say where it lies if it is sure which features are spoken of and what each lies between.

    Parameters
    ----------
    absent
        What is missing whatever feature is meant, such as the layer itself.
    """
    none = np.full(len(found.value), np.nan)
    low, high = found.ends or (found.value, found.value)
    known = ~np.isnan(found.value)
    each = Each(
        layer,
        ids(plan, layer),
        _spots(plan, layer),
        found.value,
        found.spoken_of,
        (np.where(known, found.value, low), np.where(known, found.value, high)),
        none if found.at_least is None else found.at_least,
        none if found.at_most is None else found.at_most,
        found.classes,
        found.off,
        found.lacking,
        unsure_of(found.lacking, found.spoken_of),
        found.parts,
    )
    spoken = partial(_some, each.ids, found.spoken_of)
    counted = {layer: once("features counted", spoken, each.ids, found.spoken_of)}
    counted |= {
        name: once_for("parts counted", partial(tuple, parts), parts)
        for name, (parts, _) in found.parts.items()
    }
    whole = Measurement(id_, None, unit, found.definition, missing=absent, counted=counted, each=each)
    return with_the_middle(whole, each, found.nothing)


def _some(ids: NDArray[Any], rows: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(ids[rows].tolist())


def with_the_middle(found: Measurement, each: Each, nothing: Missing) -> Measurement:
    """A measurement with the middle value of its features, or what is missing for it and its ends."""
    spoken = each.spoken_of
    known = each.value[spoken & ~np.isnan(each.value)]
    middle = float(np.median(known)) if len(known) else None
    missing = found.missing + missing_in(each, spoken & (np.isnan(each.value) | each.unsure))
    if not missing and not spoken.any():
        missing = (nothing,)
    definition = {**found.definition, "features": int(spoken.sum()), "known": len(known)}
    if missing:
        definition["middle_of_known"] = middle
    ends = _ends(each) if missing and not found.missing else None
    value = None if missing else middle
    return replace(found, value=value, definition=definition, missing=missing, ends=ends, each=each)


def _ends(each: Each) -> tuple[float, float] | None:
    """Between what the middle one lies; None where it is open which are meant, or how low or high."""
    low, high = (ends[each.spoken_of] for ends in each.ends)
    if (each.unsure & each.spoken_of).any() or not len(low) or np.isnan(low).any() or np.isnan(high).any():
        return None
    return float(np.median(low)), float(np.median(high))


def _spots(plan: Plan, layer: str) -> NDArray[np.float64]:
    return plan.cached(f"spots:{layer}", lambda: _read_spots(plan, layer))


def _read_spots(plan: Plan, layer: str) -> NDArray[np.float64]:
    names = ids(plan, layer)
    found = parcel_points(plan) if layer == "parcels" else points(plan, layer, np.arange(len(names)))
    return np.column_stack((shapely.get_x(found), shapely.get_y(found)))


def unsure_of(
    lacking: tuple[tuple[Missing, NDArray[np.bool_]], ...], spoken_of: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Features that a measure speaks of only because their land use is not said, or not finely enough."""
    found = np.zeros(len(spoken_of), dtype=bool)
    for what, where in lacking:
        if (what.layer, what.column) == ("parcels", "land_use"):
            found |= where
    return found & spoken_of


def missing_in(each: Each, among: NDArray[np.bool_]) -> tuple[Missing, ...]:
    """What some features do not say; of each the first thing that it lacks."""
    lines: list[Missing] = []
    left = among.copy()
    for what, where in each.lacking:
        rows = where & left
        left &= ~rows
        lines += unknown(what, each.ids[rows], int(each.spoken_of.sum()))
    return tuple(dict.fromkeys(lines))


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
    row_of = rows_of_parcels(plan)
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
