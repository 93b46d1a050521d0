"""A line drawn in TOML is a feed; what is off in it is told."""

from __future__ import annotations

import datetime as dt

import pytest

from blockplan.errors import PlanDataError
from blockplan.exchange.gtfs import read_feed
from blockplan.network.timetable import lay_out

LINE = """
[[line]]
name = "Tram"
first = "06:00"
last = "06:20"
headway_min = 10
stops = [
    { id = "N1", lon = 117.00, lat = 0, min = 0 },
    { id = "N2", lon = 117.02, lat = 0, min = 4 },
    { id = "N3", lon = 117.03, lat = 0, min = 6.5 },
]
"""


def drawn(folder, text: str):
    path = folder / "tram.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_runs_at_its_headway_up_to_its_last_departure_both_ways(tmp_path) -> None:
    feed = read_feed(drawn(tmp_path, LINE))
    table = lay_out([feed], dt.date(2035, 1, 1), 0, 86_399)
    rides = [
        (table.stop_ids[a], table.stop_ids[b], leaves - 21_600, arrives - leaves)
        for a, b, leaves, arrives in zip(
            table.connections.from_stop, table.connections.to_stop,
            table.connections.departure.tolist(), table.connections.arrival.tolist(), strict=True,
        )
    ]  # fmt: skip
    there = [("tram:N1", "tram:N2", 0, 240), ("tram:N2", "tram:N3", 240, 150)]
    back = [("tram:N3", "tram:N2", 0, 150), ("tram:N2", "tram:N1", 150, 240)]
    expected = [(a, b, leaves + run, ride) for run in (0, 600, 1200) for a, b, leaves, ride in there + back]
    assert sorted(rides) == sorted(expected)
    assert feed.lonlat.tolist() == [[117.0, 0.0], [117.02, 0.0], [117.03, 0.0]]


def test_one_way_and_two_lines_that_share_a_stop(tmp_path) -> None:
    second = LINE.replace('"N3", lon = 117.03', '"N4", lon = 117.05').replace(
        "headway", "both_ways = false\nheadway"
    )
    feed = read_feed(drawn(tmp_path, LINE + second))
    assert (feed.report.trips, feed.report.stops, feed.report.runs) == (3, 4, 9)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[line]]", "[line]", r"has to hold \[\[line\]\]"),
        ("headway_min = 10", "", r"line 1: headway_min is unknown, missing"),
        ("headway_min = 10", "headway_min = 0", r"headway_min is 0"),
        ("headway_min", "headway", r"headway, headway_min is unknown, missing"),
        ('"06:20"', '"05:00"', r"first '06:00' and last '05:00' are no times in order"),
        ('"06:20"', '"late"', r"are no times in order"),
        ("min = 6.5", "min = 4", r"the minutes \[0.0, 4.0, 4.0\] of its stops do not rise"),
        ("min = 6.5", 'min = "soon"', r"lon, lat or min of the stop 'N3' is no number"),
        ("lon = 117.03", "lon = 217.03", r"'N3' lies off the globe"),
        ("lon = 117.03, ", "", r"has to have id, lat, lon, min"),
        ('"N3"', '"N1"', r"'N1' stands at two places"),
        ("headway_min = 10", "headway_min = ", r"cannot be read as TOML"),
    ],
)
def test_what_is_off_in_a_line_is_told(tmp_path, old: str, new: str, said: str) -> None:
    with pytest.raises(PlanDataError, match=said):
        read_feed(drawn(tmp_path, LINE.replace(old, new, 1)))


def test_a_line_that_is_not_there_is_told(tmp_path) -> None:
    with pytest.raises(PlanDataError, match="There is no file"):
        read_feed(tmp_path / "none.toml")
