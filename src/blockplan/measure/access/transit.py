"""
What is reached by timetable and on foot: jobs, people or anything else that is counted, within minutes.

A travel time runs from the departure to the arrival, waiting at the first stop included. Over a window of
departures the mean is taken of what is reached at each, and percentiles of each travel time:
what is reached in the 25th percentile is reached by the time at least on a quarter of the departures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.gtfs_times import comes_twice, seconds_on
from blockplan.figures import known
from blockplan.measure.missing import Missing, reason
from blockplan.network.journeys import Journeys, Walking, prepare
from blockplan.network.timetable import DAY_S, lay_out

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.exchange.gtfs import Feed
    from blockplan.exchange.tables import Points
    from blockplan.network.graph import Network

#: Longest travel time that is measured, in minutes.
LONGEST_MIN = 24 * 60
#: So many departures of a window at most.
MOST_DEPARTURES = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    When one leaves.

    Attributes
    ----------
    start
        First departure, in the feeds' time zone.
    end
        Departures lie before it; None leaves once, at `start`.
    step_s
        Seconds between departures.
    """

    start: dt.datetime
    end: dt.datetime | None = None
    step_s: int = 60

    def departures(self, zone: str = "") -> NDArray[np.int64]:
        """
        Seconds on the clock of GTFS of the first day: from noon minus twelve hours, which mostly is midnight.

        Parameters
        ----------
        zone
            Time zone whose changes of clocks count; "" knows none.

        Raises
        ------
        UsageError
            If the window ends before it starts, or holds too many departures, or the clocks pass over an end.
        """
        first = seconds_on(self.start.date(), self.start, zone)
        if self.end is None:
            return np.array([first])
        length = seconds_on(self.start.date(), self.end, zone) - first
        if length <= 0 or self.step_s < 1:
            raise UsageError(
                f"The window from {self.start} to {self.end} by {self.step_s} s holds no departure.\n"
                "Let it end after it starts, and step by at least a second."
            )
        if length > DAY_S or length / self.step_s > MOST_DEPARTURES:
            raise UsageError(
                f"The window from {self.start} to {self.end} is longer than a day, or holds more than "
                f"{MOST_DEPARTURES} departures.\nMake it shorter, or its steps longer."
            )
        return first + np.arange(0, length, self.step_s)


@dataclass(frozen=True, slots=True, eq=False)
class TransitReach:
    """
    What each point reaches.

    Attributes
    ----------
    limits_min
        Limits in minutes.
    reached
        Mean over the departures, shape (counts, limits, points); NaN where a point does not join the streets.
    by_percentile
        Percentile of the travel time -> the same, where there is more than one departure.
    definition
        What was measured and how.
    """

    ids: list[str]
    counts: dict[str, NDArray[np.float64]]
    limits_min: tuple[float, ...]
    reached: NDArray[np.float64]
    by_percentile: dict[float, NDArray[np.float64]]
    definition: dict[str, Any]
    feeds: list[dict[str, Any]]
    notes: tuple[Missing, ...] = ()

    def total(self, name: str) -> float:
        """Everything of a count that is known."""
        return float(np.nansum(self.counts[name]))

    def mean_share(
        self, name: str, limit_min: float, by: str | None = None, percentile: float | None = None
    ) -> float | None:
        """
        Mean over the points of the share that each reaches; None where nothing is there to be reached.

        Parameters
        ----------
        by
            Weigh the points by this count; None weighs all the same.
        percentile
            Of the travel time; None takes the mean over the departures.
        """
        values = self.reached if percentile is None else self.by_percentile[percentile]
        reached = values[list(self.counts).index(name), self.limits_min.index(limit_min)]
        weight = np.ones(len(self.ids)) if by is None else np.nan_to_num(self.counts[by])
        weight = np.where(np.isnan(reached), 0.0, weight)
        if not weight.sum() or not self.total(name):
            return None
        return float((np.nan_to_num(reached) * weight).sum() / weight.sum() / self.total(name))


@dataclass(frozen=True, slots=True, eq=False)
class TransitCase:
    """
    What is measured on: streets with their CRS, points, and settings.

    Attributes
    ----------
    network, crs
        Walking network, and the projected CRS (metres) of its coordinates.
    limits_min, percentiles
        Limits in minutes; percentiles of the travel time over the window.
    change_s
        Seconds to change vehicles at a stop where the feeds say nothing.
    """

    network: Network
    crs: Any
    points: Points
    window: Window
    walking: Walking = field(default_factory=Walking)
    limits_min: tuple[float, ...] = (30.0, 45.0, 60.0)
    percentiles: tuple[float, ...] = (25.0, 50.0, 75.0)
    change_s: int = 0

    @property
    def limit_s(self) -> int:
        """The longest limit in seconds."""
        return int(max(self.limits_min) * 60)


