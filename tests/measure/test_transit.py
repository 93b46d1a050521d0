"""What is reached on a line of four stops, by hand: waiting, windows, percentiles, before and after."""

from __future__ import annotations

import dataclasses
import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.support.feeds import calls, feed_at
from tests.support.stops import CRS, place
from tests.support.streets import streets_of

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.gtfs import read_feeds
from blockplan.exchange.tables import Points
from blockplan.measure.access.transit import (
    TransitCase,
    Window,
    compare,
    journeys,
    transit_reach,
    travel_minutes,
)
from blockplan.measure.missing import lines
from blockplan.network import walking
from blockplan.network.journeys import Walking
from blockplan.network.slopes import both_ways

EIGHT = dt.datetime(2024, 5, 13, 8, 0)  # noqa: DTZ001 (the feeds' own time)


def case(jobs: list[float], window: Window | None = None, off_street_m: float = 0.0, **more) -> TransitCase:
    """A point at each of the first stops, along one street."""
    where = [place(stop) for stop in range(4)]
    points = gpd.GeoSeries([shapely.Point(x, y + off_street_m) for x, y in where[: len(jobs)]], crs=CRS)
    names = [f"p{at}" for at in range(len(jobs))]
    counts = {"jobs": np.array(jobs, dtype=float), "population": np.arange(1.0, 1 + len(jobs))}
    return TransitCase(
        walking(streets_of(where)), CRS, Points("points.csv", names, points, counts),
        window or Window(start=EIGHT), **{"limits_min": (5.0, 10.0), **more},
    )  # fmt: skip


def reached(found, limit: float, count: str = "jobs") -> list[float]:
    return found.reached[list(found.counts).index(count), found.limits_min.index(limit)].tolist()


@pytest.fixture
def line(tmp_path):
    return read_feeds([feed_at(tmp_path)])


@pytest.mark.long
def test_who_leaves_with_the_bus_reaches_what_it_calls_at_in_time(line) -> None:
    # a 8:00, b 8:05, c 8:10; 1.1 km on foot take 16.7 minutes.
    found = transit_reach(case([1, 10, 100]), line)
    assert reached(found, 5) == [11, 10, 100]
    assert reached(found, 10) == [111, 110, 100]
    assert found.total("jobs") == 111


def test_waiting_at_the_first_stop_counts(line) -> None:
    early = transit_reach(case([1, 10, 100], Window(start=EIGHT - dt.timedelta(minutes=1))), line)
    assert reached(early, 5) == [1, 10, 100]
    assert reached(early, 10) == [11, 10, 100]


def test_a_mean_share_is_that_of_the_points_or_weighted_by_people(line) -> None:
    found = transit_reach(case([1, 10, 100]), line)
    assert found.mean_share("jobs", 10) == pytest.approx((111 + 110 + 100) / 3 / 111)
    assert found.mean_share("jobs", 10, "population") == pytest.approx((111 + 2 * 110 + 3 * 100) / 6 / 111)
    assert transit_reach(case([0, 0]), line).mean_share("jobs", 10) is None


def test_over_a_window_the_mean_of_each_departure_is_taken_and_percentiles_of_the_time(line) -> None:
    # From a: at 8:00 the bus takes 5 minutes; at 7:59 6, at 7:58 7, at 7:57 8.
    window = Window(start=EIGHT - dt.timedelta(minutes=3), end=EIGHT + dt.timedelta(minutes=1))
    found = transit_reach(case([1, 10], window, limits_min=(5.0, 7.0), percentiles=(25.0, 75.0)), line)
    assert reached(found, 5) == [1 + 10 / 4, 10]
    assert reached(found, 7) == [1 + 10 * 3 / 4, 10]
    by = {rank: values[0, :, 0].tolist() for rank, values in found.by_percentile.items()}
    assert by == {25.0: [11, 11], 75.0: [1, 11]}
    assert found.definition["departures"]["n"] == 4


def test_a_matrix_has_minutes_from_row_to_column_and_nothing_where_nothing_is_reached(line) -> None:
    made = case([1, 10, 100])
    minutes = travel_minutes(made, journeys(made, line))
    np.testing.assert_allclose(minutes, [[0, 5, 10], [np.nan, 0, 10], [np.nan, np.nan, 0]], atol=0.05)


def test_the_median_of_a_window_is_the_matrix(line) -> None:
    window = Window(start=EIGHT - dt.timedelta(minutes=2), end=EIGHT + dt.timedelta(minutes=1))
    made = case([1, 10], window)
    assert travel_minutes(made, journeys(made, line))[0, 1] == pytest.approx(6, abs=0.05)


