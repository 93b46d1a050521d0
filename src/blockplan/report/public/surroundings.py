"""
What a plan says around a place: on which land it lies, what comes next door, and what within 500 m.

`Around` starts from any point of the plan's CRS, so that nobody has to know the number of a parcel. Distances
are straight, from the point to the nearest part of a thing; how far it is on foot stands in the parcel's own
record.

>>> around = at(places, 1200.0, 3400.0)  # doctest: +SKIP
>>> around.parcel.id, [near.link.name for near in around.within]  # doctest: +SKIP
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.figures import is_known
from blockplan.measure.inputs.columns import ids, shapes, values
from blockplan.plan import landuse
from blockplan.plan.model.codes import LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.report.document import PageLink
    from blockplan.report.public.place import PlanPlaces
    from blockplan.report.public.place_records import ParcelRecord, PlannedUse

#: What is "around", in metres.
WITHIN_M = 500.0
#: A street this near (m) is one that a place lies at.
AT_STREET_M = 60.0
#: Other parcels this near (m) are named.
NEAR_M = 200.0
MOST_NEAR = 6
#: Layers of what people go to -> column that says which kind it is.
GOALS = {"facilities": "service", "stops": "modes"}
#: Layers whose features of one name are pieces of one thing; two ponds of one name are two.
IN_PIECES = frozenset({"streets", "rail"})
#: Land of parks (class of the national list), and so many of them are named: the nearest.
PARKS, MOST_PARKS = "1401", 3
#: Land of streets: a row of it among parcels near by says little.
STREETS = "1207"
#: Sides of the world, clockwise from the north.
SIDES = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


@dataclass(frozen=True, slots=True)
class Near:
    """
    A thing near a place.

    Attributes
    ----------
    layer, link
        Which.
    metres
        Straight distance to its nearest part; 0.0 inside.
    side
        One of `SIDES`, towards its middle.
    kind
        Service of a facility, modes of a stop, ``green``; "" for others and where the plan does not say.
    status
        ``existing``, ``planned`` ... as the plan says; "" where it does not.
    planned, height_m, height_kind
        Of a parcel: its planned use, its height and what that bounds; None where the plan does not say.
    """

    layer: str
    link: PageLink
    metres: float
    side: str
    kind: str = ""
    status: str = ""
    planned: PlannedUse | None = None
    height_m: float | None = None
    height_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """
    A place and what is around it.

    Attributes
    ----------
    x, y
        In the plan's CRS, m.
    parcel
        The parcel that it lies on; None where it lies on none.
    streets
        Named streets that it lies at, the nearest first, at most two.
    area
        The part of the plan that it lies in; None outside of all.
    near
        Other parcels near by.
    within
        Facilities, stops and greens within `WITHIN_M`, the nearest first; a street's worth of stops of one
        name stands once.
    tallest
        Where within `WITHIN_M` one may build highest; None where the plan says no height there.
    sides
        Id of each parcel beside that of the place -> on which side of the place it lies.
    """

    x: float
    y: float
    parcel: ParcelRecord | None
    streets: tuple[PageLink, ...]
    area: PageLink | None
    near: tuple[Near, ...]
    within: tuple[Near, ...]
    tallest: Near | None
    sides: dict[str, str]


@dataclass(frozen=True, slots=True)
class Called:
    """What tells one parcel from another without its number: its use, streets and part of the plan."""

    planned: PlannedUse
    streets: tuple[PageLink, ...]
    area: PageLink | None


def at(places: PlanPlaces, x: float, y: float) -> Around:
    """What a plan says around a point of its CRS (m)."""
    point = shapely.Point(x, y)
    own = places.at(x, y)
    parcel = None if own is None else places.parcel(own)
    neighbours = {one.parcel.id for one in parcel.neighbours} if parcel else set()
    around = list(_near(places, "parcels", point, WITHIN_M))
    tall = [one for one in around if one.height_m is not None and one.height_kind != "lower"]
    return Around(
        x, y, parcel, _at_streets(places, own, point), _area(places, own),
        tuple(one for one in around if one.metres <= NEAR_M and _is_plot(one, own))[:MOST_NEAR],
        tuple(_goals(places, point)),
        max(tall, key=lambda one: (one.height_m or 0.0, -one.metres), default=None),
        {one.link.id: one.side for one in around if one.link.id in neighbours},
    )  # fmt: skip


def beside(places: PlanPlaces, layer: str, id_: str, within_m: float, most: int) -> tuple[Near, ...]:
    """The parcels along a whole street, at a stop, round a facility: the nearest first, at most `most`."""
    row = places.index.rows(layer).get(id_)
    shape = None if row is None else shapes(places.plan, layer)[row]
    if shape is None:
        return ()
    if layer in IN_PIECES and (name := places.index.name(layer, id_)):
        every, known = shapes(places.plan, layer), places.index.rows(layer).items()
        shape = shapely.union_all([every[at] for one, at in known if places.index.name(layer, one) == name])
    return tuple(one for one in _near(places, "parcels", shape, within_m) if _is_plot(one, id_))[:most]


def _is_plot(one: Near, but: str | None) -> bool:
    """Whether a parcel is another one than `but`, and not a piece of street."""
    return one.link.id != but and (one.planned is None or one.planned.code != STREETS)


def called(places: PlanPlaces, id_: str) -> Called | None:
    """What tells a parcel from the others; None where there is no such parcel."""
    row = places.index.rows("parcels").get(id_)
    if row is None:
        return None
    shape = shapes(places.plan, "parcels")[row]
    planned = places.index.use(
        values(places.plan, "parcels", "land_use")[row], values(places.plan, "parcels", "land_use_list")[row]
    )
    return Called(planned, () if shape is None else streets(places, shape), _area(places, id_))


def streets(places: PlanPlaces, shape: Any) -> tuple[PageLink, ...]:
    """The named streets that a shape lies at, the nearest first, at most two."""
    found: dict[str, PageLink] = {}
    for one in _near(places, "streets", shape, AT_STREET_M):
        if one.link.name:
            found.setdefault("/".join(one.link.name.values()), one.link)
    return tuple(found.values())[:2]


def _at_streets(places: PlanPlaces, own: str | None, point: Any) -> tuple[PageLink, ...]:
    """The streets of the land that a place lies on, the nearest to the place first; of land too big, none."""
    if own is None:
        return streets(places, point)
    land = shapes(places.plan, "parcels")[places.index.rows("parcels")[own]]
    along = {one.link.name.get("zh") or one.link.id for one in _near(places, "streets", land, AT_STREET_M)}
    found: dict[str, PageLink] = {}
    for one in _near(places, "streets", point, WITHIN_M):
        key = one.link.name.get("zh") or one.link.id
        if one.link.name and key in along:
            found.setdefault(key, one.link)
    return tuple(found.values())[:2]


def _area(places: PlanPlaces, parcel: str | None) -> PageLink | None:
    row = None if parcel is None else places.index.rows("parcels").get(parcel)
    around = () if row is None else places.index.around(row)
    named = [places.index.link(*one) for one in around if one[0] in {"areas", "blocks"}]
    return next((link for link in named if link.name), None)


def _goals(places: PlanPlaces, point: Any) -> Iterator[Near]:
    every = [one for layer in GOALS for one in _near(places, layer, point, WITHIN_M)]
    parks = [one for one in _near(places, "parcels", point, WITHIN_M) if _is_park(one.planned)]
    every += [replace(one, kind="green") for one in parks[:MOST_PARKS]]
    seen = set()
    for one in sorted(every, key=lambda one: one.metres):
        key = (one.layer, one.kind, *sorted(one.link.name.values())) if one.link.name else one.link.id
        if key not in seen:
            seen.add(key)
            yield one


def tells_goals(places: PlanPlaces) -> bool:
    """Whether the plan draws any facility, stop or green; else nobody knows what lies near a place."""
    plan = places.plan
    if any(len(ids(plan, layer)) for layer in (*GOALS, "greens")):
        return True
    uses, lists = (values(plan, "parcels", column).tolist() for column in ("land_use", "land_use_list"))
    return any(_is_park(places.index.use(*one)) for one in set(zip(uses, lists, strict=True)))


def _is_park(use: PlannedUse | None) -> bool:
    if use is None or use.code is None or use.list_name not in LISTS:
        return False
    return any(landuse().within(code, PARKS) for code in landuse(use.list_name).nationals(use.code))


def _near(places: PlanPlaces, layer: str, shape: Any, within_m: float) -> Iterator[Near]:
    """The features of a layer within a distance of a shape, the nearest first."""
    tree, rows = _tree(places, layer)
    hits = np.asarray(tree.query(shape, predicate="dwithin", distance=within_m), dtype=np.intp)
    drawn = np.asarray(tree.geometries)[hits]
    distances = shapely.distance(drawn, shape)
    middle, names = shapely.centroid(shape), ids(places.plan, layer)
    for at_ in np.argsort(distances, kind="stable"):
        row = int(rows[hits[at_]])
        yield Near(
            layer, places.index.link(layer, str(names[row])), round(float(distances[at_]), 1),
            side(middle, shapely.centroid(drawn[at_])), **_said(places, layer, row),
        )  # fmt: skip


def _said(places: PlanPlaces, layer: str, row: int) -> dict[str, Any]:
    plan = places.plan
    if layer == "parcels":
        height = values(plan, layer, "height_m")[row]
        known = height is not None and is_known(float(height))
        use = places.index.use(
            values(plan, layer, "land_use")[row], values(plan, layer, "land_use_list")[row]
        )
        kind = values(plan, layer, "height_kind")[row]
        return {"planned": use, "height_m": float(height) if known else None, "height_kind": kind}
    columns = {"kind": GOALS.get(layer), "status": "status"}
    has = plan.layer(layer).columns
    return {
        key: str(values(plan, layer, name)[row] or "")
        for key, name in columns.items()
        if name is not None and name in has
    }


def side(one: Any, other: Any) -> str:
    """
    On which side of a point another lies, as one of `SIDES`.

    Examples
    --------
    >>> side(shapely.Point(0, 0), shapely.Point(0, 5)), side(shapely.Point(0, 0), shapely.Point(-5, -5))
    ('n', 'sw')
    """
    turn = math.degrees(math.atan2(other.x - one.x, other.y - one.y)) % 360
    return SIDES[round(turn / 45) % 8]


@lru_cache(maxsize=64)
def _tree(places: PlanPlaces, layer: str) -> tuple[shapely.STRtree, Any]:
    """Tree of a layer's geometries, and the row of each."""
    drawn = shapes(places.plan, layer)
    rows = np.flatnonzero(~shapely.is_missing(drawn)) if len(drawn) else np.zeros(0, np.intp)
    return shapely.STRtree(drawn[rows]), rows
