"""
Timetables in GTFS: one feed, or several that are used together.

Read are stops, trips, stop_times, calendar, calendar_dates, frequencies, transfers and the time zone.
Nothing is left out silently: `ReadReport` says what was interpolated, copied and dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blockplan.errors import PlanDataError
from blockplan.exchange import gtfs_files as raw
from blockplan.exchange.gtfs_line import line_tables
from blockplan.exchange.gtfs_times import ReadReport, StopTimes, stop_times, zone_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: transfers.txt: kinds that are used. 4 and 5 speak of two trips and are not.
RECOMMENDED, TIMED, MINIMUM, FORBIDDEN = 0, 1, 2, 3
#: A child stop is not farther below a station than this.
DEPTH = 4


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """
    On which days the services of a feed run.

    Attributes
    ----------
    weekly
        Number of the service, flags from Monday, first and last day of each row of calendar.txt.
    exceptions
        Day -> services added and services taken away.
    """

    ids: pd.Index[Any]
    weekly: tuple[tuple[int, tuple[bool, ...], dt.date, dt.date], ...]
    exceptions: dict[dt.date, tuple[frozenset[int], frozenset[int]]]

    def on(self, day: dt.date) -> NDArray[np.bool_]:
        """Which services run on a day."""
        running = np.zeros(len(self.ids), dtype=bool)
        for service, runs, first, last in self.weekly:
            if first <= day <= last and runs[day.weekday()]:
                running[service] = True
        added, taken = self.exceptions.get(day, (frozenset(), frozenset()))
        running[list(added)] = True
        running[list(taken)] = False
        return running

    def span(self) -> tuple[dt.date, dt.date] | None:
        """First and last day on which anything may run."""
        days = [day for _, _, first, last in self.weekly for day in (first, last)]
        days += [day for day, (added, _) in self.exceptions.items() if added]
        return (min(days), max(days)) if days else None


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """
    A feed, ready to be laid out for a day.

    Attributes
    ----------
    name
        Short name; it keeps the ids of several feeds apart.
    lonlat
        Degrees (WGS 84), shape (stops, 2); NaN where the feed states none.
    trip_ids, service
        The trips, and the number of the service each belongs to (-1: one that never runs).
    times
        Their calls.
    runs
        Rows of frequencies.txt: trip, first departure, end, headway (seconds).
    transfers
        From stop, to stop, kind, least seconds (0 where none are stated), stations spread over their stops.
    timezone
        Of the agencies; "" where none is stated.
    """

    name: str
    stop_ids: pd.Index[Any]
    lonlat: NDArray[np.float64]
    trip_ids: pd.Index[Any]
    service: NDArray[np.int64]
    times: StopTimes
    services: Services
    runs: NDArray[np.int64]
    transfers: NDArray[np.int64]
    timezone: str
    report: ReadReport


def read_feeds(paths: Sequence[str | Path]) -> list[Feed]:
    """
    Feeds that are used together.

    Raises
    ------
    PlanDataError
        If one cannot be used, or they keep different time zones.
    """
    feeds: list[Feed] = []
    for path in paths:
        stem = _stem(path)
        taken = sum(feed.name.partition("#")[0] == stem for feed in feeds)
        feeds.append(read_feed(path, stem if not taken else f"{stem}#{taken + 1}"))
    zones = {feed.timezone: feed.name for feed in feeds if feed.timezone}
    if len(zones) > 1:
        said = ", ".join(f"{name} is in {zone}" for zone, name in zones.items())
        raise PlanDataError(
            f"The feeds keep different time zones: {said}.\nUse feeds of one time zone together."
        )
    return feeds


def read_feed(path: str | Path, name: str | None = None) -> Feed:
    """
    One feed, from a zip or a folder, or from a line drawn in TOML (`blockplan.exchange.gtfs_line`).

    Raises
    ------
    PlanDataError
        If it cannot be read, or is not what GTFS says: a file or column is missing, an id stands
        twice, a time, day or coordinate is none.
    """
    tables = line_tables(path) if Path(path).suffix.lower() == ".toml" else raw.read_tables(path)
    return feed_of(tables, name or _stem(path), path)


def _stem(path: str | Path) -> str:
    return Path(path).name.removesuffix(".zip").removesuffix(".toml") or "feed"


def feed_of(tables: dict[str, pd.DataFrame], name: str, path: str | Path) -> Feed:
    """
    A feed of tables of text, such as `blockplan.exchange.gtfs_files.read_tables` gives.

    Parameters
    ----------
    path
        Where they come from, for messages.

    Raises
    ------
    PlanDataError
        As `read_feed`.
    """
    report = ReadReport(name)
    stops, trips = tables["stops"], tables["trips"]
    raw.check_ids(stops, "stop_id", f"{path}: stops.txt")
    raw.check_ids(trips, "trip_id", f"{path}: trips.txt")
    report.stops, report.trips = len(stops), len(trips)
    stop_ids, trip_ids = pd.Index(stops["stop_id"]), pd.Index(trips["trip_id"])
    services = _services(tables, str(path))
    service = np.asarray(services.ids.get_indexer(pd.Index(trips["service_id"])), dtype=np.int64)
    report.drop("trips of a service without days", trip_ids, service < 0)
    times = stop_times(tables["stop_times"], trip_ids, stop_ids, f"{path}: stop_times.txt", report)
    return Feed(
        name,
        stop_ids,
        _lonlat(stops, f"{path}: stops.txt", report),
        trip_ids,
        service,
        times,
        services,
        _runs(tables.get("frequencies"), trip_ids, times, f"{path}: frequencies.txt", report),
        _transfers(tables.get("transfers"), stops, f"{path}: transfers.txt", report),
        _timezone(tables.get("agency"), path, report),
        report,
    )


def _services(tables: dict[str, pd.DataFrame], path: str) -> Services:
    nothing = pd.DataFrame(columns=["service_id"], dtype=str)
    weekly, single = tables.get("calendar", nothing), tables.get("calendar_dates", nothing)
    ids = pd.Index(pd.unique(pd.concat([weekly["service_id"], single["service_id"]], ignore_index=True)))
    rows: list[tuple[int, tuple[bool, ...], dt.date, dt.date]] = []
    if len(weekly):
        where = f"{path}: calendar.txt"
        runs = np.column_stack([raw.flags(weekly, day, "1") for day in WEEKDAYS])
        first, last = raw.days(weekly, "start_date", where), raw.days(weekly, "end_date", where)
        number = ids.get_indexer(pd.Index(weekly["service_id"]))
        rows = [(int(number[at]), tuple(runs[at].tolist()), first[at], last[at]) for at in range(len(weekly))]
    changes: dict[dt.date, tuple[set[int], set[int]]] = {}
    if len(single):
        number = ids.get_indexer(pd.Index(single["service_id"]))
        added = raw.flags(single, "exception_type", "1")
        taken = raw.flags(single, "exception_type", "2")
        for at, day in enumerate(raw.days(single, "date", f"{path}: calendar_dates.txt")):
            pair = changes.setdefault(day, (set(), set()))
            if added[at] or taken[at]:
                pair[0 if added[at] else 1].add(int(number[at]))
    exceptions = {day: (frozenset(plus), frozenset(minus)) for day, (plus, minus) in changes.items()}
    return Services(ids, tuple(rows), exceptions)


def _lonlat(stops: pd.DataFrame, where: str, report: ReadReport) -> NDArray[np.float64]:
    lon, lat = raw.numbers(stops, "stop_lon", where), raw.numbers(stops, "stop_lat", where)
    wrong = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90))
    if len(wrong):
        at = int(wrong[0])
        raise PlanDataError(
            f"{where}: {len(wrong)} stops lie off the globe (first: {stops['stop_id'].iloc[at]!r} at "
            f"lat {lat[at]}, lon {lon[at]}).\nCorrect them; lat and lon may be swapped."
        )
    found = np.column_stack([lon, lat])
    lacking = ~np.isfinite(found).all(axis=1)
    if lacking.any():
        parent = _parents(stops)
        inherits = lacking & (parent >= 0)
        found[inherits] = found[parent[inherits]]
        lacking = ~np.isfinite(found).all(axis=1)
    if lacking.any():
        first = stops["stop_id"].to_numpy()[lacking][0]
        report.notes.append(
            f"{int(lacking.sum())} stops have no place and cannot be walked to (first: {first})"
        )
    return found


def _parents(stops: pd.DataFrame) -> NDArray[np.int64]:
    """Row of each stop's station; -1 where it has none."""
    ids = pd.Index(stops["stop_id"])
    return np.asarray(ids.get_indexer(pd.Index(raw.column(stops, "parent_station"))), dtype=np.int64)


