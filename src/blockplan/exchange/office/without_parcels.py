"""A plan of buildings and streets alone, whose people live in its buildings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from blockplan.exchange.office import features
from blockplan.exchange.office.facilities import facilities
from blockplan.exchange.office.greens import entrances, greens_beside_parcels
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.residents import residents_source
from blockplan.exchange.office.source import AssembledPlan
from blockplan.plan.model.plan import DERIVED

if TYPE_CHECKING:
    import pyproj

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.mapping import OfficeMapping
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.source import Findings


def without_parcels(
    made: dict[str, gpd.GeoDataFrame],
    drawn: dict[str, list[Chosen]],
    crs: pyproj.CRS | None,
    mapping: OfficeMapping,
    profile: Profile,
    findings: Findings,
) -> AssembledPlan:
    """
    The plan of `made`, the layers beside parcels; its boundary is the office's, or drawn about what it holds.

    Parameters
    ----------
    drawn
        Layers of the roles ``boundary``, ``facilities``, ``facility_table`` and ``green_entrances``.
    """
    built = AssembledPlan()
    scope = features.outlines(drawn["boundary"], profile, findings, worded("boundary"))
    none = gpd.GeoDataFrame({"parcel_id": [], "land_use": []}, geometry=[])
    made["facilities"] = facilities(
        drawn["facilities"], drawn["facility_table"], none, profile, mapping.choices, findings
    )
    greens_beside_parcels(made, none, findings)
    if drawn["green_entrances"]:
        entrances(drawn["green_entrances"], made, none, {}, profile, findings)
    given = bool(scope) and mapping.choices.boundary != "derived"
    shapes: list[Any] = (
        [shape for _, shape in scope] if given else [one for layer in made.values() for one in layer.geometry]
    )
    land = shapely.union_all(shapes) if given else shapely.convex_hull(shapely.union_all(shapes))
    words = (
        worded("as_drawn_by_the_office")
        if given
        else worded("boundary_about_buildings_and_streets", derived=DERIVED)
    )
    made["boundary"] = gpd.GeoDataFrame({"name": [None if given else words]}, geometry=[land])
    mapping.choices.boundary = "given" if given else "derived"
    built.title = next((name for row, _ in scope if (name := features.name_of(row))), "") or ""
    built.layers = {name: layer.set_crs(crs, allow_override=True) for name, layer in made.items()}
    built.made = {
        "joined": [], "roads_ha": 0.0, "road_parcels": 0, "crossings": 0, "gaps": [], "healed": [],
        "boundary": mapping.choices.boundary, "code_list": "cn2023", "codes": [], "facilities_from_texts": 0,
    }  # fmt: skip
    built.said = {"boundary": words, "parcels": worded("no_parcels_people_in_buildings")}
    built.manifest = residents_source(none, made.get("buildings"), mapping)
    message = worded("plan_of_buildings_and_streets")
    findings.add("office-parcels", "warning", message)
    return built
