"""From a plan to the layers of a delivery profile: which rows, which values, which shapes."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.deliver.pairs import bounds_of
from blockplan.deliver.profile import SCALES
from blockplan.deliver.shapes import sizes, valid_areas
from blockplan.measure.inputs.columns import belongs, land_uses
from blockplan.measure.inputs.floors import floor_areas
from blockplan.measure.inputs.homes import residents
from blockplan.measure.parameters import LandParameters
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from blockplan.deliver.profile import DeliveredLayer, DeliveryProfile, FieldSpec, RowFilter
    from blockplan.plan import Plan


def totals(plan: Plan, shapes: Sequence[Any], profile: DeliveryProfile, asked: str) -> list[float | None]:
    """
    Of each shape the sum over the parcels that lie in it.

    Parameters
    ----------
    asked
        One of `profile.SUMMED` and, behind a colon, the classes (``cn2023``) that count: ``area:07,08``.
        Areas are in the profile's unit, by its rule and to its decimals.

    Returns
    -------
    list
        None where a parcel does not say its part, or none lies in the shape.
    """
    what, _, codes = asked.partition(":")
    parts = _parts(plan, profile, what)
    if codes:
        kinds, kind = land_uses(plan)
        within = [belongs(use, of, tuple(codes.split(","))) for use, of in kinds]
        counts = np.array([np.nan if one is None else float(one) for one in within])[kind]
        parts = np.where(counts == 0, 0.0, parts * counts)
    spots = shapely.point_on_surface(valid_areas(plan.layer("parcels").geometry))
    found = np.zeros(len(shapes))
    parcel, whole = shapely.STRtree(shapes).query(spots, predicate="intersects")
    np.add.at(found, whole, parts[parcel])
    found[~np.isin(np.arange(len(shapes)), whole)] = np.nan
    return [None if np.isnan(one) else float(one) for one in found]


def _parts(plan: Plan, profile: DeliveryProfile, what: str) -> Any:
    if what == "area":
        shapes = valid_areas(plan.layer("parcels").geometry)
        return np.array(sizes(list(shapes), profile, plan.crs), dtype="float64")
    if what == "residents":
        return residents(plan).by_parcel
    return floor_areas(plan, LandParameters().built_codes).by_parcel


#: Dimension of a geometry that a kind of layer holds.
DIMENSIONS = {"point": 0, "line": 1, "polygon": 2}


@dataclass
class CarriedTable:
    """
    One layer as it is written: values by field, shapes, and which row of the plan each of them is.

    ``rows`` holds (layer of the plan, id) in the order of the features, ``places`` the number of the row.
    """

    spec: DeliveredLayer
    cells: dict[str, list[Any]]
    shapes: list[Any]
    rows: list[tuple[str, str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def carry(plan: Plan, profile: DeliveryProfile, form: Mapping[str, Any]) -> dict[str, CarriedTable]:
    """
    The layers of a profile, filled from a plan.

    Returns
    -------
    dict
        Layer name -> what is written. A value that the plan does not know is None; a text that is longer than
        its field is cut; shapes are rounded to the precision of the profile.
    """
    taken: dict[str, set[int]] = {}
    made: dict[str, CarriedTable] = {}
    for at, spec in enumerate(profile.layers):
        table = CarriedTable(spec, {one.name: [] for one in spec.fields}, [])
        for rows in spec.rows:
            _add(table, rows, plan, profile, taken.setdefault(rows.layer, set()) if spec.reads else set())
        _fill(table, plan, profile, form, at)
        made[spec.name] = table
    return made


def _add(table: CarriedTable, rows: RowFilter, plan: Plan, profile: DeliveryProfile, taken: set[int]) -> None:
    """Note which rows of the plan the layer takes, with their shapes."""
    frame = plan.layer(rows.layer)
    shapes = _placed(plan, rows.layer, frame)
    digits = _digits(profile)
    allowed = _allowed(rows, frame)
    others = [
        (other, _allowed(its, frame))
        for other in profile.of(rows.layer)
        for its in other.rows
        if other is not table.spec and its.layer == rows.layer
    ]
    for row in np.flatnonzero(allowed).tolist():
        shape = shapes[row]
        if row in taken or shape is None:
            continue
        if not _native(shape, table.spec) and any(
            admits[row] and _native(shape, other) for other, admits in others
        ):
            continue
        fitted = fit(shape, table.spec.geometry)
        if fitted is None:
            continue
        taken.add(row)
        table.shapes.append(rounded(fitted, digits))
        table.rows.append((rows.layer, str(frame.index[row])))
        table.places.append(row)
        table.cells.setdefault("", []).append((rows, row))


def _allowed(rows: RowFilter, frame: pd.DataFrame) -> Any:
    """Which rows of the plan's layer a layer of the profile may hold."""
    allowed = np.ones(len(frame), dtype=bool)
    for column, values in rows.where.items():
        allowed &= frame[column].isin(values).to_numpy()
    return allowed


