"""
The files of a GTFS feed, zipped or in a folder, as tables of text.

What makes a feed unreadable is an error here: a file or a column that is missing, an id that
stands twice, a time or a date that is none.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: File -> columns without which it says nothing. Other files of a feed are not read.
NEEDED = {
    "stops": ("stop_id",),
    "trips": ("trip_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar": ("service_id", "start_date", "end_date", "monday", "tuesday", "wednesday", "thursday",
                 "friday", "saturday", "sunday"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": ("from_stop_id", "to_stop_id"),
    "agency": ("agency_timezone",),
}  # fmt: skip
MUST_BE_THERE = ("stops", "trips", "stop_times")
#: A file in a zip that claims to be larger is not unpacked.
LARGEST_FILE = 4 * 1024**3
#: Seconds of a time that is left blank.
BLANK = -1


def read_tables(path: str | Path) -> dict[str, pd.DataFrame]:
    """
    The tables of a feed that are read, by name without ``.txt``; all values are text, a blank one is "".

    Raises
    ------
    PlanDataError
        If the feed cannot be read, or a file or column that is needed is missing.
    """
    path = Path(path)
    raw = _from_folder(path) if path.is_dir() else _from_zip(path)
    lacking = [name for name in MUST_BE_THERE if name not in raw]
    if not lacking and not {"calendar", "calendar_dates"} & set(raw):
        lacking = ["calendar"]
    if lacking:
        raise PlanDataError(
            f"{path} has no {lacking[0]}.txt, so it is no GTFS feed that can be used.\n"
            "Give a feed with stops, trips, stop_times, and calendar or calendar_dates."
        )
    return {name: _table(path, name, content) for name, content in raw.items()}


def _from_folder(path: Path) -> dict[str, bytes]:
    return {name: (path / f"{name}.txt").read_bytes() for name in NEEDED if (path / f"{name}.txt").is_file()}


def _from_zip(path: Path) -> dict[str, bytes]:
    if not path.is_file():
        raise PlanDataError(f"There is no feed at {path}.\nName a zip or a folder of GTFS files.")
    try:
        with zipfile.ZipFile(path) as whole:
            inside = {info.filename: info for info in whole.infolist()}
            # Some publishers zip the folder instead of the files in it.
            roots = sorted((name[: -len("stops.txt")] for name in inside if _is_stops(name)), key=len)
            root = roots[0] if roots else ""
            found = {name: inside[f"{root}{name}.txt"] for name in NEEDED if f"{root}{name}.txt" in inside}
            for info in found.values():
                if info.file_size > LARGEST_FILE or info.flag_bits & 1:
                    raise PlanDataError(
                        f"{path}: {info.filename} is encrypted or larger than 4 GB.\nUnpack it by hand first."
                    )
            return {name: whole.read(info) for name, info in found.items()}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise PlanDataError(
            f"{path} cannot be read as a zip: {error}.\nName a zip or a folder of GTFS files."
        ) from None


def _is_stops(name: str) -> bool:
    return name == "stops.txt" or (name.endswith("/stops.txt") and not name.startswith("__MACOSX/"))


def _table(path: Path, name: str, content: bytes) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            io.BytesIO(content), dtype=str, na_filter=False, skipinitialspace=True, encoding="utf-8-sig"
        )
    except UnicodeDecodeError as error:
        raise PlanDataError(
            f"{path}: {name}.txt is not UTF-8 (byte {error.start}).\nGTFS has to be UTF-8; save it as such."
        ) from None
    except pd.errors.EmptyDataError:
        table = pd.DataFrame(columns=list(NEEDED[name]), dtype=str)
    except (pd.errors.ParserError, ValueError) as error:
        raise PlanDataError(
            f"{path}: {name}.txt cannot be read as CSV: {str(error).splitlines()[0]}.\nMend that line."
        ) from None
    table.columns = pd.Index([str(column).strip() for column in table.columns])
    lacking = [column for column in NEEDED[name] if column not in table.columns]
    if lacking and name in {"agency"}:
        return pd.DataFrame(columns=list(NEEDED[name]), dtype=str)
    if lacking:
        raise PlanDataError(
            f"{path}: {name}.txt has no column {lacking[0]!r}; it has: {', '.join(table.columns)}.\n"
            "Correct its first line."
        )
    return table.fillna("")


def column(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    """A column of text; blanks where the table has none of that name."""
    return (
        table[name]
        if name in table.columns
        else pd.Series([""] * len(table), index=table.index, dtype=object)
    )


def flags(table: pd.DataFrame, name: str, value: str) -> NDArray[np.bool_]:
    """Where a column is a certain word."""
    return np.asarray(column(table, name).str.strip() == value, dtype=bool)


def numbers(table: pd.DataFrame, name: str, where: str) -> NDArray[np.float64]:
    """
    A column as numbers; NaN where it is blank.

    Raises
    ------
    PlanDataError
        If a value that is there is no number.
    """
    given = column(table, name).str.strip()
    found: NDArray[np.float64] = pd.to_numeric(given, errors="coerce").to_numpy("float64", na_value=np.nan)
    _refuse(given, ~np.isfinite(found) & np.asarray(given != "", dtype=bool), where, name, "number")
    return found


def seconds(table: pd.DataFrame, name: str, where: str) -> NDArray[np.int64]:
    """
    A column of times as seconds after the midnight of the service day: 25:10:00 is 90,600.

    `BLANK` stands where the feed leaves a time blank.

    Raises
    ------
    PlanDataError
        If a value that is there is no time.
    """
    codes, words = pd.factorize(column(table, name))
    parsed = np.array([clock(word) for word in words] or [BLANK], dtype=np.int64)
    found = parsed[codes] if len(codes) else np.empty(0, dtype=np.int64)
    _refuse(column(table, name), found < BLANK, where, name, "time such as 08:05:00")
    return found


def days(table: pd.DataFrame, name: str, where: str) -> list[dt.date]:
    """
    A column of days, written 20190513.

    Raises
    ------
    PlanDataError
        If one is no day of the calendar.
    """
    parsed: Mapping[str, dt.date | None] = {word: _day(word) for word in table[name].unique()}
    wrong = np.array([parsed[word] is None for word in table[name]], dtype=bool)
    _refuse(table[name], wrong, where, name, "day such as 20190513")
    return [day for word in table[name] if (day := parsed[word]) is not None]


def check_ids(table: pd.DataFrame, name: str, where: str) -> None:
    """
    See that ids are there and stand once.

    Raises
    ------
    PlanDataError
        With the first that is not.
    """
    twice = table[name].duplicated()
    if twice.any():
        raise PlanDataError(
            f"{where}: {int(twice.sum())} rows repeat a {name} (first: {table[name][twice].iloc[0]!r}).\n"
            "Keep one row an id."
        )


def clock(word: str) -> int:
    """Seconds of a time such as 25:10:00; `BLANK` of nothing, less than that of what is no time."""
    word = word.strip()
    if not word:
        return BLANK
    parts = word.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return BLANK - 1
    hours, minutes, rest = (int(part) for part in parts)
    return BLANK - 1 if minutes > 59 or rest > 59 or hours > 240 else hours * 3600 + minutes * 60 + rest


def _day(word: str) -> dt.date | None:
    word = word.strip()
    try:
        return dt.datetime.strptime(word, "%Y%m%d").date() if len(word) == 8 else None  # noqa: DTZ007
    except ValueError:
        return None


def _refuse(given: pd.Series[Any], wrong: NDArray[np.bool_], where: str, name: str, wanted: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise PlanDataError(
            f"{where}: {len(rows)} of {len(given)} values of {name} are no {wanted} "
            f"(first: row {int(rows[0]) + 1} has {str(given.iloc[int(rows[0])])[:40]!r}).\nCorrect them."
        )