def journeys(case: TransitCase, feeds: Sequence[Feed]) -> Journeys:
    """
    Timetable and ways on foot of a case.

    Raises
    ------
    PlanDataError
        If no trip runs that day, no point joins the streets, or the streets are not in metres.
    UsageError
        If a setting makes no sense.
    """
    _check(case)
    departures = case.window.departures(next((feed.timezone for feed in feeds if feed.timezone), ""))
    timetable = lay_out(
        feeds, case.window.start.date(), int(departures[0]), int(departures[-1]) + case.limit_s, case.change_s
    )
    crs = pyproj.CRS.from_user_input(case.crs)
    if not crs.is_projected:
        raise PlanDataError(
            f"The streets are in {crs.name}, whose coordinates are no metres.\n"
            "Bring them into a projected CRS."
        )
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_metres.transform(timetable.lonlat[:, 0], timetable.lonlat[:, 1])
    somewhere = np.isfinite(x) & np.isfinite(y)
    stops = np.full(len(x), None, dtype=object)
    stops[somewhere] = shapely.points(x[somewhere], y[somewhere])
    points = np.asarray(case.points.place.to_crs(crs).to_numpy(), dtype=object)
    found = prepare(timetable, case.network, points, stops, case.walking, case.limit_s)
    if not found.joined.any():
        raise PlanDataError(
            f"None of {len(points)} points of {case.points.path} lies within "
            f"{case.walking.join_limit_m:g} m of a street.\n"
            "Check the CRS of points and streets, or raise the limit."
        )
    return found


def transit_reach(case: TransitCase, feeds: Sequence[Feed], made: Journeys | None = None) -> TransitReach:
    """
    What each point reaches within the limits.

    Parameters
    ----------
    made
        Journeys of the same case and feeds, where they are at hand.
    """
    made = made or journeys(case, feeds)
    departures = case.window.departures(made.timetable.zone)
    counts = np.array([np.nan_to_num(values) for values in case.points.counts.values()])
    several = case.percentiles if len(departures) > 1 else ()
    shape = (1 + len(several), len(counts), len(case.limits_min), len(made.joined))
    found = np.full(shape, np.nan)
    for origins in made.batches(len(departures)):
        times = made.seconds(origins, departures)
        ranked = np.sort(np.where(np.isnan(times), np.inf, times), axis=1) if several else times
        for at, limit in enumerate(case.limits_min):
            within = (times <= limit * 60).mean(axis=1)
            found[0, :, at, origins] = within @ counts.T
            for rank, percentile in enumerate(several, start=1):
                place = max(int(np.ceil(percentile / 100 * len(departures))) - 1, 0)
                found[rank, :, at, origins] = (ranked[:, place] <= limit * 60) @ counts.T
    found[..., ~made.joined] = np.nan
    return TransitReach(
        case.points.ids, case.points.counts, case.limits_min, found[0],
        dict(zip(several, found[1:], strict=True)), _definition(case, made, departures),
        [{**feed.report.to_dict(), "trips_running": made.timetable.running[feed.name]} for feed in feeds],
        _notes(case, made, feeds),
    )  # fmt: skip


def travel_minutes(case: TransitCase, made: Journeys) -> NDArray[np.float64]:
    """
    Matrix of travel times between the points: from a row to a column; the median of the window's departures.

    Returns
    -------
    array
        Minutes, shape (points, points); NaN where a point is not reached within the longest limit.
    """
    departures = case.window.departures(made.timetable.zone)
    place = max(int(np.ceil(len(departures) / 2)) - 1, 0)
    rows = []
    for origins in made.batches(len(departures)):
        times = made.seconds(origins, departures)
        times[np.isnan(times)] = np.inf
        rows.append(np.sort(times, axis=1)[:, place] / 60)
    found = np.concatenate(rows)
    found[np.isinf(found)] = np.nan
    return found


def _check(case: TransitCase) -> None:
    limits = case.limits_min
    if not limits or not all(0 < limit <= LONGEST_MIN for limit in limits) or len(set(limits)) < len(limits):
        raise UsageError(
            f"The limits are {list(limits)} minutes.\nName different ones between 0 and {LONGEST_MIN}."
        )
    if not all(0 < percentile <= 100 for percentile in case.percentiles):
        raise UsageError(f"The percentiles are {list(case.percentiles)}.\nName some above 0 and up to 100.")
    walking = case.walking
    if not 0.1 <= walking.km_per_h <= 30:
        raise UsageError(
            f"A walking speed of {walking.km_per_h} km/h makes no sense.\nName one of 0.1 to 30."
        )
    for name in ("stop_limit_m", "change_limit_m", "join_limit_m"):
        if not 0 <= getattr(walking, name) <= 20_000:
            raise UsageError(f"{name} is {getattr(walking, name)}.\nName a distance of 0 to 20,000 m.")
    if case.change_s < 0:
        raise UsageError(f"A change of {case.change_s} s makes no sense.\nName a time of at least 0.")


