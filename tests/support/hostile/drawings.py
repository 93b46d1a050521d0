"""Drawn places that are no places, or too many of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.hostile.entries import CRASH, DISGUISE, GARBAGE, MEMORY, Hostile
from tests.support.hostile.words import million_vertices

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A place inside the area that `tests.hostile.test_geometry` asks about, in its grid.
X, Y = 500_050.0, 4_400_050.0


def _entry(name: str, value: object, code: str, never: str = CRASH) -> Hostile:
    text = value if isinstance(value, str | bytes) else json.dumps(value)
    return Hostile(f"geometry/{name}", "geometry", lambda: text, never, code)


def _of(kind: str, coordinates: object) -> dict[str, object]:
    return {"type": kind, "coordinates": coordinates}


def _in(geometry: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry}


def geometries() -> Iterator[Hostile]:
    """GeoJSON of one place."""
    point = '{"type": "Point", "coordinates": [%s]}'
    for name, numbers in {
        "nan": "NaN, 1", "infinity": "Infinity, 1", "minus-infinity": "1, -Infinity", "exponent": "1e999, 1",
        "digits": "9" * 9_999 + ", 1",
        "words": "nowhere, 1", "open": "1, ", "hex": "0x10, 1", "zeros": "007, 1", "plus": "+1, 1",
    }.items():  # fmt: skip
        yield _entry(f"text-{name}", point % numbers, "json.broken")
    broken: dict[str, str | bytes] = {
        "empty": "", "space": "  ", "half": '{"type": "Point", "coo', "trailing": point % "1, 1" + "x",
        "utf-16": (point % "1, 1").encode("utf-16"),
        "not-utf-8": b'{"type": "Poi\xff"}', "nul": "\x00", "single-quotes": "{'type': 'Point'}",
        "comments": '{/**/"type": "Point"}',
        "constructor": "new Point(1, 1)",
    }  # fmt: skip
    for name, text in broken.items():
        yield _entry(f"broken-{name}", text, "json.broken")
    shapeless: dict[str, object] = {
        "null": None, "number": 7, "text": '"Point"', "list": [1, 2], "no-type": {"coordinates": [1, 1]},
        "type-list": _of(["Point"], [1, 1]),  # type: ignore[arg-type]
        "unknown-type": _of("Circle", [1, 1]), "lower-case": _of("point", [1, 1]),
        "multi": _of("MultiPoint", [[1, 1]]),
        "collection": {"type": "GeometryCollection", "geometries": []}, "no-coordinates": {"type": "Point"},
        "coordinates-null": _of("Point", None),
        "coordinates-text": _of("Point", "11"), "coordinates-object": _of("Point", {"x": 1, "y": 1}),
        "one-number": _of("Point", [1]),
        "four-numbers": _of("Point", [1, 1, 1, 1]), "no-numbers": _of("Point", []),
        "line-of-nothing": _of("LineString", []),
        "line-flat": _of("LineString", [1, 1]), "line-deep": _of("LineString", [[[1, 1]]]),
        "polygon-of-nothing": _of("Polygon", []),
        "polygon-flat": _of("Polygon", [[1, 1]]), "polygon-empty-ring": _of("Polygon", [[]]),
        "feature-null": {"type": "Feature", "geometry": None},
        "feature-in-itself": _in(_in(_in({"type": "Feature"}))),
        "two-features": {"type": "FeatureCollection", "features": [{"type": "Feature"}] * 2},
        "no-features": {"type": "FeatureCollection", "features": []},
        "features-object": {"type": "FeatureCollection", "features": {"0": 1}},
        "topology": {"type": "Topology", "objects": {}},
    }  # fmt: skip
    for name, value in shapeless.items():
        yield _entry(f"shapeless-{name}", value, "geometry.kind")
    numbers_wrong: dict[str, object] = {
        "true": [True, False], "text": ["116.4", "39.9"], "null": [None, None], "list": [[1], [1]],
        "huge": [10**300, 1], "far": [2e9, 1],
    }  # fmt: skip
    for name, value in numbers_wrong.items():
        yield _entry(f"number-{name}", _of("Point", value), "geometry.number")
    a, b, c, d = [X, Y], [X + 10, Y], [X + 10, Y + 10], [X, Y + 10]
    square = [a, b, c, d, a]
    point_here = _of("Point", a)
    wrong = {
        "bow": ("Polygon", [[a, c, b, d, a]], "geometry.crossing"),
        "hole-outside": ("Polygon", [square, [[x + 50, y] for x, y in square]], "geometry.crossing"),
        "hole-twice": ("Polygon", [square, square], "geometry.crossing"),
        "spike": ("Polygon", [[a, b, c, b, a]], "geometry.crossing"),
        "point-ring": ("Polygon", [[[X, Y]] * 4], "geometry.flat"),
        "two-points": ("Polygon", [[[X, Y], [X + 1, Y], [X, Y]]], "geometry.flat"),
        "sliver": ("Polygon", [[[X, Y], [X + 10, Y], [X + 20, Y], [X, Y]]], "geometry.crossing"),
        "line-of-a-point": ("LineString", [[X, Y]] * 3, "geometry.flat"),
        "line-of-one": ("LineString", [[X, Y]], "geometry.flat"),
        "far-away": ("Point", [X + 5_000, Y], "geometry.outside"),
        "other-side": ("Point", [116.4, -39.9], "geometry.outside"),
        "pole": ("Point", [0, 90], "geometry.outside"),
        "swapped": ("Point", [39.9, 89.0], "geometry.outside"),
        "one-end-far": ("LineString", [[X, Y], [X, Y + 9_999]], "geometry.outside"),
        "zero": ("Point", [0, 0], "geometry.outside"),
        "world": ("Polygon", [[[90, 20], [140, 20], [140, 50], [90, 50]]], "geometry.outside"),
    }  # fmt: skip
    for name, (kind, coordinates, code) in wrong.items():
        yield _entry(f"wrong-{name}", _of(kind, coordinates), code, GARBAGE)
    yield _entry(
        "vertices-501", _of("LineString", [[X + n / 100, Y] for n in range(501)]), "geometry.vertices", MEMORY
    )
    yield _entry("vertices-in-rings", _of("Polygon", [[[X, Y]]] * 501), "geometry.vertices", MEMORY)
    yield Hostile("geometry/million", "geometry", million_vertices, MEMORY, "geometry.large")
    yield Hostile("geometry/brackets", "geometry", lambda: "[" * 100_000, MEMORY, "json.large")
    yield Hostile("geometry/objects", "geometry", lambda: '{"a":' * 3_000, MEMORY, "json.deep")
    yield Hostile("geometry/deep", "geometry", lambda: "[" * 1_000 + "]" * 1_000, MEMORY, "json.deep")
    yield Hostile("geometry/spaces", "geometry", lambda: " " * 10_000_000, MEMORY, "geometry.large")
    keys = ",".join(f'"{n}":1' for n in range(20_000))
    yield _entry("keys", f"{{{keys}}}", "json.large", MEMORY)
    harmless: dict[str, object] = {
        "foreign-keys": {**point_here, "__proto__": {"a": 1}, "constructor": "<script>alert(1)</script>"},
        "type-twice": f'{{"type": "Circle", "type": "Point", "coordinates": [{X}, {Y}]}}',
        "properties": {**_in(point_here), "properties": {"name": "<script>alert(1)</script>"}},
        "heights": _of("Point", [X, Y, 1e300]), "minus-zero": _of("LineString", [[X, Y], [X + 5, Y]]),
        "open-ring": _of("Polygon", [square[:-1]]),
        "backwards": _of("Polygon", [square[::-1]]), "just-outside": _of("Point", [X - 900, Y]),
    }  # fmt: skip
    for name, value in harmless.items():
        yield _entry(f"kept-{name}", value, "", DISGUISE)
