"""
Matrices of travel time from places that ask to places that offer.

Direction: a row is an origin (who asks), a column a destination (who offers), and the number
is the minutes from the one to the other. A wide table has one row an origin and one
column a destination; a long table has one row a pair. In memory only the pairs within a limit stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.tables import as_numbers, check_columns, check_unique, labels, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.tables import PlaceTable

#: Name of an index that became a column.
INDEX = "__index_level_0__"
#: Names of columns that hold the ids of the rows of a wide table.
ROW_NAMES = ("", "id", "index", "Unnamed: 0", "demand_id", "origin_id", "from_id", INDEX)


@dataclass(frozen=True, slots=True)
class LongColumns:
    """Columns of a long table: origin, destination, minutes."""

    origin: str = "from_id"
    destination: str = "to_id"
    minutes: str = "minutes"


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """
    The pairs of a matrix that lie within a limit, in the order of rows and columns.

    Attributes
    ----------
    demand, supply
        Row number of the place that asks, and of the one that offers.
    minutes
        From the one to the other.
    size
        Number of places that ask and that offer.
    """

    demand: NDArray[np.int64]
    supply: NDArray[np.int64]
    minutes: NDArray[np.float64]
    size: tuple[int, int]

    def __len__(self) -> int:
        return len(self.minutes)


@dataclass(frozen=True, slots=True, eq=False)
class MatrixFile:
    """
    A matrix as it was read.

    Attributes
    ----------
    minutes
        NaN or infinite where there is no way.
    wide
        A wide table says something of every pair; a long one may leave out those far away.
    """

    path: str
    origins: list[str]
    destinations: list[str]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    minutes: NDArray[np.float64]
    wide: bool


def read_matrix(path: str | Path, long: LongColumns | None = None) -> MatrixFile:
    """
    A matrix from Parquet or CSV, wide or long.

    Parameters
    ----------
    long
        Columns of a long table. Without it a table that has the default ones is long, any other is wide.

    Raises
    ------
    PlanDataError
        If the file cannot be read, a pair stands twice, or a time is negative or no number.
    """
    table = _read(path)
    if long is None and set(_names(LongColumns())) <= set(table.columns):
        long = LongColumns()
    if long is not None:
        return _long(table, long, path)
    return _wide(table, path)


def pairs_within(matrix: MatrixFile, demand: PlaceTable, supply: PlaceTable, limit: float) -> Pairs:
    """
    The pairs of places that are at most `limit` minutes apart.

    Labels of the matrix are ids of the places. Where they are not and the ids were not named by the caller,
    labels that count the rows (0, 1, 2, ...) stand for the rows in their order.

    Raises
    ------
    PlanDataError
        If the matrix names a place that is not there, or a wide one leaves a place out.
    UsageError
        If the limit is no number of at least 0.
    """
    if not (np.isfinite(limit) and limit >= 0):
        raise UsageError(f"The limit is {limit} minutes, but it has to be a number of at least 0.")
    origin = _places_of(matrix.origins, demand, matrix, "rows")
    destination = _places_of(matrix.destinations, supply, matrix, "columns")
    kept = matrix.minutes <= limit
    rows, columns = origin[matrix.row[kept]], destination[matrix.column[kept]]
    order = np.lexsort((columns, rows))
    return Pairs(rows[order], columns[order], matrix.minutes[kept][order], (len(demand.ids), len(supply.ids)))


def joined_by_row(matrix_labels: Sequence[str], places: PlaceTable) -> bool:
    """Whether the labels count the rows of the places and are not their ids."""
    ids = set(places.ids)
    count = len(places.ids)
    return not all(label in ids for label in matrix_labels) and all(
        label.isdecimal() and int(label) < count for label in matrix_labels
    )


def _places_of(names: list[str], places: PlaceTable, matrix: MatrixFile, what: str) -> NDArray[np.int64]:
    if joined_by_row(names, places) and len(names) == len(places.ids):
        return np.array([int(name) for name in names], dtype=np.int64)
    found = pd.Index(places.ids).get_indexer(pd.Index(names, dtype=object)).astype(np.int64)
    unknown = np.flatnonzero(found < 0)
    if len(unknown):
        raise PlanDataError(
            f"{len(unknown)} of {len(names)} {what} of {matrix.path} name a place that is not in "
            f"{places.path} (first: {names[int(unknown[0])]!r}).\n"
            f"Name the column of {places.path} that holds the ids of the matrix, or correct them."
        )
    if matrix.wide and len(names) < len(places.ids):
        lacking = sorted(set(places.ids) - set(names))
        raise PlanDataError(
            f"{matrix.path} says nothing of {len(lacking)} of {len(places.ids)} places of {places.path} "
            f"(first: {lacking[0]!r}).\nMeasure their times too, or leave the places out."
        )
    return found


def _read(path: str | Path) -> pd.DataFrame:
    path = Path(path)
    if path.suffix.lower() in {".parquet", ".geoparquet"} and path.is_file():
        try:
            table = pd.read_parquet(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise PlanDataError(f"{path} cannot be read as Parquet: {reason}.\nExport it again.") from None
        return _with_ids(table)
    return read_table(path)


def _with_ids(table: pd.DataFrame) -> pd.DataFrame:
    """The index of a table as its first columns, where it says more than the order of the rows."""
    if isinstance(table.index, pd.MultiIndex):
        return table.reset_index()
    said = table.index.name is not None or not (len(table.columns) and str(table.columns[0]) in ROW_NAMES)
    if isinstance(table.index, pd.RangeIndex) or not said:
        return table.reset_index(drop=True)
    return table.reset_index(names=INDEX)


def _names(columns: LongColumns) -> tuple[str, str, str]:
    return columns.origin, columns.destination, columns.minutes


def _long(table: pd.DataFrame, columns: LongColumns, path: str | Path) -> MatrixFile:
    check_columns(table, _names(columns), path)
    ends = []
    for column in (columns.origin, columns.destination):
        ids = labels(table[column])
        if not all(ids):
            raise PlanDataError(
                f"{path}: row {ids.index('') + 1} has nothing in {column!r}.\nName both ends of each pair."
            )
        ends.append(pd.factorize(np.array(ids, dtype=object)))
    (row, origins), (column_at, destinations) = ends
    twice = np.flatnonzero(pd.DataFrame({"row": row, "column": column_at}).duplicated().to_numpy())
    if len(twice):
        at = int(twice[0])
        raise PlanDataError(
            f"{path}: {len(twice)} pairs stand more than once (first: {origins[row[at]]!r} to "
            f"{destinations[column_at[at]]!r}).\nKeep one row a pair."
        )
    minutes = _minutes(table[columns.minutes].to_numpy(), as_numbers(table, columns.minutes), path)
    return MatrixFile(
        str(path), list(origins), list(destinations), row.astype(np.int64), column_at.astype(np.int64),
        minutes, wide=False,
    )  # fmt: skip


def _wide(table: pd.DataFrame, path: str | Path) -> MatrixFile:
    first = str(table.columns[0]) if len(table.columns) else ""
    if first in ROW_NAMES:
        origins = labels(table[table.columns[0]])
        table = table.drop(columns=table.columns[0])
    else:
        origins = labels(table.index)
    destinations = labels(table.columns)
    if not origins or not destinations:
        raise PlanDataError(f"{path} holds no times.\nGive a row an origin and a column a destination.")
    check_unique(origins, f"{path}: rows")
    check_unique(destinations, f"{path}: columns")
    columns = [
        _minutes(table.iloc[:, at].to_numpy(), as_numbers(table, name), path)
        for at, name in enumerate(table.columns)
    ]
    minutes = np.column_stack(columns)
    row, column = np.indices(minutes.shape)
    return MatrixFile(
        str(path), origins, destinations, row.ravel(), column.ravel(), minutes.ravel(), wide=True
    )


def _minutes(given: NDArray[Any], numbers: NDArray[np.float64], path: str | Path) -> NDArray[np.float64]:
    """Times; nothing stands for no way, but a text or a negative number is a fault."""
    numbers = numbers.astype(np.float64)
    bad = (numbers < 0) | (np.isnan(numbers) & np.asarray(pd.notna(given)))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise PlanDataError(
            f"{path}: {int(bad.sum())} times are negative or no number "
            f"(first: row {at + 1} has {str(given[at])[:40]!r}).\n"
            "Leave a time empty where there is no way."
        )
    return numbers
