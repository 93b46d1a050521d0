"""
A timetable laid out for one day: every ride from a stop to the next, in the order of departure.

Trips of the day before that still run after midnight belong to it, and so do those of the day
after where the horizon reaches there. Times are seconds on the clock of GTFS of the day: from its
midnight, or from noon minus twelve hours where clocks change that night.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from blockplan.errors import PlanDataError
from blockplan.exchange.gtfs import FORBIDDEN, MINIMUM
from blockplan.exchange.gtfs_times import StopTimes, days_apart
from blockplan.network.onfoot import Ways, ways_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.gtfs import Feed

DAY_S = 86_400
#: Mean radius of the earth.
EARTH_M = 6_371_009.0
#: Change time that no journey survives.
NO_CHANGE = 2**29


@dataclass(frozen=True, slots=True, eq=False)
class Connections:
    """Rides from a stop to the next, sorted by departure and, within a trip, as travelled."""

    from_stop: NDArray[np.int32]
    to_stop: NDArray[np.int32]
    departure: NDArray[np.int32]
    arrival: NDArray[np.int32]
    trip: NDArray[np.int32]
    boards: NDArray[np.bool_]
    alights: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.trip)

    @property
    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """For the compiled search."""
        return (
            self.from_stop, self.to_stop, self.departure, self.arrival, self.trip, self.boards, self.alights,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """
    Stops and connections of some feeds on a day.

    Attributes
    ----------
    day
        The day whose midnight (noon minus twelve hours) is second 0.
    zone
        Time zone of the feeds; "" where they state none.
    stop_ids
        ``feed:stop``, so that two feeds never mean the same stop by chance.
    lonlat
        Degrees; NaN where a stop has no place.
    served
        Which stops any connection touches.
    connections, trips
        What runs within the horizon, and the number of trips among them.
    change_s
        Seconds to change at each stop (`NO_CHANGE` where transfers.txt forbids it).
    transfers
        What transfers.txt says of two stops, once a pair: from, to, kind, least seconds.
    running
        Trips of each feed that have a connection within the horizon.
    """

    day: dt.date
    zone: str
    stop_ids: list[str]
    lonlat: NDArray[np.float64]
    served: NDArray[np.bool_]
    connections: Connections
    trips: int
    change_s: NDArray[np.int64]
    transfers: NDArray[np.int64]
    running: dict[str, int]

    def links(self, walks: Ways, metres_per_second: float) -> Ways:
        """
        Ways between stops: walks (in seconds), and what transfers.txt says of them.

        A least time holds where it is longer than the walk, and links stops that are too far apart to
        walk. A transfer there without a least time takes a walk along the straight line. A forbidden
        transfer takes the walk away.
        """
        away = np.zeros(len(walks), dtype=bool)
        size = len(self.stop_ids)
        start, to, cost = walks.start, walks.to.astype(np.int64), walks.cost.copy()
        keys = start * size + to
        added = []
        for a, b, kind, least in self.transfers.tolist():
            at = int(np.searchsorted(keys, a * size + b))
            there = at < len(keys) and keys[at] == a * size + b
            if there and kind == FORBIDDEN:
                away[at] = True
            elif there:
                cost[at] = max(cost[at], least)
            elif kind != FORBIDDEN:
                metres = 0.0 if least else _metres(self.lonlat[a], self.lonlat[b])
                if np.isfinite(metres):
                    added.append((a, b, max(least, int(np.ceil(metres / metres_per_second)))))
        kept = ~away & (start != to)
        more = np.array(added, dtype=np.int64).reshape(-1, 3)
        return ways_of(
            np.concatenate([start[kept], more[:, 0]]), np.concatenate([to[kept], more[:, 1]]),
            np.concatenate([cost[kept], more[:, 2]]).astype(np.int32), size,
        )  # fmt: skip


def lay_out(feeds: Sequence[Feed], day: dt.date, start_s: int, end_s: int, change_s: int = 0) -> Timetable:
    """
    Feeds on a day, from one second to another.

    Parameters
    ----------
    start_s, end_s
        First and last departure, seconds on the clock of GTFS of `day`; more than 86,400 is the next day.
    change_s
        Seconds to change at a stop where transfers.txt says nothing.

    Raises
    ------
    PlanDataError
        If nothing of any feed runs on that day.
    """
    zone = next((feed.timezone for feed in feeds if feed.timezone), "")
    offsets = np.cumsum([0, *(len(feed.stop_ids) for feed in feeds)]).tolist()
    parts: list[StopTimes] = []
    ends = [0]
    for feed, offset in zip(feeds, offsets, strict=False):
        trips = ends[-1]
        for shift in (-1, 0, 1):
            other = day + dt.timedelta(days=shift)
            calls, count = _calls(feed, other)
            parts.append(_moved(calls, offset, days_apart(day, other, zone), trips))
            trips += count
        ends.append(trips)
    if not any(len(part) for part in parts):
        raise PlanDataError(_nothing_runs(feeds, day))
    connections = _connections(_together(parts), start_s, end_s)
    size = offsets[-1]
    served = np.zeros(size, dtype=bool)
    served[connections.from_stop] = served[connections.to_stop] = True
    transfers = _settled(
        np.concatenate(
            [
                feed.transfers + np.array([offset, offset, 0, 0])
                for feed, offset in zip(feeds, offsets, strict=False)
            ]
        )
    )
    seen, number = np.unique(connections.trip, return_inverse=True)
    counts = np.diff(np.searchsorted(seen, ends)).tolist()
    return Timetable(
        day,
        zone,
        [f"{feed.name}:{stop}" for feed in feeds for stop in feed.stop_ids],
        np.concatenate([feed.lonlat for feed in feeds]),
        served,
        # Numbered anew without gaps: a search keeps a place for each trip.
        replace(connections, trip=number.astype(np.int32)),
        len(seen),
        _changes(transfers, size, change_s),
        transfers[transfers[:, 0] != transfers[:, 1]],
        {feed.name: count for feed, count in zip(feeds, counts, strict=True)},
    )


def _calls(feed: Feed, day: dt.date) -> tuple[StopTimes, int]:
    """Calls of the trips that run on a day, trips numbered from 0, and how many there are."""
    runs = (
        (feed.service >= 0) & feed.services.on(day)[feed.service]
        if len(feed.services.ids)
        else feed.service > 0
    )
    repeated = np.zeros(len(feed.trip_ids), dtype=bool)
    repeated[feed.runs[:, 0]] = True
    plain = feed.times.rows((runs & ~repeated)[feed.times.trip])
    found, number = np.unique(plain.trip, return_inverse=True)
    count = len(found)
    parts = [_moved(plain, 0, 0, 0, number)]
    for trip, first, end, headway in feed.runs[runs[feed.runs[:, 0]]].tolist():
        low, high = np.searchsorted(feed.times.trip, [trip, trip + 1])
        pattern = feed.times.rows(np.arange(low, high))
        for start in range(first, end, headway):
            shift = start - int(pattern.departure[0])
            parts.append(_moved(pattern, 0, shift, count, np.zeros(len(pattern), dtype=np.int64)))
            count += 1
    return _together(parts), count


def _moved(
    calls: StopTimes, stops: int, seconds: int, trips: int, trip: NDArray[np.int64] | None = None
) -> StopTimes:
    return replace(
        calls,
        trip=(calls.trip if trip is None else trip) + trips,
        stop=calls.stop + stops,
        arrival=calls.arrival + seconds,
        departure=calls.departure + seconds,
    )


def _together(parts: Sequence[StopTimes]) -> StopTimes:
    return StopTimes(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(StopTimes)))


def _connections(calls: StopTimes, start_s: int, end_s: int) -> Connections:
    last = len(calls) - 1
    rides = np.flatnonzero(calls.trip[:last] == calls.trip[1:]) if last > 0 else np.empty(0, dtype=np.intp)
    departure = calls.departure[rides]
    rides = rides[(departure >= start_s) & (departure <= end_s)]
    # Calls stand trip by trip as travelled; a stable order keeps them so where departures are equal.
    rides = rides[np.argsort(calls.departure[rides], kind="stable")]
    return Connections(
        calls.stop[rides].astype(np.int32),
        calls.stop[rides + 1].astype(np.int32),
        calls.departure[rides].astype(np.int32),
        calls.arrival[rides + 1].astype(np.int32),
        calls.trip[rides].astype(np.int32),
        calls.boards[rides],
        calls.alights[rides + 1],
    )


def _settled(transfers: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    One row a pair of stops, in whatever order they stand: kind 3 outweighs all, then the longest time.

    The kinds are numbered so that the stricter is the higher.
    """
    if not len(transfers):
        return transfers
    rows = transfers.copy()
    # At a stop itself only a row of kind 2 speaks of the time to change.
    rows[(rows[:, 0] == rows[:, 1]) & (rows[:, 2] != MINIMUM), 3] = 0
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    first = np.flatnonzero(np.r_[True, (np.diff(rows[:, :2], axis=0) != 0).any(axis=1)])
    return np.column_stack([rows[first, :2], np.maximum.reduceat(rows[:, 2:], first, axis=0)])


def _changes(transfers: NDArray[np.int64], size: int, change_s: int) -> NDArray[np.int64]:
    """Seconds to change at each stop: the default, or what a transfer from the stop to itself says."""
    change = np.full(size, change_s, dtype=np.int64)
    for stop, other, kind, least in transfers.tolist():
        if stop == other and kind in {MINIMUM, FORBIDDEN}:
            change[stop] = NO_CHANGE if kind == FORBIDDEN else least
    return change


def _metres(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Straight line over the globe between two places in degrees; NaN where one has none."""
    lon, lat = np.radians(b - a)
    mean = np.radians((a[1] + b[1]) / 2)
    return float(np.hypot(lon * np.cos(mean), lat) * EARTH_M)


def _nothing_runs(feeds: Sequence[Feed], day: dt.date) -> str:
    spans = []
    for feed in feeds:
        span = feed.services.span() if len(feed.times) else None
        spans.append(f"{feed.name} {f'from {span[0]} to {span[1]}' if span else 'none that can be used'}")
    return f"No trip runs on {day} or the days beside it. Services: {', '.join(spans)}.\nChoose another day."
