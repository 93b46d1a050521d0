"""Small GTFS feeds that can be ridden in the head."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

#: A line on the equator, stops a hundredth of a degree (1.1 km) apart, every day of 2024.
TABLES = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\nA,Line,http://example.org,Asia/Shanghai\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\na,A,0,117.00\nb,B,0,117.01\nc,C,0,117.02\nd,D,0,117.03\n",
    "trips": "route_id,service_id,trip_id\nR,daily,t1\n",
    "calendar": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "daily,1,1,1,1,1,1,1,20240101,20241231\n"
    ),
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,08:00:00,08:00:00,a,1\nt1,08:05:00,08:06:00,b,2\nt1,08:10:00,08:10:00,c,3\n"
    ),
}


def calls(*rows: str, header: str = "trip_id,arrival_time,departure_time,stop_id,stop_sequence") -> str:
    """stop_times.txt from lines."""
    return "\n".join([header, *rows, ""])


def feed_at(folder: Path, name: str = "line", **tables: Any) -> Path:
    """A feed in a folder; None leaves a table out."""
    place = folder / name
    place.mkdir(parents=True)
    for table, text in (TABLES | tables).items():
        if text is not None:
            (place / f"{table}.txt").write_text(text, encoding="utf-8")
    return place


def zipped(folder: Path, inside: str = "") -> Path:
    """The folder as a zip."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as whole:
        for file in sorted(folder.iterdir()):
            whole.write(file, f"{inside}{file.name}")
    return path