def _native(shape: Any, spec: DeliveredLayer) -> bool:
    return bool(shapely.get_dimensions(shape) == DIMENSIONS[spec.geometry])


def _placed(plan: Plan, layer: str, frame: pd.DataFrame) -> list[Any]:
    """Shapes of a layer; what names only its parcel stands in it."""
    shapes = [None if shape is None or shape.is_empty else shape for shape in frame.geometry]
    if layer in {"facilities", "programmes"} and any(shape is None for shape in shapes):
        parcels = plan.layer("parcels").geometry
        known = {str(id_): shape for id_, shape in parcels.items() if shape is not None}
        for row, (shape, parcel) in enumerate(zip(shapes, frame["parcel_id"], strict=True)):
            if shape is None and parcel in known:
                shapes[row] = known[parcel].representative_point()
    return shapes


def fit(shape: Any, kind: str) -> Any:
    """
    A shape in a layer of points, lines or polygons; None where it cannot be one.

    Examples
    --------
    >>> fit(shapely.box(0, 0, 2, 2), "point").wkt
    'POINT (1 1)'
    >>> fit(shapely.LineString([(0, 0), (1, 0)]), "polygon") is None
    True
    """
    dimension = int(shapely.get_dimensions(shape))
    if dimension == DIMENSIONS[kind]:
        return shape
    if kind == "point":
        return shape.representative_point()
    if kind == "line" and dimension == 2:
        return shape.boundary
    if kind == "polygon" and dimension == 1:
        ring = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
        if ring.geom_type == "LineString" and ring.is_ring:
            return shapely.Polygon(ring)
    return None


def rounded(shape: Any, digits: int) -> Any:
    """A shape with its coordinates rounded to so many decimals of a metre, in two dimensions."""
    flat = shapely.force_2d(shape)
    return shapely.transform(flat, lambda at: np.round(at, digits) + 0.0)


def _digits(profile: DeliveryProfile) -> int:
    return max(0, round(-math.log10(profile.reference.precision_m)))


def _fill(
    table: CarriedTable, plan: Plan, profile: DeliveryProfile, form: Mapping[str, Any], number: int
) -> None:
    origins: list[tuple[RowFilter, int]] = table.cells.pop("", [])
    values = _Values(plan, profile, form, table, number)
    for one in table.spec.fields:
        table.cells[one.name] = [
            rows.fixed[one.name] if one.name in rows.fixed else values.of(one, rows.layer, row, at)
            for at, (rows, row) in enumerate(origins)
        ]
    for one in table.spec.fields:
        if one.label_of and one.source == "label":
            owner = table.spec.field(one.label_of)
            labels = profile.domains.get(owner.domain, {}) if owner is not None else {}
            table.cells[one.name] = [labels.get(code) for code in table.cells[one.label_of]]


