"""
Siting: what is reached, what is proved, and what it costs.

    python benchmarks/siting.py FOLDER         OR-Library p-median files (pmed*.txt, optima.csv)
    python benchmarks/siting.py --synthetic    random points in a square, Euclidean, weights 1-100, seed 0
    python benchmarks/siting.py ... --peers    also spopt and PuLP/CBC where they finish (make bench-peers)
    python benchmarks/siting.py ... --json     one object a line

CPU seconds are user + system of the solve, compiled code cached and loaded; distances are made before.
Peers run in .venv-peers, each for PEER_S wall seconds at most; their CPU seconds include the solver's.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_matrix, csr_array
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from blockplan.propose.siting.capacitated import capacitated_pmedian
from blockplan.propose.siting.covering import lscp, mclp
from blockplan.propose.siting.pcenter import pcenter
from blockplan.propose.siting.pmedian import pmedian
from blockplan.propose.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.propose.sites import Sites

#: Demand points, sites, sites to open, and the gap (1) that is good enough.
RANDOM = ((10_000, 2_000, 50, 0.0025), (20_000, 3_000, 100, 0.005))
SIDE_M = 10_000
#: Covering: demand points, sites, side of the square in m; within a radius in m; sites to open (MCLP), gap.
COVERING = (100_000, 5_000, 20_000)
RADIUS_M = 500
OPEN, ENOUGH_MOST, ENOUGH_FEWEST = 200, 0.01, 0.06
#: With capacities: demand points, sites, sites to open, the gap that is good enough; as many sites as may
#: open can serve so many times what is wanted.
CAPACITATED, ENOUGH_CAPACITATED, SLACK = (3_000, 150, 20), 0.01, 1.2
#: The p-center: demand points, sites, sites to open.
CENTER = (2_000, 400, 20)
#: Peers: demand points, sites and sites to open of random instances that they finish; files with so many
#: nodes at most; seconds each.
PEER_RANDOM = (1_000, 100, 10)
PEER_NODES, PEER_S = 200, 120
PEERS_PYTHON = Path(__file__).parent.parent / ".venv-peers" / "bin" / "python"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, help="folder with pmed*.txt and optima.csv")
    parser.add_argument("--synthetic", action="store_true", help="random instances")
    parser.add_argument("--peers", action="store_true", help="spopt and PuLP/CBC beside ours")
    parser.add_argument(
        "--seconds", type=float, default=300, help="most wall seconds an instance (default 300)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args()
    if arguments.folder is None and not arguments.synthetic:
        parser.error("name a folder with pmed*.txt and optima.csv, or --synthetic")
    warm()
    for row in rows(arguments):
        print(json.dumps(row) if arguments.json else line(row), flush=True)


def rows(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if arguments.folder is not None:
        with (arguments.folder / "optima.csv").open(encoding="utf-8", newline="") as file:
            optima = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(file)}
        for path in sorted(arguments.folder.glob("pmed*.txt"), key=lambda path: int(path.stem[4:])):
            distances, p = or_library(path)
            named = {"instance": path.stem, "optimum": optima.get(path.stem)}
            yield named | solved(distances, None, p, Stop(seconds=arguments.seconds))
            if arguments.peers and len(distances) <= PEER_NODES:
                for row in peers("pmedian", distances, np.ones(len(distances)), p):
                    yield named | row
    if arguments.synthetic:
        yield from synthetic(arguments)
    if arguments.synthetic and arguments.peers:
        yield from beside_peers(arguments)


def synthetic(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Ours on random instances, each until the gap of its kind is reached."""
    for demand, sites, p, enough in RANDOM:
        distances, weights = scattered(demand, sites)
        stop = Stop(seconds=arguments.seconds, gap=enough)
        yield named(f"pmedian-{demand}x{sites}-p{p}") | solved(distances, weights, p, stop)
    covers, weights = covering()
    size = f"{covers.shape[1]}x{covers.shape[0]}"
    stop = Stop(seconds=arguments.seconds, gap=ENOUGH_MOST, rounds=10_000)
    yield named(f"mclp-{size}-p{OPEN}") | told(lambda: mclp(covers, weights, OPEN, stop=stop))
    # The few points that no site covers are left out.
    some = covers[:, np.flatnonzero(covers.sum(axis=0) > 0)]
    few = Stop(seconds=arguments.seconds, gap=ENOUGH_FEWEST, rounds=10_000)
    yield named(f"lscp-{size}") | told(lambda: lscp(some, stop=few))
    demand, sites, p = CAPACITATED
    distances, weights = scattered(demand, sites)
    room = np.full(sites, SLACK * weights.sum() / p)
    close = Stop(seconds=arguments.seconds, gap=ENOUGH_CAPACITATED)
    yield named(f"capacitated-{demand}x{sites}-p{p}") | told(
        lambda: capacitated_pmedian(distances, weights, p, room, stop=close)
    )
    demand, sites, p = CENTER
    away, _ = scattered(demand, sites)
    proof = Stop(seconds=arguments.seconds)
    yield named(f"pcenter-{demand}x{sites}-p{p}") | told(lambda: pcenter(away, p=p, stop=proof))


