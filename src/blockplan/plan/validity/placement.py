"""
Where features lie: inside the boundary or the extent, with x and y in their order.

A feature outside that falls inside once x and y are exchanged has one fault,
``pq-swapped``; the later tests see it where it belongs.
Areas, blocks and subblocks do not lie over one another: a parcel belongs to one of each kind alone.
A facility stands on the planned land, and on the parcel that it names.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.recall import by_row, once
from blockplan.plan.validity.checked_layers import Drawn, Tolerances, place_of, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from blockplan.plan.validity.checked_layers import Geometries, Mask

#: Coordinates up to this size may be degrees; those of a projected CRS are far larger.
DEGREES = np.array([180.0, 90.0])
PROJECTED_FROM_M = 10_000.0


@dataclass
class Placed:
    """
    The layers with exchanged coordinates set right, and what lies outside.

    Attributes
    ----------
    boundary, extent
        The outlines; None where the plan has none that can be judged.
    outside
        Layer -> row -> area (m2; 0 for lines and points) that lies outside its outline.
    slivers
        Pieces that stand out by less than a sliver's width, with layer and row.
    """

    layers: dict[str, Drawn]
    boundary: Any = None
    extent: Any = None
    outside: dict[str, dict[int, float]] = field(default_factory=dict)
    slivers: list[tuple[str, int, Any]] = field(default_factory=list)


def place(layers: dict[str, Drawn], tolerances: Tolerances) -> tuple[Placed, list[Fault]]:
    """Set exchanged coordinates right, and find what lies outside of boundary or extent."""
    placed = Placed(dict(layers))
    faults: list[Fault] = []
    placed.extent = _outline(placed.layers.get("extent"))
    if "boundary" in layers:
        # The boundary has no outline of its own; where there is an extent, it must lie in that.
        faults += _placed_in(placed, "boundary", placed.extent, tolerances)
    placed.boundary = _outline(placed.layers.get("boundary"))
    for name, drawn in layers.items():
        if drawn.spec.inside is None:
            continue
        outline = placed.boundary if drawn.spec.inside == "boundary" else placed.extent
        faults += _placed_in(placed, name, outline, tolerances)
    return placed, faults


def _outline(drawn: Drawn | None) -> Any:
    if drawn is None or not drawn.usable.any():
        return None
    return once("outline", partial(_whole, drawn.geometry[drawn.usable]), drawn.geometry[drawn.usable])


def _whole(shapes: Geometries) -> Any:
    whole = shapely.union_all(shapes)
    shapely.prepare(whole)
    return whole


def _placed_in(placed: Placed, name: str, outline: Any, tolerances: Tolerances) -> list[Fault]:
    """Faults of one layer against its outline; a missing extent is known roughly by the boundary."""
    drawn = placed.layers[name]
    reference = outline if outline is not None else placed.boundary
    if reference is None or not drawn.usable.any():
        return []
    away = _apart(drawn, reference)
    if not away.any():
        return [] if outline is None else _outside(placed, name, outline, tolerances)
    swapped = away & _would_fit(drawn, reference)
    degrees = away & ~swapped & _like_degrees(drawn, reference)
    geometry = drawn.geometry.copy()
    geometry[swapped] = _exchanged(geometry[swapped])
    placed.layers[name] = replace(drawn, geometry=geometry, usable=drawn.usable & ~degrees)
    faults = spread(
        "pq-swapped",
        drawn,
        np.flatnonzero(swapped),
        of=int(drawn.usable.sum()),
    )
    faults += _degrees_fault(drawn, degrees)
    if outline is not None:
        faults += _outside(placed, name, outline, tolerances)
    return faults


def _apart(drawn: Drawn, outline: Any) -> Mask:
    """Features whose box does not touch the outline's box."""
    box = tuple(shapely.bounds(outline).tolist())
    apart = by_row("apart", partial(_boxed_apart, box), drawn.geometry, fixed=box)
    return np.asarray(drawn.usable & apart, dtype=bool)


def _boxed_apart(box: tuple[float, ...], shapes: Geometries) -> Mask:
    low_x, low_y, high_x, high_y = box
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        return np.asarray((east < low_x) | (west > high_x) | (north < low_y) | (south > high_y))


def _would_fit(drawn: Drawn, outline: Any) -> Mask:
    """Features that touch the outline once x and y are exchanged, and do not run out of its box."""
    low_x, low_y, high_x, high_y = shapely.bounds(outline)
    boxes = shapely.bounds(drawn.geometry)
    margin = 1.0
    with np.errstate(invalid="ignore"):
        fits = (
            drawn.usable
            & (boxes[:, 1] >= low_x - margin)
            & (boxes[:, 3] <= high_x + margin)
            & (boxes[:, 0] >= low_y - margin)
            & (boxes[:, 2] <= high_y + margin)
        )
    fits[fits] = shapely.intersects(outline, _exchanged(drawn.geometry[fits]))
    return np.asarray(fits, dtype=bool)


