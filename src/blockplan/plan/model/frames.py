"""
Frames of a plan in one shape: every column of the contract, each of its kind, ids as the index.

What does not fit is kept out of the numbers (it becomes unknown) and reported
as a fault; nothing is guessed and nothing is dropped.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.plan.model.faults import Fault, fault
from blockplan.plan.model.layers import LARGEST_NUMBER, LAYERS

if TYPE_CHECKING:
    from blockplan.plan.model.layers import LayerSpec

#: So few rows are read one by one; of more a column is read at once.
FEW = 10
TRUE = {"true", "t", "yes", "y", "1", "1.0"}
FALSE = {"false", "f", "no", "n", "0", "0.0"}


def tidy(layer: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """
    A frame in the plan's shape, and the faults that came to light.

    Columns that the contract does not know stay as they are. A layer that it
    does not know is only given row names.
    """
    spec = LAYERS.get(layer)
    frame = frame.copy(deep=False)
    if spec is None:
        frame.index = pd.Index([f"(row {number})" for number in range(1, len(frame) + 1)], dtype="object")
        return frame, []
    if spec.geometry != "none" and not isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame), index=frame.index))
    frame.index = _ids(frame, spec)
    faults: list[Fault] = []
    absent = {}
    for column, kind in spec.columns.items():
        if column not in frame:
            absent[column] = _unknown(kind, len(frame))
        elif kind == "number":
            if not _is_sound(frame[column]):
                frame[column] = _numbers(frame, spec, column, faults)
        elif kind == "flag":
            frame[column] = _flags(frame, spec, column, faults)
        else:
            frame[column] = _words(frame, column)
    if absent:  # all at once: pandas takes long over each single one
        more = pd.DataFrame(absent, index=frame.index)
        more.attrs = frame.attrs
        frame = pd.concat([frame, more], axis="columns")
    return frame, faults


def _unknown(kind: str, count: int) -> Any:
    """A column of a kind, of which nothing is known."""
    if kind == "flag":
        return pd.array([pd.NA] * count, dtype="boolean")
    return np.full(count, np.nan if kind == "number" else None)


def row_values(frame: pd.DataFrame, at: int) -> list[Any]:
    """The values of a row, one a column, as the columns hold them."""
    row = frame.iloc[at]
    if row.dtype == object:
        return row.tolist()
    return [
        frame[column].array[at] for column in frame.columns
    ]  # in a row of numbers alone all would be of one kind


def with_gaps(dtype: Any) -> Any:
    """
    The kind of a column once some of its values are unknown: whole numbers stay whole, flags stay flags.

    Examples
    --------
    >>> with_gaps(np.dtype("int32")), with_gaps(np.dtype("float64"))
    (Int32Dtype(), dtype('float64'))
    """
    if not isinstance(dtype, np.dtype) or dtype.kind not in "iub":
        return dtype
    name = "boolean" if dtype.kind == "b" else dtype.name.replace("i", "I").replace("u", "U")
    return pd.api.types.pandas_dtype(name)


def widened(frame: pd.DataFrame, columns: list[str], like: pd.DataFrame) -> pd.DataFrame:
    """A frame with the given columns; those of which it knows nothing are of the kind they have in `like`."""
    wide = frame.reindex(columns=columns)
    for column in columns:
        if column in like and column != "geometry" and wide[column].isna().all():
            wide[column] = pd.Series(None, index=wide.index, dtype=with_gaps(like[column].dtype))
    return wide


@cache
def empty_frame(layer: str) -> pd.DataFrame:
    """A layer without rows, with every column of the contract; read only: all plans share it."""
    spec = LAYERS[layer]
    if spec.geometry == "none":
        return tidy(layer, pd.DataFrame())[0]
    return tidy(layer, gpd.GeoDataFrame(geometry=gpd.GeoSeries([], dtype="geometry")))[0]


def _ids(frame: pd.DataFrame, spec: LayerSpec) -> pd.Index[Any]:
    rows = [f"(row {number})" for number in range(1, len(frame) + 1)]
    if spec.id_column is None or spec.id_column not in frame:
        return pd.Index(rows, dtype="object")
    words = _words(frame, spec.id_column)
    return pd.Index([word or row for word, row in zip(words, rows, strict=True)], dtype="object")


def _words(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """The column as text; null stays null, a whole number keeps no ``.0``, empty text is unknown."""
    given = frame[column].astype(object).tolist()
    known: dict[Any, str | None] = {}  # codes and classes come up again and again
    for value in given:
        if value.__class__ is str and value not in known:
            known[value] = value.strip() or None
    words = [known[value] if value.__class__ is str else _word(value) for value in given]
    return pd.Series(words, index=frame.index, dtype="object")


def _word(value: Any) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text or None


def _is_sound(given: pd.Series[Any]) -> bool:
    """Whether a column holds numbers already, none of them too large; most are written so."""
    if given.dtype != np.float64:
        return False
    numbers = given.to_numpy()
    return bool((np.isnan(numbers) | (np.abs(numbers) <= LARGEST_NUMBER)).all())


def _numbers(frame: pd.DataFrame, spec: LayerSpec, column: str, faults: list[Fault]) -> pd.Series[Any]:
    given = frame[column]
    numbers = pd.to_numeric(given, errors="coerce").astype("float64")
    numbers = numbers.where(numbers.abs() <= LARGEST_NUMBER)
    faults += _refused(given, numbers.isna(), spec, column)
    return cast("pd.Series[Any]", numbers)


def _flags(frame: pd.DataFrame, spec: LayerSpec, column: str, faults: list[Fault]) -> pd.Series[Any]:
    given = frame[column]
    if given.dtype == bool:
        return given.astype("boolean")
    words = [(_word(value) or "").lower() for value in given]
    flags = [True if word in TRUE else False if word in FALSE else pd.NA for word in words]
    found = pd.Series(flags, index=frame.index, dtype="boolean")
    faults += _refused(given, found.isna(), spec, column)
    return found


def _refused(given: pd.Series[Any], unknown: pd.Series[Any], spec: LayerSpec, column: str) -> list[Fault]:
    """A fault for each value that is there and is not of the column's kind."""
    bad = np.asarray(unknown, dtype=bool) & np.asarray(given.notna(), dtype=bool)
    # Text of blanks says nothing; it is unknown, not wrong.
    return [
        fault(
            "pq-value",
            spec.name,
            str(given.index[row]),
            aspect=column,
            values={"column": column, "value": str(given.iloc[row])[:60], "read_as": spec.columns[column]},
        )
        for row in np.flatnonzero(bad).tolist()
        if _word(given.iloc[row]) is not None
    ]


