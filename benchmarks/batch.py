"""
How many plans are judged in what time by 1, 2 and 4 workers, and what that makes for a city and a country.

    python benchmarks/batch.py                 a table
    python benchmarks/batch.py --json          one object a line
    python benchmarks/batch.py --write         the same, and the tables of docs/scale.md from it
    python benchmarks/batch.py --cluster       also over a dask cluster of 2 workers on this machine

All plans are generated. 4 workers are tried where there are 4 cores. CPU seconds are those of the worker
for a plan, reading included; the first plan of a worker pays for loading the libraries and is
counted apart. The results of every run are compared with those of judging each plan alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from synthetic import CRS, SOUTH, WEST, a_synthetic_plan

from blockplan.batch import check_many, walk_in_tiles
from blockplan.batch.processes import cores
from blockplan.check import check
from blockplan.network import at_joins, join, walk, walking
from blockplan.plan import read, write

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[1] / "docs" / "scale.md"
#: Parcels of a plan -> how many such plans are judged.
SIZES = {100: 60, 500: 40, 5_000: 16}
#: A block plan of the arithmetic below: so many parcels.
USUAL = 500
BLOCKS_OF_A_CITY = 1_300
CITIES_OF_A_COUNTRY = 300
#: The generated city: streets along one side, their length, homes, gates, how far is walked, side of a tile.
CITY_STREETS, BLOCK_M, HOMES, GATES = 120, 100.0, 20_000, 300
LIMIT_M, JOIN_M, TILE_M = 500.0, 100.0, 2_000.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--synthetic", action="store_true", help="generated plans (there are no others here)")
    parser.add_argument("--workers", type=int, nargs="+", help="numbers of workers to try")
    parser.add_argument("--repeat", type=int, default=1, help="runs of which the quickest counts (default 1)")
    parser.add_argument("--cluster", action="store_true", help="also over a dask cluster on this machine")
    parser.add_argument("--write", action="store_true", help="renew the tables of docs/scale.md")
    arguments = parser.parse_args()
    counts = arguments.workers or [count for count in (1, 2, 4) if count <= max(2, cores())]
    rows = []
    for row in measured(counts, arguments.repeat, with_cluster=arguments.cluster):
        rows.append(row)
        print(json.dumps(row) if arguments.json else line(row), flush=True)
    city = in_tiles()
    print(json.dumps(city) if arguments.json else city_line(city), flush=True)
    if arguments.write:
        write_page(rows, city)


def measured(counts: list[int], repeat: int, *, with_cluster: bool) -> Iterator[dict[str, Any]]:
    """One row for each size of plan and number of workers."""
    for parcels, many in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"plan-{number}" for number in range(many)]
            for seed, path in enumerate(paths):
                write(a_synthetic_plan(parcels, seed), path)
            alone = {str(path): check(read(path)).to_dict("en") for path in paths}
            rows = [quickest(repeat, paths, alone, count) for count in counts]
            if with_cluster:
                rows.append(on_cluster(repeat, paths, alone))
            for row in rows:
                speed_up = rows[0]["warm_wall_s"] / row["warm_wall_s"]
                yield {
                    "task": f"check, {parcels} parcels",
                    "parcels": parcels,
                    **row,
                    "speed_up": round(speed_up, 2),
                }


def quickest(repeat: int, *of: Any, **where: Any) -> dict[str, Any]:
    """The run that other work on the machine disturbed least."""
    return min((of_run(*of, **where) for _ in range(repeat)), key=lambda row: row["warm_wall_s"])


def of_run(paths: list[Path], alone: dict[str, Any], workers: int, **where: Any) -> dict[str, Any]:
    """Judge the plans in a batch; the results must be those of judging each alone."""
    began = time.perf_counter()
    lines, ready = [], []
    for one in check_many(paths, workers=workers, **where):
        lines.append(one)
        ready.append(time.perf_counter() - began)
    differ = [one.path for one in lines if plain(one.check) != plain(alone[one.path])]
    if differ:
        raise SystemExit(f"{len(differ)} of {len(lines)} results differ from a single run: {differ[0]}")
    # The first plan of each worker pays for loading the libraries; what follows is the steady state.
    seen = [one.worker for one in lines]
    cold = sorted(seen.index(worker) for worker in set(seen))
    warm = [one.cpu_s for at, one in enumerate(lines) if at not in cold]
    usual = statistics.median(warm)
    started = cold[-1]
    warm_wall = (ready[-1] - ready[started]) / max(1, len(lines) - 1 - started)
    return {
        "workers": workers,
        "over": "cluster" if where else "processes",
        "plans": len(lines),
        "cpu_s_per_plan": round(usual, 4),
        "cpu_s_to_start_a_worker": round(statistics.median(lines[at].cpu_s for at in cold) - usual, 3),
        "wall_s": round(ready[-1], 3),
        "warm_wall_s": round(warm_wall, 4),
        # How many cores the workers had for themselves: less than their number where other work runs.
        "cores_got": round(usual / warm_wall, 2),
        "peak_mb": round(max(one.peak_mb or 0 for one in lines)),
        "equal": True,
    }


def on_cluster(repeat: int, paths: list[Path], alone: dict[str, Any]) -> dict[str, Any]:
    """The same over a dask cluster of two workers with one thread each."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as cluster:
        return quickest(repeat, paths, alone, 2, cluster=cluster.scheduler_address)