def _exchanged(geometries: Geometries) -> Geometries:
    if not len(geometries):
        return geometries
    return shapely.transform(geometries, lambda points: points[:, ::-1])


def _like_degrees(drawn: Drawn, outline: Any) -> Mask:
    """Features with coordinates that may be longitude and latitude, in a plan whose coordinates are not."""
    edges = np.abs(np.asarray(shapely.bounds(outline)))
    if min(max(edges[0], edges[2]), max(edges[1], edges[3])) < PROJECTED_FROM_M:
        return np.zeros(len(drawn.ids), dtype=bool)
    boxes = np.abs(shapely.bounds(drawn.geometry)).reshape(-1, 2, 2)
    with np.errstate(invalid="ignore"):
        either_order = (boxes <= DEGREES).all(axis=(1, 2)) | (boxes <= DEGREES[::-1]).all(axis=(1, 2))
    return drawn.usable & either_order


def all_in_degrees(placed: Placed) -> list[Fault]:
    """A fault a layer where the whole of a projected plan lies within what longitude and latitude can be."""
    outline = placed.boundary if placed.boundary is not None else placed.extent
    if outline is None:
        return []
    edges = np.abs(np.asarray(shapely.bounds(outline))).reshape(2, 2)
    if not ((edges <= DEGREES).all() or (edges <= DEGREES[::-1]).all()):
        return []
    return [found for drawn in placed.layers.values() for found in _degrees_fault(drawn, drawn.usable)]


def _degrees_fault(drawn: Drawn, degrees: Mask) -> list[Fault]:
    rows = np.flatnonzero(degrees)
    if not len(rows):
        return []
    first = int(rows[0])
    return [
        fault(
            "pq-crs",
            drawn.name,
            drawn.ids[first] if len(rows) == 1 else None,
            case="degrees",
            values={"n": len(rows), "first": drawn.ids[first]},
            features=drawn.features(rows),
            **drawn.place(first),
        )
    ]


def _outside(placed: Placed, name: str, outline: Any, tolerances: Tolerances) -> list[Fault]:
    drawn = placed.layers[name]
    covers = partial(shapely.covers, outline)
    rows = drawn.rows[~by_row("covers", covers, drawn.geometry[drawn.rows], fixed=(outline,))]
    if not len(rows):
        return []
    parts = shapely.difference(drawn.geometry[rows], outline)
    depth = _depth_class(parts, outline, (tolerances.inside_tolerance_m, tolerances.sliver_width_m))
    placed.slivers += [
        (name, int(row), part) for row, part in zip(rows[depth == 1], parts[depth == 1], strict=True)
    ]
    out = dict(zip(rows[depth == 2].tolist(), parts[depth == 2], strict=True))
    placed.outside[name] = {row: float(shapely.area(part)) for row, part in out.items()}
    inside = drawn.spec.inside or "extent"
    return spread(
        "pq-inside",
        drawn,
        list(out),
        case=inside,
        of=int(drawn.usable.sum()),
        values=lambda row: {**_amount(out[row], outline), **place_of(out[row])},
    )


def _depth_class(parts: Geometries, outline: Any, limits: tuple[float, float]) -> NDArray[np.intp]:
    """For each part outside: 0 within the tolerance of the outline, 1 within a sliver's width, 2 beyond."""
    corners, owner = shapely.get_coordinates(parts, return_index=True)
    # What fills a hole or a bay of the outline has all of its corners on it: a point between them tells.
    pieces, of = shapely.get_parts(parts, return_index=True)
    # A part that rounding alone put outside is empty, and lies nowhere.
    pieces, of = pieces[~shapely.is_empty(pieces)], of[~shapely.is_empty(pieces)]
    at = np.concatenate((np.asarray(shapely.points(corners), dtype=object), _middle(pieces)))
    owner = np.concatenate((owner, of))
    depth = np.zeros(len(parts), dtype=np.intp)
    for limit in limits:
        far = ~shapely.dwithin(outline, at, limit)
        depth += np.bincount(owner[far], minlength=len(parts)) > 0
    return depth


def _middle(pieces: Geometries) -> Geometries:
    """A point in the middle of each line, and on each polygon or point."""
    middle = shapely.point_on_surface(pieces)
    lines = shapely.get_dimensions(pieces) == 1
    middle[lines] = shapely.line_interpolate_point(pieces[lines], 0.5, normalized=True)
    return np.asarray(middle, dtype=object)


def _amount(part: Any, outline: Any) -> dict[str, Any]:
    """How much of a feature is outside: area, else length, else the distance."""
    if part.area > 0:
        return {"measured": part.area, "unit": "m2", "amount": part.area}
    if part.length > 0:
        return {"measured": part.length, "unit": "m", "amount": part.length}
    distance = float(shapely.distance(part, outline))
    return {"measured": distance, "unit": "m", "amount": distance}