def beside_peers(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Ours and the peers on random instances that these finish."""
    demand, sites, p = PEER_RANDOM
    distances, weights = scattered(demand, sites)
    distances = distances.astype(float)
    stop = Stop(seconds=arguments.seconds)
    covers = csr_array(distances <= 2 * RADIUS_M)
    covered = covers[:, np.flatnonzero(covers.sum(axis=0) > 0)]
    size = f"{demand}x{sites}"
    for name, ours, problem, matrix, many in (
        (f"pmedian-{size}-p{p}", lambda: pmedian(distances, weights, p, stop=stop), "pmedian", distances, p),
        (f"mclp-{size}-p{p}", lambda: mclp(covers, weights, p, stop=stop), "mclp", covers.toarray(), p),
        (f"lscp-{size}", lambda: lscp(covered, stop=stop), "lscp", covered.toarray(), 0),
        (f"pcenter-{size}-p{p}", lambda: pcenter(distances, p=p, stop=stop), "pcenter", distances, p),
    ):
        yield named(name) | told(ours)
        for row in peers(problem, matrix, weights[: matrix.shape[1]], many):
            yield named(name) | row


def named(instance: str) -> dict[str, Any]:
    return {"instance": instance, "optimum": None}


def peers(problem: str, matrix: np.ndarray, weights: np.ndarray, p: int) -> Iterator[dict[str, Any]]:
    """What spopt and a plain PuLP model find with CBC, each in a process of its own."""
    if not PEERS_PYTHON.exists():
        raise SystemExit("The peers are not installed: call `make bench-peers`.")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.npz"
        np.savez(data, matrix=matrix, weights=weights, p=p)
        for peer in ("spopt", "pulp"):
            call = [
                PEERS_PYTHON,
                Path(__file__).with_name("siting_peers.py"),
                peer,
                problem,
                data,
                str(PEER_S),
            ]
            done = subprocess.run(call, capture_output=True, text=True, check=False)
            said = done.stdout.strip().splitlines()
            found = json.loads(said[-1]) if done.returncode == 0 and said else None
            lost = {"objective": None, "bound": None, "gap": None, "proved": False, "cpu_s": None}
            yield {"engine": peer} | (found or lost | {"failed": done.stderr.strip()[-200:]})


def warm() -> None:
    """Load the compiled code."""
    random = np.random.default_rng(0)
    distances = random.random((30, 60))
    pmedian(distances, p=4)
    capacitated_pmedian(distances, np.ones(60), 4, np.full(30, 20.0))
    mclp(distances < 0.3, p=3)
    lscp(np.vstack([distances < 0.3, np.ones((1, 60), bool)]))


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
    who = f"{row['instance']} ({row['engine']})" if "engine" in row else row["instance"]
    if row["objective"] is None:
        return f"{who:<36} nothing: {row.get('failed') or 'no solution in time'}"
    known = "" if row["optimum"] is None else f" optimum {row['optimum']:,.0f}"
    proof = "proved" if row["proved"] else "no bound" if row["gap"] is None else f"gap {row['gap']:.3%}"
    return f"{who:<36} {row['objective']:>16,.0f}{known} {proof:>12} {row['cpu_s']:>7.2f} s CPU"


if __name__ == "__main__":
    main()
