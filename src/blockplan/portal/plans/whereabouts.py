"""Where an object of a plan lies, for who does not know its number: use, streets, part of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.portal.plans.places import places_of
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.portal.plans.models import PlanVersion


def whereabouts(version: PlanVersion, layer: str, id_: str, lang: str, *, use: bool = False) -> str:
    """
    The named streets that an object's land lies at and the part of the plan that it lies in; "" if unknown.

    Parameters
    ----------
    use
        Whether the planned use of a parcel stands before them.
    """
    from blockplan.report.public import around  # noqa: PLC0415 (with it come pandas and shapely)

    places = places_of(version)
    host = id_ if layer == "parcels" else places.index.host_of.get((layer, id_), "")
    found = around.called(places, host) if host else None
    if found is None:
        return ""
    names = [pick(link.name, lang) for link in (*found.streets, *filter(None, (found.area,)))]
    if use and layer == "parcels":
        names.insert(0, pick(found.planned.name, lang) or found.planned.code or "")
    return " · ".join(filter(None, names))
