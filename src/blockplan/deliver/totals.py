"""What a whole says of its parcels: land, people and floor area, of all classes or of some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.deliver.shapes import mended, sizes
from blockplan.measure.inputs.columns import belongs, land_uses
from blockplan.measure.inputs.floors import floor_areas
from blockplan.measure.inputs.homes import residents
from blockplan.measure.parameters import LandParameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.deliver.profile import DeliveryProfile
    from blockplan.plan import Plan


def totals(plan: Plan, shapes: Sequence[Any], profile: DeliveryProfile, asked: str) -> list[float | None]:
    """
    Of each shape the sum over the parcels that lie in it.

    Parameters
    ----------
    asked
        One of `profile.SUMMED` and, behind a colon, the classes (``cn2023``) that count: ``area:07,08``.
        Areas are in the profile's unit, by its rule and to its decimals.

    Returns
    -------
    list
        None where a parcel does not say its part, or none lies in the shape.
    """
    what, _, codes = asked.partition(":")
    parts = _parts(plan, profile, what)
    if codes:
        kinds, kind = land_uses(plan)
        within = [belongs(use, of, tuple(codes.split(","))) for use, of in kinds]
        counts = np.array([np.nan if one is None else float(one) for one in within])[kind]
        parts = np.where(counts == 0, 0.0, parts * counts)
    spots = shapely.point_on_surface(mended(plan.layer("parcels").geometry))
    found = np.zeros(len(shapes))
    parcel, whole = shapely.STRtree(shapes).query(spots, predicate="intersects")
    np.add.at(found, whole, parts[parcel])
    found[~np.isin(np.arange(len(shapes)), whole)] = np.nan
    return [None if np.isnan(one) else float(one) for one in found]


def _parts(plan: Plan, profile: DeliveryProfile, what: str) -> Any:
    if what == "area":
        shapes = mended(plan.layer("parcels").geometry)
        return np.array(sizes(list(shapes), profile, plan.crs), dtype="float64")
    if what == "residents":
        return residents(plan).by_parcel
    return floor_areas(plan, LandParameters().built_codes).by_parcel
