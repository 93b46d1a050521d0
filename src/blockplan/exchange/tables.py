"""
Tables of places: who asks, who offers, where something is, from CSV, GeoParquet or a layer file.

Columns are named by the caller. Ids are compared as text, so that 12 in one file
and "12" in another are the same. A number that is missing, negative or no number is
refused with the row that holds it: a table that goes into a sum may not hide one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Columns that are counted where the caller names none.
COUNTED = ("jobs", "population", "residents", "people")
#: A number in a table above this is a slip of the pen.
LARGEST = 1e12


@dataclass(frozen=True, slots=True, eq=False)
class PlaceTable:
    """
    Places with an amount each.

    Attributes
    ----------
    ids
        One id a place, unique, as text.
    amount
        What is asked for or offered there.
    ids_from
        Column of the ids; None where the row number (from 0) stands for one.
    """

    path: str
    ids: list[str]
    amount: NDArray[np.float64]
    ids_from: str | None


def read_table(path: str | Path, layer: str | None = None, wanted: Sequence[str] = ()) -> pd.DataFrame:
    """
    A table with all its columns; CSV as text, everything else as the file says.

    Parameters
    ----------
    path
        ``.csv``, or a file that `blockplan.plan.files.formats` reads (GeoParquet, GeoPackage, GeoJSON, ...).
    layer
        Layer of a file with several; without it the one that has the columns `wanted`.

    Raises
    ------
    PlanDataError
        If the file cannot be read, or it is not clear which layer is meant.
    """
    path = Path(path)
    if path.suffix.lower() == ".csv":
        return _read_csv(path)
    if layer is None and path.suffix.lower() == ".gpkg":
        layer = _layer_with(path, wanted)
    return formats.read_layer(path, layer)


def read_places(
    path: str | Path, amount: str, id_column: str | None = None, layer: str | None = None
) -> PlaceTable:
    """
    Places and the amount at each.

    Parameters
    ----------
    amount
        Column of the amount: numbers, at least 0, none missing.
    id_column
        Column of the ids. None takes the column ``id`` where there is one, else the row number.

    Raises
    ------
    PlanDataError
        If a column is missing, an amount is missing or negative, or an id stands twice.
    """
    wanted = (amount,) if id_column is None else (amount, id_column)
    table = read_table(path, layer, wanted)
    check_columns(table, wanted, path)
    if not len(table):
        raise PlanDataError(f"{path} holds no rows.\nGive a table with at least one place.")
    if id_column is None and "id" in table.columns:
        id_column = "id"
    ids = [str(row) for row in range(len(table))] if id_column is None else labels(table[id_column])
    check_unique(ids, f"{path}: {id_column}")
    return PlaceTable(str(path), ids, amounts(table, amount, path), id_column)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """
    Places on the ground with what is counted there.

    Attributes
    ----------
    ids
        One id a place, unique, as text.
    place
        One point a place; of an area a point inside it.
    counts
        Name -> what is there; NaN where it is not known.
    """

    path: str
    ids: list[str]
    place: gpd.GeoSeries
    counts: dict[str, NDArray[np.float64]]


def read_points(
    path: str | Path, counts: Sequence[str] = (), id_column: str | None = None, layer: str | None = None
) -> Points:
    """
    Points with counts, from a layer file, or from CSV with the columns ``lon`` and ``lat``.

    Parameters
    ----------
    counts
        Columns to count. Without any, those of `COUNTED` that the table has.

    Raises
    ------
    PlanDataError
        If there are no places, one has no geometry, a CRS is not declared, or a count is negative.
    """
    table = read_table(path, layer, counts)
    check_columns(table, [*counts, *([id_column] if id_column else [])], path)
    names = list(counts) or [name for name in COUNTED if name in table.columns]
    if not names or not len(table):
        raise PlanDataError(
            f"{path} has no column to count ({', '.join(COUNTED)}), or no rows.\nName one by its option."
        )
    place = _located(table, path)
    id_column = "id" if id_column is None and "id" in table.columns else id_column
    ids = [str(row) for row in range(len(table))] if id_column is None else labels(table[id_column])
    check_unique(ids, f"{path}: {id_column}")
    found = {name: as_numbers(table, name) for name in names}
    for name, numbers in found.items():
        given = np.array([bool(label) for label in labels(table[name])])
        bad = np.flatnonzero(given & ~((numbers >= 0) & (numbers <= LARGEST)))
        if len(bad):
            raise PlanDataError(
                f"{path}: {len(bad)} values of {name!r} are no number of at least 0 (first: row "
                f"{int(bad[0]) + 1} has {_shown(table[name].iloc[int(bad[0])])}).\nCorrect them."
            )
    shapes = place.to_numpy()
    lacking = (
        shapely.is_missing(shapes)
        | shapely.is_empty(shapes)
        | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    )
    if lacking.any():
        raise PlanDataError(
            f"{path}: {int(lacking.sum())} rows have no place (first: row {int(lacking.argmax()) + 1}).\n"
            "Leave them out."
        )
    return Points(str(path), ids, place.representative_point(), found)


def _located(table: pd.DataFrame, path: str | Path) -> gpd.GeoSeries:
    if isinstance(table, gpd.GeoDataFrame):
        if table.crs is None:
            raise PlanDataError(f"{path} declares no CRS.\nExport it with one, such as EPSG:4326.")
        return table.geometry
    if {"lon", "lat"} <= set(table.columns):
        lonlat = as_numbers(table, "lon"), as_numbers(table, "lat")
        off = (np.abs(lonlat[0]) > 180) | (np.abs(lonlat[1]) > 90)
        if off.any():
            raise PlanDataError(
                f"{path}: {int(off.sum())} rows lie off the globe (first: row {int(off.argmax()) + 1}).\n"
                "Correct lon and lat; they may be swapped."
            )
        return gpd.GeoSeries(gpd.points_from_xy(*lonlat, crs="EPSG:4326"))
    raise PlanDataError(f"{path} has no geometry, and no columns lon and lat.\nGive points.")


def labels(column: pd.Series[Any] | pd.Index[Any]) -> list[str]:
    """Ids as text; a whole number keeps no ``.0``, and a missing one is empty."""
    return [_label(value) for value in column.tolist()]


def amounts(table: pd.DataFrame, column: str, path: str | Path) -> NDArray[np.float64]:
    """
    A column as numbers of at least 0.

    Raises
    ------
    PlanDataError
        If one is missing, no number, negative or not finite.
    """
    numbers = as_numbers(table, column)
    bad = np.flatnonzero(~(numbers >= 0) | (numbers > LARGEST))
    if len(bad):
        first = table[column].iloc[int(bad[0])]
        raise PlanDataError(
            f"{path}: {len(bad)} of {len(table)} rows have no number of at least 0 in {column!r} "
            f"(first: row {int(bad[0]) + 1} has {_shown(first)}).\n"
            "Correct them, or leave the rows out; a missing number is not taken for 0."
        )
    return numbers


def as_numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as numbers; NaN where there is none."""
    found: NDArray[np.float64] = pd.to_numeric(table[column], errors="coerce").to_numpy(
        "float64", na_value=np.nan
    )
    return found


