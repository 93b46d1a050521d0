"""
In which reference system an office's coordinates are, from what is declared, written and drawn.

A Chinese easting tells its zone by two digits before it, or not at all; a northing has seven digits, so
swapped axes show. What cannot be told is said, and the plan then stands in a local grid of metres.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from blockplan.datums import ACCURACY_M, to_wgs84
from blockplan.errors import MappingError
from blockplan.exchange.office.kilometres import to_metres
from blockplan.exchange.office.messages import Message, refused, worded
from blockplan.exchange.office.source import Findings, SourceFinding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.exchange.office.mapping import LayerChoice, Shift, SourceChoice
    from blockplan.exchange.office.source import SourceLayer

#: Northings of China, m, and eastings without a zone before them.
NORTHINGS = (1.8e6, 6.1e6)
EASTINGS = (1.0e5, 9.9e5)
#: EPSG code of 3-degree zone 25 and of 6-degree zone 13, with the zone in the easting.
_THREE = {"cgcs2000": 4513, "xian80": 2349, "beijing54": 2401}
_SIX = {"cgcs2000": 4491, "xian80": 2327, "beijing54": 21413}
CGCS2000 = 4490
_MERIDIAN = re.compile(
    r"(?:中央子午线|中央经线|中央经度|central[ _]?meridian|CM)\s*(?:为|是|[:：=_])?\s*[东E]?(?:经)?\s*"
    r"(\d{2,3}(?:\.\d+)?)\s*(?:[°度]\s*(?:(\d{1,2})\s*[′'分])?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"(?<!\d)(\d{2})\s*(?:号)?(?:度)?带(?!号)|带号\s*[:：=]?\s*(\d{2})(?!\d)")
_EPSG = re.compile(r"EPSG\s*[:：_ ]?\s*(\d{4,5})", re.IGNORECASE)
#: Words -> datum, in the order in which they count.
DATUM_WORDS = (
    (r"gcj-?\s*02|火星坐标|高德|腾讯地图|国测局加密|(?<![a-z])(?:amap|gaode|autonavi)(?![a-z])", "gcj02"),
    (r"bd-?\s*09|百度|(?<![a-z])baidu(?![a-z])", "bd09"),
    (r"西安\s*80|西安1980|1980\s*西安|xian\s*1?9?80|80\s*西安|80坐标", "xian80"),
    (r"北京\s*54|北京1954|1954\s*北京|beijing\s*1?9?54|54坐标", "beijing54"),
    (r"cgcs\s*2000|国家2000|2000国家大地|大地2000|2000坐标", "cgcs2000"),
    (r"wgs\s*-?\s*84", "wgs84"),
    (r"地方坐标|独立坐标|城市坐标|城建坐标|本地坐标", "local"),
)
#: EPSG code of ETRS89 in UTM with the zone in the easting, as Germany has it; China ends south of it there.
_GERMAN = {31: 5649, 32: 4647, 33: 5650}
_GERMAN_FROM = 5.2e6
_WITHOUT_ZONE = {"cgcs2000": 4534, "xian80": 2370, "beijing54": 2422}
_FIRST_MERIDIAN = 75
#: About the islands of Japan, in degrees; drawn by hand through the sea.
JAPAN = shapely.Polygon(
    [(122.8, 24.2), (131.6, 23.5), (143, 24), (149, 44.5), (146, 45.6), (140.5, 45.75), (139, 43),
     (136, 38.6), (131.5, 36.4), (129.4, 34.95), (128.2, 34), (127, 32), (122.8, 24.6)]
)  # fmt: skip
#: EPSG code of JGD2011 in UTM zone 51; the others follow.
_JGD2011_UTM_51 = 6688


@dataclass(slots=True)
class StatedDatum:
    """What texts of the folder say: central meridian (degrees), zone, datum, an EPSG code."""

    meridian: float | None = None
    zone: int | None = None
    datum: str = ""
    epsg: int | None = None


@dataclass(slots=True)
class PlacedLayers:
    """The reference system of the layers (None is a local grid), and how that was found."""

    crs: pyproj.CRS | None
    why: str
    findings: Findings = field(default_factory=Findings)


def said_in(texts: Iterable[str]) -> StatedDatum:
    """
    What texts say of the reference system.

    Examples
    --------
    >>> said = said_in(["坐标系：2000国家大地坐标系，中央子午线117°，1985国家高程基准"])
    >>> said.meridian, said.datum
    (117.0, 'cgcs2000')
    >>> said_in(["第39带"]).zone, said_in(["CM_116°20′"]).meridian
    (39, 116.33333333333333)
    """
    found = StatedDatum()
    for text in texts:
        meridian = _MERIDIAN.search(text)
        if meridian and found.meridian is None and 70 <= float(meridian[1]) <= 140:
            found.meridian = float(meridian[1]) + float(meridian[2] or 0) / 60
        zone = _ZONE.search(text)
        if zone and found.zone is None and int(zone[1] or zone[2]) in range(13, 46):
            found.zone = int(zone[1] or zone[2])
        code = _EPSG.search(text)
        if code and found.epsg is None:
            found.epsg = int(code[1])
        if not found.datum:
            found.datum = next(
                (datum for words, datum in DATUM_WORDS if re.search(words, text, re.IGNORECASE)), ""
            )
    return found


def place(
    layers: list[tuple[SourceLayer, LayerChoice]], given: SourceChoice, said: StatedDatum, target: str
) -> PlacedLayers:
    """
    Bring all drawn layers into one reference system in metres, east first; frames are changed in place.

    Parameters
    ----------
    layers
        Drawn layers and what they are, the parcels first.
    target
        Reference system of the plan where the mapping names one; "" takes that of the parcels.

    Raises
    ------
    MappingError
        If a name of a reference system is none.
    """
    result = PlacedLayers(None, worded("no_layer_is_drawn"))
    result.findings += to_metres(layers) if given.shift is None else []
    target = _told_since(layers, given, target)
    unplaced: list[tuple[SourceLayer, LayerChoice]] = []
    for layer, choice in layers:
        crs, why = _crs_of(layer, choice, given, said, result)
        choice.crs = choice.crs or ("local" if crs is None else name_of(crs))
        _set(layer, crs)
        if crs is None:
            unplaced.append((layer, choice))
        if result.why == worded("no_layer_is_drawn"):
            result.why = why
    if target and target != "local":
        result.crs = _parsed(target)
    elif target != "local" and layers:
        result.crs = _metres(layers[0][0])
    for layer, choice in unplaced:
        if result.crs is not None and layer is not layers[0][0]:
            _neighbour(layer, layers, result, choice)
    _shifted_layers(layers, result, given)
    for layer, _ in layers:
        _into(layer, result)
    return result


def _told_since(layers: list[tuple[SourceLayer, LayerChoice]], given: SourceChoice, target: str) -> str:
    """The plan's reference system, with no local grid of an earlier import where [source] says more now."""
    if given.shift is None and given.crs in {"", "local"}:
        return target
    for _, choice in layers:
        choice.crs = "" if choice.crs == "local" else choice.crs
    return "" if target == "local" else target


