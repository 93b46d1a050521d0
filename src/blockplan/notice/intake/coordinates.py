"""
Coordinates as people type them: decimal or in degrees and minutes, in either order, in three languages.

`typed_numbers` only reads; `locate` finds out which number is which by where the plan lies, and converts.
Both what was typed and what was made of it are given back, for the record.

>>> typed_numbers("北纬39°54′29″ 东经116°23′50″")
((39.908055555555556, 'lat'), (116.39722222222223, 'lon'))
>>> typed_numbers("116.397，39.908")
((116.397, ''), (39.908, ''))
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.datums import ACCURACY_M, to_wgs84, wgs84_to_gcj02
from blockplan.figures import number
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.refusals import IntakeNote, note, refused
from blockplan.notice.intake.texts_in import folded

if TYPE_CHECKING:
    from blockplan.datums import Datum
    from blockplan.notice.intake.geometry_in import NoticeArea

#: Longer texts are no coordinates.
_LONGEST = 120
#: Ways to write marks and sides; longer ones first, since one may begin another.
_WORDS = {
    "北纬": "n", "南纬": "s", "东经": "e", "西经": "w", "纬度": "<lat>", "经度": "<lon>", "latitude": "<lat>",
    "longitude": "<lon>", "lat": "<lat>", "lng": "<lon>", "lon": "<lon>", "geo:": "",
    "度": "°", "分": "'", "秒": '"',
    "′′": '"', "''": '"', "′": "'", "’": "'", "‘": "'", "”": '"', "“": '"', "、": ",", "。": ".",
}  # fmt: skip
_WORD = re.compile("|".join(map(re.escape, sorted(_WORDS, key=len, reverse=True))))
#: What folding would make a letter of.
_RINGS = str.maketrans("º˚", "°°")
_ORDERS = {"lat_lon": "place.lat_lon", "lon_lat": "place.lon_lat", "x_y": "place.x_y", "y_x": "place.y_x"}
_TOKEN = re.compile(
    r"\s*(?:(?P<side>[nsew](?![a-z]))|<(?P<axis>lat|lon|x|y)>\s*[:=]?|(?P<number>[+-]?\d{1,12}(?:\.\d{1,15})?)"
    r"|(?P<mark>[°'\"])|(?P<gap>[,;/|]))",
    re.IGNORECASE,
)
_COMMAS = re.compile(r"\s*([+-]?\d+),(\d{2,})[\s;]+([+-]?\d+),(\d{2,})\s*")
_LABEL = re.compile(r"(?<![a-z0-9])([xy])\s*(?=[:=]?\s*[+-]?\d)", re.IGNORECASE)
_AXES = {"n": ("lat", 1), "s": ("lat", -1), "e": ("lon", 1), "w": ("lon", -1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPlace:
    """
    A typed place, as typed and as converted.

    Attributes
    ----------
    numbers
        The two numbers read from it, in the order in which they stand: degrees, or metres.
    datum
        Which the numbers are taken to carry.
    order
        ``lat_lon``, ``lon_lat``, ``x_y`` (east first) or ``y_x``.
    x, y
        East and north in the plan's CRS, in m.
    lon, lat
        WGS 84, in degrees; None where the plan has a grid of its own.
    accuracy_m
        How far off the conversion may be; None where nothing was converted.
    outside_m
        Distance from the plan; 0.0 inside.
    notes
        What was assumed.
    """

    said: str
    numbers: tuple[float, float]
    datum: Datum
    order: str
    x: float
    y: float
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    outside_m: float
    notes: tuple[IntakeNote, ...] = ()

    def log(self) -> dict[str, Any]:
        """What the record keeps of it: typed and converted."""
        return {
            "said": self.said,
            "numbers": list(self.numbers),
            "datum": self.datum,
            "order": self.order,
            "plan": [round(self.x, 2), round(self.y, 2)],
            "wgs84": None
            if self.lon is None or self.lat is None
            else [round(self.lon, 8), round(self.lat, 8)],
            "accuracy_m": self.accuracy_m,
        }


def near_enough(typed: TypedPlace) -> None:
    """See that a typed place lies no farther outside the plan than a drawn one may; IntakeError otherwise."""
    if typed.outside_m > LIMITS.margin_m:
        raise refused("geometry.outside", metres=number(typed.outside_m, 0), most=number(LIMITS.margin_m, 0))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read two numbers."""

    order: str
    x: float
    y: float
    outside_m: float


def typed_numbers(said: str) -> tuple[tuple[float, str], tuple[float, str]] | None:
    """
    The two numbers of a typed place, each with its axis: ``lat``, ``lon``, ``x``, ``y``, or "" if unsaid.

    None where the text is no pair of coordinates: it is words then.

    Examples
    --------
    >>> typed_numbers("N39 54.5 E116 23.8")
    ((39.90833333333333, 'lat'), (116.39666666666666, 'lon'))
    >>> typed_numbers("39,908 116,397"), typed_numbers("12 Main Street 3")
    (((39.908, ''), (116.397, '')), None)
    """
    if len(said) > _LONGEST:
        return None
    text = _WORD.sub(lambda word: _WORDS[word[0]], folded(said.translate(_RINGS)))
    if commas := _COMMAS.fullmatch(text):
        text = "{}.{} {}.{}".format(*commas.groups())
    tokens = _tokens(_LABEL.sub(lambda found: f"<{found[1]}>", text))
    if tokens is None:
        return None
    angles = _angles(tokens)
    if len(angles) != 2:
        return None
    first, second = _value(angles[0]), _value(angles[1])
    if first is None or second is None:
        return None
    # Both say which they are, and not the same, or neither does.
    if bool(first[1]) is not bool(second[1]) or (first[1] and first[1] == second[1]):
        return None
    return first, second


