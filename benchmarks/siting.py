"""
Siting: what is reached, what is proved, and what it costs.

    python benchmarks/siting.py FOLDER         OR-Library p-median files (pmed*.txt, optima.csv)
    python benchmarks/siting.py --synthetic    random points in a square, Euclidean, weights 1-100, seed 0
    python benchmarks/siting.py ... --json        one object a line

CPU seconds are user + system of the solve, compiled code cached and loaded; distances are made before.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_matrix, csr_array
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from blockplan.propose.covering import lscp, mclp
from blockplan.propose.pmedian import pmedian
from blockplan.propose.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.propose.siting import Sites

#: Demand points, sites, sites to open, and the gap (1) that is good enough.
RANDOM = ((10_000, 2_000, 50, 0.0025), (20_000, 3_000, 100, 0.005))
SIDE_M = 10_000
#: Covering: demand points, sites, side of the square in m; within a radius in m; sites to open (MCLP), gap.
COVERING = (100_000, 5_000, 20_000)
RADIUS_M = 500
OPEN, ENOUGH_MOST, ENOUGH_FEWEST = 200, 0.01, 0.06


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, help="folder with pmed*.txt and optima.csv")
    parser.add_argument("--synthetic", action="store_true", help="random instances")
    parser.add_argument(
        "--seconds", type=float, default=120, help="most wall seconds an instance (default 120)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args()
    if arguments.folder is None and not arguments.synthetic:
        parser.error("name a folder with pmed*.txt and optima.csv, or --synthetic")
    pmedian(np.random.default_rng(0).random((30, 60)), p=4)  # loads the compiled code
    for row in rows(arguments):
        print(json.dumps(row) if arguments.json else line(row), flush=True)


def rows(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if arguments.folder is not None:
        with (arguments.folder / "optima.csv").open(encoding="utf-8", newline="") as file:
            optima = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(file)}
        for path in sorted(arguments.folder.glob("pmed*.txt"), key=lambda path: int(path.stem[4:])):
            distances, p = or_library(path)
            yield {"instance": path.stem, "optimum": optima.get(path.stem)} | solved(
                distances, None, p, Stop(seconds=arguments.seconds)
            )
    if arguments.synthetic:
        for demand, sites, p, enough in RANDOM:
            distances, weights = scattered(demand, sites)
            stop = Stop(seconds=arguments.seconds, gap=enough)
            name = f"pmedian-{demand}x{sites}-p{p}"
            yield {"instance": name, "optimum": None} | solved(distances, weights, p, stop)
        covers, weights = covering()
        size = f"{covers.shape[1]}x{covers.shape[0]}"
        stop = Stop(seconds=arguments.seconds, gap=ENOUGH_MOST, rounds=10_000)
        most = told(lambda: mclp(covers, weights, OPEN, stop=stop))
        yield {"instance": f"mclp-{size}-p{OPEN}", "optimum": None} | most
        # The few points that no site covers are left out.
        some = covers[:, np.flatnonzero(covers.sum(axis=0) > 0)]
        stop = Stop(seconds=arguments.seconds, gap=ENOUGH_FEWEST, rounds=10_000)
        yield {"instance": f"lscp-{size}", "optimum": None} | told(lambda: lscp(some, stop=stop))


def or_library(path: Path) -> tuple[np.ndarray, int]:
    """Shortest paths and p of a file; of several lengths of one edge the last counts."""
    numbers = [int(word) for word in path.read_text(encoding="utf-8").split()]
    size, edges, p = numbers[:3]
    length = {tuple(sorted(numbers[at : at + 2])): numbers[at + 2] for at in range(3, 3 + 3 * edges, 3)}
    u, v = np.array(list(length)).T - 1
    graph = coo_matrix((np.array(list(length.values()), float), (u, v)), (size, size)).tocsr()
    return shortest_path(graph, directed=False), p


def scattered(demand: int, sites: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances in m (sites x demand) and weights of uniform points."""
    random = np.random.default_rng(0)
    points, places = random.uniform(0, SIDE_M, (demand, 2)), random.uniform(0, SIDE_M, (sites, 2))
    return cdist(places, points).astype(np.float32), random.integers(1, 101, demand).astype(float)


def covering() -> tuple[csr_array, np.ndarray]:
    """Who of uniform points lies within the radius of which site (sites x demand), and weights."""
    demand, sites, side = COVERING
    random = np.random.default_rng(0)
    points, places = random.uniform(0, side, (demand, 2)), random.uniform(0, side, (sites, 2))
    near = cKDTree(points).query_ball_point(places, RADIUS_M)
    start = np.concatenate([[0], np.cumsum([len(one) for one in near])])
    covers = csr_array(
        (np.ones(start[-1], bool), np.concatenate(near).astype(int), start), shape=(sites, demand)
    )
    return covers, random.integers(1, 101, demand).astype(float)


def solved(distances: np.ndarray, weights: np.ndarray | None, p: int, stop: Stop) -> dict[str, Any]:
    return told(lambda: pmedian(distances, weights, p, stop=stop))


def told(solve: Callable[[], Sites]) -> dict[str, Any]:
    began = time.process_time()
    found = solve()
    return {
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "proved": found.proved,
        "cpu_s": round(time.process_time() - began, 2),
    }


def line(row: dict[str, Any]) -> str:
    known = "" if row["optimum"] is None else f" optimum {row['optimum']:,.0f}"
    proof = "proved" if row["proved"] else f"gap {row['gap']:.3%}"
    return f"{row['instance']:<26} {row['objective']:>16,.0f}{known} {proof:>12} {row['cpu_s']:>7.2f} s CPU"


if __name__ == "__main__":
    main()
