"""
A line that does not run yet, drawn in a few rows of TOML, as a GTFS feed.

::

    [[line]]
    name = "Tram to the station"
    first = "06:00"          # first and last departure from the first stop (and back, from the last)
    last = "23:00"
    headway_min = 10
    both_ways = true         # the default
    stops = [
        { id = "N1", lon = 116.40, lat = 39.70, min = 0 },
        { id = "N2", lon = 116.42, lat = 39.70, min = 4 },
    ]

It runs every day; ``min`` is the time since the first stop.
"""

from __future__ import annotations

import itertools
import math
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from blockplan.errors import PlanDataError
from blockplan.exchange.gtfs_files import clock
from blockplan.plan.model import tomlfile

#: Keys of a line, and those that need not stand there.
KEYS = {"name", "first", "last", "headway_min", "both_ways", "stops"}
OPTIONAL = {"name", "both_ways"}
STOP_KEYS = {"id", "lon", "lat", "min"}
#: It runs on every day between these.
FOREVER = ("19000101", "29991231")


def line_tables(path: str | Path) -> dict[str, pd.DataFrame]:
    """
    The tables of GTFS for the lines of a TOML file.

    Raises
    ------
    PlanDataError
        If the file is not as the module's head shows it.
    """
    path = Path(path)
    whole = _read(path)
    lines = whole.get("line")
    if set(whole) != {"line"} or not isinstance(lines, list) or not lines:
        raise PlanDataError(f"{path} has to hold [[line]] and nothing else.\nDraw at least one line.")
    places: dict[str, tuple[float, float]] = {}
    trips, calls, runs = [], [], []
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        first, last, headway = _checked(line, where)
        stops = [_stop(stop, where, places) for stop in line["stops"]]
        minutes = [minute for _, minute in stops]
        if len(stops) < 2 or any(b <= a for a, b in itertools.pairwise(minutes)):
            raise PlanDataError(
                f"{where}: the minutes {minutes} of its stops do not rise.\n"
                "Name at least two stops in the order of travel, each later than the one before."
            )
        ways = [stops]
        if line.get("both_ways", True):
            ways.append([(stop, minutes[-1] - minute) for stop, minute in reversed(stops)])
        for way, called in enumerate(ways):
            trip = f"{number}-{way}"
            trips.append({"trip_id": trip, "service_id": "daily"})
            runs.append((trip, _text(first), _text(last + 1), str(headway)))
            for at, (stop, minute) in enumerate(called):
                time = _text(first + round((minute - called[0][1]) * 60))
                calls.append((trip, time, time, stop, str(at)))
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "1")
    return {
        "stops": pd.DataFrame(
            [(stop, str(lat), str(lon)) for stop, (lon, lat) in places.items()],
            columns=["stop_id", "stop_lat", "stop_lon"],
        ),
        "trips": pd.DataFrame(trips),
        "stop_times": pd.DataFrame(
            calls, columns=["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]
        ),
        "calendar": pd.DataFrame(
            [{"service_id": "daily", "start_date": FOREVER[0], "end_date": FOREVER[1], **week}]
        ),
        "frequencies": pd.DataFrame(
            runs, columns=["trip_id", "start_time", "end_time", "headway_secs"]
        ).assign(exact_times="1"),
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomlfile.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise PlanDataError(f"There is no file {path}.\nCheck the name.") from None
    except (tomllib.TOMLDecodeError, RecursionError, UnicodeDecodeError, OSError) as error:
        raise PlanDataError(f"{path} cannot be read as TOML: {error}.\nMend that line.") from None


def _checked(line: Any, where: str) -> tuple[int, int, int]:
    """First and last departure, and headway, in seconds."""
    keys = set(line) if isinstance(line, dict) else set()
    wrong = (keys - KEYS) | ((KEYS - OPTIONAL) - keys)
    if wrong or not isinstance(line["stops"], list):
        raise PlanDataError(
            f"{where}: {', '.join(sorted(wrong)) or 'stops'} is unknown, missing or no list.\n"
            f"A line has {', '.join(sorted(KEYS))}."
        )
    first, last = (clock(f"{line[key]}:00") for key in ("first", "last"))
    if first < 0 or last < first:
        raise PlanDataError(
            f"{where}: first {line['first']!r} and last {line['last']!r} are no times in order.\n"
            'Write them as "06:00" and "23:30"; "24:30" is half past midnight.'
        )
    headway = line["headway_min"]
    if not _is_number(headway) or not 1 / 60 <= headway <= 1440:
        raise PlanDataError(f"{where}: headway_min is {headway!r}.\nWrite minutes between two departures.")
    return first, last, max(round(headway * 60), 1)


def _stop(stop: Any, where: str, places: dict[str, tuple[float, float]]) -> tuple[str, float]:
    """Id and minutes of a stop; its place goes into `places`."""
    if not isinstance(stop, dict) or set(stop) != STOP_KEYS or not str(stop["id"]).strip():
        raise PlanDataError(
            f"{where}: the stop {stop!r} has to have {', '.join(sorted(STOP_KEYS))}.\nCorrect it."
        )
    if not all(_is_number(stop[key]) for key in ("lon", "lat", "min")):
        raise PlanDataError(f"{where}: lon, lat or min of the stop {stop['id']!r} is no number.\nCorrect it.")
    place = (float(stop["lon"]), float(stop["lat"]))
    if abs(place[0]) > 180 or abs(place[1]) > 90 or stop["min"] < 0:
        raise PlanDataError(
            f"{where}: the stop {stop['id']!r} lies off the globe, or before 0 min.\nCorrect it."
        )
    if places.setdefault(str(stop["id"]), place) != place:
        raise PlanDataError(f"{where}: the stop {stop['id']!r} stands at two places.\nGive one another id.")
    return str(stop["id"]), float(stop["min"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
