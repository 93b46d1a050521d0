"""
The community benchmark format: blocks, roads and objectives of one community, in and out.

A community is a GeoJSON FeatureCollection in local metres (no CRS) whose features have ``id``, ``kind``
(block, line, junction), ``type`` and ``origin`` (initial, planned); its objectives are a YAML file. The
format is that of the reinforcement-learning benchmark of Zheng et al. (2023), Nature Computational
Science 3, 748-762, in the fields of its public conversion.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely
from shapely.geometry import mapping

from blockplan.errors import PlanDataError
from blockplan.yamlfile import read_map

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Type -> its code in the source of the benchmark.
TYPES = {
    "outside": 0, "feasible": 1, "road": 2, "boundary": 3, "residential": 4, "business": 5, "office": 6,
    "green_l": 7, "green_s": 8, "school": 9, "hospital_l": 10, "hospital_s": 11, "recreation": 12,
    "junction": 13,
}  # fmt: skip
#: Kind -> the geometry that it has.
KINDS = {"block": "Polygon", "line": "LineString", "junction": "Point"}
#: Types that are drawn into vacant land: small green and homes fill what is left, the others have a number.
DRAWN = (
    "green_s", "residential", "green_l", "business", "office", "school", "hospital_l", "hospital_s",
    "recreation",
)  # fmt: skip
#: Service -> the types of block that offer it.
SERVICES = {
    "shopping": ("business",),
    "working": ("office",),
    "education": ("school",),
    "medical care": ("hospital_l", "hospital_s"),
    "entertainment": ("recreation",),
}
#: Types that count as green.
GREENS = ("green_l", "green_s")
#: The type of a block that nothing stands on yet.
VACANT = "feasible"
#: In the benchmark a service is near within so many metres, and green from this size on within so many.
NEAR_M, GREEN_M, GREEN_MIN_M2 = 500.0, 300.0, 2_000.0
ORIGINS = ("initial", "planned")
#: A file that claims to be larger is not read.
LARGEST_FILE = 500_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Community:
    """
    The features of a community, one entry each in every array.

    Attributes
    ----------
    ids, kinds, types, origins
        Whole numbers, and words of `KINDS`, `TYPES` and `ORIGINS`.
    shapes
        Polygon, LineString or Point in local metres.
    about
        What the file says of itself; kept as it is.
    weights
        What each feature counts as a home (residents, m2); 0 where it is none. None where all homes count
        the same.
    residents, floor_m2
        What the file says of each feature: residents, and floor area in m2; NaN where it does not. None where
        the community was not read from a file.
    """

    ids: NDArray[np.int64]
    kinds: NDArray[np.object_]
    types: NDArray[np.object_]
    origins: NDArray[np.object_]
    shapes: NDArray[np.object_]
    about: Mapping[str, Any] = field(default_factory=dict)
    weights: NDArray[np.float64] | None = None
    residents: NDArray[np.float64] | None = None
    floor_m2: NDArray[np.float64] | None = None

    def blocks(self, *types: str) -> NDArray[np.object_]:
        """Polygons of the blocks of these types; of all where none is named."""
        chosen = self.kinds == "block"
        if types:
            chosen &= np.isin(self.types, types)
        return cast("NDArray[np.object_]", self.shapes[chosen])

    def lines(self, *types: str) -> NDArray[np.object_]:
        """Lines of these types."""
        chosen = (self.kinds == "line") & np.isin(self.types, types)
        return cast("NDArray[np.object_]", self.shapes[chosen])


@dataclass(frozen=True, slots=True, kw_only=True)
class Objectives:
    """
    What a plan of the community has to hold.

    Attributes
    ----------
    diagonal_m
        Diagonal of the community's box, the reference length of the score.
    shares
        Type -> least share of the community's area.
    counts
        Type -> exact number of blocks in the finished plan, those that exist included.
    min_area_m2, max_area_m2, min_edge_m, max_edge_m
        Type -> limit of a new parcel.
    service, ecology, traffic
        Weights of the three parts of the score.
    built_share
        Share of the new parcel edges that become roads, by number; 1 where all do.
    drawn, services
        Types that are drawn, small green and homes first; service -> the types that offer it.
    near_m
        Service -> distance within which it is near; `NEAR_M` where it is not named.
    green_m, green_min_m2
        Distance within which green is near, and the least area of green that counts.
    greens
        Types that count as green.
    weighted
        Whether homes count by the weights of the community, and not each block the same.
    """

    diagonal_m: float
    shares: Mapping[str, float]
    counts: Mapping[str, int]
    min_area_m2: Mapping[str, float]
    max_area_m2: Mapping[str, float]
    min_edge_m: Mapping[str, float]
    max_edge_m: Mapping[str, float]
    service: float = 4.0
    ecology: float = 1.0
    traffic: float = 0.0
    built_share: float = 1.0
    drawn: tuple[str, ...] = DRAWN
    services: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: SERVICES)
    near_m: Mapping[str, float] = field(default_factory=dict)
    green_m: float = GREEN_M
    green_min_m2: float = GREEN_MIN_M2
    greens: tuple[str, ...] = GREENS
    weighted: bool = False

    def reach_m(self, service: str) -> float:
        """Distance within which a service is near, in m."""
        return self.near_m.get(service, NEAR_M)


def read_community(path: str | Path) -> Community:
    """
    The community that a GeoJSON file holds.

    Raises
    ------
    PlanDataError
        If the file cannot be read, or features lack a field or have one that is not known; the
        message counts them and names the first.
    """
    path = Path(path)
    document = _json(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise PlanDataError(f"{path} has no features. Give a GeoJSON FeatureCollection of blocks and lines.")
    _refuse_faults(path, [(at, _fault(one)) for at, one in enumerate(features)])
    told = [one["properties"] for one in features]
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in features])
    ids = np.array([one["id"] for one in told], dtype=np.int64)
    _refuse_geometry(path, ids, shapes)
    values, times = np.unique(ids, return_counts=True)
    if (times > 1).any():
        raise PlanDataError(
            f"{path}: {(times > 1).sum()} ids stand twice (first: {values[times > 1][0]}). "
            "Give each feature its own."
        )
    return Community(
        ids,
        _words(told, "kind"),
        _words(told, "type"),
        _words(told, "origin"),
        shapes,
        {key: value for key, value in document.items() if key not in {"features", "type"}},
        **_people(told),
    )


def _people(told: list[dict[str, Any]]) -> dict[str, NDArray[np.float64]]:
    """The optional fields ``residents`` and ``floor_area_m2``; NaN where a feature has none."""
    found = {}
    for name, key in (("residents", "residents"), ("floor_m2", "floor_area_m2")):
        given = [one.get(key) for one in told]
        found[name] = np.array([one if _is_number(one) else np.nan for one in given], dtype=float)
    return found


def _words(told: list[dict[str, Any]], key: str) -> NDArray[np.object_]:
    return np.array([one[key] for one in told], dtype=object)


def read_objectives(path: str | Path) -> Objectives:
    """
    The objectives that a YAML file holds.

    Raises
    ------
    PlanDataError
        If the file cannot be read or a key is missing or no number; the message names the key.
    """
    path = Path(path)
    given = read_map(path, PlanDataError)
    number = _numbers(path, given)
    _refuse_impossible(path, number)
    stage = given.get("road_stage") or {}
    return Objectives(
        diagonal_m=float(np.hypot(number("extent_m", "width"), number("extent_m", "height"))),
        shares=number("required_area_share"),
        counts={key: int(value) for key, value in number("required_count").items()},
        min_area_m2=number("min_area_m2"),
        max_area_m2=number("max_area_m2"),
        min_edge_m=number("min_edge_m"),
        max_edge_m=number("max_edge_m"),
        service=number("score_weights", "service"),
        ecology=number("score_weights", "ecology"),
        traffic=number("score_weights", "traffic"),
        built_share=number("road_stage", "boundary_share_to_build") if stage.get("enabled") else 1.0,
    )


def _refuse_impossible(path: Path, number: Any) -> None:
    """Refuse numbers that no community can have, before they spoil a score."""
    if not np.hypot(number("extent_m", "width"), number("extent_m", "height")):
        raise PlanDataError(f"{path}: `extent_m` is 0 wide and high. Give the box of the community in m.")
    for key, value in number("required_count").items():
        if value != int(value):
            raise PlanDataError(
                f"{path}: `required_count.{key}` is {value:g}; give a whole number of blocks."
            )
    for key, value in number("required_area_share").items():
        if value > 1:
            raise PlanDataError(f"{path}: `required_area_share.{key}` is {value:g}; give a share of 0 to 1.")


def write_community(community: Community, path: str | Path) -> None:
    """Write a community as GeoJSON, with all fields; the file is replaced only when it is whole."""
    path = Path(path)
    text = community_text(community)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def community_text(community: Community) -> str:
    """The GeoJSON of a community, one feature a line."""
    head = json.dumps({"type": "FeatureCollection", **community.about}, ensure_ascii=False)
    rows = zip(
        community.ids,
        community.kinds,
        community.types,
        community.origins,
        community.shapes,
        strict=True,
    )
    features = [json.dumps(_feature(*row)) for row in rows]
    return head[:-1] + ', "features": [\n' + ",\n".join(features) + "\n]}\n"


def _feature(number: Any, kind: str, its_type: str, origin: str, shape: Any) -> dict[str, Any]:
    told = {
        "id": int(number),
        "kind": kind,
        "type": its_type,
        "type_code": TYPES[its_type],
        "origin": origin,
        "area_m2": round(shape.area, 3) if kind == "block" else None,
        "length_m": round(shape.length, 3) if kind == "line" else None,
    }
    return {"type": "Feature", "id": int(number), "properties": told, "geometry": mapping(shape)}


def _json(path: Path) -> Any:
    if path.stat().st_size > LARGEST_FILE:
        raise PlanDataError(f"{path} is larger than {LARGEST_FILE // 10**6} MB. Give one community a file.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise PlanDataError(f"{path} is no JSON ({error}). Give a GeoJSON file.") from None


def _fault(feature: Any) -> str:
    """What is wrong with a feature; "" where nothing is."""
    told = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(told, dict):
        return "has no properties"
    if not isinstance(told.get("id"), int) or isinstance(told["id"], bool):
        return "has no whole number as id"
    for key, known in (("kind", KINDS), ("type", TYPES), ("origin", ORIGINS)):
        if told.get(key) not in known:
            return f"has the {key} {told.get(key)!r}, not one of {', '.join(known)}"
    geometry = feature.get("geometry")
    wanted = KINDS[told["kind"]]
    if not isinstance(geometry, dict) or geometry.get("type") != wanted:
        return f"is a {told['kind']} and has no {wanted}"
    return ""


def _refuse_faults(path: Path, found: list[tuple[int, str]]) -> None:
    faults = [(at, fault) for at, fault in found if fault]
    if faults:
        at, fault = faults[0]
        raise PlanDataError(
            f"{path}: {len(faults)} of {len(found)} features cannot be used (first: number {at} {fault}). "
            "Correct them, or leave them out."
        )


def _refuse_geometry(path: Path, ids: NDArray[np.int64], shapes: NDArray[np.object_]) -> None:
    wrong = ~shapely.is_valid(shapes) | shapely.is_empty(shapes)
    if wrong.any():
        why = shapely.is_valid_reason(shapes[wrong][0])
        raise PlanDataError(
            f"{path}: {wrong.sum()} of {wrong.size} geometries are not valid "
            f"(first: id {ids[wrong][0]}, {why}). "
            "Correct them, or leave them out."
        )


def _numbers(path: Path, given: Mapping[str, Any]) -> Any:
    """A function that gives the numbers under a key, or one of them, and refuses what is none."""

    def number(key: str, name: str = "") -> Any:
        table = given.get(key)
        if not isinstance(table, dict):
            raise PlanDataError(f"{path} lacks the table `{key}`. Add it.")
        wrong = [one for one, value in table.items() if not _is_number(value)]
        if key != "road_stage" and wrong:
            raise PlanDataError(
                f"{path}: `{key}.{wrong[0]}` is {table[wrong[0]]!r}; give a number, not below 0."
            )
        if not name:
            return {str(one): float(value) for one, value in table.items()}
        if not _is_number(table.get(name)):
            raise PlanDataError(f"{path} lacks the number `{key}.{name}`. Add it.")
        return float(table[name])

    return number


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and bool(np.isfinite(value))
        and value >= 0
    )