def _runs(
    table: pd.DataFrame | None, trips: pd.Index[Any], times: StopTimes, where: str, report: ReadReport
) -> NDArray[np.int64]:
    if table is None or not len(table):
        return np.empty((0, 4), dtype=np.int64)
    trip = np.asarray(trips.get_indexer(pd.Index(table["trip_id"])), dtype=np.int64)
    start, end = raw.seconds(table, "start_time", where), raw.seconds(table, "end_time", where)
    headway = raw.numbers(table, "headway_secs", where)
    wrong = (trip < 0) | (start < 0) | (end <= start) | ~(headway >= 1)
    report.drop("frequencies without a trip, a span or a headway", table["trip_id"], wrong)
    wrong |= ~np.isin(trip, times.trip)
    kept = np.column_stack([trip, start, end, np.nan_to_num(headway)]).astype(np.int64)[~wrong]
    report.runs = int(np.ceil((kept[:, 2] - kept[:, 1]) / np.maximum(kept[:, 3], 1)).sum())
    if (raw.flags(table, "exact_times", "1") ^ True).any():
        report.notes.append(
            "Trips of frequencies.txt without exact_times run at the start time and each headway after it."
        )
    return kept


def _transfers(
    table: pd.DataFrame | None, stops: pd.DataFrame, where: str, report: ReadReport
) -> NDArray[np.int64]:
    if table is None or not len(table):
        return np.empty((0, 4), dtype=np.int64)
    ids = pd.Index(stops["stop_id"])
    first = ids.get_indexer(pd.Index(table["from_stop_id"]))
    last = ids.get_indexer(pd.Index(table["to_stop_id"]))
    kind = np.nan_to_num(raw.numbers(table, "transfer_type", where), nan=RECOMMENDED)
    least = np.nan_to_num(raw.numbers(table, "min_transfer_time", where), nan=0.0)
    narrow = np.zeros(len(table), dtype=bool)
    for name in ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id"):
        narrow |= np.asarray(raw.column(table, name) != "", dtype=bool)
    unknown = ((first < 0) | (last < 0)) & ~narrow
    report.drop(
        "transfers between single routes or trips", table["from_stop_id"], narrow | (kind > FORBIDDEN)
    )
    report.drop("transfers at an unknown stop", table["from_stop_id"], unknown)
    wrong = narrow | unknown | (kind > FORBIDDEN) | (least < 0)
    report.transfers = int((~wrong).sum())
    below = _stops_below(stops)
    spread = [
        (a, b, int(kind[row]), int(least[row]))
        for row in np.flatnonzero(~wrong).tolist()
        for a in below[first[row]]
        for b in below[last[row]]
    ]
    return np.array(spread, dtype=np.int64).reshape(-1, 4)


def _stops_below(stops: pd.DataFrame) -> list[list[int]]:
    """The stop itself, or, of a station, the stops in it too."""
    parent = _parents(stops)
    below = [[at] for at in range(len(stops))]
    for at in range(len(stops)):
        above = int(parent[at])
        for _ in range(DEPTH):
            if above < 0 or above == at:
                break
            below[above].append(at)
            above = int(parent[above])
    return below


def _timezone(table: pd.DataFrame | None, path: str | Path, report: ReadReport) -> str:
    zones = [] if table is None else sorted({zone.strip() for zone in table["agency_timezone"]} - {""})
    if len(zones) > 1:
        raise PlanDataError(f"{path}: agency.txt names several time zones: {', '.join(zones)}.\nKeep one.")
    if zones and zone_of(zones[0]) is None:
        report.notes.append(f"{zones[0]} is no known time zone: every day is taken to have 24 hours.")
    return zones[0] if zones else ""
