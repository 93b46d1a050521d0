"""
The layers of a plan as validation looks at them: which geometry can be judged, and with which tolerances.

Geometry that cannot be judged (missing, empty, of the wrong type, with
coordinates that are no numbers, with rings that cross) is reported once, here,
and kept out of every later test, so that one bad ring does not poison the rest.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.errors import PlanDataError
from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.layers import FARTHEST_M, LAYERS
from blockplan.plan.model.recall import by_row
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.plan.model.derived import Read
    from blockplan.plan.model.layers import GeometryKind, LayerSpec
    from blockplan.plan.model.plan import Plan

    Geometries = NDArray[np.object_]
    Rows = NDArray[np.intp]
    Mask = NDArray[np.bool_]

#: Type numbers of shapely that a kind of layer may hold (collections never).
TYPES: dict[GeometryKind, frozenset[int]] = {
    "point": frozenset({0, 4}),
    "line": frozenset({1, 2, 5}),
    "polygon": frozenset({3, 6}),
    "any": frozenset(range(7)),
}
TYPE_NAMES = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
#: A fault that this many features, and this share of those that could have it, have in common is one fault.
WHOLE_FROM = 5
WHOLE_SHARE = 0.9
LISTED = 5
#: A polygon smaller than a square of a millimetre encloses nothing, m2.
SMALLEST_M2 = 1e-6
#: Outlines with more points than this are looked at before they are judged: testing each edge against each
#: edge nearby may take hours where an outline is hatched to and fro.
INTRICATE_FROM = 100_000
MOST_CROSSINGS = 3e7
SAMPLED_EDGES = 24

#: What laying a plan out reads: where everything is, of every layer.
SHAPES: tuple[Read, ...] = (
    ("parcels", "declared_area_m2"),  # which of two parcels that overlap is drawn too large
    *((layer, what) for layer in LAYERS for what in ("geometry", "ids")),
)

_PLACE = re.compile(r"\[([-+0-9.eE]+) ([-+0-9.eE]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tolerances:
    """
    What validation lets pass; each may be set in ``[parameters]`` of ``plan.toml`` under its own name.

    Attributes
    ----------
    gap_tolerance_m2, overlap_tolerance_m2
        A gap or an overlap of the parcels up to this area is not reported.
    sliver_width_m
        A gap, an overlap or a strip outside that is nowhere wider is a sliver: all of them are one warning.
    inside_tolerance_m
        How far a feature may stand out of the boundary or the extent.
    declared_tolerance_share
        Largest difference of declared and drawn area, as a share of the drawn area.
    far_highest
        A floor area ratio above this is taken to be written in percent.
    residents_per_dwelling_highest
        More residents a dwelling than this are reported.
    street_touch_m
        An end of a street this close to another street joins it.
    street_snap_m, street_doubt_m
        An end of a street that stops short of another street by at most this length is a warning, a note.
    """

    gap_tolerance_m2: float = 1.0
    overlap_tolerance_m2: float = 1.0
    sliver_width_m: float = 0.05
    inside_tolerance_m: float = 0.001
    declared_tolerance_share: float = 0.005
    far_highest: float = 20.0
    residents_per_dwelling_highest: float = 10.0
    street_touch_m: float = 0.01
    street_snap_m: float = 1.0
    street_doubt_m: float = 3.0

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Tolerances:
        """
        The tolerances that a plan's parameters set; those that they leave out have their defaults.

        Raises
        ------
        PlanDataError
            If one is not a number of 0 or more.
        """
        given: dict[str, float] = {}
        for name in (each.name for each in fields(cls)):
            value = parameters.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
                raise PlanDataError(
                    f"parameters.{name} = {value!r} of plan.toml is no number of 0 or more.\n"
                    f"Correct it, or leave it out: the default is {getattr(cls(), name)}."
                )
            given[name] = float(value)
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    One layer: its ids (text), its geometries, and which of them can be judged.

    `geometry` holds what the later tests look at: where x and y were
    exchanged, it holds them set right.
    """

    name: str
    spec: LayerSpec
    frame: pd.DataFrame
    ids: Geometries
    geometry: Geometries
    usable: Mask

    @property
    def rows(self) -> Rows:
        """Positions of the features that can be judged."""
        return np.flatnonzero(self.usable)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A number column as floats; NaN where it is unknown."""
        return self.frame[column].to_numpy(dtype="float64", na_value=np.nan)

    def words(self, column: str) -> Geometries:
        """A text column, None where it is unknown; all None where the layer does not have it."""
        if column not in self.frame:
            return np.full(len(self.ids), None, dtype=object)
        values = self.frame[column]
        if isinstance(values.dtype, pd.StringDtype):  # all at once; one by one takes ten times as long
            found: Geometries = values.to_numpy(dtype=object, copy=True)
            found[values.isna().to_numpy()] = None
            return found
        codes, different = pd.factorize(values)
        if all(type(one) is str for one in different):  # a column of few words, as most are
            return np.array([*different, None], dtype=object)[codes]
        known = values.notna()
        return np.array(
            [str(value) if there else None for value, there in zip(values, known, strict=True)], dtype=object
        )

    def features(self, rows: Iterable[int]) -> tuple[tuple[str, str], ...]:
        """The features of some rows, as a fault names them."""
        return tuple((self.name, self.ids[row]) for row in rows)

    def place(self, row: int) -> dict[str, Any]:
        """A point on a feature as ``x`` and ``y``; None where it has no place."""
        return place_of(self.geometry[row]) if self.usable[row] else {"x": None, "y": None}


def place_of(geometry: Any) -> dict[str, Any]:
    """A point on a valid geometry, as the keywords ``x`` and ``y`` of a fault."""
    if geometry is None or geometry.is_empty:
        return {"x": None, "y": None}
    point = shapely.point_on_surface(geometry)
    return {"x": float(point.x), "y": float(point.y)}


def named(ids: Sequence[Any] | Geometries) -> dict[str, str]:
    """
    Ids as a message of each language lists them: the first five, then how many more.

    Examples
    --------
    >>> named(["a", "b"])["en"], named(["a", "b", "c", "d", "e", "f", "g"])["zh"]
    ('a, b', 'a、b、c、d、e … (+2)')
    """
    more = f" … (+{len(ids) - LISTED})" if len(ids) > LISTED else ""
    return {lang: said + more for lang, said in listed(map(str, ids[:LISTED])).items()}


def spread(  # noqa: PLR0913 (one place that decides between one fault a feature and one for all)
    rule: str,
    drawn: Drawn,
    rows: Sequence[int] | Rows,
    *,
    case: str = "",
    aspect: str = "geometry",
    of: int | None = None,
    values: Callable[[int], dict[str, Any]] | None = None,
) -> list[Fault]:
    """
    A fault for each of `rows`; where (nearly) all features have it and there are words for that, a single one
    of the case ``CASE-all``.

    `of` is how many features could have the fault (all, by default). `values`
    gives for a row what fills the words; its keys ``x``, ``y``, ``measured``
    and ``unit`` become attributes of the fault.
    """
    of = len(drawn.ids) if of is None else of
    whole = f"{case}-all" if case else "all"
    if f"{rule}.{whole}" in Fault.catalog and len(rows) >= WHOLE_FROM and len(rows) >= WHOLE_SHARE * of:
        first = int(rows[0])
        words = values(first) if values else {}
        place: dict[str, Any] = {key: words.pop(key) for key in ("x", "y") if key in words} or drawn.place(
            first
        )
        words = {"n": len(rows), "of": of, "first": drawn.ids[first], **words}
        words.pop("measured", None), words.pop("unit", None)
        features = drawn.features(rows)
        return [fault(rule, drawn.name, case=whole, aspect=aspect, values=words, features=features, **place)]
    found = []
    for row in map(int, rows):
        words = values(row) if values else {}
        own: dict[str, Any] = {key: words.pop(key) for key in ("x", "y", "measured", "unit") if key in words}
        if "x" not in own:
            own |= drawn.place(row)
        found.append(fault(rule, drawn.name, drawn.ids[row], case=case, aspect=aspect, values=words, **own))
    return found


def draw(plan: Plan) -> tuple[dict[str, Drawn], list[Fault]]:
    """Every layer of the contract that the plan holds, and the faults of its geometry."""
    layers: dict[str, Drawn] = {}
    faults: list[Fault] = []
    for name, spec in LAYERS.items():
        if not plan.has_layer(name) or plan.layer(name).empty:
            continue
        frame = plan.layer(name)
        ids = plan.cached(f"named:{name}", partial(_names, frame), ((name, "ids"),))
        if spec.geometry == "none":
            none = np.full(len(frame), None, dtype=object)
            layers[name] = Drawn(name, spec, frame, ids, none, np.zeros(len(frame), dtype=bool))
            continue
        reads = ((name, "geometry"), (name, "ids"))
        judged, found = plan.cached(f"drawn:{name}", partial(_judged, name, frame, ids), reads)
        layers[name] = replace(judged, frame=frame)
        faults += found
    return layers, faults


def kept_faults(plan: Plan, key: str, find: Callable[[], list[Fault]], *columns: Read) -> list[Fault]:
    """Faults that some columns decide; where there is one, it says besides where its features are."""
    return plan.cached(f"faults:{key}", find, lambda found: (*SHAPES, *columns) if found else columns)


def _names(frame: pd.DataFrame) -> Geometries:
    return np.array([str(value) for value in frame.index], dtype=object)


def _judged(name: str, frame: pd.DataFrame, ids: Geometries) -> tuple[Drawn, list[Fault]]:
    geometry = np.asarray(frame.geometry.array, dtype=object)
    spec, kind = LAYERS[name], LAYERS[name].geometry
    looked = by_row(f"drawn:{kind}", partial(_look_at, kind=kind), geometry)
    types, missing, empty, wrong, far, intricate, invalid = looked
    usable = ~(missing | empty | wrong | far | intricate | invalid)
    judged = Drawn(name, spec, frame, ids, geometry, usable)
    if usable.all():
        return judged, []
    points = shapely.get_num_coordinates(geometry)
    faults = spread(
        "pq-geometry",
        judged,
        np.flatnonzero(missing),
        case="null",
    )
    faults += spread("pq-geometry", judged, np.flatnonzero(empty), case="empty")
    faults += spread(
        "pq-geometry",
        judged,
        np.flatnonzero(wrong),
        case="type",
        values=lambda row: {
            "is": _type_name(types[row]),
            "should": kind,
            **_corner(geometry[row]),
        },
    )
    faults += spread(
        "pq-geometry",
        judged,
        np.flatnonzero(far),
        case="coordinates",
        values=lambda row: _corner(geometry[row]),
    )
    faults += spread(
        "pq-geometry",
        judged,
        np.flatnonzero(intricate),
        case="intricate",
        values=lambda row: {"points": int(points[row]), **_corner(geometry[row])},
    )
    for row in np.flatnonzero(invalid):
        faults.append(_invalid(judged, int(row)))
    return judged, faults


def _look_at(geometry: Geometries, kind: GeometryKind) -> tuple[NDArray[Any], ...]:
    """Type of each geometry, and whether it is missing, empty, wrong, far away, intricate or invalid."""
    types = shapely.get_type_id(geometry)
    missing = types < 0
    empty = ~missing & (shapely.is_empty(geometry) | _of_no_size(geometry))
    wrong = ~missing & ~empty & ~np.isin(types, list(TYPES[kind]))
    rest = ~missing & ~empty & ~wrong
    far = rest & (np.abs(shapely.bounds(geometry)) > FARTHEST_M).any(axis=1)
    rest &= ~far
    intricate = rest & (shapely.get_num_coordinates(geometry) > INTRICATE_FROM)
    intricate[intricate] = [_crossings_to_test(each) > MOST_CROSSINGS for each in geometry[intricate]]
    rest &= ~intricate
    invalid = np.zeros(len(geometry), dtype=bool)
    invalid[rest] = ~shapely.is_valid(geometry[rest])
    return types, missing, empty, wrong, far, intricate, invalid


def _crossings_to_test(geometry: Any) -> float:
    """How many pairs of edges lie so close that they may cross, by a sample of the edges."""
    points = shapely.get_coordinates(geometry)
    low, high = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
    sample = np.linspace(0, len(low) - 1, SAMPLED_EDGES).astype(np.intp)
    near = [((low <= high[at]) & (high >= low[at])).all(axis=1).sum() for at in sample]
    return float(np.mean(near)) * len(low)


def _of_no_size(geometry: Geometries) -> Mask:
    """Polygons that enclose no ground to speak of; what is not valid is left to its own test."""
    flat = np.isin(shapely.get_type_id(geometry), list(TYPES["polygon"])) & (
        shapely.area(geometry) < SMALLEST_M2
    )
    flat[flat] = shapely.is_valid(geometry[flat])
    return np.asarray(flat, dtype=bool)


def _type_name(number: int) -> str:
    return TYPE_NAMES[number] if number < len(TYPE_NAMES) else "GeometryCollection"


def _corner(geometry: Any) -> dict[str, Any]:
    x, y = (float(value) for value in shapely.bounds(geometry)[:2])
    return {"x": x if math.isfinite(x) else None, "y": y if math.isfinite(y) else None}


def _invalid(drawn: Drawn, row: int) -> Fault:
    reason = str(shapely.is_valid_reason(drawn.geometry[row]))
    found = _PLACE.search(reason)
    place = {"x": float(found[1]), "y": float(found[2])} if found else _corner(drawn.geometry[row])
    said = reason.split("[", maxsplit=1)[0]
    case = "coordinates" if said.startswith("Invalid Coordinate") else "invalid"
    if case == "coordinates":
        place = _corner(drawn.geometry[row])
    return fault("pq-geometry", drawn.name, drawn.ids[row], case=case, values={"reason": said}, **place)