def in_tiles() -> dict[str, Any]:
    """Metres on foot in a generated city, at one go and in tiles one after the other, in this process."""
    streets, origins, targets = a_city()

    def at_one_go() -> np.ndarray:
        network = walking(streets)
        ends = at_joins(join(network, targets, JOIN_M))
        return walk(network, join(network, origins, JOIN_M), ends, LIMIT_M)

    def tiled() -> np.ndarray:
        return walk_in_tiles(
            streets, origins, targets, limit_m=LIMIT_M, join_limit_m=JOIN_M, side_m=TILE_M, workers=0
        )

    tiled()  # compiles and warms
    cpu = {}
    found = {}
    for name, call in (("tiles", tiled), ("one_go", at_one_go)):
        began = time.process_time()
        found[name] = call()
        cpu[name] = time.process_time() - began
    if not np.array_equal(found["tiles"], found["one_go"], equal_nan=True):
        raise SystemExit("the tiles do not give the metres of the whole city")
    side = CITY_STREETS * BLOCK_M / TILE_M
    return {
        "task": f"on foot within {LIMIT_M:.0f} m, {len(streets)} streets",
        "streets": len(streets),
        "points": len(origins),
        "tiles": round(side) ** 2,
        "cpu_s_one_go": round(cpu["one_go"], 3),
        "cpu_s_tiles": round(cpu["tiles"], 3),
        "equal": True,
    }


def a_city() -> tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray]:
    """A jittered grid of streets, each block side a street, with homes and gates; the same every time."""
    random = np.random.default_rng(0)
    count = CITY_STREETS + 1
    x, y = np.meshgrid(np.arange(count), np.arange(count))
    nodes = np.stack([x, y], axis=-1) * BLOCK_M + random.uniform(-12, 12, (count, count, 2))
    east = np.stack([nodes[:, :-1], nodes[:, 1:]], axis=2).reshape(-1, 2, 2)
    north = np.stack([nodes[:-1], nodes[1:]], axis=2).reshape(-1, 2, 2)
    lines = shapely.linestrings(np.concatenate([east, north]) + (WEST, SOUTH))  # noqa: RUF005
    streets = gpd.GeoDataFrame(
        {"walk": True, "barrier": None, "level": 0.0}, index=range(len(lines)), geometry=lines, crs=CRS
    )
    size = CITY_STREETS * BLOCK_M
    spots = random.uniform(0, size, (HOMES + GATES, 2)) + (WEST, SOUTH)  # noqa: RUF005
    points = np.asarray(shapely.points(spots), dtype=object)
    return streets, points[:HOMES], points[HOMES:]


def city_line(row: dict[str, Any]) -> str:
    return (
        f"{row['task']}, {row['points']} points: {row['cpu_s_one_go']:.2f} s CPU at one go, "
        f"{row['cpu_s_tiles']:.2f} s in {row['tiles']} tiles, equal"
    )