def test_on_foot_alone_is_a_journey_too_as_long_as_the_limit(line) -> None:
    night = Window(start=EIGHT.replace(hour=3))
    found = transit_reach(case([1, 10, 100], night, limits_min=(16.0, 17.0)), line)
    assert reached(found, 16) == [1, 10, 100]
    assert reached(found, 17) == [11, 111, 110]
    assert list(lines(found.notes)) == [
        "Nothing of line runs between the first departure and the last arrival."
    ]


def test_the_way_to_the_stop_and_from_it_counts_and_has_a_limit(line) -> None:
    # 100 m off the street at either end: 1.5 minutes each, so the bus of 8:00 is gone at 8:00.
    window = Window(start=EIGHT - dt.timedelta(minutes=2))
    off = case([1, 10], window, off_street_m=100.0, limits_min=(8.0, 9.0))
    found = transit_reach(off, line)
    assert (reached(found, 8)[0], reached(found, 9)[0]) == (1, 11)
    near = case([1, 10], window, 100.0, limits_min=(9.0,), walking=Walking(stop_limit_m=99))
    assert reached(transit_reach(near, line), 9)[0] == 1


def test_a_point_far_from_the_streets_is_not_known_and_named(line) -> None:
    made = case([1, 10])
    where = gpd.GeoSeries([shapely.Point(place(0)), shapely.Point(place(1)[0], 900)], crs=CRS)
    far = Points("points.csv", ["p0", "far"], where, made.points.counts)
    found = transit_reach(TransitCase(made.network, CRS, far, made.window, limits_min=(10.0,)), line)
    assert reached(found, 10)[0] == 1
    assert np.isnan(reached(found, 10)[1])
    assert "1 of 2 points are more than 200 m from a street" in lines(found.notes)[0]
    assert found.mean_share("jobs", 10) == pytest.approx(1 / 11)


def test_a_count_that_is_not_known_somewhere_is_no_zero_but_said(line) -> None:
    found = transit_reach(case([1, float("nan"), 100]), line)
    assert reached(found, 10)[0] == 101
    assert list(lines(found.notes)) == ["jobs is not known at 1 of 3 points; shares are of what is known."]


def test_walking_between_stops_of_two_feeds_makes_a_change(tmp_path) -> None:
    # The second line starts 111 m from b, and takes 3 minutes from there to d.
    other = feed_at(
        tmp_path, "other",
        stops="stop_id,stop_lat,stop_lon\na,0,117.011\nb,0,117.03\n",
        stop_times=calls("t1,08:07:00,08:07:00,a,1", "t1,08:10:00,08:10:00,b,2"),
    )  # fmt: skip
    feeds = read_feeds([feed_at(tmp_path), other])
    assert reached(transit_reach(case([1, 10, 100, 1000]), feeds), 10)[0] == 1111
    tight = case([1, 10, 100, 1000], walking=Walking(change_limit_m=100))
    assert reached(transit_reach(tight, feeds), 10)[0] == 111


def test_a_least_time_to_change_keeps_from_a_connection(tmp_path) -> None:
    rows = calls(
        "t1,08:00:00,08:00:00,a,1", "t1,08:03:00,08:03:00,b,2",
        "t2,08:04:00,08:04:00,b,1", "t2,08:06:00,08:06:00,c,2",
    )  # fmt: skip
    feeds = read_feeds([feed_at(tmp_path, stop_times=rows, trips="service_id,trip_id\ndaily,t1\ndaily,t2\n")])
    assert reached(transit_reach(case([1, 10, 100]), feeds), 10)[0] == 111
    assert reached(transit_reach(case([1, 10, 100], change_s=61), feeds), 10)[0] == 11


