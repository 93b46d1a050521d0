"""
How many hectares go from which land use to which, between two plans.

The whole land of both plans is counted: land that keeps its use stands on the
diagonal, land that only one plan draws has no use on the other side. The sum
over all rows of a use is therefore the area that the plan draws of it. Where
parcels of one plan lie over one another, the land counts once, as that of the
parcel that stands first in the layer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from blockplan.jsontext import JsonRecord
from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan import Plan

#: Overlaps below this are rounding of shared borders, not land.
SMALLEST_PIECE_M2 = 0.5
#: Vertices that moved less than this are drawn where they were; the plan's own grid is 1 mm.
SAME_PLACE_M = 0.0005


class TransitionUse(NamedTuple):
    """A use of land: the list it is of, and its code (None: drawn, and no use is stated)."""

    list_name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Transition(JsonRecord):
    """Land that goes from one use to another (``None``: that plan does not draw it), in hectares."""

    column: str
    was: TransitionUse | None
    now: TransitionUse | None
    ha: float

    KEYS = (
        "column", "from=was.code", "to=now.code", "ha", "=drawn", "from_list=was.list_name",
        "to_list=now.list_name",
    )  # fmt: skip

    @property
    def stays(self) -> bool:
        """Whether the use is the same in both plans."""
        return self.was == self.now

    @property
    def drawn(self) -> dict[str, bool]:
        """Whether each of the plans draws the land."""
        return {"from_drawn": self.was is not None, "to_drawn": self.now is not None}


@dataclass(frozen=True, slots=True, eq=False)
class ParcelLand:
    """Parcels that can be laid over others: valid polygons that do not cover one another."""

    shapes: NDArray[Any]
    uses: list[TransitionUse]
    keys: list[tuple[str, int]]

    def part(self, rows: NDArray[np.intp]) -> ParcelLand:
        """Some of the parcels."""
        return ParcelLand(
            self.shapes[rows], [self.uses[row] for row in rows], [self.keys[row] for row in rows]
        )


@dataclass(slots=True, eq=False)
class Overlay:
    """
    One plan laid over another.

    Attributes
    ----------
    ha
        (use before, use after) -> hectares, the unchanged land included.
    changed
        (use before, use after) -> the pieces of land whose use changes.
    """

    ha: dict[tuple[TransitionUse | None, TransitionUse | None], float] = field(default_factory=dict)
    changed: dict[tuple[TransitionUse | None, TransitionUse | None], list[Any]] = field(default_factory=dict)

    def add(self, was: TransitionUse | None, now: TransitionUse | None, area_m2: float) -> None:
        """Count a piece of land."""
        self.ha[was, now] = self.ha.get((was, now), 0.0) + area_m2 / M2_PER_HA

    def rows(self, column: str) -> list[Transition]:
        """The matrix as rows, sorted by use before and use after, land that one plan lacks last."""
        keys = sorted(self.ha, key=lambda pair: (_order(pair[0]), _order(pair[1])))
        return [Transition(column, was, now, self.ha[was, now]) for was, now in keys]


def _order(use: TransitionUse | None) -> tuple[bool, str, bool, str]:
    return (
        use is None,
        use.list_name if use else "",
        bool(use and use.code is None),
        (use and use.code) or "",
    )


def transitions(column: str, before: Plan, after: Plan) -> list[Transition]:
    """Hectares by use before and after, for all land that one of the plans draws."""
    return overlay(before, after).rows(column)


def overlay(before: Plan, after: Plan) -> Overlay:
    """
    Lay one plan over another, both in one CRS.

    Parcels that are the same in both plans are counted without cutting, so
    the cost follows the change, not the plan.
    """
    old, new = land(before), land(after)
    out = Overlay()
    kept_old, kept_new = _unchanged(old, new)
    for use, area in zip(old.part(kept_old).uses, shapely.area(old.shapes[kept_old]), strict=True):
        out.add(use, use, float(area))
    rest = (
        old.part(np.setdiff1d(np.arange(len(old.uses)), kept_old)),
        new.part(np.setdiff1d(np.arange(len(new.uses)), kept_new)),
    )
    _cut(*rest, out)
    return out


def land(plan: Plan) -> ParcelLand:
    """The parcels of a plan as an overlay can use them; worked out once per plan."""
    return plan.cached("compare.land", lambda: _land(plan))


def _land(plan: Plan) -> ParcelLand:
    parcels = plan.layer("parcels")
    shapes = np.array([*parcels.geometry, None], dtype=object)[:-1]
    drawn = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    seen: dict[str, int] = {}
    keys, uses = [], []
    lists, codes = parcels["land_use_list"].tolist(), parcels["land_use"].tolist()
    for row, id_ in enumerate(parcels.index.astype(str)):
        seen[id_] = seen.get(id_, 0) + 1
        keys.append((id_, seen[id_]))
        list_name, code = lists[row], codes[row]
        uses.append(
            TransitionUse(
                list_name if isinstance(list_name, str) and list_name else DEFAULT_LIST,
                code if isinstance(code, str) and code else None,
            )
        )
    whole = ParcelLand(shapes, uses, keys).part(drawn)
    return ParcelLand(_tiled(shapely.make_valid(whole.shapes)), whole.uses, whole.keys)


def _tiled(shapes: NDArray[Any]) -> NDArray[Any]:
    """Shapes without the land that one before them covers."""
    if len(shapes) < 2 or shapely.coverage_is_valid(shapes):
        return shapes
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    both = shapely.area(shapely.intersection(shapes[one], shapes[other])) >= SMALLEST_PIECE_M2
    tiled = shapes.copy()
    for first, later in sorted(zip(one[both].tolist(), other[both].tolist(), strict=True)):
        tiled[later] = shapely.difference(tiled[later], shapes[first])
    return tiled


def _unchanged(old: ParcelLand, new: ParcelLand) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the parcels that have the same id, use and place in both."""
    place = {key: row for row, key in enumerate(new.keys)}
    pairs = [(row, place[key]) for row, key in enumerate(old.keys) if key in place]
    pairs = [(row, at) for row, at in pairs if old.uses[row] == new.uses[at]]
    if not pairs:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    rows, hits = np.array(pairs, dtype=np.intp).T
    same = shapely.equals_exact(old.shapes[rows], new.shapes[hits], tolerance=SAME_PLACE_M, normalize=True)
    return rows[same], hits[same]