def _definition(case: TransitCase, made: Journeys, departures: NDArray[np.int64]) -> dict[str, Any]:
    walking = case.walking
    return {
        "travel_time": "from the departure to the arrival, waiting at the first stop counted",
        "on_foot": "to, between and from stops along streets, or all the way; joins to the streets counted",
        "day": case.window.start.date().isoformat(),
        "departures": {
            "from": case.window.start.isoformat(),
            "until": None if case.window.end is None else case.window.end.isoformat(),
            "step_s": case.window.step_s if len(departures) > 1 else None,
            "n": len(departures),
        },
        "within_min": list(case.limits_min),
        "walking_km_per_h": walking.km_per_h,
        "walk_to_stop_limit_m": walking.stop_limit_m,
        "walk_between_stops_limit_m": walking.change_limit_m,
        "join_limit_m": walking.join_limit_m,
        "slopes": None if walking.slopes is None else "Tobler's hiking function; metres on level ground",
        "change_s": case.change_s,
        "blank_times": "interpolated by shape_dist_traveled where stated, else evenly by stop",
        "crs": _crs_name(case.crs),
        "points": len(made.joined),
        "connections": len(made.timetable.connections),
    }


def _crs_name(given: Any) -> str:
    crs = pyproj.CRS.from_user_input(given)
    code = crs.to_authority()
    return ":".join(code) if code else str(crs.name)


def _notes(case: TransitCase, made: Journeys, feeds: Sequence[Feed]) -> tuple[Missing, ...]:
    """What of points, stops, counts and feeds is left out, and how a time that comes twice is read."""
    table, limit_m = made.timetable, f"{case.walking.join_limit_m:g}"
    notes = [
        reason("clock_twice", time=f"{moment:%H:%M}", day=f"{moment:%Y-%m-%d}", zone=table.zone)
        for moment in (case.window.start, case.window.end)
        if moment is not None and comes_twice(moment, table.zone)
    ]
    off_street = (
        ("points_off_street", ~made.joined, len(made.joined), case.points.ids),
        ("stops_off_street", table.served & ~made.stops_joined, table.served.sum(), table.stop_ids),
    )
    notes += [
        reason(why, n=str(left.sum()), of=str(of), limit_m=limit_m, first=str(ids[int(left.argmax())]))
        for why, left, of, ids in off_street
        if left.any()
    ]
    unknown = {name: np.isnan(values) for name, values in case.points.counts.items()}
    notes += [
        reason("count_unknown", count=name, n=str(there.sum()), of=str(len(there)))
        for name, there in unknown.items()
        if there.any()
    ]
    return (*notes, *(reason("feed_idle", feed=one.name) for one in feeds if not table.running[one.name]))


def compare(before: TransitReach, after: TransitReach) -> list[Mapping[str, Any]]:
    """
    Places that reach more, or less, than before.

    Parameters
    ----------
    before, after
        Of the same points, counts and limits.

    Returns
    -------
    list
        Rows ``id, count, within_min, before, after, gain``, greatest gain first; without those that
        are the same. `before` or `after` is None where it is not known.

    Raises
    ------
    UsageError
        If the two do not measure the same.
    """
    if (before.ids, list(before.counts), before.limits_min) != (
        after.ids,
        list(after.counts),
        after.limits_min,
    ):
        raise UsageError("Two measurements of different points, counts or limits cannot be compared.")
    rows: list[Mapping[str, Any]] = []
    for row, name in enumerate(before.counts):
        for column, limit in enumerate(before.limits_min):
            old, new = before.reached[row, column], after.reached[row, column]
            changed = np.flatnonzero(
                ~np.isclose(old, new, rtol=0, atol=1e-9) & ~(np.isnan(old) & np.isnan(new))
            )
            rows += [
                {
                    "id": before.ids[at], "count": name, "within_min": limit,
                    "before": known(old[at]), "after": known(new[at]), "gain": known(new[at] - old[at]),
                }
                for at in changed.tolist()
            ]  # fmt: skip
    return sorted(rows, key=lambda row: (-(row["gain"] or 0.0), row["id"], row["count"], row["within_min"]))