def name_of(crs: pyproj.CRS) -> str:
    """A reference system as the mapping names it."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.to_string()


def _parsed(text: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError:
        raise refused(MappingError, "no_coordinate_reference_system", text=text[:80]) from None


def _finding(layer: SourceLayer, grade: Any, message: Message, **more: Any) -> SourceFinding:
    return SourceFinding("office-crs", grade, message, **layer.place, **more)


def _declared(layer: SourceLayer) -> pyproj.CRS | None:
    frame: Any = layer.frame
    return frame.crs  # type: ignore[no-any-return]


def _set(layer: SourceLayer, crs: pyproj.CRS | None) -> None:
    frame: Any = layer.frame
    layer.frame = frame.set_crs(crs, allow_override=True)


def _shapes(layer: SourceLayer) -> NDArray[np.object_]:
    frame: Any = layer.frame
    return frame.geometry.to_numpy()  # type: ignore[no-any-return]


def _middle(layer: SourceLayer) -> tuple[float, float]:
    bounds: NDArray[np.float64] = shapely.bounds(_shapes(layer))
    return float(np.median(bounds[:, [0, 2]])), float(np.median(bounds[:, [1, 3]]))


def _swap(layer: SourceLayer) -> None:
    shapes = shapely.transform(_shapes(layer), lambda points: points[:, ::-1])
    frame: Any = layer.frame
    layer.frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))


def is_swapped(x: float, y: float) -> bool:
    """
    Whether the middle of a layer shows that north stands first.

    A northing of China then stands where the easting should be.

    Examples
    --------
    >>> is_swapped(4_400_000, 500_000), is_swapped(500_000, 4_400_000), is_swapped(39.9, 116.4)
    (True, False, True)
    >>> is_swapped(4_400_000, 39_500_000)
    True
    """
    if abs(x) <= 90 and abs(y) <= 180 and 70 <= y <= 140 and 3 <= x <= 56:
        return True
    north_first = NORTHINGS[0] <= x <= NORTHINGS[1]
    return north_first and (EASTINGS[0] <= y <= EASTINGS[1] or 1.3e7 <= y <= 4.6e7)


def _crs_of(
    layer: SourceLayer, choice: LayerChoice, given: SourceChoice, said: StatedDatum, result: PlacedLayers
) -> tuple[pyproj.CRS | None, str]:
    if not len(layer.frame):
        return _declared(layer), "declared"
    x, y = _middle(layer)
    if given.swapped or (given.swapped is None and is_swapped(x, y)):
        _swap(layer)
        x, y = y, x
        result.findings.append(
            _finding(
                layer,
                "warning",
                worded("north_first_in_coordinates"),
                x=x,
                y=y,
            )
        )
    if given.shift is not None and not choice.crs:
        _shift(layer, given.shift)
        return _parsed(given.shift.to), worded("transformed_as_the_mapping_says")
    named = choice.crs or given.crs
    if named:
        return (None if named == "local" else _parsed(named)), worded("named_in_the_mapping")
    declared = _declared(layer)
    if declared is not None and _fits(declared, x, y):
        _doubt(layer, declared, result)
        return declared, worded("declared", name=declared.name)
    found, why = _from_coordinates(x, y, said)
    at = worded("its_coordinates_about", x=x, y=y)
    if declared is not None:
        taken = found.name if found is not None else worded("a_local_grid")
        grade = "warning"
        message = worded("declared_system_impossible", name=declared.name, at=at, taken=taken, why=why)
    elif found is None:
        grade = "warning"
        message = worded("no_system_declared_none_told", at=at, why=why)
    else:
        grade = "note"
        message = worded("no_system_declared_one_taken", name=found.name, why=why)
    result.findings.append(_finding(layer, grade, message, x=x, y=y))
    return found, why


def _fits(crs: pyproj.CRS, x: float, y: float) -> bool:
    """
    Whether coordinates can be in a reference system: degrees, or the easting's
    zone and the area of use.
    """
    if crs.is_geographic:
        return abs(x) <= 180 and abs(y) <= 90
    if not crs.is_projected:
        return True
    if abs(x) <= 180 and abs(y) <= 90:
        return False
    operation = crs.coordinate_operation
    if operation is None or "Transverse" not in operation.method_name:
        return True
    false_eastings = [one.value for one in operation.params if one.name == "False easting"]
    # A transverse Mercator zone reaches 5 degrees to either side at most, one of China 3.
    reach = 4e5 if re.search(r"CGCS|xian|beijing", crs.name, re.IGNORECASE) else 6e5
    return not false_eastings or abs(x - float(false_eastings[0])) < reach


def _doubt(layer: SourceLayer, crs: pyproj.CRS, result: PlacedLayers) -> None:
    datum = (
        str(crs.geodetic_crs.datum.name) if crs.geodetic_crs is not None and crs.geodetic_crs.datum else ""
    )
    if re.search(r"xian|beijing", datum, re.IGNORECASE):
        result.findings.append(
            _finding(
                layer,
                "note",
                worded("datum_without_published_shift", name=crs.name),
            )
        )


def _from_coordinates(x: float, y: float, said: StatedDatum) -> tuple[pyproj.CRS | None, str]:
    if said.epsg and _fits(_parsed(f"EPSG:{said.epsg}"), x, y):
        return _parsed(f"EPSG:{said.epsg}"), worded("the_folder_says_epsg", epsg=said.epsg)
    if abs(x) <= 180 and abs(y) <= 90:
        return pyproj.CRS.from_epsg(CGCS2000), worded("longitude_and_latitude")
    if not NORTHINGS[0] <= y <= NORTHINGS[1]:
        return None, worded("an_office_s_own_grid")
    datum = said.datum if said.datum in _WITHOUT_ZONE else "cgcs2000"
    zone = int(x // 1e6)
    if 13 <= zone <= 45:
        return _with_zone(datum, zone, y), worded("easting_with_zone", zone=zone)
    meridian = said.meridian
    if meridian is None and said.zone:
        meridian = 3.0 * said.zone if said.zone >= 25 else 6.0 * said.zone - 3
    if EASTINGS[0] <= x <= EASTINGS[1] and meridian is not None and said.datum != "local":
        return without_zone(datum, meridian), worded("the_folder_says_central_meridian", meridian=meridian)
    taken_off = worded("false_easting_may_be_taken_off")
    unsaid = worded("easting_without_zone")
    return None, taken_off if abs(x) < EASTINGS[0] else unsaid


def _with_zone(datum: str, zone: int, northing: float) -> pyproj.CRS:
    if zone in _GERMAN and northing > _GERMAN_FROM:
        return pyproj.CRS.from_epsg(_GERMAN[zone])
    if zone < 25:
        return pyproj.CRS.from_epsg(_SIX[datum] + zone - 13)
    return pyproj.CRS.from_epsg(_THREE[datum] + zone - 25)


def without_zone(datum: str, meridian: float) -> pyproj.CRS:
    """
    The zone of a central meridian, also one that is no multiple of three degrees.

    Examples
    --------
    >>> without_zone("cgcs2000", 117).to_epsg(), without_zone("xian80", 117).to_epsg()
    (4548, 2384)
    >>> without_zone("cgcs2000", 116.5).to_epsg() is None
    True
    """
    number = (meridian - _FIRST_MERIDIAN) / 3
    if number.is_integer() and 0 <= number <= 20:
        return pyproj.CRS.from_epsg(_WITHOUT_ZONE[datum] + int(number))
    ellipsoid = {"cgcs2000": "GRS80", "xian80": "IAU76", "beijing54": "krass"}[datum]
    return pyproj.CRS.from_user_input(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian:.10g} +k=1 +x_0=500000 +y_0=0 +ellps={ellipsoid} +units=m "
        "+no_defs"
    )


def _metres(layer: SourceLayer) -> pyproj.CRS | None:
    """The reference system of the plan: that of the parcels, or the 3-degree zone of their middle."""
    crs = _declared(layer)
    if crs is None or not crs.is_geographic:
        if crs is None or (not crs.is_compound and len(crs.axis_info) == 2):
            return crs
        flat = crs.to_2d()
        return flat.sub_crs_list[0] if flat.is_compound else flat
    lon, lat = _middle(layer)
    if JAPAN.contains(shapely.Point(lon, lat)):
        return pyproj.CRS.from_epsg(_JGD2011_UTM_51 + int((lon + 180) // 6) + 1 - 51)
    if 73 <= lon <= 136 and 3 <= lat <= 54:
        return without_zone("cgcs2000", 3.0 * round(lon / 3))
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + int((lon + 180) // 6) + 1)


def _shift(layer: SourceLayer, shift: Shift) -> None:
    turn = math.radians(shift.rotation_s / 3600)
    cos, sin = math.cos(turn) * shift.scale, math.sin(turn) * shift.scale
    matrix = [cos, -sin, sin, cos, shift.dx, shift.dy]
    frame: Any = layer.frame
    layer.frame = frame.set_geometry(frame.geometry.affine_transform(matrix))


def _neighbour(
    layer: SourceLayer,
    layers: list[tuple[SourceLayer, LayerChoice]],
    result: PlacedLayers,
    choice: LayerChoice,
) -> None:
    """A layer that declares nothing and lies among the others is in their reference system."""
    other = layers[0][0]
    crs = _declared(other)
    if crs is None or crs.is_geographic or not _near(layer, other):
        return
    _set(layer, crs)
    choice.crs = name_of(crs)
    mine = (layer.file, layer.name, "office-crs")
    result.findings[:] = [one for one in result.findings if (one.file, one.layer, one.rule) != mine]
    message = worded("no_system_declared_that_of_parcels_taken", crs=choice.crs)
    result.findings.append(_finding(layer, "note", message))


def _near(one: SourceLayer, other: SourceLayer) -> bool:
    mine: Any = one.frame
    theirs: Any = other.frame
    west, south, east, north = theirs.total_bounds
    reach = max(east - west, north - south, 1000.0)
    left, low, right, top = mine.total_bounds
    return bool(left < east + reach and right > west - reach and low < north + reach and top > south - reach)


def _shifted_layers(
    layers: list[tuple[SourceLayer, LayerChoice]], result: PlacedLayers, given: SourceChoice
) -> None:
    """Layers in degrees whose coordinates a map service has shifted: said so, or seen against the parcels."""
    reference = layers[0][0] if layers else None
    for layer, _ in layers:
        frame: Any = layer.frame
        datum: Any
        why: str
        if frame.crs is None or not frame.crs.is_geographic or not len(frame):
            continue
        words = f"{layer.file} {layer.name} {' '.join(layer.fields)} {' '.join(layer.remarks)}"
        datum = given.datum or said_in([words]).datum
        why = worded("the_mapping_says_so") if given.datum else worded("its_name_says_so")
        if datum not in {"gcj02", "bd09"} and reference is not None and layer is not reference:
            datum, why = _seen_shifted(layer, reference)
        if datum in {"gcj02", "bd09"}:
            _unshift(layer, datum)
            result.findings.append(
                _finding(
                    layer,
                    "warning",
                    worded(
                        "converted_to_cgcs2000",
                        datum=datum.upper(),
                        why=why,
                        m=ACCURACY_M[datum],
                    ),
                    measured=ACCURACY_M[datum],
                )
            )


def _unshift(layer: SourceLayer, datum: Any) -> None:
    frame: Any = layer.frame

    def turned(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([to_wgs84(float(lon), float(lat), datum) for lon, lat in points]).reshape(-1, 2)

    layer.frame = frame.set_geometry(
        gpd.GeoSeries(shapely.transform(frame.geometry.to_numpy(), turned), crs=frame.crs)
    )


def _seen_shifted(layer: SourceLayer, reference: SourceLayer) -> tuple[str, str]:
    """Whether a layer lies on the parcels only after a map service's shift is taken back."""
    theirs: Any = reference.frame
    mine: Any = layer.frame
    if theirs.crs is None:
        return "", ""
    ground = shapely.convex_hull(
        shapely.union_all(shapely.envelope(theirs.to_crs(CGCS2000).geometry.to_numpy()))
    )
    shapely.prepare(ground)
    points = mine.geometry.representative_point()
    inside = float(shapely.contains(ground, points.to_numpy()).mean())
    for datum in ("gcj02", "bd09"):
        moved = shapely.points([to_wgs84(one.x, one.y, datum) for one in points])
        after = float(shapely.contains(ground, moved).mean())
        if after >= 0.9 and after - inside > 0.3:
            return datum, worded("share_on_planned_land_after", after=after, before=inside)
    return "", ""


def _into(layer: SourceLayer, result: PlacedLayers) -> None:
    frame: Any = layer.frame
    if result.crs is None or frame.crs is None:
        layer.frame = frame.set_crs(None, allow_override=True)
        return
    if frame.crs.equals(result.crs, ignore_axis_order=True):
        layer.frame = frame.set_crs(result.crs, allow_override=True)
        return
    group = pyproj.transformer.TransformerGroup(frame.crs, result.crs, always_xy=True)
    accuracy = group.transformers[0].accuracy if group.transformers else -1
    before = frame.crs.name
    layer.frame = frame.to_crs(result.crs)
    said = worded("accuracy_about_m", m=accuracy) if accuracy >= 0 else worded("accuracy_unknown")
    if re.search(r"beijing|xian|krass", before, re.IGNORECASE) or accuracy > 2:
        result.findings.append(
            _finding(
                layer,
                "warning",
                worded("layer_transformed", before=before, after=result.crs.name, how=said),
            )
        )