def _cut(old: ParcelLand, new: ParcelLand, out: Overlay) -> None:
    """Count what is common to each pair of parcels, and what only one of the plans has."""
    tree = shapely.STRtree(new.shapes)
    rows, hits = tree.query(old.shapes, predicate="intersects")
    shared = shapely.intersection(old.shapes[rows], new.shapes[hits])
    areas = shapely.area(shared)
    only_old = _rest(old.shapes, rows, areas)
    best = _largest(rows, areas)
    # A piece below the smallest is rounding: its land goes with the largest piece of the same parcel.
    kept = areas >= SMALLEST_PIECE_M2
    kept[list(best.values())] = True
    small = np.bincount(rows[~kept], areas[~kept], len(old.uses)) + np.where(
        only_old < SMALLEST_PIECE_M2, only_old, 0.0
    )
    for row, at in best.items():
        areas[at] += small[row]
    for at in np.flatnonzero(kept).tolist():
        was, now = old.uses[rows[at]], new.uses[hits[at]]
        out.add(was, now, float(areas[at]))
        if was != now:
            out.changed.setdefault((was, now), []).append(shared[at])
    only_new = _rest(new.shapes, hits, shapely.area(shared))
    for row, area in enumerate(only_old.tolist()):
        if area >= SMALLEST_PIECE_M2 or row not in best:
            others = new.shapes[hits[rows == row]]
            _add_alone(out, (old.uses[row], None), old.shapes[row], others, area)
    for row, area in enumerate(only_new.tolist()):
        if area >= SMALLEST_PIECE_M2:
            others = old.shapes[rows[hits == row]]
            _add_alone(out, (None, new.uses[row]), new.shapes[row], others, area)


def _largest(rows: NDArray[np.intp], areas: NDArray[np.float64]) -> dict[int, int]:
    """Row of a parcel -> number of its largest piece."""
    best: dict[int, int] = {}
    for at in np.flatnonzero(areas > 0).tolist():
        row = int(rows[at])
        if row not in best or areas[at] > areas[best[row]]:
            best[row] = at
    return best


def _add_alone(
    out: Overlay,
    key: tuple[TransitionUse | None, TransitionUse | None],
    shape: Any,
    others: NDArray[Any],
    area: float,
) -> None:
    """Count land that one plan alone draws."""
    if area <= 0:
        return
    out.add(*key, area)
    out.changed.setdefault(key, []).append(shapely.difference(shape, shapely.union_all(others)))


def _rest(shapes: NDArray[Any], rows: NDArray[np.intp], areas: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area of each shape that no other covers, m2."""
    return np.asarray(shapely.area(shapes) - np.bincount(rows, areas, len(shapes)))
