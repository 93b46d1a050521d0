"""
How fast a matrix of travel times by timetable and on foot is, beside the same matrix by headways.

    python benchmarks/transit.py FOLDER                  ours
    python benchmarks/transit.py FOLDER --peers iduedu   ... beside IduEdu 2.3 (`make bench-peers`)
    ... --json: one object a line

FOLDER holds streets.parquet, population_hex.parquet (jobs) and one or more gtfs_*.zip. Both engines get the
same streets, points, walking speed and limit to join the streets, and answer for all pairs within 60 minutes
of 14:00 on --day. Ours scans the timetable; IduEdu waits half a headway of the hour and searches a graph.
These are two models of one city: the mean shares of the jobs that are reached stand beside each other.

CPU seconds are user + system of all threads, the median of three calls after one that does not count. Set-up
is everything before: reading, interpolating, joining points and stops to the streets.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from engines import peak_mb, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS_PYTHON = Path(__file__).parents[1] / ".venv-peers" / "bin" / "python"
KM_PER_H, JOIN_M, LIMIT_MIN, AT = 4.0, 200.0, 60, dt.time(14)
WITHIN_MIN = (30, 45, 60)
#: What IduEdu waits where a line leaves once in the hour.
ONE_DEPARTURE_MIN = 30.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", help="folder with streets.parquet, population_hex.parquet and gtfs_*.zip")
    parser.add_argument("--day", default="2019-05-13", help="a day on which the feeds run (2019-05-13)")
    parser.add_argument("--peers", default="", choices=("", "iduedu", "all"), help="iduedu, or all")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--engine", nargs=2, metavar=("TABLE", "DAY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.engine:
        print(json.dumps(iduedu_row(Path(arguments.folder), *arguments.engine)))
        return
    for row in rows(Path(arguments.folder), arguments.day, bool(arguments.peers)):
        print(json.dumps(row) if arguments.json else line(row), flush=True)


def rows(folder: Path, day: str, peers: bool) -> Iterator[dict[str, Any]]:
    """One row an engine."""
    lacking = [name for name in ("streets.parquet", "population_hex.parquet") if not (folder / name).exists()]
    if lacking or not feeds_in(folder):
        raise SystemExit(
            f"{folder} has no {lacking[0] if lacking else 'gtfs_*.zip'}; see --help for what it has to hold."
        )
    yield our_row(folder, day)
    if peers:
        yield peer_row(folder, day)


def feeds_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("gtfs_*.zip"))


def our_row(folder: Path, day: str) -> dict[str, Any]:
    """Ours, in this process, warm."""
    from blockplan.exchange.gtfs import read_feeds
    from blockplan.exchange.tables import read_points
    from blockplan.measure.access.transit import TransitCase, Window, journeys, travel_minutes
    from blockplan.network import walking
    from blockplan.network.journeys import Walking
    from blockplan.plan.files.formats import read_layer
    from blockplan.plan.model.frames import tidy

    began = time.process_time()
    streets = read_layer(folder / "streets.parquet")
    case = TransitCase(
        walking(tidy("streets", streets)[0]),
        streets.crs,
        read_points(folder / "population_hex.parquet", ["jobs"]),
        Window(start=dt.datetime.combine(dt.date.fromisoformat(day), AT)),
        Walking(km_per_h=KM_PER_H, join_limit_m=JOIN_M),
        (float(LIMIT_MIN),),
    )
    made = journeys(case, read_feeds([str(path) for path in feeds_in(folder)]))
    setup_s = time.process_time() - began
    timing = timed(lambda: travel_minutes(case, made))
    jobs = case.points.counts["jobs"]
    return row("blockplan", setup_s, timing, shares(timing.found, jobs))


def peer_row(folder: Path, day: str) -> dict[str, Any]:
    """IduEdu's, in its own environment; or a row that says why not."""
    trouble = None if PEERS_PYTHON.exists() else "not installed; call: make bench-peers"
    if trouble is None:
        with tempfile.TemporaryDirectory() as place:
            table = Path(place) / "table.npz"
            hand_over(folder, table)
            call = [str(PEERS_PYTHON), __file__, str(folder), "--engine", str(table), day]
            done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return dict(json.loads(done.stdout.strip().splitlines()[-1]))
        trouble = (done.stderr.strip().splitlines() or [f"left with {done.returncode}"])[-1]
    figures = dict.fromkeys(("setup_cpu_s", "cpu_s", "wall_s", "peak_mb", "mean_share"))
    return {"engine": "iduedu", "task": "transit matrix", **figures, "note": trouble}


