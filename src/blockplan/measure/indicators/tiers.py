"""Parcels whose land belongs to one tier of living circles, by the facilities that stand on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.measure.distance.reach import hosts_of
from blockplan.measure.inputs.columns import absent, ids, shapes
from blockplan.measure.inputs.kinds import of_kind
from blockplan.measure.missing import Missing, unknown
from blockplan.measure.parameters import FacilityParameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan

#: ``clinic``, or with the size that makes it one: ``clinic:floor=1700-``, ``sport:site=1310-2460``.
_WORD = re.compile(r"(?P<service>\w+)(:(?P<size>floor|site)=(?P<low>\d*)-(?P<high>\d*))?")


def of_tier(
    plan: Plan, chosen: NDArray[np.bool_], parameters: Parameters
) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    """
    Those of some parcels that hold a facility of the tier and none of a higher one.

    So a parcel counts for one tier only, the highest of its facilities. Without ``tier_facilities``
    every chosen parcel counts.

    Raises
    ------
    UsageError
        If a word of ``tier_facilities`` or ``higher_facilities`` cannot be read.
    """
    if not parameters.tier_facilities:
        return chosen, ()
    missing = absent(plan, "facilities")
    if missing:
        return np.zeros(len(chosen), dtype=bool), missing
    own, missing = _found(plan, parameters.tier_facilities, parameters)
    higher, _ = _found(plan, parameters.higher_facilities, parameters)
    hosts = hosts_of(plan, "facilities")
    nowhere = own & (hosts < 0) & shapely.is_missing(shapes(plan, "facilities"))
    missing += unknown(Missing("facilities", "parcel_id"), ids(plan, "facilities")[nowhere])
    rows = np.arange(len(chosen))
    return chosen & np.isin(rows, hosts[own]) & ~np.isin(rows, hosts[higher]), missing


def _found(
    plan: Plan, words: Iterable[str], parameters: Parameters
) -> tuple[NDArray[np.bool_], tuple[Missing, ...]]:
    """Facilities that one of some words speaks of, and what is missing to tell them."""
    found = np.zeros(len(ids(plan, "facilities")), dtype=bool)
    missing: tuple[Missing, ...] = ()
    for word in words:
        read = _WORD.fullmatch(word)
        if read is None:
            raise UsageError(
                f"{word!r} is no facility of a tier. Write a service, such as 'nursing_home', or one with a "
                "size in m², such as 'clinic:floor=1700-' or 'sport:site=1310-2460'."
            )
        low, high = float(read["low"] or 0), float(read["high"] or 0)
        floor, site = (size == read["size"] for size in ("floor", "site"))
        asked = FacilityParameters(
            services=(read["service"],),
            service_levels=parameters.service_levels,
            levelled_services=parameters.levelled_services,
            other_levels=parameters.other_levels,
            smallest_floor_m2=low if floor else 0,
            largest_floor_m2=high if floor else 0,
            smallest_site_m2=low if site else 0,
            largest_site_m2=high if site else 0,
        )
        chosen, lacking = of_kind(plan, asked)
        found, missing = found | chosen, missing + lacking
    return found, tuple(dict.fromkeys(missing))