def check_columns(table: pd.DataFrame, wanted: Sequence[str], path: str | Path) -> None:
    """
    See that columns are there.

    Raises
    ------
    PlanDataError
        With the columns that the table has.
    """
    lacking = [column for column in wanted if column not in table.columns]
    if lacking:
        has = ", ".join(map(str, list(table.columns)[:40])) or "none"
        raise PlanDataError(
            f"{path} has no column {lacking[0]!r}; it has: {has}.\nName the right one by its option."
        )


def check_unique(ids: Sequence[str], what: str) -> None:
    """
    See that no id is empty or stands twice.

    Raises
    ------
    PlanDataError
        With the first of them.
    """
    empty = [row for row, one in enumerate(ids) if not one]
    if empty:
        raise PlanDataError(
            f"{what}: {len(empty)} of {len(ids)} rows have no id (first: row {empty[0] + 1}).\nGive each one."
        )
    twice = pd.Index(ids)[pd.Index(ids).duplicated()]
    if len(twice):
        raise PlanDataError(
            f"{what}: {len(set(twice))} ids stand more than once (first: {str(twice[0])!r}).\n"
            "Keep one row an id."
        )


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8-sig")
    except FileNotFoundError:
        raise PlanDataError(f"There is no file {path}.\nCheck the name.") from None
    except UnicodeDecodeError as error:
        raise PlanDataError(f"{path} is not UTF-8 text (byte {error.start}).\nSave it as UTF-8.") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise PlanDataError(f"{path} cannot be read as CSV: {reason}.\nExport it again.") from None


def _layer_with(path: Path, wanted: Sequence[str]) -> str | None:
    """The only layer that has all the columns; None where the file decides itself."""
    names = list(formats.list_layers(path))
    if len(names) < 2 or not wanted:
        return None
    import pyogrio  # noqa: PLC0415 (GDAL takes its time)

    fitting = [
        name for name in names if set(wanted) <= set(pyogrio.read_info(path, layer=name)["fields"].tolist())
    ]
    if len(fitting) == 1:
        return fitting[0]
    has = "no layer has" if not fitting else f"{len(fitting)} layers ({', '.join(fitting)}) have"
    columns = " and ".join(repr(column) for column in wanted)
    raise UsageError(
        f"{path} holds {len(names)} layers ({', '.join(names[:20])}), and {has} the column {columns}.\n"
        "Name the layer and the column by their options."
    )


def _label(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _shown(value: Any) -> str:
    return "nothing" if not _label(value) else repr(_label(value)[:40])
