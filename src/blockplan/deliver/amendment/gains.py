"""Who gains and who loses by an amendment: floor area, facilities, light; and the ledger of floor area."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyproj
import shapely

from blockplan.deliver.pairs import bounds_of
from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.plan import Plan

#: Homes of the national list, and of GB 50137.
HOMES = ("0701", "0703", "R")
#: Declination of the sun on the Great Cold (20 January), degrees.
DECLINATION = -20.2
#: The hours that count, as GB 50180 wants sunlight on that day between 8 and 16.
HOURS = tuple(range(8, 17))
#: Below this the sun casts no shadow that counts (degrees), and shadows end there (m).
LOWEST_SUN, LONGEST_M = 5.0, 300.0
#: Account of the ledger for what an amendment creates or gives up as a whole.
CREATED = "(created)"


@dataclass(frozen=True, slots=True)
class QuantityChange(JsonRecord):
    """One quantity of one feature before and after; None is unknown, and so is the difference then."""

    what: str
    layer: str
    id: str
    old: float | None
    new: float | None
    unit: str
    KEYS: ClassVar = ("what", "layer", "id", "old", "new", "change", "unit")

    @property
    def change(self) -> float | None:
        """What is gained; negative is lost."""
        return None if self.old is None or self.new is None else round(self.new - self.old, 2)


def floor_area_of(plan: Plan) -> dict[str, float | None]:
    """
    Floor area that each parcel may hold, m2; None where the plan does not say.

    What the plan states, else the upper bound of the floor area ratio times the area.
    """
    frame = plan.layer("parcels")
    high = bounds_of(frame, "far")[1]
    areas = shapely.area(frame.geometry.to_numpy())
    said = [
        most if np.isnan(own) else own
        for own, most in zip(frame["floor_area_m2"], frame["floor_area_m2_max"], strict=True)
    ]
    return {
        str(id_): float(own)
        if not np.isnan(own)
        else (None if far is None or np.isnan(area) else float(far * area))
        for id_, own, far, area in zip(frame.index, said, high, areas, strict=True)
    }


def floor_area_gains(base: Plan, new: Plan) -> list[QuantityChange]:
    """Parcels whose floor area differs, or is unknown of a new use; one that is not drawn has none."""
    old, now = floor_area_of(base), floor_area_of(new)
    was, becomes = (plan.layer("parcels")["land_use"].to_dict() for plan in (base, new))
    found = [
        QuantityChange(
            "floor_area", "parcels", id_, _rounded(old.get(id_, 0.0)), _rounded(now.get(id_, 0.0)), "m2"
        )
        for id_ in dict.fromkeys([*old, *now])
    ]
    return [
        one
        for one in found
        if one.old != one.new or (one.new is None and was.get(one.id) != becomes.get(one.id))
    ]


def facility_gains(base: Plan, new: Plan) -> list[QuantityChange]:
    """
    Services of which a block has more or less, number and floor.

    The block or subblock that the parcel names, else the one that is drawn where it lies, else the plan.
    """
    old, now = _services(base), _services(new)
    found = []
    for key in sorted({*old, *now}):
        (layer, block), service, what = key
        unit = "1" if what == "facilities" else "m2"
        one = QuantityChange(f"{what}:{service}", layer, block, old.get(key, 0.0), now.get(key, 0.0), unit)
        if one.old != one.new:
            found.append(one)
    return found


def _blocks_of(plan: Plan) -> dict[str, tuple[str, str]]:
    """Parcel -> layer and id of the block, or subblock, that it is of."""
    parcels = plan.layer("parcels")
    named: dict[str, tuple[str, str]] = {}
    for layer, column in (("blocks", "block_id"), ("subblocks", "subblock_id")):
        for parcel, id_ in zip(parcels.index, parcels[column], strict=True):
            if isinstance(id_, str) and id_:
                named.setdefault(parcel, (layer, id_))
    for layer in ("blocks", "subblocks"):
        drawn = plan.layer(layer)
        spots = shapely.point_on_surface(parcels.geometry.to_numpy())
        tree = shapely.STRtree(drawn.geometry.to_numpy())
        for parcel, at in zip(*tree.query(spots, predicate="within"), strict=True):
            named.setdefault(parcels.index[parcel], (layer, str(drawn.index[at])))
    return named


def block_gains(base: Plan, new: Plan) -> list[QuantityChange]:
    """Blocks that may hold more or less floor area, m2: their cap, with what they take over or give away."""
    old, now = (_caps(plan) for plan in (base, new))
    found = [
        QuantityChange("block_cap", "blocks", id_, _rounded(old.get(id_)), _rounded(now.get(id_)), "m2")
        for id_ in dict.fromkeys([*old, *now])
    ]
    return [one for one in found if one.old != one.new]


def _caps(plan: Plan) -> dict[str, float | None]:
    frame = plan.layer("blocks")
    caps = frame["floor_area_m2_max"] + frame["floor_area_transfer_m2"].fillna(0.0)
    return {
        str(id_): None if np.isnan(cap) else float(cap) for id_, cap in zip(frame.index, caps, strict=True)
    }


def _services(plan: Plan) -> dict[tuple[tuple[str, str], str, str], float | None]:
    blocks, whole = _blocks_of(plan), ("blocks", plan.manifest.id)
    found: dict[tuple[tuple[str, str], str, str], float | None] = defaultdict(float)
    frame = plan.layer("facilities")
    for parcel, service, floor in zip(
        frame["parcel_id"], frame["service"], frame["floor_area_m2"], strict=True
    ):
        block = blocks.get(parcel, whole)
        if service:
            found[block, service, "facilities"] = (found[block, service, "facilities"] or 0.0) + 1
            sum_ = found[block, service, "facility_floor"]
            known = sum_ is not None and not np.isnan(floor)
            found[block, service, "facility_floor"] = (sum_ or 0.0) + float(floor) if known else None
    return dict(found)


def light_gains(base: Plan, new: Plan) -> list[QuantityChange]:
    """
    Parcels of homes on which what may be built casts more or less shadow than before.

    Shadow of the whole parcel raised to its upper bound of height, the most that may be built, on level
    ground, on the Great Cold from 8 to 16 h true solar time; m2 of shaded land of homes, mean of the hours. A
    parcel's own shadow does not count. Unknown in a local reference system, where the latitude is unknown.
    """
    changed = [
        id_ for id_ in _heights(base).keys() | _heights(new).keys() if _raised(base, id_) != _raised(new, id_)
    ]
    latitude = _latitude(base if base.layer("parcels").geometry.notna().any() else new)
    homes = [
        (str(id_), shape)
        for id_, use, shape in zip(
            new.layer("parcels").index,
            new.layer("parcels")["land_use"],
            new.layer("parcels").geometry,
            strict=True,
        )
        if use and str(use).startswith(HOMES) and shape is not None
    ]
    if not changed or not homes:
        return []
    near = _near(base, new, changed, homes)
    found = []
    for id_, shape in near:
        if latitude is None:
            found.append(QuantityChange("shade", "parcels", id_, None, None, "m2"))
            continue
        old, now = (_shade(plan, id_, shape, latitude) for plan in (base, new))
        if old is None or now is None or abs(now - old) > 0.5:
            found.append(QuantityChange("shade", "parcels", id_, old, now, "m2"))
    return found


def _heights(plan: Plan) -> dict[str, float | None]:
    frame = plan.layer("parcels")
    return dict(zip(map(str, frame.index), bounds_of(frame, "height_m")[1], strict=True))


def _raised(plan: Plan, id_: str) -> tuple[float | None, bytes]:
    frame = plan.layer("parcels")
    if id_ not in frame.index:
        return None, b""
    return _heights(plan)[id_], shapely.to_wkb(shapely.normalize(frame.geometry.loc[id_]))


def _near(
    base: Plan, new: Plan, changed: Iterable[str], homes: list[tuple[str, Any]]
) -> list[tuple[str, Any]]:
    shapes = [
        plan.layer("parcels").geometry.loc[id_]
        for plan in (base, new)
        for id_ in changed
        if id_ in plan.layer("parcels").index
    ]
    zone = shapely.union_all(shapes).buffer(LONGEST_M)
    return [(id_, shape) for id_, shape in homes if zone.intersects(shape)]


def _latitude(plan: Plan) -> float | None:
    if plan.crs is None:
        return None
    west, south, east, north = plan.layer("parcels").total_bounds
    turn = pyproj.Transformer.from_crs(plan.crs, "EPSG:4490", always_xy=True)
    return float(turn.transform((west + east) / 2, (south + north) / 2)[1])


def _shade(plan: Plan, own: str, home: Any, latitude: float) -> float | None:
    """Shaded area of a parcel, mean of the hours (m2); None where a neighbour's height is unknown."""
    frame = plan.layer("parcels")
    rows = [
        (shape, high)
        for id_, shape, high in zip(frame.index, frame.geometry, bounds_of(frame, "height_m")[1], strict=True)
        if shape is not None and str(id_) != own and high and shape.distance(home) < LONGEST_M
    ]
    total = 0.0
    for hour in HOURS:
        sun = _sun(latitude, hour)
        if sun is None:
            continue
        elevation, east, north = sun
        parts = []
        for shape, high in rows:
            length = min(high / np.tan(np.radians(elevation)), LONGEST_M)
            parts.append(_swept(shape, -east * length, -north * length))
        total += shapely.intersection(shapely.union_all(parts), home).area if parts else 0.0
    return round(total / len(HOURS), 1)


