"""A day's connections from small feeds, and the ways between stops that transfers.txt changes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from tests.support.feeds import calls, feed_at

from blockplan.errors import PlanDataError
from blockplan.exchange.gtfs import read_feed, read_feeds
from blockplan.network.onfoot import ways_of
from blockplan.network.timetable import NO_CHANGE, lay_out

MONDAY = dt.date(2024, 5, 13)
DAY = 86_400


def rides(table) -> list[tuple[str, str, int, int]]:
    one = table.connections
    return [
        (table.stop_ids[a], table.stop_ids[b], leaves, arrives)
        for a, b, leaves, arrives in zip(
            one.from_stop, one.to_stop, one.departure.tolist(), one.arrival.tolist(), strict=True
        )
    ]


def test_rides_leave_after_the_stop_and_stand_in_the_order_of_departure(tmp_path) -> None:
    table = lay_out([read_feed(feed_at(tmp_path))], MONDAY, 0, DAY)
    assert rides(table) == [("line:a", "line:b", 28800, 29100), ("line:b", "line:c", 29160, 29400)]
    assert table.served.tolist() == [True, True, True, False]
    assert table.running == {"line": 1}


def test_only_departures_within_the_horizon_are_laid_out(tmp_path) -> None:
    table = lay_out([read_feed(feed_at(tmp_path))], MONDAY, 28801, 29160)
    assert rides(table) == [("line:b", "line:c", 29160, 29400)]


def test_a_trip_of_yesterday_still_runs_after_midnight_and_one_of_tomorrow_before_the_end(tmp_path) -> None:
    rows = calls("t1,23:50:00,23:50:00,a,1", "t1,24:20:00,24:20:00,b,2", "t1,24:30:00,24:30:00,c,3")
    feed = read_feed(feed_at(tmp_path, stop_times=rows))
    assert [ride[2] for ride in rides(lay_out([feed], MONDAY, 0, DAY - 1))] == [1200, 85800]
    assert [ride[2] for ride in rides(lay_out([feed], MONDAY, DAY, 2 * DAY))] == [DAY + 1200, 2 * DAY - 600]


def test_frequencies_run_from_their_start_each_headway_until_before_their_end(tmp_path) -> None:
    text = "trip_id,start_time,end_time,headway_secs\nt1,10:00:00,10:20:00,600\nt1,12:00:00,12:00:01,600\n"
    table = lay_out([read_feed(feed_at(tmp_path, frequencies=text))], MONDAY, 0, DAY)
    starts = [leaves for a, _, leaves, _ in rides(table) if a == "line:a"]
    assert starts == [36000, 36600, 43200]
    assert [arrives - leaves for a, _, leaves, arrives in rides(table) if a == "line:a"] == [300] * 3
    assert table.running == {"line": 3}


def test_stops_of_the_same_id_in_two_feeds_are_two_stops(tmp_path) -> None:
    feeds = read_feeds([feed_at(tmp_path / "x"), feed_at(tmp_path / "y")])
    table = lay_out(feeds, MONDAY, 0, DAY)
    assert len(set(table.stop_ids)) == 8
    assert sorted(ride[0] for ride in rides(table)) == ["line#2:a", "line#2:b", "line:a", "line:b"]
    assert len(set(table.connections.trip.tolist())) == table.trips == 2


def test_a_day_without_any_trip_names_the_days_there_are(tmp_path) -> None:
    with pytest.raises(
        PlanDataError, match=r"No trip runs on 2025-03-01 .* line from 2024-01-01 to 2024-12-31"
    ):
        lay_out([read_feed(feed_at(tmp_path))], dt.date(2025, 3, 1), 0, DAY)


def test_transfers_lengthen_forbid_and_add_ways_between_stops(tmp_path) -> None:
    text = (
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
        "a,b,2,300\nb,a,2,10\na,c,3,\nc,d,2,60\nd,a,0,\nb,b,2,45\nc,c,3,\n"
    )
    table = lay_out([read_feed(feed_at(tmp_path, transfers=text))], MONDAY, 0, DAY, change_s=20)
    pairs = np.array([(0, 0), (0, 1), (1, 0), (0, 2), (2, 0)])
    walks = ways_of(pairs[:, 0], pairs[:, 1], np.array([0, 120, 120, 200, 200], dtype=np.int32), 4)
    links = table.links(walks, 2.0)
    found = dict(
        zip(zip(links.start.tolist(), links.to.tolist(), strict=True), links.cost.tolist(), strict=True)
    )
    assert found == {(0, 1): 300, (1, 0): 120, (2, 0): 200, (2, 3): 60, (3, 0): 1668}
    assert table.change_s.tolist() == [20, 45, NO_CHANGE, 20]


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_not_possible_outweighs_a_least_time_whatever_the_order(tmp_path, turned: bool) -> None:
    rows = ["b,b,2,45", "b,b,3,", "a,c,2,60", "a,c,3,", "a,b,3,", "a,b,2,90", "c,d,2,60", "c,d,2,20"]
    rows = ["from_stop_id,to_stop_id,transfer_type,min_transfer_time", *(rows[::-1] if turned else rows), ""]
    table = lay_out([read_feed(feed_at(tmp_path, transfers="\n".join(rows)))], MONDAY, 0, DAY)
    walks = ways_of(np.array([0]), np.array([1]), np.array([30], dtype=np.int32), 4)
    links = table.links(walks, 1.0)
    # Neither the walk from a to b is left nor a link from a to c; that from c to d takes the longer time.
    assert (links.start.tolist(), links.to.tolist(), links.cost.tolist()) == ([2], [3], [60])
    assert table.change_s.tolist() == [0, NO_CHANGE, 0, 0]


@pytest.mark.parametrize(
    ("day", "leaves"),
    [
        # The night before, clocks go from 02:00 to 03:00: the ride leaves at 03:30 by the clock on the wall.
        (dt.date(2024, 3, 31), [12_600, 95_400]),
        (dt.date(2024, 4, 1), [9_000, 95_400]),
        # Clocks go from 03:00 back to 02:00: it leaves at 02:30 for the first time, 10.5 h before noon.
        (dt.date(2024, 10, 27), [5_400, 95_400]),
    ],
)
def test_a_ride_past_midnight_keeps_its_time_in_a_night_of_changed_clocks(tmp_path, day, leaves) -> None:
    agency = "agency_id,agency_name,agency_url,agency_timezone\nA,Line,http://example.org,Europe/Berlin\n"
    rows = calls("t1,26:30:00,26:30:00,a,1", "t1,26:40:00,26:40:00,b,2")
    feed = read_feed(feed_at(tmp_path, agency=agency, stop_times=rows))
    # At 26:30 of the day before, and at 26:30 of the day itself.
    assert [ride[2] for ride in rides(lay_out([feed], day, 0, 2 * DAY - 1))][:2] == leaves


def test_a_time_zone_that_is_unknown_changes_no_clocks_and_is_said(tmp_path) -> None:
    agency = "agency_id,agency_name,agency_url,agency_timezone\nA,Line,http://example.org,Mars/Base\n"
    feed = read_feed(feed_at(tmp_path, agency=agency))
    assert feed.report.notes == ["Mars/Base is no known time zone: every day is taken to have 24 hours."]
    assert rides(lay_out([feed], dt.date(2024, 3, 31), 0, DAY))[0][2] == 28_800
