"""
What stands against the plan's control lines: green, blue, yellow, purple and red lines and overlays.

A polygon or a closed line holds land; an open line only parts it. A parcel belongs inside or outside of such
land, a building does not stand across it, and inside of some lines only some uses may be. Urban land belongs
inside the growth boundary. Zones that lie over the town as they come (a clearance, a zone of protection, what
a flood reaches) part no parcels.

Whether streets join: ends that stop just short of another street. An end that meets another line, or lies on
the edge of the drawing, is sound, and so is a dead end with nothing near it. Lines that cross at different
levels do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.validity.checked_layers import Drawn, Tolerances, named, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from blockplan.plan.validity.checked_layers import Drawn, Geometries, Mask, Rows
    from blockplan.plan.validity.placement import Placed

#: Kind of a line -> the land uses that may lie inside it (the measures on city green, blue and yellow lines).
USES = {"green": ("14", "17", "03"), "blue": ("17", "14"), "yellow": ("12", "13")}
#: Land that is not built on, which alone may lie inside permanent farmland or an ecological redline; and that
#: which may lie outside the growth boundary: also roads between towns, works of supply and special land.
UNBUILT = ("01", "02", "03", "04", "05", "17")
USES |= {"farmland": UNBUILT, "ecological": UNBUILT}
OUTSIDE = (
    *UNBUILT,
    "06",
    "0703",
    "0704",
    "1002",
    "1003",
    "1201",
    "1202",
    "1203",
    "1204",
    "1205",
    "13",
    "15",
    "23",
)
#: Kinds that hold land: an open line of one of these is not finished.
CLOSED = frozenset(
    {
        "green",
        "blue",
        "yellow",
        "purple",
        "farmland",
        "ecological",
        "growth_boundary",
        "airport",
        "heritage",
        "flood",
    }
)
#: Kinds that lie over the town as they come: parcels may lie across, and of the last buildings too.
OVER_PARCELS = frozenset({"airport", "heritage", "flood", "utility", "rail"})
OVER_BUILDINGS = frozenset({"airport"})
#: Ends that lie nearer to each other meet; what reaches across does so by more and wider.
MEETS_M = 0.01
ACROSS_M2 = 1.0
ACROSS_M = 0.05
#: An open line runs inside a feature where it does so by more than this, deeper than `ACROSS_M`.
RUNS_M = 1.0


def check_control_lines(layers: Mapping[str, Drawn]) -> list[Fault]:
    """Lines that are not closed, and what stands across them, in them or too high under them."""
    lines = layers.get("control_lines")
    if lines is None or not lines.usable.any():
        return []
    faults: list[Fault] = []
    land = np.full(len(lines.ids), None, dtype=object)
    kinds = lines.words("kind")
    for row in lines.rows:
        shape = lines.geometry[row]
        land[row] = _land(shape)
        if land[row] is None and kinds[row] in CLOSED:
            faults.append(_open(lines, int(row), shape))
    for layer, case in (("buildings", "building"), ("parcels", "parcel")):
        if layer in layers:
            faults += _across(lines, land, layers[layer], case)
    if "parcels" in layers:
        faults += _uses(lines, land, layers["parcels"])
        faults += _beyond(lines, land, layers["parcels"])
    for layer in ("buildings", "parcels"):
        if layer in layers:
            faults += _heights(lines, land, layers[layer])
    return faults


def _land(shape: Any) -> Any:
    """The land that a line encloses; None for an open line."""
    if shapely.get_dimensions(shape) == 2:
        return shape
    merged = _as_one(shape)
    if merged.geom_type != "LineString" or len(merged.coords) < 4:
        return None
    first, last = shapely.get_point(merged, [0, -1])
    return shapely.make_valid(shapely.Polygon(merged.coords)) if first.distance(last) <= MEETS_M else None


def _as_one(shape: Any) -> Any:
    return shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape


def _open(lines: Drawn, row: int, shape: Any) -> Fault:
    parts = shapely.get_parts(_as_one(shape))
    gap = shapely.get_point(parts[0], 0).distance(shapely.get_point(parts[-1], -1))
    at = shapely.get_point(parts[-1], -1)
    return fault(
        "pq-line", "control_lines", lines.ids[row], case="open", x=float(at.x), y=float(at.y),
        measured=float(gap), unit="m", features=lines.features([row]), aspect="control_lines",
    )  # fmt: skip


def _across(lines: Drawn, land: NDArray[Any], drawn: Drawn, case: str) -> Iterator[Fault]:
    """Features that lie on both sides of a line; those that an open line runs through, with how far."""
    rows = drawn.rows
    shapes = drawn.geometry[rows]
    tree = shapely.STRtree(shapes)
    kinds, over = lines.words("kind"), OVER_PARCELS if case == "parcel" else OVER_BUILDINGS
    for line in lines.rows:
        if kinds[line] in over:
            continue
        inside = land[line]
        if inside is None:
            found = tree.query(lines.geometry[line], predicate="intersects")
            inner = shapely.buffer(shapes[found], -ACROSS_M)
            measured = shapely.length(shapely.intersection(inner, lines.geometry[line]))
            across = measured > RUNS_M
        else:
            found = tree.query(shapely.boundary(inside), predicate="intersects")
            within = shapely.intersection(shapes[found], inside)
            measured = shapely.area(within)
            least = np.minimum(measured, shapely.area(shapely.difference(shapes[found], inside)))
            across = (least > ACROSS_M2) & (shapely.area(shapely.buffer(within, -ACROSS_M)) > 0)
        said = f"through_{case}" if inside is None else case
        for one, much in zip(found[across].tolist(), measured[across].tolist(), strict=True):
            yield _fault((lines, int(line)), drawn, int(rows[one]), said, much)


def _uses(lines: Drawn, land: NDArray[Any], parcels: Drawn) -> Iterator[Fault]:
    """Parcels inside a line whose use may not be there."""
    uses = parcels.words("land_use")
    lists = parcels.words("land_use_list")
    rows = parcels.rows
    tree = shapely.STRtree(shapely.point_on_surface(parcels.geometry[rows]))
    for line in lines.rows:
        allowed = USES.get(lines.words("kind")[line] or "")
        if allowed is None or land[line] is None:
            continue
        for row in rows[tree.query(land[line], predicate="intersects")]:
            if _forbidden(uses[row], lists[row], allowed):
                area = float(shapely.area(parcels.geometry[row]))
                yield _fault((lines, int(line)), parcels, int(row), "use", area, use=str(uses[row]))


def _beyond(lines: Drawn, land: NDArray[Any], parcels: Drawn) -> Iterator[Fault]:
    """Urban land outside of every growth boundary that is drawn."""
    kinds = lines.words("kind")
    inner = [int(row) for row in lines.rows if kinds[row] == "growth_boundary" and land[row] is not None]
    if not inner:
        return
    whole = shapely.union_all([land[row] for row in inner])
    uses, lists, rows = parcels.words("land_use"), parcels.words("land_use_list"), parcels.rows
    outside = ~shapely.intersects(whole, shapely.point_on_surface(parcels.geometry[rows]))
    for row in rows[outside]:
        if _forbidden(uses[row], lists[row], OUTSIDE):
            area = float(shapely.area(parcels.geometry[row]))
            yield _fault((lines, inner[0]), parcels, int(row), "outside", area, use=str(uses[row]))


def _forbidden(use: Any, of: Any, allowed: tuple[str, ...]) -> bool:
    """Whether a use is surely none of those that are allowed."""
    if not isinstance(use, str) or not use:
        return False
    classes = landuse(of if of in LISTS else DEFAULT_LIST)
    meant = classes.nationals(use)
    whole = landuse()
    return bool(meant) and not any(
        whole.within(one, code) or whole.within(code, one) for one in meant for code in allowed
    )


def _heights(lines: Drawn, land: NDArray[Any], drawn: Drawn) -> Iterator[Fault]:
    """Buildings, and height limits of parcels, above the clearance of an overlay."""
    column = "height_m" if "height_m_max" not in drawn.frame else "height_m_max"
    clearance, height = lines.numbers("height_m_max"), drawn.numbers(column)
    rows = drawn.rows[~np.isnan(height[drawn.rows])]
    if not len(rows) or np.isnan(clearance).all():
        return
    tree = shapely.STRtree(drawn.geometry[rows])
    for line in np.flatnonzero(~np.isnan(clearance) & lines.usable):
        if land[line] is None:
            continue
        for row in rows[tree.query(shapely.buffer(land[line], -ACROSS_M), predicate="intersects")]:
            over = float(height[row] - clearance[line])
            if over > 0:
                yield _fault((lines, int(line)), drawn, int(row), "height", over)


def _fault(
    found: tuple[Drawn, int], drawn: Drawn, row: int, case: str, measured: float, **more: str
) -> Fault:
    lines, line = found
    values = {"line": lines.ids[line], "kind": lines.words("kind")[line] or "control", **more}
    return fault(
        "pq-line",
        drawn.name,
        drawn.ids[row],
        case=case,
        measured=measured,
        unit="m" if case == "height" or case.startswith("through") else "m2",
        values=values,
        aspect="control_lines",
        features=(*drawn.features([row]), *lines.features([line])),
        **place_of(drawn.geometry[row]),
    )


#: An end this close to the edge of the drawing goes on outside of it, m.
EDGE_M = 1.0
#: A street that already meets the other one this close to its end does not stop short of it, m.
ROUND_END_M = 10.0


@dataclass(frozen=True)
class _Ends:
    """Loose ends beside another line: the point, its own line, the other line, and how far it is."""

    points: Geometries
    own: Rows
    other: Rows
    gap_m: NDArray[np.float64]

    def only(self, mask: Mask | Rows) -> _Ends:
        return _Ends(self.points[mask], self.own[mask], self.other[mask], self.gap_m[mask])


def check_streets(placed: Placed, tolerances: Tolerances) -> list[Fault]:
    """Ends of streets that stop short of another street."""
    streets = placed.layers.get("streets")
    if streets is None or not streets.usable.any():
        return []
    lines, owner = shapely.get_parts(streets.geometry[streets.rows], return_index=True)
    owner = streets.rows[owner]
    level = np.nan_to_num(streets.numbers("level"))[owner]
    ends = _loose_ends(lines, level, tolerances)
    ends = ends.only(~_at_the_edge(ends.points, placed))
    ends = ends.only(~_meets(ends, lines))
    ends = _nearest(ends, owner)
    close = ends.gap_m <= tolerances.street_snap_m
    faults = [_short_fault(streets, ends.only(np.array([at])), owner) for at in np.flatnonzero(close)]
    return faults + _doubt_fault(streets, ends.only(~close), owner)


def _loose_ends(lines: Geometries, level: NDArray[np.float64], tolerances: Tolerances) -> _Ends:
    first, last = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    open_ = np.flatnonzero(~shapely.equals(first, last))
    points = np.concatenate((first[open_], last[open_]))
    own = np.concatenate((open_, open_))
    reach = max(tolerances.street_touch_m, tolerances.street_snap_m, tolerances.street_doubt_m)
    end, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach)
    apart = other != own[end]
    end, other = end[apart], other[apart]
    gap = shapely.distance(points[end], lines[other])
    # A bridge meets the street that leads to it end to end, whatever their levels.
    end_to_end = np.minimum(
        shapely.distance(points[end], first[other]), shapely.distance(points[end], last[other])
    )
    meets = (level[own[end]] == level[other]) | (
        end_to_end <= np.maximum(gap * 1.001, tolerances.street_touch_m)
    )
    touches = gap <= tolerances.street_touch_m
    joined = np.zeros(len(points), dtype=bool)
    joined[end[touches & meets]] = True
    loose = meets & ~touches & ~joined[end]
    return _Ends(points[end[loose]], own[end[loose]], other[loose], gap[loose])


def _at_the_edge(points: Geometries, placed: Placed) -> Mask:
    outline = placed.extent if placed.extent is not None else placed.boundary
    if outline is None or not len(points):
        return np.zeros(len(points), dtype=bool)
    edge = shapely.boundary(outline)
    shapely.prepare(edge)
    return shapely.dwithin(edge, points, EDGE_M) | ~shapely.intersects(outline, points)


def _meets(ends: _Ends, lines: Geometries) -> Mask:
    """Whether the end's own line meets the other near its end: it runs past it, or branches off from it."""
    near = shapely.buffer(ends.points, ROUND_END_M, quad_segs=2)
    own = shapely.intersection(lines[ends.own], near)
    return shapely.intersects(own, lines[ends.other])


