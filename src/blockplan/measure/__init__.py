"""
Indicators of a plan: each with its value, unit, definition and what it counted.

``blockplan.measure(plan, "green_per_resident")`` is `measure`. `MEASURES` lists
all there are; the modules of this room are loaded when one of their measures is called.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.measure.spec import MeasureSpec, Parameter
from blockplan.rooms import callable_room
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.measure.measurement import Measurement
    from blockplan.plan.model import Plan

__all__ = ["MEASURES", "MeasureSpec", "Parameter", "measure"]

NOTICE = "Published notice of the draft (Beijing Daily, 2021-10-25)"
OURS = "Blockplan's own reading, reported and never judged as law"
#: What says how many people live where.
PEOPLE = (
    "parcels.residents",
    "parcels.dwellings",
    "parcels.floor_area_m2",
    "parcels.land_use",
    "plan.toml: residents",
)
#: What says where they live.
HOMES = (
    *PEOPLE,
    "parcels.geometry",
    "buildings.geometry",
    "buildings.parcel_id",
    "buildings.residents",
    "buildings.dwellings",
)
GREENS = ("parcels.geometry", "parcels.land_use", "greens.geometry", "greens.kind", "greens.access")
WALKING = ("streets.geometry", "streets.walk", "streets.barrier", "streets.level")
GREEN_CHOICES = {
    "green_codes": Parameter(("1401",)),
    "green_kinds": Parameter(
        ("park", "garden", "nature_reserve", "recreation_ground", "forest", "village_green")
    ),
    "private_access": Parameter(("private", "no")),
}
STATIONS = {"station_modes": Parameter(("subway", "rail")), "station_limit_m": Parameter(800, "m")}
JOIN = {"join_limit_m": Parameter(100, "m")}

_SPECS = (
    MeasureSpec("residents", "person", "homes.people", PEOPLE, {}, "Open point A01 of the notice"),
    MeasureSpec(
        "education_land_per_1000",
        "m2",
        "supply.education_land_per_1000",
        ("parcels.geometry", *PEOPLE),
        {"basic_education_codes": Parameter(("080403", "080404"))},
        f"{NOTICE}, R01",
    ),
    MeasureSpec(
        "nursing_beds_per_1000",
        "bed",
        "supply.nursing_beds_per_1000",
        ("facilities.service", "facilities.beds", *PEOPLE),
        {"nursing_services": Parameter(("nursing_home",))},
        f"{NOTICE}, R02",
    ),
    MeasureSpec(
        "culture_floor_per_resident",
        "m2",
        "supply.culture_floor_per_resident",
        ("facilities.service", "facilities.floor_area_m2", *PEOPLE),
        {"culture_services": Parameter(("culture", "library"))},
        f"{NOTICE}, R03",
    ),
    MeasureSpec(
        "green_per_resident",
        "m2",
        "supply.green_per_resident",
        (*GREENS, *PEOPLE, "boundary.geometry"),
        GREEN_CHOICES,
        f"{NOTICE}, R08",
    ),
    MeasureSpec(
        "green_within_500m",
        "1",
        "reach.green_within_500m",
        tuple(dict.fromkeys((*HOMES, *GREENS, "green_entrances.geometry", *WALKING))),
        {
            "green_limit_m": Parameter(500, "m"),
            **GREEN_CHOICES,
            "smallest_green_ha": Parameter(0, "ha"),
            "green_readings": Parameter(
                (
                    "net_edge_entrance",
                    "net_node_middle_free",
                    "net_node_middle",
                    "net_edge_middle",
                    "net_edge_crossing",
                    "net_edge_within_5m",
                )
            ),
            **JOIN,
        },
        f"{NOTICE}, R09",
    ),
    MeasureSpec(
        "parks_large",
        "park",
        "parks.parks_large",
        (*GREENS, "boundary.geometry"),
        {"large_park_min_ha": Parameter(10, "ha"), **GREEN_CHOICES},
        f"{NOTICE}, R05",
    ),
    MeasureSpec(
        "parks_community",
        "park",
        "parks.parks_community",
        (*GREENS, "boundary.geometry"),
        {
            "community_park_min_ha": Parameter(1, "ha"),
            "large_park_min_ha": Parameter(10, "ha"),
            **GREEN_CHOICES,
        },
        f"{NOTICE}, R06",
    ),
    MeasureSpec(
        "belt_length",
        "km",
        "structure.belt_length",
        ("structure.geometry", "structure.role", "areas.geometry"),
        {},
        f"{NOTICE}, S02",
    ),
    MeasureSpec(
        "area_size",
        "km2",
        "areas.area_size",
        ("areas.geometry", "areas.area_id"),
        {"area_id": Parameter("")},
        f"{NOTICE}, S05 to S07",
    ),
    MeasureSpec(
        "areas_sum",
        "km2",
        "areas.areas_sum",
        ("areas.geometry", "areas.area_id"),
        {},
        f"{NOTICE}, S08",
    ),
    MeasureSpec("notice_days", "day", "notice.notice_days", ("plan.toml: notice",), {}, f"{NOTICE}, P02"),
    MeasureSpec(
        "stops_within_500m",
        "1",
        "stops.stops_within_500m",
        (*HOMES, "stops.geometry", *WALKING),
        {"stop_limit_m": Parameter(500, "m"), **JOIN},
        f"{NOTICE}, R04, without a figure; {OURS}",
    ),
    MeasureSpec(
        "stations_within_800m",
        "1",
        "stops.stations_within_800m",
        (*HOMES, "stops.geometry", "stops.modes", *WALKING),
        {**STATIONS, **JOIN},
        f"{NOTICE}, R04, without a figure; {OURS}",
    ),
    MeasureSpec(
        "modes_per_station",
        "mode",
        "stops.modes_per_station",
        ("stops.geometry", "stops.modes"),
        {"station_modes": STATIONS["station_modes"], "interchange_m": Parameter(150, "m")},
        f"{NOTICE}, R04, without a figure; {OURS}",
    ),
    MeasureSpec(
        "commerce_near_stations",
        "1",
        "stops.commerce_near_stations",
        ("parcels.geometry", "parcels.land_use", "parcels.floor_area_m2", "stops.geometry", "stops.modes"),
        {"commerce_codes": Parameter(("09",)), **STATIONS, "station_near_m": Parameter(500, "m")},
        f"{NOTICE}, F02, without a figure; {OURS}",
    ),
    MeasureSpec(
        "land_balance",
        "ha",
        "land.land_balance",
        ("parcels.geometry", "parcels.land_use"),
        {},
        "Land-use list of the plan",
    ),
    MeasureSpec(
        "water_ha",
        "ha",
        "land.water_ha",
        ("water.geometry", "parcels.geometry", "parcels.land_use", "boundary.geometry"),
        {"water_codes": Parameter(("17",))},
        f"{NOTICE}, R07, without a figure",
    ),
    MeasureSpec(
        "woodland_ha",
        "ha",
        "land.woodland_ha",
        ("woodland.geometry", "parcels.geometry", "parcels.land_use", "boundary.geometry"),
        {"woodland_codes": Parameter(("03",))},
        f"{NOTICE}, R07, without a figure",
    ),
    MeasureSpec(
        "cores_in_areas",
        "core",
        "structure.cores_in_areas",
        ("structure.geometry", "structure.role", "structure.area_id", "areas.geometry"),
        {},
        f"{NOTICE}, S03 and S04",
    ),
    MeasureSpec(
        "axis_touches_areas",
        "area",
        "structure.axis_touches_areas",
        ("structure.geometry", "structure.role", "areas.geometry"),
        {"axis_touch_m": Parameter(0, "m")},
        f"{NOTICE}, S01, without a figure",
    ),
    MeasureSpec(
        "zone_area_overlay",
        "ha",
        "areas.zone_area_overlay",
        ("zones.geometry", "areas.geometry"),
        {},
        f"{NOTICE}, F05",
    ),
    MeasureSpec(
        "industry_shares",
        "1",
        "industry.industry_shares",
        (
            "parcels.industry_health_share",
            "parcels.industry_manufacturing_share",
            "parcels.industry_digital_share",
            "parcels.industry_services_share",
            "parcels.floor_area_m2",
        ),
        {},
        f"{NOTICE}, I01 to I05",
    ),
    MeasureSpec(
        "jobs",
        "job",
        "industry.jobs",
        ("parcels.jobs", "parcels.floor_area_m2", "parcels.land_use"),
        {
            "floor_area_per_job_m2": Parameter(
                {"0901": 50.0, "0902": 30.0, "0904": 30.0, "0802": 35.0, "1001": 75.0}, "m2"
            )
        },
        f"{NOTICE}, I05; ratios are {OURS[:1].lower()}{OURS[1:]}",
    ),
    MeasureSpec(
        "street_density",
        "km/km2",
        "streets.street_density",
        ("streets.geometry", "streets.class", "boundary.geometry"),
        {"street_classes": Parameter(("expressway", "arterial", "secondary", "local"))},
        OURS,
    ),
)

#: Measure id -> what it is; in the order in which they are listed.
MEASURES: dict[str, MeasureSpec] = {spec.id: spec for spec in _SPECS}


def measure(plan: Plan, *ids: str, parameters: Mapping[str, Any] | None = None) -> tuple[Measurement, ...]:
    """
    Measure a plan.

    Parameters
    ----------
    ids
        Names of measures (`MEASURES`); none means all of them.
    parameters
        Choices that hold for this call; they go before ``plan.toml [parameters]``, and those
        before the defaults. A measure takes the ones it has.

    Returns
    -------
    tuple
        One measurement a name, in the order asked for.

    Raises
    ------
    UsageError
        If a measure or a parameter has a name that does not exist (the message offers
        those that look like it), or a parameter a value of the wrong kind.
    """
    sets = dict(parameters or {})
    known = {name for spec in MEASURES.values() for name in spec.parameters}
    for name in sets:
        if name not in known:
            raise UsageError(f"There is no parameter {name!r}.{_like(name, known)}")
    for name in ids:
        if name not in MEASURES:
            raise UsageError(
                f"There is no measure {name!r}.{_like(name, MEASURES)} "
                "`blockplan measure --list` names all of them."
            )
    return tuple(_one(plan, MEASURES[name], sets) for name in ids or MEASURES)


def _one(plan: Plan, spec: MeasureSpec, sets: Mapping[str, Any]) -> Measurement:
    chosen = spec.choose(plan.manifest.parameters, sets)
    found = spec.measure(plan, chosen)
    shown = {name: list(value) if isinstance(value, tuple) else value for name, value in chosen.items()}
    return replace(found, definition={"text": pick(spec.definition), **found.definition, "parameters": shown})


def _like(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(near)}?" if near else ""


callable_room(__name__)
