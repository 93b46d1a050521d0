"""
Rows before and after: what every edit comes down to, and what its inverse is made of.

A row is the values of a feature by column, in the kinds of the contract, and its geometry. A change of
rows turned round is its own inverse, to the last digit.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.jsontext import JsonRecord
from blockplan.live.refusals import no_row, refused, twice
from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.frames import FEW, row_values
from blockplan.plan.model.layers import LARGEST_NUMBER, LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from blockplan.plan import Plan

#: Values of a feature by column; ``geometry`` is a shapely geometry or None.
Row = dict[str, Any]
GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class FeatureChange(JsonRecord):
    """One feature before and after an edit; None where it is not there."""

    layer: str
    id: str
    before: Row | None
    after: Row | None

    def inverse(self) -> FeatureChange:
        """The change turned round."""
        return FeatureChange(self.layer, self.id, self.after, self.before)

    def touched(self) -> set[tuple[str, str]]:
        """Which columns differ; everything where the feature came or went."""
        if self.before is None or self.after is None:
            return {(self.layer, EVERYTHING)}
        return {
            (self.layer, name)
            for name in {*self.before, *self.after}
            if not same(self.before.get(name), self.after.get(name))
        }

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The change as the log of edits writes it."""
        return {
            "layer": self.layer,
            "id": self.id,
            "before": None if self.before is None else {k: _plain(v) for k, v in self.before.items()},
            "after": None if self.after is None else {k: _plain(v) for k, v in self.after.items()},
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> FeatureChange:
        """A change that `to_dict` wrote."""
        rows = [
            None if said[side] is None else {k: _kind(k, v) for k, v in said[side].items()}
            for side in ("before", "after")
        ]
        return cls(said["layer"], said["id"], *rows)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same; unknown is like unknown."""
    if is_unknown(one) or is_unknown(other):
        return is_unknown(one) and is_unknown(other)
    if isinstance(one, shapely.Geometry) or isinstance(other, shapely.Geometry):
        return bool(shapely.equals_identical(one, other))
    return bool(one == other)


def joined(
    base: Row | None, ours: Row | None, theirs: Row | None, *, alike: Callable[[Any, Any], bool] = same
) -> tuple[Row | None, list[str]]:
    """
    The row that two others make of the one that both began with, and the columns in which they clash.

    A value that only one of them changes is taken; one that both change alike is taken once; where each
    changes it otherwise ours stands, and it is a clash. A row that one takes away and the other changes is
    gone, and clashes as a whole (`EVERYTHING`).

    Examples
    --------
    >>> joined({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 3})
    ({'a': 2, 'b': 3}, [])
    >>> joined({"a": 1}, {"a": 2}, {"a": 3}), joined({"a": 1}, None, {"a": 3})
    (({'a': 2}, ['a']), (None, ['*']))
    """
    if ours is None or theirs is None:
        left = theirs if ours is None else ours
        if base is None:
            return left, []
        changed = left is not None and any(not alike(base.get(c), left.get(c)) for c in {*base, *left})
        return None, [EVERYTHING] if changed else []
    row, clashes = {}, []
    for column in dict.fromkeys([*ours, *theirs, *(base or ())]):
        was, mine, yours = (None if one is None else one.get(column) for one in (base, ours, theirs))
        row[column] = yours if alike(was, mine) and not alike(was, yours) else mine
        if not (alike(mine, yours) or alike(was, yours) or alike(was, mine)):
            clashes.append(column)
    return row, clashes


def is_unknown(value: Any) -> bool:
    """Whether a value is null."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def geometry_name(frame: pd.DataFrame) -> str | None:
    """The column of a frame that holds the geometry; None for a table."""
    return str(frame.geometry.name) if isinstance(frame, gpd.GeoDataFrame) else None


def row_of(plan: Plan, layer: str, id_: str) -> Row:
    """
    A feature of a plan as a row.

    Raises
    ------
    EditError
        If the layer is not there, or none or several of its features bear the id.
    """
    if not plan.has_layer(layer) and layer not in LAYERS:
        raise refused("no_layer", layer=layer, known=", ".join(plan.layers))
    frame = plan.layers.get(layer)
    if frame is None or id_ not in frame.index:
        raise no_row(layer, id_)
    at = frame.index.get_loc(id_)
    if not isinstance(at, int):
        raise twice(layer, id_)
    name = geometry_name(frame)
    held = dict(zip(frame.columns, row_values(frame, at), strict=True))
    row = {str(column): _out(value) for column, value in held.items() if column != name}
    if name is not None:
        row[GEOMETRY] = held[name]
    return row


def value_of(layer: str, column: str, value: Any) -> Any:
    """
    A value in its column's kind.

    Raises
    ------
    EditError
        If the value is of another kind.
    """
    kind = LAYERS[layer].columns.get(column) if layer in LAYERS else None
    if isinstance(value, str) and (held := _UNWRITABLE.search(value)):
        raise refused("text_held", layer=layer, column=column, held=ascii(held[0]))
    if not isinstance(value, bool) and isinstance(value, int | float) and _beyond(value):
        raise refused("too_large", layer=layer, column=column, value=str(value)[:40])
    if value is None or kind is None:
        return value
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refused("takes_number", layer=layer, column=column, value=repr(value))
        return float(value)
    if kind == "flag":
        if not isinstance(value, bool):
            raise refused("takes_flag", layer=layer, column=column, value=repr(value))
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refused("takes_text", layer=layer, column=column, value=repr(value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


#: Control characters and halves of pairs: a GeoPackage cuts a text at some, and writes others not at all.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def _beyond(value: float) -> bool:
    """Whether a number is none that a plan may hold; one that is no number is none."""
    return not -LARGEST_NUMBER <= value <= LARGEST_NUMBER


def blank(plan: Plan, layer: str) -> Row:
    """A row of a layer in which everything is unknown."""
    frame = plan.layer(layer)
    name = geometry_name(frame)
    row: Row = {str(column): None for column in frame.columns if column != name}
    if LAYERS.get(layer) is None or LAYERS[layer].geometry != "none":
        row[GEOMETRY] = None
    return row


def changed_frames(plan: Plan, changes: Iterable[FeatureChange]) -> dict[str, pd.DataFrame]:
    """The layers of a plan with changes made: rows in place, new rows at the end."""
    by_layer: dict[str, dict[str, Row | None]] = {}
    for change in changes:
        by_layer.setdefault(change.layer, {})[change.id] = change.after
    return {layer: _with(plan.layer(layer), rows) for layer, rows in by_layer.items()}


def frame_of(like: pd.DataFrame, rows: Mapping[str, Row]) -> pd.DataFrame:
    """Rows as a frame with the columns and kinds of another one."""
    name = geometry_name(like)
    data: dict[str, Any] = {}
    for column in like.columns:
        key = GEOMETRY if column == name else str(column)
        values = [row.get(key) for row in rows.values()]
        data[str(column)] = _series(values, like[column].dtype, list(rows))
    index = pd.Index(list(rows), dtype="object")
    if name is None:
        return pd.DataFrame(data, index=index)
    made: pd.DataFrame = gpd.GeoDataFrame(data, index=index, geometry=name, crs=like.geometry.crs)
    return made


def _series(values: list[Any], dtype: Any, index: list[str]) -> Any:
    if str(dtype) == "geometry":
        return gpd.GeoSeries(np.array([*values, None], dtype=object)[:-1], index=index)
    if dtype == np.float64:
        return pd.Series(
            [np.nan if is_unknown(one) else float(one) for one in values], index=index, dtype=dtype
        )
    if str(dtype) == "boolean":
        return pd.Series(
            [pd.NA if is_unknown(one) else bool(one) for one in values], index=index, dtype=dtype
        )
    plain = [None if is_unknown(one) else one for one in values]
    try:  # a column that the contract does not know keeps its kind where the new values are of it
        return pd.Series(plain, index=index, dtype=dtype)
    except (TypeError, ValueError, OverflowError):
        return pd.Series(plain, index=index, dtype="object")


def _with(frame: pd.DataFrame, rows: Mapping[str, Row | None]) -> pd.DataFrame:
    """A frame with some rows exchanged in place, taken away, or put at its end."""
    there = {id_: row for id_, row in rows.items() if row is not None}
    gone = rows.keys() - there.keys()
    kept = frame.loc[~frame.index.isin(gone)] if gone else frame
    at = kept.index.get_indexer(pd.Index(list(there), dtype="object"))
    inside = [row for row, place in zip(there.values(), at, strict=True) if place >= 0]
    if inside:
        kept = _exchanged(kept, inside, at[at >= 0])
    fresh = {id_: row for (id_, row), place in zip(there.items(), at, strict=True) if place < 0}
    if not fresh:
        return kept
    changed = frame_of(frame, fresh)
    if kept.empty:
        return changed
    both: pd.DataFrame = pd.concat([kept, changed])
    return both


def _exchanged(frame: pd.DataFrame, rows: list[Row], at: Any) -> pd.DataFrame:
    """A frame with other values at some places; columns in which none differs are not touched."""
    name = geometry_name(frame)
    anew = frame.copy(deep=False)
    by_row = [row_values(frame, place) for place in at] if len(at) <= FEW else None
    for number, column in enumerate(frame.columns):
        values = [row.get(GEOMETRY if column == name else str(column)) for row in rows]
        held = [row[number] for row in by_row] if by_row else frame[column].array[at]
        if not all(one is other or same(one, other) for one, other in zip(held, values, strict=True)):
            series = frame[column]
            anew[column] = _put(series, at, _series(values, series.dtype, list(frame.index[at])))
    return anew


def _put(series: Any, at: Any, values: Any) -> Any:
    if str(series.dtype) == "geometry":
        whole = np.array(series.to_numpy(), dtype=object)
        whole[at] = np.asarray(values.to_numpy(), dtype=object)
        return gpd.GeoSeries(whole, index=series.index, crs=series.crs)
    if series.dtype not in (object, values.dtype):
        series = series.astype(object)
    whole = series.array.copy()
    whole[at] = values.array
    # Said, because of texts alone pandas makes a kind of its own, in which what is unknown is no None.
    return pd.Series(whole, index=series.index, dtype=series.dtype)


def _out(value: Any) -> Any:
    """A value out of a frame: null is None, numpy's kinds are Python's."""
    if is_unknown(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _plain(value: Any) -> Any:
    if isinstance(value, shapely.Geometry):
        return {"wkb": shapely.to_wkb(value, hex=True)}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def said_value(value: Any) -> Any:
    """A value as a page shows it: outlines as GeoJSON, unknown as None."""
    if isinstance(value, shapely.Geometry):
        return json.loads(shapely.to_geojson(shapely.force_2d(value)))
    return None if is_unknown(value) else _plain(value)


def _kind(_column: str, value: Any) -> Any:
    return shapely.from_wkb(value["wkb"]) if isinstance(value, dict) else value