def same_shape(one: Any, other: Any, tolerance: float) -> bool:
    """
    Whether two shapes are the same, to a distance in m.

    An area may begin at another corner, and a shape of one part may be one of several. A line has a
    direction (a street of one way), so one that was turned round is another.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (9, 0)])
    >>> same_shape(line, shapely.MultiLineString([line]), 1e-6), same_shape(line, line.reverse(), 1e-6)
    (True, False)
    >>> same_shape(shapely.box(0, 0, 9, 9), shapely.box(0, 0, 9, 9).reverse(), 1e-6)
    True
    """
    if one is None or other is None:
        return one is other
    mine, theirs = (_parts(shape) for shape in (one, other))
    return len(mine) == len(theirs) and bool(shapely.equals_exact(mine, theirs, tolerance).all())


def one_part(shape: Any) -> Any:
    """
    A collection of one part as that part: files of a layer with one in several parts hold all as collections.

    Examples
    --------
    >>> one_part(shapely.multipolygons([shapely.box(0, 0, 1, 1)])).geom_type
    'Polygon'
    """
    if shape is not None and shape.geom_type.startswith("Multi") and len(shape.geoms) == 1:
        return shape.geoms[0]
    return shape


def _parts(shape: Any) -> Any:
    """The parts of a shape in an order of their own; areas begin where all areas begin."""
    parts = shapely.get_parts(shape)
    if "Polygon" in shape.geom_type:
        return shapely.get_parts(shapely.normalize(shapely.multipolygons(parts)))
    return parts if "Line" in shape.geom_type else shapely.get_parts(shapely.normalize(shape))


def only_areas(shapes: Any) -> Any:
    """
    Shapes (or one) without the lines and points that they hold beside areas.

    Parameters
    ----------
    shapes
        (n,) shapes, or one. Only collections change: of one without an area nothing is left.

    Examples
    --------
    >>> land = "POLYGON ((0 0, 0 2, 2 0, 0 0))"
    >>> touching = shapely.from_wkt(f"GEOMETRYCOLLECTION (LINESTRING (0 0, 1 0), {land})")
    >>> only_areas(touching).wkt
    'POLYGON ((0 0, 0 2, 2 0, 0 0))'
    """
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    if not mixed.any():
        return shapes
    found = np.array(shapes, dtype=object, ndmin=1)
    for at in np.flatnonzero(mixed):
        parts = shapely.get_parts(found[at])
        areas = parts[shapely.get_dimensions(parts) == 2]
        found[at] = shapely.union_all(areas) if len(areas) else shapely.Polygon()
    return found if np.ndim(mixed) else found[0]


def sound_areas(shapes: Any) -> Any:
    """The land of each of (n,) outlines; one that crosses itself is fixed, sound ones stay as they are."""
    found = np.array(shapes, dtype=object, ndmin=1)
    crossed = ~shapely.is_valid(found)
    found[crossed] = shapely.make_valid(found[crossed], method="structure", keep_collapsed=False)
    return only_areas(found)