def hand_over(folder: Path, table: Path) -> None:
    """Streets and points as arrays: the peers' environment need not read GeoParquet."""
    import geopandas as gpd
    import shapely

    streets, points = (
        gpd.read_parquet(folder / name) for name in ("streets.parquet", "population_hex.parquet")
    )
    streets = streets[streets["walk"]]
    nodes, ends = np.unique(
        np.concatenate([streets["u"].to_numpy(), streets["v"].to_numpy()]), return_inverse=True
    )
    start, end = np.split(ends, 2)
    xy = np.zeros((len(nodes), 2))
    for place, at in ((start, 0), (end, -1)):
        xy[place] = shapely.get_coordinates(shapely.get_point(streets.geometry.to_numpy(), at))
    np.savez(
        table, xy=xy, start=start, end=end, length_m=streets["length_m"].to_numpy(),
        line=shapely.to_wkb(streets.geometry.to_numpy(), hex=True).astype(str),
        points=shapely.get_coordinates(points.geometry.to_numpy()),
        jobs=points["jobs"].to_numpy(dtype=float), epsg=streets.crs.to_epsg(),
    )  # fmt: skip


def iduedu_row(folder: Path, table: str, day: str) -> dict[str, Any]:
    """IduEdu's; called with the Python of the peers."""
    warnings.simplefilter("ignore")
    import geopandas as gpd
    import iduedu
    import shapely

    speed = KM_PER_H * 1000 / 60
    began = time.process_time()
    with np.load(table) as stored:
        data = dict(stored)
    crs = int(data["epsg"])
    riding = iduedu.get_gtfs_public_transport_graph(
        [str(path) for path in feeds_in(folder)], service_date=day, start_time=AT,
        end_time=AT.replace(hour=AT.hour + 1), crs=crs,
        single_departure_wait_min=ONE_DEPARTURE_MIN, walk_speed_m_per_min=speed,
    )  # fmt: skip
    nodes = gpd.GeoDataFrame(geometry=shapely.points(data["xy"]), crs=crs)
    columns = {
        "u": data["start"], "v": data["end"], "k": np.arange(len(data["start"])),
        "length_meter": data["length_m"], "time_min": data["length_m"] / speed,
    }  # fmt: skip
    edges = gpd.GeoDataFrame(columns, geometry=shapely.from_wkb(data["line"]), crs=crs)
    walking = iduedu.UrbanGraph(
        nodes, edges, is_multigraph=True, is_directed=False, adjacency_weight="time_min"
    )
    # The points first, on streets alone: on the joined graph the nearest edge may be a ride.
    places = gpd.GeoDataFrame(geometry=shapely.points(data["points"]), crs=crs)
    changes, at = iduedu.project_objects2urban_graph(walking, places, speed, max_dist=JOIN_M)
    graph = iduedu.join_pt_walk_graph(
        riding, iduedu.apply_urban_graph_changes(walking, changes), max_dist=JOIN_M,
        keep_largest_subgraph=False, walk_speed_m_per_min=speed,
    )  # fmt: skip
    joined = at.dropna()
    setup_s = time.process_time() - began
    timing = timed(
        lambda: iduedu.od_matrix(
            graph, origins_nodes=joined.unique(), destination_nodes=joined.unique(), cutoff=float(LIMIT_MIN)
        )
    )
    found = timing.found.reindex(index=joined, columns=joined).to_numpy(dtype=float)
    return row("iduedu", setup_s, timing, shares(found, data["jobs"][joined.index], len(at)))


def shares(minutes: Any, jobs: Any, points: int | None = None) -> list[float]:
    """Mean share of the known jobs within each number of minutes; a point off the streets reaches none."""
    jobs = np.nan_to_num(jobs)
    reached = [(np.nan_to_num(minutes, nan=np.inf) <= limit) @ jobs for limit in WITHIN_MIN]
    return [round(float(one.sum() / (points or len(minutes)) / jobs.sum()), 3) for one in reached]


def row(engine: str, setup_s: float, timing: Any, mean_share: list[float]) -> dict[str, Any]:
    figures = {"setup_cpu_s": setup_s, "cpu_s": timing.cpu_s, "wall_s": timing.wall_s}
    return {
        "engine": engine,
        "task": "transit matrix",
        **{name: float(f"{value:.4g}") for name, value in figures.items()},
        "peak_mb": round(peak_mb()),
        "mean_share": mean_share,
    }


def line(row: dict[str, Any]) -> str:
    said = f"{row['engine']:<10} {row['task']:<15}"
    if row["cpu_s"] is None:
        return f"{said} {row['note']}"
    said += f" {row['setup_cpu_s']:>8.4g} s set-up {row['cpu_s']:>8.4g} s CPU {row['wall_s']:>8.4g} s wall"
    reached = ", ".join(f"{share:.3f}" for share in row["mean_share"])
    return said + f" {row['peak_mb']:>6} MB   jobs within 30, 45, 60 min: {reached}"


if __name__ == "__main__":
    main()
