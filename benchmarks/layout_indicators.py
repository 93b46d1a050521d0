"""What the score of a community plan does not see: ways along streets, homes by area, green, and shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.exchange.community import GREENS, NEAR_M, SERVICES
from blockplan.jsontext import JsonRecord
from blockplan.propose.layout.score.legal import fronts_m, new_blocks
from blockplan.propose.layout.score.score import centres, community_area_m2
from blockplan.propose.layout.score.traffic import streets_of
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.exchange.community import Community


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators(JsonRecord):
    """
    Indicators beside the score; None is unknown.

    Attributes
    ----------
    coverage_streets, coverage_streets_area
        Coverage with 500 m along streets, blocks counted equally and by their area (1). A centroid
        joins the streets at the nearest point of a 40 m division.
    green_share
        Green of both kinds over the community's area (1).
    school_m2_per_ha
        Land of schools, in m2 for every ha of residential blocks; without homes unknown.
    rectangular
        Mean over new parcels that are not small green of area over smallest rectangle (1).
    slimmest
        Largest length over width among them (1).
    front_m
        Shortest length at a road of any new parcel.
    """

    coverage_streets: float | None
    coverage_streets_area: float | None
    green_share: float
    school_m2_per_ha: float | None
    parcels: int
    rectangular: float | None
    slimmest: float | None
    front_m: float | None


def indicators(plan: Community, initial: Community) -> Indicators:
    """The indicators of a finished plan of a community."""
    new = new_blocks(plan, initial)
    built = plan.shapes[new & (plan.types != "green_s")]
    sides = np.array([_sides(one) for one in built]).reshape(-1, 2)
    fill = shapely.area(built) / sides.prod(axis=1) if built.size else np.zeros(0)
    near = _near_by_streets(plan)
    area = shapely.area(plan.blocks("residential"))
    return Indicators(
        coverage_streets=None if near is None else float(near.mean()),
        coverage_streets_area=None if near is None else float(np.average(near.mean(axis=0), weights=area)),
        green_share=float(shapely.area(plan.blocks(*GREENS)).sum()) / community_area_m2(plan),
        school_m2_per_ha=_school_m2_per_ha(plan),
        parcels=int(new.sum()),
        rectangular=float(fill.mean()) if fill.size else None,
        slimmest=float((sides[:, 1] / sides[:, 0]).max()) if fill.size else None,
        front_m=float(fronts_m(plan, new).min()) if new.any() else None,
    )


def _school_m2_per_ha(plan: Community) -> float | None:
    homes = float(shapely.area(plan.blocks("residential")).sum())
    return float(shapely.area(plan.blocks("school")).sum()) / (homes / M2_PER_HA) if homes else None


def _sides(shape: shapely.Polygon) -> list[float]:
    box = shapely.get_coordinates(shape.minimum_rotated_rectangle)
    return sorted(np.hypot(*np.diff(box[:3], axis=0).T).tolist())


def _near_by_streets(plan: Community) -> NDArray[np.bool_] | None:
    """Services x homes: whether one is near along the streets; None without streets, homes or services."""
    homes = centres(plan.blocks("residential"))
    roads = plan.lines("road")
    if not roads.size or not len(homes):
        return None
    streets = streets_of(roads)
    start, way = streets.join(homes).T
    found = []
    for types in SERVICES.values():
        spots = centres(plan.blocks(*types))
        if len(spots):
            stop, rest = streets.join(spots).T
            apart = streets.apart[np.ix_(start.astype(int), stop.astype(int))]
            found.append((way[:, None] + apart + rest).min(axis=1) <= NEAR_M)
    return np.array(found) if found else None
