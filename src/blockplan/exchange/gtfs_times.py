"""
The times of a feed's trips: in order, complete, and what had to be done for that.

A time that a feed leaves blank is interpolated between the stated ones around it: by
``shape_dist_traveled`` where all stops between have it, else evenly by stop.

Its clock counts seconds from noon minus twelve hours of a service day. That is midnight, but for the days
on which clocks change: a day of 23 or 25 hours, whose times after the change are written as the clock on the
wall shows them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from blockplan.errors import UsageError
from blockplan.exchange.gtfs_files import BLANK, flags, numbers, seconds
from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(slots=True)
class ReadReport(JsonRecord):
    """
    What was read of a feed, and what had to be done to it.

    Attributes
    ----------
    stops, trips, stop_times
        Rows in the files.
    interpolated, interpolated_by_distance
        Blank times that were filled in, and those of them by distance (the others evenly by stop).
    copied
        Calls that state only arrival or only departure.
    runs
        Trips made from frequencies.txt.
    transfers
        Rows of transfers.txt that are used.
    dropped
        What was left out -> how many, and the first id.
    """

    feed: str
    stops: int = 0
    trips: int = 0
    stop_times: int = 0
    interpolated: int = 0
    interpolated_by_distance: int = 0
    copied: int = 0
    runs: int = field(default=0, metadata={"json": "frequency_runs"})
    transfers: int = 0
    dropped: dict[str, tuple[int, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def drop(self, what: str, ids: Iterable[Any], wrong: NDArray[np.bool_]) -> None:
        """Note what is left out; nothing where nothing is wrong."""
        rows = np.flatnonzero(wrong)
        if len(rows):
            self.dropped[what] = (len(rows), str(list(ids)[int(rows[0])]))

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """As JSON."""
        dropped = [{"what": what, "n": n, "first": first} for what, (n, first) in self.dropped.items()]
        return JsonRecord.to_dict(self, lang) | {"dropped": dropped}


@dataclass(frozen=True, slots=True, eq=False)
class StopTimes:
    """
    Calls of trips at stops, trip by trip in the order of travel.

    Attributes
    ----------
    trip, stop
        Number of the trip and of the stop.
    arrival, departure
        Seconds after the midnight of the service day.
    boards, alights
        Whether one may get on, and off.
    """

    trip: NDArray[np.int64]
    stop: NDArray[np.int64]
    arrival: NDArray[np.int64]
    departure: NDArray[np.int64]
    boards: NDArray[np.bool_]
    alights: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.trip)

    def rows(self, kept: NDArray[Any]) -> StopTimes:
        """Some of the rows."""
        return StopTimes(
            self.trip[kept], self.stop[kept], self.arrival[kept], self.departure[kept],
            self.boards[kept], self.alights[kept],
        )  # fmt: skip


def stop_times(
    table: pd.DataFrame, trips: pd.Index[Any], stops: pd.Index[Any], where: str, report: ReadReport
) -> StopTimes:
    """
    Complete times of the trips; what was interpolated or dropped stands in `report`.

    Raises
    ------
    PlanDataError
        If a time, a distance or a sequence is no number.
    """
    report.stop_times = len(table)
    trip, stop = _codes(table["trip_id"], trips), _codes(table["stop_id"], stops)
    sequence = numbers(table, "stop_sequence", where)
    named = (trip >= 0) & (stop >= 0) & np.isfinite(sequence)
    report.drop("stop times of an unknown trip", table["trip_id"], trip < 0)
    report.drop("stop times at an unknown stop", table["stop_id"], (trip >= 0) & (stop < 0))
    report.drop("stop times without a sequence", table["trip_id"], ~np.isfinite(sequence))
    order = np.lexsort((sequence, trip))
    order = order[named[order]]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (np.diff(trip[order]) == 0) & (np.diff(sequence[order]) == 0)
    report.drop("stop times that repeat a sequence", table["trip_id"].iloc[order], again)
    order = order[~again]
    arrival, departure = seconds(table, "arrival_time", where), seconds(table, "departure_time", where)
    distance = numbers(table, "shape_dist_traveled", where)[order]
    found = StopTimes(
        trip[order], stop[order], arrival[order], departure[order],
        ~flags(table, "pickup_type", "1")[order], ~flags(table, "drop_off_type", "1")[order],
    )  # fmt: skip
    found = _completed(found, distance, trips, report)
    return _running_forward(found, trips, report)


def _codes(ids: pd.Series[Any], known: pd.Index[Any]) -> NDArray[np.int64]:
    codes, words = pd.factorize(ids)
    return np.asarray(known.get_indexer(pd.Index(words)), dtype=np.int64)[codes] if len(codes) else codes


def _completed(
    times: StopTimes, distance: NDArray[np.float64], trips: pd.Index[Any], report: ReadReport
) -> StopTimes:
    """Each blank time filled in; calls before the first and after the last stated time are dropped."""
    arrival, departure = times.arrival.copy(), times.departure.copy()
    half = (arrival == BLANK) != (departure == BLANK)
    report.copied = int(half.sum())
    arrival[half] = departure[half] = np.maximum(arrival, departure)[half]
    timed = arrival != BLANK
    rows = np.arange(len(arrival))
    before = np.maximum.accumulate(np.where(timed, rows, -1)) if len(rows) else rows
    after = np.minimum.accumulate(np.where(timed, rows, len(rows))[::-1])[::-1] if len(rows) else rows
    inside = (before >= 0) & (after < len(rows))
    inside[inside] = (times.trip[before[inside]] == times.trip[inside]) & (
        times.trip[after[inside]] == times.trip[inside]
    )
    report.drop("calls before the first or after the last stated time of their trip",
                trips[times.trip], ~inside)  # fmt: skip
    blank = np.flatnonzero(inside & ~timed)
    low, high = before[blank], after[blank]
    share = (blank - low) / np.maximum(high - low, 1)
    measured = _measured(distance, low, high)
    with np.errstate(invalid="ignore", divide="ignore"):
        share[measured] = ((distance[blank] - distance[low]) / (distance[high] - distance[low]))[measured]
    filled = np.rint(departure[low] + share * (arrival[high] - departure[low])).astype(np.int64)
    arrival[blank] = departure[blank] = filled
    report.interpolated, report.interpolated_by_distance = len(blank), int(measured.sum())
    whole = StopTimes(times.trip, times.stop, arrival, departure, times.boards, times.alights)
    return whole.rows(inside)


def _measured(
    distance: NDArray[np.float64], low: NDArray[np.intp], high: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Whether distances are stated, and rise, from one row to another."""
    if not len(low):
        return np.zeros(0, dtype=bool)
    with np.errstate(invalid="ignore"):
        off = ~(np.diff(distance) >= 0)
    count = np.concatenate([[0], np.cumsum(off)])
    with np.errstate(invalid="ignore"):
        return np.asarray((count[high] == count[low]) & (distance[high] > distance[low]), dtype=bool)