def locate(said: str, area: NoticeArea, datum: Datum | None = None) -> TypedPlace | None:
    """
    Where typed coordinates lie; None where the text is no pair of coordinates.

    Parameters
    ----------
    datum
        Which the submitter says they carry; None takes metres of the plan where a number is larger than
        degrees are, and WGS 84 else.

    Raises
    ------
    IntakeError
        If they are degrees and the plan has a grid of its own, or no place on the earth.
    """
    found = typed_numbers(said)
    if found is None:
        return None
    (one, first), (other, second) = found
    notes: list[IntakeNote] = []
    taken = datum is None
    if datum is None:
        metres = area.local or max(abs(one), abs(other)) > 180
        datum = "plan" if metres else "wgs84"
    if datum != "plan" and area.local:
        raise refused("geometry.local")
    readings = _as_metres(one, other, area) if datum == "plan" else _as_degrees(found, area, datum)
    if not readings:
        raise refused("place.nowhere")
    best = min(readings, key=lambda reading: reading.outside_m)
    lon, lat = (None, None) if area.local else area.to_wgs84(best.x, best.y)
    # Outside of China maps on phones shift nothing.
    shifted = lon is not None and lat is not None and wgs84_to_gcj02(lon, lat) != (lon, lat)
    if taken and datum == "wgs84" and shifted:
        notes.append(note("place.wgs84"))
    if len(readings) > 1 and first == second == "":
        notes.append(note(_ORDERS[best.order]))
    return TypedPlace(
        said=said,
        numbers=(one, other),
        datum=datum,
        order=best.order,
        x=best.x,
        y=best.y,
        lon=lon,
        lat=lat,
        accuracy_m=ACCURACY_M[datum],
        outside_m=round(best.outside_m, 2),
        notes=tuple(notes),
    )


def _as_degrees(
    found: tuple[tuple[float, str], tuple[float, str]], area: NoticeArea, datum: Datum
) -> list[_Reading]:
    (one, first), (other, second) = found
    readings = []
    if first not in {"lon", "x"} and second not in {"lat", "y"}:
        readings.append(_degrees("lat_lon", other, one, area, datum))
    if first not in {"lat", "y"} and second not in {"lon", "x"}:
        readings.append(_degrees("lon_lat", one, other, area, datum))
    return [reading for reading in readings if reading is not None]


def _degrees(order: str, lon: float, lat: float, area: NoticeArea, datum: Datum) -> _Reading | None:
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    x, y = area.to_plan(*to_wgs84(lon, lat, datum))
    return _reading(order, x, y, area)


def _as_metres(one: float, other: float, area: NoticeArea) -> list[_Reading]:
    """
    East and north in either order, the east with or without the number of its zone.

    Surveyors of China and Japan call the north X, so a label decides nothing here: the area does.
    """
    zone = math.floor(shapely.get_coordinates(area.outline)[0][0] / 1e6) * 1e6
    readings = []
    for order, x, y in (("x_y", one, other), ("y_x", other, one)):
        for east in dict.fromkeys((x, x % 1e6 + zone)):
            reading = _reading(order, east, y, area)
            readings += [reading] if reading else []
    return readings


def _reading(order: str, x: float, y: float, area: NoticeArea) -> _Reading | None:
    if not (math.isfinite(x) and math.isfinite(y)) or max(abs(x), abs(y)) > 1e9:
        return None
    return _Reading(order, x, y, float(shapely.distance(area.outline, shapely.Point(x, y))))


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """(kind, text) of each part; None where something else stands in it."""
    found = []
    at = 0
    text = text.strip(" .,;()[]")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            return None
        found += [(kind, value.lower()) for kind, value in match.groupdict().items() if value is not None]
        at = match.end()
    return found


def _angles(tokens: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The tokens of each number, which may have degrees, minutes, seconds and a side of the earth."""
    sides = [kind in {"side", "axis"} for kind, _ in tokens if kind not in {"gap"}]
    before = bool(sides) and sides[0]
    marked = any(token == ("mark", "°") for token in tokens)
    angles: list[list[tuple[str, str]]] = [[]]
    for at, (kind, value) in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ("", "")
        if kind == "gap":
            begins = True
        elif any(sides):
            begins = before and kind in {"side", "axis"}
        else:
            begins = kind == "number" and (not marked or following == ("mark", "°"))
        if begins and angles[-1]:
            angles.append([])
        if kind != "gap":
            angles[-1].append((kind, value))
        if any(sides) and not before and kind == "side":
            angles.append([])
    return [angle for angle in angles if angle]


def _value(angle: list[tuple[str, str]]) -> tuple[float, str] | None:
    numbers = [value for kind, value in angle if kind == "number"]
    sides = [value for kind, value in angle if kind in {"side", "axis"}]
    if not 1 <= len(numbers) <= 3 or len(sides) > 1:
        return None
    parts = [float(number) for number in numbers]
    if any("." in number for number in numbers[:-1]) or any(not 0 <= part < 60 for part in parts[1:]):
        return None
    size = sum(abs(part) / 60**power for power, part in enumerate(parts))
    sign = -1 if numbers[0].startswith("-") else 1
    axis, side = _AXES.get(sides[0], (sides[0], 1)) if sides else ("", 1)
    return sign * side * size, axis