def test_a_line_that_is_added_shows_who_gains_and_how_much(tmp_path) -> None:
    old = read_feeds([feed_at(tmp_path)])
    new = feed_at(tmp_path, "new", stop_times=calls("t1,08:01:00,08:01:00,c,1", "t1,08:04:00,08:04:00,d,2"))
    made = case([1, 10, 100, 1000])
    before, after = transit_reach(made, old), transit_reach(made, [*old, *read_feeds([new])])
    rows = [row for row in compare(before, after) if row["count"] == "jobs"]
    assert [(row["id"], row["within_min"], row["before"], row["after"]) for row in rows] == [
        ("p2", 5.0, 100.0, 1100.0), ("p2", 10.0, 100.0, 1100.0),
    ]  # fmt: skip
    assert rows[0]["gain"] == 1000
    assert compare(before, before) == []
    with pytest.raises(UsageError, match="cannot be compared"):
        compare(before, transit_reach(case([1, 10, 100]), old))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"limits_min": ()}, "The limits are"),
        ({"limits_min": (0.0,)}, "The limits are"),
        ({"limits_min": (30.0, 30.0)}, "The limits are"),
        ({"limits_min": (float("nan"),)}, "The limits are"),
        ({"percentiles": (0.0,)}, "The percentiles are"),
        ({"change_s": -1}, "A change of -1 s"),
        ({"walking": Walking(km_per_h=0)}, "A walking speed of 0"),
        ({"walking": Walking(stop_limit_m=-1)}, "stop_limit_m is -1"),
        ({"window": Window(start=EIGHT, end=EIGHT)}, "holds no departure"),
        ({"window": Window(start=EIGHT, end=EIGHT + dt.timedelta(days=2))}, "longer than a day"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(line, more, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        transit_reach(case([1, 10], **more), line)


def test_streets_in_degrees_or_elsewhere_are_told(line) -> None:
    made = case([1, 10])
    with pytest.raises(PlanDataError, match="coordinates are no metres"):
        journeys(TransitCase(made.network, "EPSG:4326", made.points, made.window), line)
    with pytest.raises(PlanDataError, match=r"None of 2 points .* lies within 200 m of a street"):
        journeys(TransitCase(made.network, "EPSG:32651", made.points, made.window), line)


def test_batches_of_any_size_give_the_same(line, monkeypatch) -> None:
    whole = transit_reach(case([1, 10, 100]), line)
    monkeypatch.setattr("blockplan.network.journeys.AT_ONCE", 1)
    np.testing.assert_array_equal(transit_reach(case([1, 10, 100]), line).reached, whole.reached)


def test_on_a_hill_one_walks_down_in_time_and_not_up(line) -> None:
    # 1,113 m to the next stop, 16.7 minutes on the level; a tenth as high, Tobler takes 23.7 minutes up.
    level = case([1, 10], limits_min=(20.0,), window=Window(start=EIGHT.replace(hour=20)))
    height = (level.network.xy[:, 0] - place(0)[0]) / 10
    hill = dataclasses.replace(level, walking=Walking(slopes=both_ways(level.network, height)))
    assert reached(transit_reach(level, line), 20.0) == [11, 11]
    assert reached(transit_reach(hill, line), 20.0) == [1, 11]
    assert transit_reach(hill, line).definition["slopes"].startswith("Tobler")


@pytest.fixture
def night_bus(tmp_path):
    """A ride at 26:30 from the first stop to the second, ten minutes long, in Berlin's time."""
    agency = "agency_id,agency_name,agency_url,agency_timezone\nA,Line,http://example.org,Europe/Berlin\n"
    rows = calls("t1,26:30:00,26:30:00,a,1", "t1,26:40:00,26:40:00,b,2")
    return read_feeds([feed_at(tmp_path, agency=agency, stop_times=rows)])


@pytest.mark.parametrize(
    ("leaving", "minutes"),
    [
        ("2024-03-30T02:25", 15.0),
        ("2024-03-31T03:25", 15.0),  # 14.5 h after noon of the day before, by a clock put forward
        ("2024-03-31T01:59", 41.0),  # a minute before 03:00
        ("2024-10-27T02:25", 15.0),  # the first 02:25 of the night
    ],
)
def test_a_night_bus_is_caught_when_it_runs_in_a_night_of_changed_clocks(night_bus, leaving, minutes) -> None:
    window = Window(start=dt.datetime.fromisoformat(leaving))
    # On foot all the way it would take two hours.
    two = case([1, 2], window, limits_min=(60.0,), walking=Walking(km_per_h=0.5))
    assert travel_minutes(two, journeys(two, night_bus))[0, 1] == minutes


def test_a_time_that_the_clocks_pass_over_is_refused_and_one_that_comes_twice_is_said(night_bus) -> None:
    gone = Window(start=dt.datetime(2024, 3, 31, 2, 30))  # noqa: DTZ001 (the feeds' own time)
    with pytest.raises(UsageError, match=r"no 02:30 on 2024-03-31 in Europe/Berlin: clocks are put forward"):
        journeys(case([1], gone), night_bus)
    twice = Window(start=dt.datetime(2024, 10, 27, 2, 25))  # noqa: DTZ001
    notes = transit_reach(case([1, 2], twice, limits_min=(30.0,)), night_bus).notes
    assert [note for note in lines(notes) if "comes twice" in note] == [
        "02:25 comes twice on 2024-10-27 in Europe/Berlin, as clocks are put back: the first is meant."
    ]


def test_a_window_over_a_change_of_clocks_is_as_long_as_the_night() -> None:
    window = Window(start=dt.datetime(2024, 3, 31, 1), end=dt.datetime(2024, 3, 31, 4), step_s=3600)  # noqa: DTZ001
    assert window.departures("Europe/Berlin").tolist() == [7200, 10_800]
    assert window.departures().tolist() == [3600, 7200, 10_800]
