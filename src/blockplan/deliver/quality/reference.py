"""Rules of the reference system: which one, which zone, order of axes, precision, heights, areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.deliver.quality.finding import PackageFault
from blockplan.deliver.shapes import sizes
from blockplan.figures import fixed
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.geodatabase import ReadLayer
    from blockplan.deliver.quality.finding import PackageFacts

#: A false easting of 500 km, and 3 degrees at the equator either side, m; with the zone's number before it.
EASTING_M, HALF_ZONE_M, ZONE_M = 500_000.0, 350_000.0, 1_000_000.0
#: Coordinates of so many vertices that are all whole metres were rounded.
MANY, COARSE_M = 8, 1.0


def system(facts: PackageFacts) -> Iterator[PackageFault]:
    """Layers whose reference system is none of those that the profile allows."""
    allowed = set(facts.package.profile.reference.crs)
    for spec, layer in facts.layers:
        if _code(layer) not in allowed:
            is_ = "-" if layer.crs is None else layer.crs.name
            yield PackageFault(spec.name, said={"is": is_})


def zone(facts: PackageFacts) -> Iterator[PackageFault]:
    """Layers in another zone than the first, or than the filing form says."""
    allowed = set(facts.package.profile.reference.crs)
    codes = [(spec, _code(layer)) for spec, layer in facts.layers if _code(layer) in allowed]
    said = str((facts.package.form or {}).get("sjzbx") or "")
    wanted = said if said.removeprefix("EPSG:") in {str(one) for one in allowed} else None
    first = wanted or (f"EPSG:{codes[0][1]}" if codes else "")
    for spec, code in codes:
        if f"EPSG:{code}" != first:
            yield PackageFault(spec.name, said={"is": f"EPSG:{code}", "right": first})


def axis(facts: PackageFacts) -> Iterator[PackageFault]:
    """Layers whose x is north and whose y is east."""
    for spec, layer in facts.layers:
        drawn = [one for one in layer.shapes if one is not None]
        if _code(layer) is None or not drawn:
            continue
        bounds = shapely.total_bounds(drawn)
        if not _easting(bounds[0]) and _easting(bounds[1]):
            at = shapely.Point(bounds[0], bounds[1])
            yield PackageFault(spec.name, at=at, said={"x": fixed(bounds[0], 0), "y": fixed(bounds[1], 0)})


def _easting(value: float) -> bool:
    east = value % ZONE_M if value < 46 * ZONE_M and value // ZONE_M >= 25 else value
    return abs(east - EASTING_M) <= HALF_ZONE_M


def precision(facts: PackageFacts) -> Iterator[PackageFault]:
    """Layers all of whose coordinates are whole metres: one fault, as a drawing is rounded as a whole."""
    wanted, coarse = facts.package.profile.reference.precision_m, []
    for spec, layer in facts.layers:
        at = shapely.get_coordinates([one for one in layer.shapes if one is not None])
        if len(at) >= MANY and not np.any(np.abs(at - np.round(at)) > wanted):
            coarse.append(spec.name)
    if coarse:
        layer_name = coarse[0] if len(coarse) == 1 else ""
        said = {"layers": listed(coarse), "wanted": wanted}
        yield PackageFault(layer_name, measured=COARSE_M, said=said)


def vertical(facts: PackageFacts) -> Iterator[PackageFault]:
    """A filing form that says another height datum."""
    wanted = facts.package.profile.reference.vertical
    said = str((facts.package.form or {}).get("gcjz") or "")
    if said and said != wanted:
        yield PackageFault(said={"is": said, "right": wanted})


def areas(facts: PackageFacts) -> Iterator[PackageFault]:
    """Written areas that are not those of the shapes, by the profile's rule and to its decimals."""
    profile = facts.package.profile
    step = 10.0**-profile.area.decimals
    # Where the system or the axes are wrong, the place on the ellipsoid is, and every area: one fault.
    elsewhere = {fault.layer for find in (system, axis) for fault in find(facts)}
    for spec, layer, one in facts.cells(lambda one: one.source == "area"):
        if profile.area.rule == "ellipsoidal" and spec.name in elsewhere:
            continue
        shapes = [shape or shapely.Polygon() for shape in layer.shapes]
        for at, (said, is_) in enumerate(
            zip(layer.cells[one.name], sizes(shapes, profile, layer.crs), strict=True)
        ):
            if isinstance(said, float) and is_ is not None and abs(said - is_) > step * 1.01:
                words = {"field": one.name, "value": said, "right": is_, "unit": profile.area.unit}
                yield facts.fault(spec, layer, at, words, round(said - is_, 6))


def _code(layer: ReadLayer) -> Any:
    return None if layer.crs is None else layer.crs.to_epsg()
