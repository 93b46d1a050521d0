"""
Drawn places from strangers: a point, a line or an area as GeoJSON, checked before any geometry is built.

Size, nesting and the number of vertices are bounded first, on the text or on the parsed value; then
numbers, then shape, then where it lies. What is entered in the record is in the plan's CRS, and what was
sent goes with it.

>>> area = NoticeArea("local", shapely.box(0, 0, 1000, 1000).wkb)
>>> take_geometry('{"type": "Point", "coordinates": [500.004, 1200]}', area).outside_m
200.0
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.figures import number
from blockplan.notice.intake.limits import LIMITS, size
from blockplan.notice.intake.refusals import IntakeNote, note, refused
from blockplan.notice.intake.text_files import bounded_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from pyproj import CRS

    from blockplan.plan import Plan

    System = Literal["plan", "wgs84"]
    Ring = list[tuple[float, float]]

#: Kinds that are taken -> how deep their coordinates nest.
_NESTING = {"Point": 0, "LineString": 1, "Polygon": 2}
_DEPTH = 8
#: Decimals of a metre in the record.
_DECIMALS = 2


@dataclass(frozen=True)
class NoticeArea:
    """
    Where a plan lies: plain data that may be stored, with what is worked out of them.

    Attributes
    ----------
    crs
        As in ``plan.toml``: ``EPSG:4548``, or ``local``.
    wkb
        Outline of the planned land in that CRS, as WKB.
    """

    crs: str
    wkb: bytes

    @classmethod
    def of_plan(cls, plan: Plan) -> NoticeArea:
        """The area of a plan: its boundary, or its parcels where it has none."""
        frame = plan.layer("boundary") if len(plan.layer("boundary")) else plan.layer("parcels")
        return cls(plan.manifest.crs, shapely.union_all(shapely.make_valid(frame.geometry.to_numpy())).wkb)

    @cached_property
    def outline(self) -> shapely.Geometry:
        """The outline, in metres."""
        found = shapely.from_wkb(self.wkb)
        shapely.prepare(found)
        return found

    @cached_property
    def system(self) -> CRS | None:
        """The plan's CRS; None for a local one, into which no degrees can be turned."""
        from blockplan.plan.model.crs import plan_crs  # noqa: PLC0415 (the room of plans takes a second)

        return plan_crs(self.crs)

    @property
    def local(self) -> bool:
        """Whether the plan has a grid of its own, with no place on the earth."""
        from blockplan.plan.model.crs import LOCAL  # noqa: PLC0415

        return self.crs.strip().lower() == LOCAL

    @cached_property
    def _both_ways(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        from pyproj import Transformer  # noqa: PLC0415 (a tenth of a second)

        there = Transformer.from_crs("EPSG:4326", self.system, always_xy=True)
        back = Transformer.from_crs(self.system, "EPSG:4326", always_xy=True)
        return there.transform, back.transform

    def to_plan(self, lon: float, lat: float) -> tuple[float, float]:
        """East and north of a WGS 84 place, in m; infinite where the plan's CRS does not reach."""
        x, y = self._both_ways[0](lon, lat)
        return float(x), float(y)

    def to_wgs84(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of a place of the plan, in degrees."""
        lon, lat = self._both_ways[1](x, y)
        return float(lon), float(lat)

    def outside_m(self, shape: shapely.Geometry) -> float:
        """How far outside the plan the farthest part of a shape lies, in m; 0.0 inside."""
        if shapely.covers(self.outline, shape):
            return 0.0
        ends = shapely.points(shapely.get_coordinates(shape))
        return float(shapely.distance(self.outline, ends).max())


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPlace:
    """
    A drawn place as it may be entered.

    Attributes
    ----------
    geometry
        GeoJSON in the plan's CRS, to the centimetre; two coordinates a vertex, rings closed.
    sent
        GeoJSON as it was sent, reduced to kind and coordinates.
    system
        Of what was sent: ``wgs84`` or ``plan``.
    outside_m
        How far its farthest vertex lies outside the plan; 0.0 inside.
    notes
        What was changed.
    """

    geometry: dict[str, Any]
    sent: dict[str, Any]
    system: System
    outside_m: float
    notes: tuple[IntakeNote, ...] = ()

    @property
    def shape(self) -> shapely.Geometry:
        """The place as a shape in the plan's CRS."""
        return _shape(self.geometry["type"], self.geometry["coordinates"])


def take_geometry(
    said: str | bytes | Mapping[str, Any],
    area: NoticeArea,
    system: System | None = None,
) -> DrawnPlace:
    """
    A place that somebody drew, in the plan's CRS.

    Parameters
    ----------
    said
        GeoJSON: a geometry, a feature, or a collection of one feature; text, or parsed already.
    system
        ``wgs84`` (longitude, latitude) or ``plan``; None tells them apart: degrees unless the plan has a
        grid of its own or a number is larger than degrees are.

    Raises
    ------
    IntakeError
        If it is no point, line or area; too large, too deep, not finite; crosses itself or has no size;
        or lies more than `Limits.margin_m` outside the plan.
    """
    kind, given = _coordinates(_parsed(said))
    rings, dropped = _vertices(kind, given)
    found: System = system or _told_apart(rings, area)
    if found == "wgs84" and area.local:
        raise refused("geometry.local")
    notes = [note("geometry.heights")] if dropped else []
    if kind == "Polygon" and any(ring[0] != ring[-1] for ring in rings):
        rings = [ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in rings]
        notes.append(note("geometry.closed"))
    placed = [[_placed(vertex, found, area) for vertex in ring] for ring in rings]
    coordinates = _nested(kind, placed)
    shape = _checked_shape(kind, coordinates)
    outside = area.outside_m(shape)
    if outside > LIMITS.margin_m:
        raise refused("geometry.outside", metres=number(outside, 0), most=number(LIMITS.margin_m, 0))
    return DrawnPlace(
        geometry={"type": kind, "coordinates": coordinates},
        sent={"type": kind, "coordinates": given},
        system=found,
        outside_m=round(outside, _DECIMALS),
        notes=tuple(notes),
    )


def _parsed(said: str | bytes | Mapping[str, Any]) -> Any:
    if not isinstance(said, str | bytes):
        return said
    if len(said) > LIMITS.geometry_bytes:
        raise refused("geometry.large", size=size(len(said)), most=LIMITS.geometry_vertices)
    try:
        text = said.decode() if isinstance(said, bytes) else said
    except UnicodeDecodeError:
        raise refused("json.broken") from None
    # A vertex has one bracket and two or three commas; the rest of a feature has some more.
    return bounded_json(text, LIMITS.json_depth, 8 * LIMITS.geometry_vertices)


def _coordinates(value: Any) -> tuple[str, Any]:
    """Kind and coordinates of a geometry, of a feature, or of a collection of one feature."""
    for _ in range(_DEPTH):
        if not isinstance(value, dict):
            break
        kind = value.get("type")
        if kind == "Feature":
            value = value.get("geometry")
        elif (
            kind == "FeatureCollection"
            and isinstance(value.get("features"), list)
            and len(value["features"]) == 1
        ):
            value = value["features"][0]
        elif isinstance(kind, str) and kind in _NESTING:
            return kind, value.get("coordinates")
        else:
            break
    raise refused("geometry.kind")


def _vertices(kind: str, given: Any) -> tuple[list[Ring], bool]:
    """The vertices, ring by ring, and whether heights were left out; counted before they are looked at."""
    nesting = _NESTING[kind]
    parts = {0: [[given]], 1: [given], 2: given}[nesting]
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        raise refused("geometry.kind")
    count = sum(len(part) for part in parts)
    if count > LIMITS.geometry_vertices:
        raise refused("geometry.vertices", count=f"{count:,}", most=LIMITS.geometry_vertices)
    heights = any(isinstance(vertex, list | tuple) and len(vertex) == 3 for part in parts for vertex in part)
    return [[_numbers(vertex) for vertex in part] for part in parts], heights


def _numbers(vertex: Any) -> tuple[float, float]:
    if not isinstance(vertex, list | tuple) or len(vertex) not in {2, 3}:
        raise refused("geometry.kind")
    try:
        numbers = [
            float(value) for value in vertex if isinstance(value, int | float) and not isinstance(value, bool)
        ]
    except OverflowError:
        raise refused("geometry.number") from None
    if len(numbers) != len(vertex) or not all(math.isfinite(number) for number in numbers):
        raise refused("geometry.number")
    return numbers[0], numbers[1]


def _told_apart(rings: list[Ring], area: NoticeArea) -> System:
    """Degrees fit into 180 by 90; no projected CRS puts a plan so near to its origin."""
    like_degrees = all(abs(x) <= 180 and abs(y) <= 90 for ring in rings for x, y in ring)
    return "wgs84" if like_degrees and not area.local else "plan"


def _placed(vertex: tuple[float, float], system: System, area: NoticeArea) -> list[float]:
    x, y = vertex
    if system == "wgs84":
        if not (abs(x) <= 180 and abs(y) <= 90):
            raise refused("geometry.degrees")
        x, y = area.to_plan(x, y)
    if not (math.isfinite(x) and math.isfinite(y)) or max(abs(x), abs(y)) > 1e9:
        raise refused("geometry.number")
    return [round(x, _DECIMALS), round(y, _DECIMALS)]


def _nested(kind: str, placed: list[list[list[float]]]) -> Any:
    return {"Point": placed[0][0], "LineString": placed[0], "Polygon": placed}[kind]


def _checked_shape(kind: str, coordinates: Any) -> shapely.Geometry:
    """The shape; refused where it has no size, or an area crosses itself."""
    distinct = {tuple(vertex) for vertex in coordinates[0]} if kind == "Polygon" else set()
    if kind == "Polygon" and (len(distinct) < 3 or any(len(ring) < 4 for ring in coordinates)):
        raise refused("geometry.flat")
    if kind == "LineString" and len({tuple(vertex) for vertex in coordinates}) < 2:
        raise refused("geometry.flat")
    shape = _shape(kind, coordinates)
    if not shapely.is_valid(shape):
        raise refused("geometry.crossing")
    if kind == "Polygon" and shapely.area(shape) < 0.01:
        raise refused("geometry.flat")
    return shape


def _shape(kind: str, coordinates: Any) -> shapely.Geometry:
    if kind == "Point":
        return shapely.Point(coordinates)
    if kind == "LineString":
        return shapely.LineString(coordinates)
    return shapely.Polygon(coordinates[0], coordinates[1:])