def _nearest(ends: _Ends, owner: Rows) -> _Ends:
    """One entry for an end, the nearest line; and one for two ends that face each other."""
    seen_ends: set[tuple[float, float]] = set()
    seen_pairs: dict[frozenset[int], list[Any]] = {}
    kept: list[int] = []
    for at in np.lexsort((ends.own, np.round(ends.gap_m, 6))):
        point = ends.points[at]
        here = (point.x, point.y)
        pair = frozenset((int(owner[ends.own[at]]), int(owner[ends.other[at]])))
        facing = any(point.distance(earlier) <= 2 * ends.gap_m[at] for earlier in seen_pairs.get(pair, ()))
        if here in seen_ends or facing:
            continue
        seen_ends.add(here)
        seen_pairs.setdefault(pair, []).append(point)
        kept.append(int(at))
    return ends.only(np.array(sorted(kept), dtype=np.intp))


def _short_fault(streets: Drawn, end: _Ends, owner: Rows) -> Fault:
    own, other = int(owner[end.own[0]]), int(owner[end.other[0]])
    return fault(
        "pq-streets",
        "streets",
        streets.ids[own],
        x=float(end.points[0].x),
        y=float(end.points[0].y),
        measured=float(end.gap_m[0]),
        unit="m",
        values={"other": streets.ids[other]},
        features=streets.features(dict.fromkeys((own, other))),
    )


def _doubt_fault(streets: Drawn, ends: _Ends, owner: Rows) -> list[Fault]:
    if not len(ends.points):
        return []
    rows = sorted(set(owner[ends.own].tolist()))
    return [
        fault(
            "pq-streets",
            "streets",
            None,
            case="doubt",
            x=float(ends.points[0].x),
            y=float(ends.points[0].y),
            measured=float(ends.gap_m.min()),
            unit="m",
            values={
                "n": len(ends.points),
                "streets": named(streets.ids[rows]),
                "most": float(ends.gap_m.max()),
            },
            features=streets.features(rows),
        )
    ]