class _Values:
    """What a field says of a row of the plan."""

    def __init__(
        self, plan: Plan, profile: DeliveryProfile, form: Mapping[str, Any], table: CarriedTable, number: int
    ) -> None:
        self.plan, self.profile, self.form, self.table, self.number = plan, profile, form, table, number
        self.areas = sizes(table.shapes, profile, plan.crs)
        self.totals: dict[str, list[float | None]] = {}
        self.columns: dict[tuple[str, str], list[Any]] = {}
        self.pairs: dict[tuple[str, str], tuple[list[float | None], list[float | None]]] = {}
        tells = any(_tells(one) for one in table.spec.fields)
        self.told = _facilities(plan) if tells else {}
        self.utilities = _facilities(plan, UTILITY_SERVICES) if tells else {}

    def of(self, one: FieldSpec, layer: str, row: int, at: int) -> Any:
        raw = self._raw(one, layer, row, at)
        if raw is None and one.unbuilt is not None and not self._built_on(layer, row):
            raw = one.unbuilt
        return _typed(one.none if raw is None and one.none and self.told else raw, one)

    def _built_on(self, layer: str, row: int) -> bool:
        return self.profile.built_on(*(self._cell(layer, key, row) for key in ("land_use", "land_use_list")))

    def _raw(self, one: FieldSpec, layer: str, row: int, at: int) -> Any:
        kind, _, rest = one.binding(layer).partition(":")
        if not kind or kind == "label":
            return None
        if not rest:
            return (
                self._made(kind, layer, row, at) if kind in _MAKERS else self._column(one, layer, kind, row)
            )
        if kind in {"upper", "lower"}:
            return self._bound(one, layer, kind, rest, row)
        if kind == "sum":
            total = self._total(rest, at)
            return None if total is None else total * SCALES[one.scale]
        if kind == "part":
            part, _, _ = rest.partition(":")
            size, text = one.length or 1, self._made("facilities", layer, row, at) or ""
            return text[(int(part) - 1) * size : int(part) * size] or None
        return rest if kind == "const" else value_of(self.plan, self.form, kind, rest)

    def _total(self, asked: str, at: int) -> float | None:
        if asked not in self.totals:
            self.totals[asked] = totals(self.plan, self.table.shapes, self.profile, asked)
        return self.totals[asked][at]

    def _made(self, kind: str, layer: str, row: int, at: int) -> Any:
        if kind == "area":
            return self.areas[at]
        if kind == "length":
            return float(self.table.shapes[at].length)
        if kind == "bsm":
            return self._bsm(at)
        parcel = self._cell(layer, "parcel_id", row)
        if kind == "facilities":
            return self.told.get(parcel)
        code = self._cell(layer, "land_use", row)
        called = use_name(code, self._cell(layer, "land_use_list", row) or DEFAULT_LIST)
        if kind == "utilities":
            own = called if str(code or "").startswith(UTILITY_LAND) else None
            return self.utilities.get(parcel) or own
        return called

    def _bsm(self, at: int) -> str:
        """The identifier of a feature: by its row in the plan, so that none changes when another goes."""
        length = self.profile.numbering.bsm_length
        district = "".join(filter(str.isdigit, str(self.form.get("xzqdm") or "")))[:6]
        head = f"{district}{self.number + 10}" if length >= 14 else str(self.number + 10)
        layer, before = self.table.rows[at][0], 0
        for one in dict.fromkeys(rows.layer for rows in self.table.spec.rows):
            if one == layer:
                break
            before += len(self.plan.layer(one))
        return f"{head}{before + self.table.places[at] + 1:0{length - len(head)}d}"

    def _column(self, one: FieldSpec, layer: str, column: str, row: int) -> Any:
        value = self._cell(layer, column, row)
        if value is None:
            return None
        if one.words:
            office = one.words.get(str(value), value)
            return office[0] if isinstance(office, list) else office
        if one.phrase:
            return one.phrase.replace("{}", str(value))
        return value * SCALES[one.scale] if isinstance(value, float) else value

    def _bound(self, one: FieldSpec, layer: str, side: str, base: str, row: int) -> float | None:
        if (layer, base) not in self.pairs:
            self.pairs[layer, base] = bounds_of(self.plan.layer(layer), base)
        lower, upper = (bounds[row] for bounds in self.pairs[layer, base])
        value, other = (lower, upper) if side == "lower" else (upper, lower)
        if value is None and other is not None and one.unbounded is not None:
            return one.unbounded
        if value is None:
            pairs = self.profile.pairs
            return pairs.no_upper if side == "upper" and pairs.style == "upper_lower" else None
        return value * SCALES[one.scale]

    def _cell(self, layer: str, column: str, row: int) -> Any:
        if (layer, column) not in self.columns:
            frame = self.plan.layer(layer)
            found = frame[column].tolist() if column in frame else [None] * len(frame)
            if (layer, column) == ("subblocks", "block_id"):
                found = blocks_of(self.plan).tolist()
            self.columns[layer, column] = [
                None if value is None or pd.isna(value) else value for value in found
            ]
        return self.columns[layer, column][row]