#: Layers whose features part the plan.
PARTING = ("areas", "blocks", "subblocks")


def check_overlaps(layers: Mapping[str, Drawn], tolerances: Tolerances) -> list[Fault]:
    """A fault for each two features of a layer that share more land than ``overlap_tolerance_m2``."""
    return [found for name in PARTING if name in layers for found in _overlaps(layers[name], tolerances)]


def _overlaps(drawn: Drawn, tolerances: Tolerances) -> list[Fault]:
    rows = drawn.rows
    shapes, names = drawn.geometry[rows], drawn.ids[rows]
    one, other = once("lie together", partial(_together, shapes), shapes)
    kept = (one < other) & (names[one] != names[other])
    one, other = one[kept], other[kept]
    shared = by_row("shared land", shapely.intersection, shapes[one], shapes[other])
    faults = []
    large = np.flatnonzero(by_row("area", shapely.area, shared) > tolerances.overlap_tolerance_m2)
    for a, b, land in zip(one[large], other[large], shared[large], strict=True):
        id_, next_ = sorted((str(names[a]), str(names[b])))
        words = {"other": next_, "first": id_}
        features = drawn.features([int(rows[a]), int(rows[b])])
        place = place_of(land)
        faults.append(
            fault(
                "pq-over",
                drawn.name,
                id_,
                measured=float(land.area),
                unit="m2",
                values=words,
                features=features,
                **place,
            )
        )
    return faults


def check_standing(placed: Placed, tolerances: Tolerances) -> list[Fault]:
    """Facilities that stand outside the planned land, or on another parcel than the one they name."""
    facilities, parcels = (placed.layers.get(name) for name in ("facilities", "parcels"))
    if facilities is None:
        return []
    lost = placed.outside.get("facilities", {})  # outside the extent too, which is said already
    rows = np.array([row for row in facilities.rows if row not in lost], dtype=np.intp)
    known = {} if parcels is None else _told_apart(parcels)
    names = np.array([known.get(name, -1) for name in facilities.words("parcel_id")[rows]], dtype=np.intp)
    near = tolerances.sliver_width_m
    if parcels is not None:
        at, on = facilities.geometry[rows], parcels.geometry[names]
        there = (names >= 0) & by_row(
            "stands", partial(shapely.dwithin, distance=near), at, on, fixed=(near,)
        )
        rows, names = rows[~there], names[~there]
    return _off_the_land(placed, facilities, rows, near) + _elsewhere(facilities, parcels, rows, names)


def _told_apart(drawn: Drawn) -> dict[str, int]:
    """The rows of features that can be judged, by ids that one of them alone bears."""
    return once("told apart", partial(_rows_by_id, drawn.ids, drawn.rows), drawn.ids, drawn.rows)


def _rows_by_id(names: NDArray[Any], rows: NDArray[np.intp]) -> dict[str, int]:
    ids, first, times = np.unique(names[rows], return_index=True, return_counts=True)
    return dict(zip(ids[times == 1].tolist(), rows[first[times == 1]].tolist(), strict=True))


def _off_the_land(placed: Placed, facilities: Drawn, rows: NDArray[np.intp], near: float) -> list[Fault]:
    land = placed.boundary
    if land is None:
        return []
    inside = partial(shapely.dwithin, land, distance=near)
    out = rows[~by_row("on the land", inside, facilities.geometry[rows], fixed=(land, near))]

    def words(row: int) -> dict[str, Any]:
        distance = float(shapely.distance(facilities.geometry[row], land))
        return {"measured": distance, "unit": "m", "amount": distance}

    of = int(facilities.usable.sum())
    return spread("pq-inside", facilities, out, case="planned", of=of, values=words)


def _elsewhere(
    facilities: Drawn, parcels: Drawn | None, rows: NDArray[np.intp], names: NDArray[np.intp]
) -> list[Fault]:
    """On another parcel; what stands in a hole of the tiling is a matter of the hole."""
    rows, names = rows[names >= 0], names[names >= 0]
    if parcels is None or not len(rows):
        return []
    judged = parcels.rows
    which, on = shapely.STRtree(parcels.geometry[judged]).query(
        facilities.geometry[rows], predicate="intersects"
    )
    stands = {int(rows[at]): str(parcels.ids[judged[row]]) for at, row in zip(which, on, strict=True)}
    named = dict(zip(rows.tolist(), names.tolist(), strict=True))

    def words(row: int) -> dict[str, Any]:
        distance = float(shapely.distance(facilities.geometry[row], parcels.geometry[named[row]]))
        of = str(parcels.ids[named[row]])
        return {"measured": distance, "unit": "m", "value": of, "other": stands[row]}

    off = [row for row in rows.tolist() if row in stands]
    of = int(facilities.usable.sum())
    return spread("pq-reference", facilities, off, case="stands", aspect="parcel_id", of=of, values=words)


def _together(shapes: Geometries) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of shapes that meet."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return one, other
