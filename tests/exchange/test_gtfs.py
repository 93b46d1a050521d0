"""Each feature of GTFS on a feed of a few lines, and what a bad feed is told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from tests.support.feeds import calls, feed_at, zipped

from blockplan.errors import PlanDataError
from blockplan.exchange.gtfs import FORBIDDEN, MINIMUM, RECOMMENDED, read_feed, read_feeds

MONDAY = dt.date(2024, 5, 13)


def times(feed) -> list[tuple[str, int, int]]:
    return [
        (feed.stop_ids[stop], arrival, departure)
        for stop, arrival, departure in zip(
            feed.times.stop.tolist(), feed.times.arrival.tolist(), feed.times.departure.tolist(), strict=True
        )
    ]


def test_a_folder_a_zip_and_a_zipped_folder_are_the_same_feed(tmp_path) -> None:
    folder = feed_at(tmp_path)
    plain = times(read_feed(folder))
    assert plain == [("a", 28800, 28800), ("b", 29100, 29160), ("c", 29400, 29400)]
    assert times(read_feed(zipped(folder))) == plain
    assert times(read_feed(zipped(folder, inside="google_transit/"))) == plain


def test_times_past_midnight_belong_to_the_day_before(tmp_path) -> None:
    rows = calls("t1,23:50:00,23:50:00,a,1", "t1,25:10:00,25:10:00,b,2")
    assert times(read_feed(feed_at(tmp_path, stop_times=rows)))[1] == ("b", 90_600, 90_600)


def test_calls_are_ordered_by_sequence_and_not_by_their_place_in_the_file(tmp_path) -> None:
    rows = calls("t1,08:10:00,08:10:00,c,30", "t1,08:00:00,08:00:00,a,4", "t1,08:05:00,08:05:00,b,5")
    assert [stop for stop, _, _ in times(read_feed(feed_at(tmp_path, stop_times=rows)))] == ["a", "b", "c"]


def test_blank_times_are_spread_evenly_by_stop_and_counted(tmp_path) -> None:
    rows = calls("t1,08:00:00,08:00:00,a,1", "t1,,,b,2", "t1,,,c,3", "t1,08:10:00,08:10:00,d,4")
    feed = read_feed(feed_at(tmp_path, stop_times=rows))
    assert [arrival for _, arrival, _ in times(feed)] == [28800, 29000, 29200, 29400]
    assert (feed.report.interpolated, feed.report.interpolated_by_distance) == (2, 0)


def test_blank_times_follow_the_distance_where_all_between_state_it(tmp_path) -> None:
    header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled"
    rows = ["t1,08:00:00,08:00:00,a,1,0", "t1,,,b,2,8", "t1,,,c,3,9", "t1,08:10:00,08:10:00,d,4,10"]
    feed = read_feed(feed_at(tmp_path, stop_times=calls(*rows, header=header)))
    assert [arrival for _, arrival, _ in times(feed)] == [28800, 29280, 29340, 29400]
    assert (feed.report.interpolated, feed.report.interpolated_by_distance) == (2, 2)
    rows[2] = "t1,,,c,3,"
    evenly = read_feed(feed_at(tmp_path, "gaps", stop_times=calls(*rows, header=header)))
    assert [arrival for _, arrival, _ in times(evenly)] == [28800, 29000, 29200, 29400]
    assert (evenly.report.interpolated, evenly.report.interpolated_by_distance) == (2, 0)


def test_one_stated_time_of_a_call_counts_for_both(tmp_path) -> None:
    rows = calls("t1,,08:00:00,a,1", "t1,08:05:00,,b,2")
    feed = read_feed(feed_at(tmp_path, stop_times=rows))
    assert times(feed) == [("a", 28800, 28800), ("b", 29100, 29100)]
    assert (feed.report.copied, feed.report.interpolated) == (2, 0)


def test_calls_without_a_stated_time_on_one_side_are_dropped_and_named(tmp_path) -> None:
    rows = calls("t1,,,a,1", "t1,08:00:00,08:00:00,b,2", "t1,08:05:00,08:05:00,c,3", "t1,,,d,4")
    feed = read_feed(feed_at(tmp_path, stop_times=rows))
    assert [stop for stop, _, _ in times(feed)] == ["b", "c"]
    assert feed.report.dropped == {
        "calls before the first or after the last stated time of their trip": (2, "t1")
    }


def test_what_names_nothing_or_runs_backward_is_dropped_and_named(tmp_path) -> None:
    rows = calls(
        "t1,08:00:00,08:00:00,a,1", "t1,08:01:00,08:01:00,nowhere,2", "t1,08:05:00,08:05:00,b,3",
        "t1,08:06:00,08:06:00,c,3", "t9,08:00:00,08:00:00,a,1",
        "t2,09:00:00,09:00:00,a,1", "t2,08:59:00,08:59:00,b,2", "t3,10:00:00,10:00:00,a,1",
    )  # fmt: skip
    trips = "service_id,trip_id\ndaily,t1\ndaily,t2\ndaily,t3\nnever,t4\n"
    feed = read_feed(feed_at(tmp_path, stop_times=rows, trips=trips))
    assert [stop for stop, _, _ in times(feed)] == ["a", "b"]
    assert feed.report.dropped == {
        "trips of a service without days": (1, "t4"),
        "stop times of an unknown trip": (1, "t9"),
        "stop times at an unknown stop": (1, "nowhere"),
        "stop times that repeat a sequence": (1, "t1"),
        "trips whose times run backward": (1, "t2"),
        "trips with fewer than two timed stops": (1, "t3"),
    }


def test_a_stop_where_nobody_gets_on_or_off_is_known(tmp_path) -> None:
    header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type"
    rows = calls("t1,08:00:00,08:00:00,a,1,0,1", "t1,08:05:00,08:05:00,b,2,1,", header=header)
    feed = read_feed(feed_at(tmp_path, stop_times=rows))
    assert (feed.times.boards.tolist(), feed.times.alights.tolist()) == ([True, False], [False, True])


def test_a_service_runs_on_its_weekdays_within_its_span_except_where_it_is_excepted(tmp_path) -> None:
    header = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    feed = read_feed(
        feed_at(
            tmp_path,
            calendar=header + "work,1,1,1,1,1,0,0,20240501,20240531\n",
            calendar_dates="service_id,date,exception_type\nwork,20240514,2\nwork,20240518,1\nfair,20240518,1\n",
            trips="service_id,trip_id\nwork,t1\nfair,t2\n",
        )
    )
    running = {day: feed.services.on(dt.date(2024, 5, day)).tolist() for day in (13, 14, 18, 19)}
    assert running == {13: [True, False], 14: [False, False], 18: [True, True], 19: [False, False]}
    assert not feed.services.on(dt.date(2024, 6, 3)).any()
    assert feed.services.span() == (dt.date(2024, 5, 1), dt.date(2024, 5, 31))


def test_calendar_dates_alone_are_enough(tmp_path) -> None:
    dates = "service_id,date,exception_type\ndaily,20240513,1\n"
    feed = read_feed(feed_at(tmp_path, calendar=None, calendar_dates=dates))
    assert feed.services.on(MONDAY).tolist() == [True]
    assert not feed.services.on(dt.date(2024, 5, 14)).any()


def test_frequencies_are_read_and_their_runs_counted(tmp_path) -> None:
    text = "trip_id,start_time,end_time,headway_secs\nt1,08:00:00,09:00:00,1200\nt1,10:00:00,10:00:00,60\n"
    feed = read_feed(feed_at(tmp_path, frequencies=text))
    assert feed.runs.tolist() == [[0, 28800, 32400, 1200]]
    assert feed.report.runs == 3
    assert feed.report.dropped == {"frequencies without a trip, a span or a headway": (1, "t1")}
    assert "exact_times" in feed.report.notes[0]


def test_transfers_at_a_station_hold_for_its_stops(tmp_path) -> None:
    stops = (
        "stop_id,stop_lat,stop_lon,location_type,parent_station\n"
        "S,0,117,1,\np,0,117,0,S\nq,,,0,S\nb,0,117.01,,\n"
    )
    text = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nS,b,2,90\np,q,3,\nb,b,,\nb,x,2,9\n"
    feed = read_feed(
        feed_at(
            tmp_path,
            stops=stops,
            transfers=text,
            stop_times=calls("t1,8:00:00,8:00:00,p,1", "t1,8:01:00,8:01:00,b,2"),
        )
    )
    assert feed.transfers.tolist() == [
        [0, 3, MINIMUM, 90], [1, 3, MINIMUM, 90], [2, 3, MINIMUM, 90],
        [1, 2, FORBIDDEN, 0], [3, 3, RECOMMENDED, 0],
    ]  # fmt: skip
    assert feed.report.transfers == 3
    assert feed.report.dropped == {"transfers at an unknown stop": (1, "b")}
    # A stop without a place of its own has that of its station.
    assert feed.lonlat[2].tolist() == [117.0, 0.0]


def test_a_stop_without_a_place_is_noted(tmp_path) -> None:
    stops = "stop_id,stop_lat,stop_lon\na,0,117\nb,,\nc,0,117.02\n"
    feed = read_feed(feed_at(tmp_path, stops=stops))
    assert np.isnan(feed.lonlat[1]).all()
    assert feed.report.notes == ["1 stops have no place and cannot be walked to (first: b)"]


def test_feeds_of_one_name_are_kept_apart(tmp_path) -> None:
    feeds = read_feeds([feed_at(tmp_path / "x"), feed_at(tmp_path / "y")])
    assert [feed.name for feed in feeds] == ["line", "line#2"]


def test_headers_with_blanks_and_a_byte_order_mark_are_read(tmp_path) -> None:
    stops = "\ufeffstop_id, stop_name , stop_lat, stop_lon\na,A, 0, 117\nb,B, 0, 117.01\nc,C, 0, 117.02\n"
    assert read_feed(feed_at(tmp_path, stops=stops)).lonlat[1].tolist() == [117.01, 0.0]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"stops": None}, r"has no stops.txt"),
        ({"calendar": None}, r"has no calendar.txt"),
        ({"trips": "route_id,trip_id\nR,t1\n"}, r"trips.txt has no column 'service_id'; it has: route"),
        ({"stops": "stop_id,stop_lat,stop_lon\na,0,1\na,0,2\n"}, r"1 rows repeat a stop_id \(first: 'a'\)"),
        ({"trips": "service_id,trip_id\nd,t\nd,t\n"}, r"1 rows repeat a trip_id \(first: 't'\)"),
        ({"stop_times": calls("t1,8 o'clock,,a,1")}, r"1 of 1 values of arrival_time are no time .* row 1"),
        ({"stop_times": calls("t1,08:61:00,,a,1")}, r"no time such as 08:05:00 \(first: row 1 has '08:61"),
        ({"stop_times": calls("t1,08:00:00,,a,first")}, r"stop_sequence are no number"),
        ({"calendar_dates": "service_id,date,exception_type\nd,20240231,1\n"}, r"date are no day such as"),
        ({"stops": "stop_id,stop_lat,stop_lon\na,117,39\n"}, r"1 stops lie off the globe \(first: 'a'"),
        ({"stops": "stop_id,stop_lat,stop_lon\na,north,39\n"}, r"stop_lat are no number"),
        ({"stops": "stop_id,stop_lat,stop_lon\na,0,1,2,3\nb,0,1,2,3,4\n"}, r"be read as CSV|no column"),
        ({"agency": "agency_timezone\nAsia/Tokyo\nAsia/Shanghai\n"}, r"names several time zones"),
        ({"frequencies": "trip_id,start_time,end_time,headway_secs\nt1,x,y,1\n"}, r"start_time are no time"),
    ],
)  # fmt: skip
def test_a_bad_feed_is_told_file_row_and_value(tmp_path, tables, said: str) -> None:
    with pytest.raises(PlanDataError, match=said):
        read_feed(feed_at(tmp_path, **tables))


def test_what_is_no_feed_is_told(tmp_path) -> None:
    with pytest.raises(PlanDataError, match="There is no feed at"):
        read_feed(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("not a zip", encoding="utf-8")
    with pytest.raises(PlanDataError, match="cannot be read as a zip"):
        read_feed(tmp_path / "text.zip")
    folder = feed_at(tmp_path)
    (folder / "stops.txt").write_bytes("stop_id,stop_name\na,Stra\xdfe\n".encode("latin-1"))
    with pytest.raises(PlanDataError, match=r"stops.txt is not UTF-8 \(byte"):
        read_feed(folder)


def test_feeds_of_different_time_zones_are_not_used_together(tmp_path) -> None:
    tokyo = "agency_timezone\nAsia/Tokyo\n"
    with pytest.raises(PlanDataError, match="keep different time zones: line is in Asia/Shanghai, other"):
        read_feeds([feed_at(tmp_path), feed_at(tmp_path, "other", agency=tokyo)])


@pytest.mark.shared
def test_the_real_feeds_are_read_with_their_blank_times_counted(shared) -> None:
    folder = shared / "porto-alegre"
    bus, rail = read_feeds([folder / "gtfs_bus_eptc.zip", folder / "gtfs_rail_trensurb.zip"])
    assert (bus.report.stop_times, bus.report.interpolated, bus.report.dropped) == (130_019, 125_271, {})
    assert (rail.report.stop_times, rail.report.interpolated, rail.report.dropped) == (14_855, 0, {})
    assert (np.diff(bus.times.arrival)[np.diff(bus.times.trip) == 0] >= 0).all()