def _sun(latitude: float, hour: int) -> tuple[float, float, float] | None:
    """Elevation (degrees) and direction (east, north) of the sun; None where it is too low."""
    phi, delta, omega = np.radians([latitude, DECLINATION, 15.0 * (hour - 12)])
    up = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(omega)
    elevation = float(np.degrees(np.arcsin(up)))
    if elevation < LOWEST_SUN:
        return None
    east = -np.cos(delta) * np.sin(omega)
    north = np.cos(phi) * np.sin(delta) - np.sin(phi) * np.cos(delta) * np.cos(omega)
    size = float(np.hypot(east, north))
    return elevation, float(east / size), float(north / size)


def _swept(shape: Any, east: float, north: float) -> Any:
    """The land that a shape passes over as it moves: its sides as parallelograms, and both ends."""
    ring = shapely.get_coordinates(
        shape.convex_hull.exterior if shape.geom_type != "Polygon" else shape.exterior
    )
    step = np.array([east, north])
    sides = [shapely.Polygon([a, b, b + step, a + step]) for a, b in pairwise(ring)]
    sides = [side if side.is_valid else side.buffer(0) for side in sides]
    moved = shapely.transform(shape, lambda at: at + step)
    return shapely.union_all([shape, moved, *sides])


def transfers(gains: Iterable[QuantityChange]) -> list[dict[str, Any]]:
    """
    The ledger of floor area: what each parcel takes (or gives: negative), to the hundredth of a m2.

    It sums to zero: what parcels gain beyond what others lose, or lose beyond what others gain, stands under
    the account `CREATED` with the opposite sign. A parcel whose amount is unknown is no line; the amendment
    names it.
    """
    known = [(one.id, round(one.change * 100)) for one in gains if one.change]
    rest = -sum(amount for _, amount in known)
    lines = [*known, (CREATED, rest)] if rest else known
    return [{"account": account, "change_m2": amount / 100} for account, amount in lines]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