_MAKERS = frozenset({"area", "length", "bsm", "use_name", "facilities", "utilities"})
#: Facilities that are utilities, and the classes of land that carry one, of both lists.
UTILITY_SERVICES, UTILITY_LAND = ("utility", "fire", "transport"), ("13", "U")


#: What says how large a facility is -> how it is written.
SIZES = {
    "classes": "{}班", "places": "{}座", "beds": "{}床", "floor_area_m2": "{}㎡", "site_area_m2": "用地{}㎡",
}  # fmt: skip


def _tells(one: FieldSpec) -> bool:
    return any(of in {"facilities", "utilities"} or of.startswith("part:") for of in one.sources)


def value_of(plan: Plan, form: Mapping[str, Any], kind: str, key: str) -> Any:
    """A value of plan.toml (``plan``) or of the form (``form``), or None, as of a day that nobody states."""
    if kind == "plan" and key == "drawn_on" and plan.manifest.day_is_assumed:
        return None
    node: Any = plan.manifest if kind == "plan" else form
    for part in key.split("."):
        node = node.get(part) if hasattr(node, "get") else getattr(node, part, None)
    if isinstance(node, dict):
        node = pick(node, "zh")
    return None if node == "" else node


def use_name(code: Any, of: str) -> str | None:
    """
    Name of a land use in Chinese; None where the list does not know the code.

    Examples
    --------
    >>> use_name("1401", "cn2023")
    '公园绿地'
    """
    if code is None or of not in LISTS or not landuse(of).known(code):
        return None
    return landuse(of).label(code, "zh").removeprefix(f"{code} ")


def blocks_of(plan: Plan) -> pd.Series[Any]:
    """The block of each subblock, else the one that all its parcels are in; None where nobody knows it."""
    own = plan.layer("subblocks")["block_id"].astype(object)
    parcels = plan.layer("parcels").dropna(subset=["subblock_id", "block_id"])
    within = parcels.groupby("subblock_id")["block_id"].unique()
    through = {id_: blocks[0] for id_, blocks in within.items() if len(blocks) == 1}
    found: pd.Series[Any] = own.where(own.notna(), own.index.map(through.get))
    return found


def _facilities(plan: Plan, services: Collection[str] = ()) -> dict[str, str]:
    """Parcel -> its facilities (of some services, or all), as a text with their size: 小学（24班）."""
    frame = plan.layer("facilities")
    told: dict[str, list[str]] = {}
    sizes_of = zip(*(frame[column] for column in SIZES), strict=True)
    for parcel, name, service, known in zip(
        frame["parcel_id"], frame["name_zh"], frame["service"], sizes_of, strict=True
    ):
        said = name or service
        if parcel and said and (not services or service in services):
            units = zip(known, SIZES.values(), strict=True)
            size = "，".join(unit.format(f"{one:.12g}") for one, unit in units if not pd.isna(one))
            told.setdefault(parcel, []).append(f"{said}（{size}）" if size else said)
    return {parcel: "、".join(names) for parcel, names in told.items()}


def _typed(value: Any, one: FieldSpec) -> Any:
    """A value as its field holds it; None where it cannot be written as such."""
    if value is None:
        return None
    if one.type == "text":
        text = _text(value)
        return text[: one.length] or None
    if one.type == "date":
        return value if isinstance(value, dt.date) else day_of(str(value))
    try:
        number = float(value)
    except ValueError:
        return None
    number = number if one.decimals is None else round(number, one.decimals) + 0.0
    return int(number) if one.type == "integer" else number


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def day_of(text: str) -> dt.date | None:
    """A day written 2021-09-30; None where it is none."""
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
