"""Which rows of which layers differ between two plans, and in which columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.compare.transition import SAME_PLACE_M
from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    from blockplan.plan import Plan


class Size(str):
    """
    A geometry as a list holds it: kind and size, ``Polygon 10000.0 m2`` in JSON.

    Attributes
    ----------
    value, unit
        The area (``m2``) or length (``m``), for readers.
    """

    value: float
    unit: str


class ColumnChange(NamedTuple):
    """A value of a row before and after; geometry as its `Size`."""

    column: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RowChange(JsonRecord):
    """
    One row that is new, gone or different.

    ``fields`` holds of a row that is different what differs, of one that is new or gone all that it holds.
    """

    column: str
    layer: str
    id: str
    kind: Literal["added", "removed", "changed"] = field(metadata={"json": "change"})
    fields: tuple[ColumnChange, ...] = ()


def changes(column: str, before: Plan, after: Plan) -> list[RowChange]:
    """
    Every row that differs from `before` to `after`, by layer and id (unnamed rows: by number).

    Of rows that share an id the first is compared with the first, the second with the second.
    """
    found: list[RowChange] = []
    for layer in dict.fromkeys([*before.layers, *after.layers]):
        if before.layers.get(layer) is after.layers.get(layer):
            continue  # a layer that a scenario leaves as it is
        old = _named_once(before.layers.get(layer, pd.DataFrame()))
        new = _named_once(after.layers.get(layer, pd.DataFrame()))
        gone, come = old.index.difference(new.index), new.index.difference(old.index)
        found += [
            RowChange(column, layer, id_, "removed", row) for id_, row in _whole(old.loc[gone], old=True)
        ]
        found += [
            RowChange(column, layer, id_, "added", row) for id_, row in _whole(new.loc[come], old=False)
        ]
        both = old.index.intersection(new.index)
        found += _changed(column, layer, old.loc[both], new.loc[both])
    return found


def _named_once(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a number behind an id that was there before: ``F-12 (2)``."""
    if not frame.index.has_duplicates:
        return frame
    nth = frame.groupby(level=0, sort=False).cumcount()
    names = [
        str(id_) if again == 0 else f"{id_} ({again + 1})"
        for id_, again in zip(frame.index, nth, strict=True)
    ]
    return frame.set_axis(names, axis=0)


def _whole(frame: pd.DataFrame, *, old: bool) -> list[tuple[str, tuple[ColumnChange, ...]]]:
    """Rows that only one plan has: what they hold, as old or as new values."""
    rows: dict[str, list[tuple[str, Any]]] = {str(id_): [] for id_ in frame.index}
    for name in frame.columns:
        geometry = name == "geometry"
        held = [_size(shape) for shape in frame[name]] if geometry else _values(frame, name)
        for id_, value in zip(frame.index, held, strict=True):
            if value is not None:
                rows[str(id_)].append((name, value))
    return [
        (id_, tuple(ColumnChange(name, *((value, None) if old else (None, value))) for name, value in row))
        for id_, row in rows.items()
    ]


def _changed(column: str, layer: str, old: pd.DataFrame, new: pd.DataFrame) -> list[RowChange]:
    fields: dict[str, list[ColumnChange]] = {}
    names = [name for name in dict.fromkeys([*old.columns, *new.columns]) if name != "geometry"]
    for name in names:
        was, now = _values(old, name), _values(new, name)
        for row in (at for at, (a, b) in enumerate(zip(was, now, strict=True)) if a != b):
            fields.setdefault(str(old.index[row]), []).append(ColumnChange(name, was[row], now[row]))
    if isinstance(old, gpd.GeoDataFrame) and isinstance(new, gpd.GeoDataFrame) and len(old):
        was_shape, now_shape = old.geometry.to_numpy(), new.geometry.to_numpy()
        turned = _turned(old, new) if layer == "streets" else []
        for row in sorted({*_moved(was_shape, now_shape), *turned}):
            sizes = (_size(was_shape[row]), _size(now_shape[row]))
            fields.setdefault(str(old.index[row]), []).append(ColumnChange("geometry", *sizes))
    return [RowChange(column, layer, id_, "changed", tuple(rows)) for id_, rows in sorted(fields.items())]


def _moved(was: Any, now: Any) -> list[int]:
    """Rows whose shape is not where it was."""
    moved = ~shapely.equals_exact(was, now, tolerance=SAME_PLACE_M, normalize=True)
    moved &= ~(shapely.is_missing(was) & shapely.is_missing(now))
    rows = np.flatnonzero(moved)
    # Rounding may turn the order in which vertices are compared, as in a plan from another CRS.
    near = shapely.hausdorff_distance(was[rows], now[rows]) < SAME_PLACE_M
    near &= shapely.get_type_id(was[rows]) == shapely.get_type_id(now[rows])
    return [int(row) for row in rows[~near]]


def _turned(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[int]:
    """Rows of one way, then or now, whose line begins elsewhere: there alone its direction counts."""
    began, begins = (
        shapely.get_point(shapely.line_merge(frame.geometry.to_numpy(), directed=True), 0)
        for frame in (old, new)
    )
    directed = np.zeros(len(old), dtype=bool)
    for frame in (old, new):
        if "oneway" in frame:
            directed |= frame["oneway"].eq(True).to_numpy(dtype=bool, na_value=False)
    return [int(row) for row in np.flatnonzero(directed & (shapely.distance(began, begins) > SAME_PLACE_M))]


def _values(frame: pd.DataFrame, name: str) -> list[Any]:
    if name not in frame:
        return [None] * len(frame)
    return [None if pd.isna(value) else value for value in frame[name].tolist()]


def _size(shape: Any) -> str | None:
    """A geometry as a reader of a list can take it: its kind and its area or length."""
    if shape is None or shape.is_empty:
        return None
    if shape.area > 0:
        return _sized(shape, shape.area, "m2")
    return _sized(shape, shape.length, "m") if shape.length > 0 else shape.wkt


def _sized(shape: Any, value: float, unit: str) -> Size:
    size = Size(f"{shape.geom_type} {value:.1f} {unit}")
    size.value, size.unit = value, unit
    return size