def plain(document: Any) -> str:
    return json.dumps(document, sort_keys=True, default=str)


def line(row: dict[str, Any]) -> str:
    return (
        f"{row['task']:<22} {row['workers']} {row['over']:<10} {row['plans']:>3} plans "
        f"{row['cpu_s_per_plan']:>8.4f} s CPU a plan "
        f"(+ {row['cpu_s_to_start_a_worker']:.2f} to start a worker) "
        f"{row['warm_wall_s']:>8.4f} s wall a plan ({row['cores_got']:.1f} cores got) "
        f"{row['peak_mb']:>5} MB  "
        f"{row['speed_up']:.2f} times one worker, equal"
    )


def write_page(rows: list[dict[str, Any]], city: dict[str, Any]) -> None:
    """Put the measured figures, and what they make, between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    tables = {"measured": measured_table(rows), "arithmetic": arithmetic(rows), "tiles": tiles_words(city)}
    for mark, table in tables.items():
        begin, end = f"<!-- {mark}: written by benchmarks/batch.py -->", f"<!-- end of {mark} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    PAGE.write_text(text, encoding="utf-8")


def measured_table(rows: list[dict[str, Any]]) -> str:
    load = f", load average {os.getloadavg()[0]:.1f} when it ended" if hasattr(os, "getloadavg") else ""
    columns = (
        "parcels of a plan", "plans", "workers", "CPU s a plan", "CPU s to start a worker", "wall s a plan",
        "cores got", "peak MB of a worker", "times one worker",
    )  # fmt: skip
    said = [f"Python {platform.python_version()}, {cores()} cores{load}.\n", table_row(columns)]
    said.append(table_row(["---"] * len(columns)))
    for row in rows:
        cluster = " (cluster)" if row["over"] == "cluster" else ""
        said.append(
            table_row(
                (
                    f"{row['parcels']:,}",
                    row["plans"],
                    f"{row['workers']}{cluster}",
                    f"{row['cpu_s_per_plan']:.3f}",
                    f"{row['cpu_s_to_start_a_worker']:.1f}",
                    f"{row['warm_wall_s']:.3f}",
                    f"{row['cores_got']:.1f}",
                    row["peak_mb"],
                    f"{row['speed_up']:.2f}",
                )
            )
        )
    return "\n".join(said)


def table_row(cells: Any) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def arithmetic(rows: list[dict[str, Any]]) -> str:
    """What the unit costs make for a city and a country, on machines of some cores."""
    one = min((row for row in rows if row["parcels"] == USUAL), key=lambda row: row["workers"])
    cpu, start, peak = one["cpu_s_per_plan"], one["cpu_s_to_start_a_worker"], one["peak_mb"]
    lines = [
        f"A plan of {USUAL} parcels: {cpu:.3f} s CPU, and {start:.1f} s once for each worker.\n",
        "| | plans | CPU | 2 cores | 8 cores | 10 machines of 16 cores | memory, 8 workers |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, plans in (
        ("a city", BLOCKS_OF_A_CITY),
        ("a country", BLOCKS_OF_A_CITY * CITIES_OF_A_COUNTRY),
    ):
        total = plans * cpu
        shares = " | ".join(said(total / workers + start) for workers in (2, 8, 160))
        lines.append(f"| {name} | {plans:,} | {said(total)} | {shares} | {8 * peak / 1024:.1f} GB |")
    return "\n".join(lines)


def tiles_words(row: dict[str, Any]) -> str:
    million = 1e6 / row["streets"]
    return (
        f"A generated city of {row['streets']:,} streets (block sides of {BLOCK_M:.0f} m), "
        f"{row['points']:,} homes and {GATES:,} gates, {LIMIT_M:.0f} m:\n"
        f"{row['cpu_s_one_go']:.1f} s CPU at one go, {row['cpu_s_tiles']:.1f} s in {row['tiles']} tiles "
        f"of {TILE_M:.0f} m, one after the other, with equal metres.\n"
        f"A million such streets take {said(row['cpu_s_tiles'] * million)} of CPU in tiles."
    )


def said(seconds: float) -> str:
    """Seconds in the unit that a reader would choose."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


if __name__ == "__main__":
    main()
