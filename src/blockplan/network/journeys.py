"""
Journeys between points: on foot to a stop, by timetable with changes, on foot from a stop; or all on foot.

Each way on foot has its limit: to and from stops, between stops, and (the whole travel time) without
any vehicle. Two ways on foot never follow one another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.network.join import join
from blockplan.network.onfoot import NetworkPlaces, Ways, ways_of, ways_within, with_places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.network.graph import Network
    from blockplan.network.slopes import BothWays
    from blockplan.network.timetable import Timetable

#: Travel times that are in memory at once (8 bytes each, some copies).
AT_ONCE = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Walking:
    """
    How one walks.

    Attributes
    ----------
    km_per_h
        Speed. At 4 km/h a quarter of an hour is 1,000 m.
    stop_limit_m
        Longest way from a point to a stop, and from a stop to a point.
    change_limit_m
        Longest way between two stops.
    join_limit_m
        A point or stop joins the streets if they are at most so far away; that way counts.
    slopes
        Lengths of the edges of the streets uphill and downhill; None walks as on level ground. Limits are
        metres on level ground too.
    """

    km_per_h: float = 4.0
    stop_limit_m: float = 1000.0
    change_limit_m: float = 500.0
    join_limit_m: float = 200.0
    slopes: BothWays | None = field(default=None, compare=False)

    @property
    def metres_per_second(self) -> float:
        """Speed in metres a second."""
        return self.km_per_h / 3.6


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """
    Points, ways on foot and a timetable, ready for departures.

    Attributes
    ----------
    access, foot, egress
        Ways in seconds: point to stop, stop to stop, stop to point.
    places, walking
        Points (first) and stops on the streets, for ways all on foot.
    joined
        Which points join the streets. The others reach nothing and nobody reaches them.
    stops_joined
        Which stops do.
    limit_s
        Longest travel time the ways on foot were made for.
    """

    timetable: Timetable
    access: Ways
    foot: Ways
    egress: Ways
    places: NetworkPlaces
    walking: Walking
    joined: NDArray[np.bool_]
    stops_joined: NDArray[np.bool_]
    limit_s: int

    def seconds(self, origins: NDArray[Any], departures: NDArray[Any]) -> NDArray[np.float64]:
        """
        Travel times, waiting at the first stop counted.

        Parameters
        ----------
        origins
            Numbers of points.
        departures
            Seconds of the day, rising.

        Returns
        -------
        array
            Seconds, shape (origins, departures, points); NaN where a point is not reached within the limit.
        """
        from blockplan.network.scan import NEVER, scan  # noqa: PLC0415 (compiled code is heavy to load)

        origins = np.asarray(origins, dtype=np.int64)
        speed, count = self.walking.metres_per_second, len(self.joined)
        # Ways all on foot lead to so many points that they are not kept.
        direct = ways_within(self.places, origins, np.arange(count), self.limit_s * speed).seconds(speed)
        found = scan(
            self.timetable.connections.arrays,
            self.timetable.change_s,
            tuple((way.indptr, way.to, way.cost) for way in (self.access, self.foot, self.egress, direct)),
            origins,
            (np.asarray(departures, dtype=np.int64), self.limit_s),
            (self.timetable.trips, count),
        )
        return np.where(found == NEVER, np.nan, found)

    def batches(self, departures: int) -> list[NDArray[np.int64]]:
        """The points in parts that fit into memory together with all departures."""
        count = len(self.joined)
        step = max(AT_ONCE // (max(departures, 1) * count), 1)
        return [np.arange(low, min(low + step, count)) for low in range(0, count, step)]


def prepare(
    timetable: Timetable,
    network: Network,
    points: NDArray[Any],
    stops: NDArray[Any],
    walking: Walking,
    limit_s: int,
) -> Journeys:
    """
    Find the ways on foot.

    Parameters
    ----------
    points
        Point geometries, in the network's CRS.
    stops
        One a stop of the timetable, in the same CRS; None where a stop has no place.
    limit_s
        Longest travel time that will be asked for.
    """
    used = np.flatnonzero(timetable.served & np.array([stop is not None for stop in stops], dtype=bool))
    joins = join(network, np.concatenate([points, stops[used]]), walking.join_limit_m)
    places = with_places(network, joins, walking.slopes)
    here, there = np.arange(len(points)), np.arange(len(points), len(points) + len(used))
    speed, size = walking.metres_per_second, len(stops)
    near = ways_within(places, here, there, walking.stop_limit_m).seconds(speed)
    access = Ways(near.indptr, used[near.to].astype(np.int32), near.cost)
    between = ways_within(places, there, there, walking.change_limit_m).seconds(speed)
    walks = ways_of(used[between.start], used[between.to].astype(np.int64), between.cost, size)
    stops_joined = np.zeros(size, dtype=bool)
    stops_joined[used] = ~joins.refused[len(points) :]
    egress = access.turned(size)
    if walking.slopes is not None:  # the way back is not the way there
        back = ways_within(places, there, here, walking.stop_limit_m).seconds(speed)
        egress = ways_of(used[back.start], back.to.astype(np.int64), back.cost, size)
    return Journeys(
        timetable, access, timetable.links(walks, speed), egress,
        places,
        walking,
        ~joins.refused[: len(points)], stops_joined, limit_s,
    )  # fmt: skip