def _running_forward(times: StopTimes, trips: pd.Index[Any], report: ReadReport) -> StopTimes:
    """Without the trips that go back in time or call at fewer than two stops."""
    backward = times.departure < times.arrival
    if len(times) > 1:
        follows = np.diff(times.trip) == 0
        backward[1:] |= follows & (times.arrival[1:] < times.departure[:-1])
    wrong = np.unique(times.trip[backward])
    report.drop("trips whose times run backward", trips[wrong], np.ones(len(wrong), dtype=bool))
    kept = ~np.isin(times.trip, wrong)
    calls = np.bincount(times.trip[kept], minlength=len(trips))
    single = np.flatnonzero(calls == 1)
    report.drop("trips with fewer than two timed stops", trips[single], np.ones(len(single), dtype=bool))
    return times.rows(kept & (calls[times.trip] > 1))


HALF_DAY_S = 43_200
NOON = dt.time(12)


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of a name; None where there is none of it, and so no change of clocks is known."""
    try:
        return ZoneInfo(name) if name else None
    except (
        OSError,
        ValueError,
        LookupError,
    ):  # Names of folders, names that leave the database, no such name.
        return None


def seconds_on(day: dt.date, moment: dt.datetime, zone: str) -> int:
    """
    Seconds of a moment on the clock of a service day.

    Parameters
    ----------
    moment
        As the clock on the wall shows it. Of a time that comes twice, the first is meant.
    zone
        Name of the time zone; "" or an unknown one changes no clocks.

    Raises
    ------
    UsageError
        If the clock on the wall passes over that time.

    Examples
    --------
    >>> day = dt.date(2024, 3, 31)  # 02:00 is followed by 03:00
    >>> seconds_on(day, dt.datetime(2024, 3, 31, 3, 30), "Europe/Berlin")
    12600
    >>> seconds_on(day, dt.datetime(2024, 3, 31, 0, 30), "Europe/Berlin")
    5400
    """
    return HALF_DAY_S + _between(dt.datetime.combine(day, NOON), moment, zone)


def days_apart(day: dt.date, other: dt.date, zone: str) -> int:
    """Seconds from the start of a service day to that of another: 86,400 a day but for changes of clocks."""
    return _between(dt.datetime.combine(day, NOON), dt.datetime.combine(other, NOON), zone)


def comes_twice(moment: dt.datetime, zone: str) -> bool:
    """Whether the clock on the wall shows a time twice, because it is put back."""
    there = zone_of(zone)
    if there is None:
        return False
    first, second = (moment.replace(tzinfo=there, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def _between(start: dt.datetime, end: dt.datetime, zone: str) -> int:
    there = zone_of(zone)
    return round((_instant(end, there) - _instant(start, there)).total_seconds())


def _instant(moment: dt.datetime, there: ZoneInfo | None) -> dt.datetime:
    """A moment of the clock on the wall, in UTC."""
    found = moment.replace(tzinfo=there or dt.UTC).astimezone(dt.UTC)
    if there is not None and found.astimezone(there).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise UsageError(
            f"There is no {moment:%H:%M} on {moment:%Y-%m-%d} in {there.key}: clocks are put forward then.\n"
            "Choose an earlier or a later time."
        )
    return found
