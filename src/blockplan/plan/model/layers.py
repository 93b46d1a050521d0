"""
Which layers a plan has, and which columns each layer has.

The names are a contract with other programs (``docs/plan-package.md``). A
layer or a column that is not listed here is kept as it is; a column that is
listed and absent reads as unknown (null) for every row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

#: No number of a plan is larger, and nothing is drawn farther from the origin (m); beyond lie damaged files.
LARGEST_NUMBER = 1e15
FARTHEST_M = 1e9

GeometryKind = Literal["polygon", "line", "point", "any", "none"]
ColumnKind = Literal["text", "number", "flag"]

NAMES: dict[str, ColumnKind] = {"name_zh": "text", "name_en": "text", "name_ja": "text"}


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """
    What a layer of a plan package looks like.

    Attributes
    ----------
    geometry
        Kind of geometry its features must have; ``none`` for a plain table.
    id_column
        Column that names a feature, unique in the layer; None where features have no names.
    columns
        Column name -> ``text``, ``number`` (float, NaN is unknown) or ``flag`` (nullable boolean).
    inside
        Outline the features must lie in: ``boundary``, ``extent`` or None.
    parents
        Column -> layer whose id it must name.
    required
        Whether a plan without the layer has a fault.
    """

    name: str
    geometry: GeometryKind
    id_column: str | None
    columns: dict[str, ColumnKind]
    inside: Literal["boundary", "extent"] | None = None
    parents: dict[str, str] = field(default_factory=dict)
    required: bool = False


def _columns(
    text: str = "", number: str = "", flag: str = "", *, names: bool = False
) -> dict[str, ColumnKind]:
    kinds: dict[str, ColumnKind] = {}
    listed: tuple[tuple[ColumnKind, str], ...] = (("text", text), ("number", number), ("flag", flag))
    for kind, columns in listed:
        kinds |= dict.fromkeys(columns.split(), kind)
    return kinds | (NAMES if names else {})


_SPECS = (
    LayerSpec("boundary", "polygon", None, _columns("name"), required=True),
    LayerSpec("extent", "polygon", None, _columns()),
    LayerSpec(
        "areas",
        "polygon",
        "area_id",
        _columns("area_id townships function function_codes", names=True),
        "extent",
    ),
    LayerSpec(
        "structure",
        "any",
        "element_id",
        _columns("element_id role area_id", names=True),
        "extent",
        {"area_id": "areas"},
    ),
    LayerSpec(
        "zones",
        "polygon",
        "zone_id",
        _columns("zone_id dominant_codes permitted_codes", names=True),
        "extent",
    ),
    LayerSpec(
        "blocks",
        "polygon",
        "block_id",
        _columns(
            "block_id area_id dominant_function facility_list",
            "floor_area_m2_max floor_area_transfer_m2 far_base height_m_base",
            names=True,
        ),
        "extent",
        {"area_id": "areas"},
    ),
    LayerSpec(
        "subblocks",
        "polygon",
        "subblock_id",
        _columns("subblock_id block_id"),
        "extent",
        {"block_id": "blocks"},
    ),
    LayerSpec(
        "parcels",
        "polygon",
        "parcel_id",
        _columns(
            "parcel_id subblock_id block_id land_use land_use_list land_use_given land_use_given_list "
            "permitted compatible_uses compatible_split existing_land_use far_kind height_kind coverage_kind "
            "green_kind phase status owner entrances closed_stretches remarks",
            "far far_min far_max height_m height_m_min height_m_max elevation_max_m coverage_ratio "
            "coverage_ratio_min coverage_ratio_max green_ratio green_ratio_min green_ratio_max "
            "floor_area_m2 floor_area_m2_max underground_floor_area_m2 residents dwellings jobs "
            "industry_health_share "
            "industry_manufacturing_share industry_digital_share industry_services_share parking_spaces "
            "setback_north_m setback_east_m setback_south_m setback_west_m school_classes "
            "declared_area_m2",
            "committed",
        ),
        "boundary",
        {"subblock_id": "subblocks", "block_id": "blocks"},
    ),
    LayerSpec("circles", "polygon", "circle_id", _columns("circle_id tier", names=True), "extent"),
    LayerSpec(
        "buildings",
        "polygon",
        "building_id",
        _columns("building_id parcel_id", "floor_area_m2 height_m residents dwellings"),
        "extent",
        {"parcel_id": "parcels"},
    ),
    LayerSpec(
        "facilities",
        "any",
        "facility_id",
        _columns(
            "facility_id parcel_id service level status read_from",
            "beds places classes floor_area_m2 site_area_m2",
            names=True,
        ),
        "extent",
        {"parcel_id": "parcels"},
    ),
    LayerSpec("greens", "polygon", "green_id", _columns("green_id kind access"), "extent"),
    LayerSpec(
        "green_entrances",
        "point",
        "entrance_id",
        _columns("entrance_id parcel_id green_id"),
        "extent",
        {"parcel_id": "parcels", "green_id": "greens"},
    ),
    LayerSpec(
        "streets",
        "line",
        "street_id",
        _columns("street_id class barrier", "red_line_width_m level", "walk drive oneway", names=True),
        "extent",
    ),
    LayerSpec("stops", "point", "stop_id", _columns("stop_id modes line status", names=True), "extent"),
    LayerSpec(
        "control_lines",
        "any",
        "line_id",
        _columns("line_id kind authority instrument", "width_m height_m_max", "fixed", names=True),
        "extent",
    ),
    LayerSpec(
        "setbacks",
        "line",
        "setback_id",
        _columns("setback_id parcel_id kind", "distance_m"),
        "extent",
        {"parcel_id": "parcels"},
    ),
    LayerSpec(
        "accesses",
        "any",
        "access_id",
        _columns("access_id parcel_id kind"),
        "extent",
        {"parcel_id": "parcels"},
    ),
    LayerSpec("water", "any", "id", _columns("id kind", names=True), "extent"),
    LayerSpec("woodland", "any", "id", _columns("id kind", names=True), "extent"),
    LayerSpec("trees", "point", "id", _columns("id kind", "crown_m"), "extent"),
    LayerSpec("canopy", "polygon", "id", _columns("id kind"), "extent"),
    LayerSpec("rail", "line", "id", _columns("id kind", names=True), "extent"),
    LayerSpec(
        "programmes",
        "any",
        "programme_id",
        _columns("programme_id parcel_id kind phase firm_category", "floor_area_m2"),
        "extent",
        {"parcel_id": "parcels"},
    ),
    LayerSpec(
        "statements",
        "none",
        "statement_id",
        _columns("statement_id text_zh text_en text_ja kind bound_to source"),
    ),
)

#: Layer name -> what it looks like, in the order in which a package is written.
LAYERS: dict[str, LayerSpec] = {spec.name: spec for spec in _SPECS}

#: What the number of a bound says: no more, no less, between two, or what to aim at.
BOUND_KINDS = frozenset({"upper", "lower", "range", "guide"})

#: Values that a column may take (unknown values survive, and are reported).
VALUES: dict[tuple[str, str], frozenset[str]] = {
    ("structure", "role"): frozenset({"axis", "belt", "core"}),
    ("parcels", "far_kind"): BOUND_KINDS,
    ("parcels", "height_kind"): BOUND_KINDS,
    ("parcels", "coverage_kind"): BOUND_KINDS,
    ("parcels", "green_kind"): BOUND_KINDS,
    ("parcels", "status"): frozenset({"existing", "kept", "rebuilt", "planned"}),
    ("streets", "class"): frozenset({"expressway", "arterial", "secondary", "local", "path"}),
    ("facilities", "service"): frozenset(
        {
            "kindergarten", "primary_school", "secondary_school", "nine_year_school", "nursing_home",
            "day_care", "culture", "library", "clinic", "hospital", "sport", "market", "police", "fire",
            "welfare", "community_service", "childcare", "retail", "utility", "transport", "other",
        }
    ),
    ("facilities", "read_from"): frozenset({"drawing", "table", "text"}),
    ("control_lines", "kind"): frozenset(
        {
            "red", "green", "blue", "yellow", "purple", "orange", "farmland", "ecological", "growth_boundary",
            "airport", "heritage", "flood", "utility", "rail",
        }
    ),
    ("setbacks", "kind"): frozenset({"high", "low"}),
    ("accesses", "kind"): frozenset({"vehicle", "closed"}),
    ("programmes", "kind"): frozenset(
        {
            "incubator", "shared_laboratory", "pilot_test", "technology_transfer", "ip_service",
            "exchange_venue", "university_unit", "talent_housing",
        }
    ),
    ("circles", "tier"): frozenset({"15", "10", "5"}),
    ("statements", "kind"): frozenset({"C", "R", "P", "N"}),
}  # fmt: skip

#: Modes that ``stops.modes`` lists, separated by commas.
MODES = frozenset({"subway", "tram", "rail", "bus"})
#: Means of transport that are surely none of these, and that no rule counts.
OTHER_MODES = frozenset({"ferry", "cable_car", "funicular"})
#: Services of which the beds, and those of which the floor area count, where no plan or rule says otherwise.
NURSING_SERVICES = ("nursing_home",)
CULTURE_SERVICES = ("culture", "library")
