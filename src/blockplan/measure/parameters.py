"""
The parameters of measures: names, kinds and defaults, a class a family.

A name ends in the unit of its number; numbers are not negative. What each one means is said in ``registry/``,
under ``parameters``, and which of them a measure takes under its ``takes``: the others keep their defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.plan.model.layers import CULTURE_SERVICES, NURSING_SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

Names = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PeopleParameters:
    """Who counts beside residents, and what is kept for them."""

    earlier_residents: float = 0
    basic_education_codes: Names = ("080403", "080404")
    school_codes: Names = ("080403",)
    kindergarten_codes: Names = ("080404",)
    nursing_services: Names = NURSING_SERVICES
    day_services: Names = ("day_care",)
    culture_services: Names = CULTURE_SERVICES


@dataclass(frozen=True, kw_only=True)
class GreenParameters:
    """What is public green, and which of it counts."""

    green_codes: Names = ("1401",)
    green_kinds: Names = ("park", "garden", "nature_reserve", "recreation_ground", "forest", "village_green")
    private_access: Names = ("private", "no")
    smallest_green_ha: float = 0
    largest_green_ha: float = 0
    radius_by_size_ha: Mapping[str, float] = field(default_factory=dict)
    also_layers: Names = ()
    water_codes: Names = ("17",)
    woodland_codes: Names = ("03",)
    large_park_min_ha: float = 10
    community_park_min_ha: float = 1
    blue_green_gap_m: float = 50

    @property
    def public(self) -> str:
        """What makes a green public, as the key of what is found under it."""
        return "|".join(
            ",".join(names) for names in (self.green_codes, self.green_kinds, self.private_access)
        )


@dataclass(frozen=True, kw_only=True)
class FacilityParameters:
    """Which facilities count: by service, level and size; and how large they have to be."""

    services: Names = ()
    service_levels: Names = ()
    levelled_services: Names = ()
    other_levels: Names = ()
    smallest_floor_m2: float = 0
    largest_floor_m2: float = 0
    smallest_site_m2: float = 0
    largest_site_m2: float = 0
    facility_size: str = "floor_area_m2"
    facility_at_least: float = 0
    facility_at_most: float = 0
    facility_per: str = "classes"


@dataclass(frozen=True, kw_only=True)
class WeightParameters:
    """What a share is of."""

    weigh_by: str = "residents"
    residential_codes: Names = ("07",)
    floor_area_per_job_m2: Mapping[str, float] = field(
        default_factory=lambda: {"0901": 50.0, "0902": 30.0, "0904": 30.0, "0802": 35.0, "1001": 75.0}
    )


@dataclass(frozen=True, kw_only=True)
class ReachParameters:
    """How far something may be, which reading judges, and which stand beside it."""

    access_limit_m: float = 500
    green_limit_m: float = 500
    water_limit_m: float = 500
    culture_limit_m: float = 500
    food_limit_m: float = 500
    join_limit_m: float = 100
    drawn_round_m: float = 1000
    walk_min: float = 15
    walk_speed_kmh: float = 4
    judged_by: str = "line_edge"
    green_readings: Names = (
        "net_edge_entrance", "net_node_middle_free", "net_node_middle", "net_edge_middle",
        "net_edge_crossing", "net_edge_within_5m",
    )  # fmt: skip
    facility_judged_by: str = "line_facility"
    circle_judged_by: str = "net_edge_facility"
    facility_readings: Names = (
        "line_facility", "line_parcel_facility", "line_site", "net_node_facility_free", "net_node_facility",
        "net_edge_facility", "net_edge_site",
    )  # fmt: skip
    circle_services: Names = (
        "kindergarten", "primary_school|nine_year_school", "secondary_school|nine_year_school",
        "clinic|hospital", "culture|library", "sport", "market", "day_care|nursing_home",
    )  # fmt: skip
    uses_wanted: float = 1
    use_services: Names = (
        "kindergarten", "primary_school", "secondary_school", "nine_year_school", "nursing_home", "day_care",
        "culture", "library", "clinic", "hospital", "sport", "market", "police", "fire", "welfare",
    )  # fmt: skip
    use_codes: Names = ("0901", "0902", "0903", "1401")
    food_services: Names = ("market",)
    food_codes: Names = ("090103",)


@dataclass(frozen=True, kw_only=True)
class TransitParameters:
    """Stops, stations, and what lies near them."""

    stop_modes: Names = ()
    stop_limit_m: float = 500
    stop_judged_by: str = "line_stop"
    stop_readings: Names = (
        "line_stop", "line_parcel_stop", "net_node_stop_free", "net_node_stop", "net_edge_stop_free",
        "net_edge_stop",
    )  # fmt: skip
    transit_judged_by: str = "net_edge_stop"
    low_capacity_modes: Names = ("bus", "tram")
    low_capacity_limit_m: float = 500
    high_capacity_modes: Names = ("subway", "rail")
    high_capacity_limit_m: float = 1000
    station_modes: Names = ("subway", "rail")
    station_limit_m: float = 800
    station_near_m: float = 500
    station_radius_m: float = 500
    interchange_m: float = 150
    interchange_radius_m: float = 800
    interchange_lines: float = 2
    commerce_codes: Names = ("09",)


@dataclass(frozen=True, kw_only=True)
class CircleParameters:
    """Living circles and their parks and facilities; subblocks and their green."""

    tier: str = ""
    tier_facilities: Names = ()
    higher_facilities: Names = ()
    park_smallest_ha: float = 0
    park_narrowest_m: float = 0
    higher_smallest_ha: float = 0
    higher_narrowest_m: float = 0
    subblock_smallest_ha: float = 0
    subblock_largest_ha: float = 0
    block_green_narrowest_m: float = 0
    parcel_statuses: Names = ()


@dataclass(frozen=True, kw_only=True)
class LandParameters:
    """Classes of land, and what is built on it."""

    land_codes: Names = ()
    land_of: str = "planned"
    non_construction_codes: Names = (
        "01", "02", "03", "04", "05", "06", "16", "17", "18", "19", "20", "21", "22", "23", "24",
    )  # fmt: skip
    reserve_codes: Names = ("16",)
    street_codes: Names = ("1207",)
    floor_area_codes: Names = ("07", "08", "09", "10", "11")
    built_codes: Names = ("07", "08", "09", "10", "11")
    mix_codes: Names = ("07", "08", "09", "10", "11")
    parking_codes: Names = ()
    height_above_m: float = 0


@dataclass(frozen=True, kw_only=True)
class ParcelParameters:
    """Each parcel by itself: which are meant, what is built there, what binds it."""

    built_as: str = "drawn_or_stated"
    parcel_codes: Names = ()
    bound_kinds: Names = ("upper", "lower", "range")
    climate_zone: str = ""
    dense: str = "no"
    dense_parcels: Names = ()
    light_distance_per_height: float = 0
    light_farthest_m: float = 150
    least_plot_m2: float = 0
    least_frontage_m: float = 0
    least_main_share: float = 0


@dataclass(frozen=True, kw_only=True)
class WorkParameters:
    """Industries and programmes."""

    focus_industry: str = "health"
    core_sector_m: float = 1000
    programme_kinds: Names = (
        "incubator", "shared_laboratory", "pilot_test", "technology_transfer", "ip_service",
        "exchange_venue", "university_unit", "talent_housing",
    )  # fmt: skip
    ecosystem_kinds: Names = (
        "incubator", "shared_laboratory", "pilot_test", "technology_transfer", "ip_service",
        "exchange_venue", "university_unit",
    )  # fmt: skip
    joint_kinds: Names = ("university_unit", "shared_laboratory")
    firm_categories: Names = ("specialised_new", "little_giant", "hidden_champion")
    research_industry_codes: Names = ("0802", "1001")
    research_codes: Names = ("0802",)
    programme_limit_m: float = 800


@dataclass(frozen=True, kw_only=True)
class StructureParameters:
    """Areas, axes, cores and belts; streets and trees."""

    area_id: str = ""
    axis_touch_m: float = 0
    axis_near_m: float = 300
    core_near_m: float = 500
    venue_services: Names = ("culture", "library", "sport")
    venue_kinds: Names = ("exchange_venue",)
    destination_services: Names = ("culture", "library", "sport", "market", "clinic", "hospital")
    belt_link_m: float = 250
    belt_street_m: float = 20
    belt_near_m: float = 250
    belt_far_m: float = 500
    belt_buffer_m: float = 250
    street_classes: Names = ("expressway", "arterial", "secondary", "local")
    intersection_of: str = "walk"
    legs: float = 3
    trees_wanted: float = 3
    tree_view_m: float = 50


@dataclass(frozen=True, kw_only=True)
class Parameters(
    PeopleParameters,
    GreenParameters,
    FacilityParameters,
    WeightParameters,
    ReachParameters,
    TransitParameters,
    CircleParameters,
    LandParameters,
    ParcelParameters,
    WorkParameters,
    StructureParameters,
):
    """All of them, as a measure is called with them."""


#: As a measure takes them where nobody chooses: a hundred fields and more, so made once.
DEFAULTS = Parameters()
