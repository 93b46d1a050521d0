"""
One engine measures: called by access.py, in a process and with the Python of the engine's own.

    python benchmarks/engines.py ENGINE TASK[,TASK...] DATA.npz OUT.npz

Every engine answers the same questions about the same table (`Data`). T1: metres to the nearest
entrance within 500 m, for every node. T2: weighted sum of the facilities within 800 m, for every
node. T3: sum of the values of all nodes within 800 m, for every node. An engine that searches from
one source after another and would take over a minute answers for a sample of the sources; its
seconds are then scaled up.
"""
# ruff: noqa: D102 - what the methods t1, t2, t3 answer is said above

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from engine_timing import Timing, by_source, each, once, timed

T1_M, T2_M, T3_M = 500.0, 800.0, 800.0


@dataclass
class Data:
    """Nodes, edges (metres, whole centimetres), and what is asked."""

    xy: Any
    start: Any
    end: Any
    length_m: Any
    entrances: Any
    facilities: Any
    weights: Any
    values: Any


class Scipy:
    """csgraph.dijkstra: T1 with min_only, the others source by source."""

    by_source = True

    def __init__(self, data: Data) -> None:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        self.data, self.search = data, dijkstra
        tails, heads = np.concatenate([data.start, data.end]), np.concatenate([data.end, data.start])
        size = len(data.xy)
        self.graph = csr_array((np.tile(data.length_m, 2), (tails, heads)), shape=(size, size))

    def t1(self) -> Any:
        # Half a millimetre more: sums of centimetres are not exact in floating point.
        found = self.search(self.graph, indices=self.data.entrances, min_only=True, limit=T1_M + 0.0005)
        return np.where(np.isfinite(found), found, np.nan)

    def t2(self, facilities: Any) -> Any:
        sums = np.zeros(len(self.data.xy))
        for node, weight in zip(self.data.facilities[facilities], self.data.weights[facilities], strict=True):
            sums[self.ball(node, T2_M)] += weight
        return sums

    def t3(self, places: Any) -> Any:
        return np.array([self.data.values[self.ball(node, T3_M)].sum() for node in places])

    def ball(self, node: int, limit_m: float) -> Any:
        return np.flatnonzero(np.isfinite(self.search(self.graph, indices=int(node), limit=limit_m + 0.0005)))


class Networkx(Scipy):
    """multi_source_dijkstra_path_length, as osmnx users do."""

    def __init__(self, data: Data) -> None:
        import networkx as nx

        self.data, self.nx = data, nx
        self.graph = nx.Graph()
        self.graph.add_nodes_from(range(len(data.xy)))
        self.graph.add_weighted_edges_from(
            zip(data.start.tolist(), data.end.tolist(), data.length_m.tolist(), strict=True)
        )

    def t1(self) -> Any:
        sources = set(self.data.entrances.tolist())
        return self.filled(
            self.nx.multi_source_dijkstra_path_length(self.graph, sources, cutoff=T1_M + 0.0005)
        )

    def filled(self, found: dict[int, float]) -> Any:
        metres = np.full(len(self.data.xy), np.nan)
        metres[np.fromiter(found.keys(), dtype=np.int64)] = np.fromiter(found.values(), dtype=float)
        return metres

    def ball(self, node: int, limit_m: float) -> Any:
        found = self.nx.single_source_dijkstra_path_length(self.graph, int(node), cutoff=limit_m + 0.0005)
        return np.fromiter(found.keys(), dtype=np.int64)


class Unbounded(Scipy):
    """
    Engines without a limit: all distances are found, and those beyond the limit dropped.

    For T1 one node more leads to every entrance. Its steps are so long that no other way leads through it,
    and are taken off again.
    """

    step_m = 1000.0

    def t1(self) -> Any:
        return self.cut(np.asarray(self.all_from(len(self.data.xy))) - self.step_m, T1_M)

    def ball(self, node: int, limit_m: float) -> Any:
        return np.flatnonzero(np.isfinite(self.cut(self.all_from(int(node)), limit_m)))

    def all_from(self, node: int) -> Any:
        raise NotImplementedError

    def cut(self, metres: Any, limit_m: float) -> Any:
        found = np.asarray(metres, dtype=float)[: len(self.data.xy)]
        return np.where(found <= limit_m + 0.0005, found, np.nan)

    def edges(self, data: Data) -> tuple[Any, Any, Any]:
        """Edges with those of the node more."""
        extra, size = len(data.entrances), len(data.xy)
        return (
            np.concatenate([data.start, np.full(extra, size, dtype=np.int32)]),
            np.concatenate([data.end, data.entrances.astype(np.int32)]),
            np.concatenate([data.length_m, np.full(extra, self.step_m)]),
        )


class Networkit(Unbounded):
    """distance.Dijkstra."""

    def __init__(self, data: Data) -> None:
        import networkit as nk

        self.data, self.nk = data, nk
        start, end, length = self.edges(data)
        self.graph = nk.GraphFromCoo((length, (start, end)), n=len(data.xy) + 1, weighted=True)

    def all_from(self, node: int) -> Any:
        return self.nk.distance.Dijkstra(self.graph, node, storePaths=False).run().getDistances()


class Rustworkx(Unbounded):
    """dijkstra_shortest_path_lengths."""

    def __init__(self, data: Data) -> None:
        import rustworkx as rx

        self.data, self.rx = data, rx
        self.graph = rx.PyGraph()
        self.graph.add_nodes_from(range(len(data.xy) + 1))
        columns = [column.tolist() for column in self.edges(data)]
        self.graph.add_edges_from(list(zip(*columns, strict=True)))

    def all_from(self, node: int) -> Any:
        found = self.rx.dijkstra_shortest_path_lengths(self.graph, node, float)
        metres = np.full(len(self.data.xy) + 1, np.inf)
        metres[np.fromiter(found.keys(), dtype=np.int64)] = np.fromiter(found.values(), dtype=float)
        metres[node] = 0
        return metres


class Igraph(Unbounded):
    """Graph.distances."""

    def __init__(self, data: Data) -> None:
        import igraph

        self.data = data
        start, end, length = self.edges(data)
        self.graph = igraph.Graph(n=len(data.xy) + 1, edges=np.stack([start, end], axis=1))
        self.lengths = length.tolist()

    def all_from(self, node: int) -> Any:
        return self.graph.distances(source=[node], weights=self.lengths)[0]


class Iduedu(Scipy):
    """multi_source_dijkstra_path_length and, for T2 and T3, dijkstra_path_length_parallel (wide tables)."""

    batch = 64

    def __init__(self, data: Data) -> None:
        import geopandas as gpd
        import iduedu
        import shapely

        self.data, self.iduedu = data, iduedu
        nodes = gpd.GeoDataFrame(geometry=shapely.points(data.xy), crs=32637)
        lines = shapely.linestrings(np.stack([data.xy[data.start], data.xy[data.end]], axis=1))
        columns = {
            "u": data.start,
            "v": data.end,
            "length_meter": data.length_m,
            "time_min": data.length_m / 80,
        }
        edges = gpd.GeoDataFrame(columns, geometry=lines, crs=32637)
        self.graph = iduedu.UrbanGraph(
            nodes, edges, is_multigraph=False, is_directed=False, adjacency_weight="length_meter"
        )

    def t1(self) -> Any:
        found = self.iduedu.multi_source_dijkstra_path_length(
            self.graph,
            source_nodes=self.data.entrances.tolist(),
            weight="length_meter",
            cutoff=T1_M + 0.001,
            dtype=np.float64,
        )
        found = found.reindex(range(len(self.data.xy))).to_numpy(dtype=float)
        return np.where(np.isfinite(found), found, np.nan)

    def t2(self, facilities: Any) -> Any:
        sums = np.zeros(len(self.data.xy))
        for rows, nodes, inside in self.balls(self.data.facilities[facilities], T2_M):
            sums[nodes] += self.data.weights[facilities][rows] @ inside
        return sums

    def t3(self, places: Any) -> Any:
        return np.concatenate(
            [inside @ self.data.values[nodes] for _, nodes, inside in self.balls(places, T3_M)]
        )

    def balls(self, sources: Any, limit_m: float) -> Any:
        for first in range(0, len(sources), self.batch):
            rows = slice(first, first + self.batch)
            found = self.iduedu.dijkstra_path_length_parallel(
                self.graph, source_nodes=sources[rows].tolist(), weight="length_meter", cutoff=limit_m + 0.001
            )
            yield rows, found.columns.to_numpy(dtype=np.int64), np.isfinite(found.to_numpy()).astype(float)


class Pandana:
    """Contraction hierarchies; facilities stand at nodes."""

    by_source = False

    def __init__(self, data: Data) -> None:
        import pandana
        import pandas as pd

        self.data, self.pd = data, pd
        self.x, self.y = pd.Series(data.xy[:, 0]), pd.Series(data.xy[:, 1])
        start, end = pd.Series(data.start), pd.Series(data.end)
        lengths = pd.DataFrame({"length": data.length_m})
        self.network = pandana.Network(self.x, self.y, start, end, lengths, twoway=True)

    def t1(self) -> Any:
        at = self.data.entrances
        self.network.set_pois("entrances", T1_M, 1, self.x.iloc[at], self.y.iloc[at])
        found = self.network.nearest_pois(T1_M, "entrances", num_pois=1, max_distance=10 * T1_M)[1]
        return np.where(found.to_numpy() <= T1_M, found.to_numpy(), np.nan)

    def t2(self, facilities: Any) -> Any:
        at, weights = self.data.facilities[facilities], self.data.weights[facilities]
        self.network.set(self.pd.Series(at), self.pd.Series(weights), name="facilities")
        return self.network.aggregate(T2_M, type="sum", decay="flat", name="facilities").to_numpy()

    def t3(self, places: Any) -> Any:
        nodes = self.pd.Series(np.arange(len(self.data.xy)))
        self.network.set(nodes, self.pd.Series(self.data.values), name="values")
        sums = self.network.aggregate(T3_M, type="sum", decay="flat", name="values")
        return sums.to_numpy()[places]


class Precomputed(Pandana):
    """pandana after precompute(800), which is set-up here: what it finds for T2 and T3 is kept."""

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self.network.precompute(T3_M)


class Blockplan:
    """Ours; the process is warm."""

    by_source = False
    #: Edits of which the mean is taken.
    edits = 2000

    def __init__(self, data: Data) -> None:
        from blockplan.network.core import compile_edges

        self.data = data
        self.graph = compile_edges(data.start, data.end, data.length_m, xy=data.xy)

    def t1(self) -> Any:
        from blockplan.network.nearest import nearest

        return nearest(self.graph, self.data.entrances, T1_M * 100) / 100

    def t2(self, facilities: Any) -> Any:
        from blockplan.network.sums import GraphSources, sum_sources

        sources = GraphSources(self.data.facilities[facilities], self.data.weights[facilities])
        return sum_sources(self.graph, sources, T2_M * 100)

    def t3(self, places: Any, threads: int = 1) -> Any:
        from blockplan.network.sums import sum_nodes

        chosen = None if len(places) == self.graph.nodes else places
        return sum_nodes(self.graph, self.data.values, T3_M * 100, places=chosen, threads=threads)

    def kinds(self) -> Any:
        from blockplan.network.sums import GraphSources, sum_sources

        kinds = np.arange(len(self.data.facilities)) % 20
        sources = GraphSources(self.data.facilities, self.data.weights, kinds)
        return sum_sources(self.graph, sources, T2_M * 100)

    def two_cores(self) -> Any:
        return self.t3(np.arange(self.graph.nodes), threads=2)

    def again(self) -> Timing:
        """T3 with new values, the balls kept."""
        from blockplan.network.floods import keep_balls

        began = time.process_time()
        balls = keep_balls(self.graph, T3_M * 100)
        kept_s = time.process_time() - began
        timing = timed(lambda: balls.sums(self.data.values))
        timing.setup_s = kept_s
        return timing

    def entrance(self) -> Timing:
        """One entrance more, and one less, on a measured city: the mean edit."""
        from blockplan.network.edits import LiveNearest

        began = time.process_time()
        live = LiveNearest(self.graph, self.data.entrances, T1_M * 100)
        setup_s = time.process_time() - began
        nodes = np.random.default_rng(2).choice(self.graph.nodes, self.edits // 2).tolist()

        def edit() -> None:
            for node in nodes:
                live.add_source(node)
            for node in nodes:
                live.remove_source(node)

        return each(edit, self.edits, setup_s)

    def street(self) -> Timing:
        """One street closed, and opened again, on a measured city: the mean edit."""
        from blockplan.network.edits import LiveNearest

        began = time.process_time()
        live = LiveNearest(self.graph, self.data.entrances, T1_M * 100)
        setup_s = time.process_time() - began
        count = min(self.edits // 2, len(self.data.start))
        chosen = np.random.default_rng(3).choice(len(self.data.start), count, replace=False)
        columns = (self.data.start[chosen], self.data.end[chosen], self.data.length_m[chosen])
        edges = list(zip(*(column.tolist() for column in columns), strict=True))

        def edit() -> None:
            for start, end, _ in edges:
                live.set_edge(start, end, None)
            for start, end, length_m in edges:
                live.set_edge(start, end, length_m)

        return each(edit, 2 * count, setup_s)

    def one_pass(self) -> Timing:
        """A bare look at every edge in both directions: what no search over all of them can beat."""
        from numba import njit

        @njit
        def look(row: Any, head: Any, length: Any, cm: Any) -> int:
            shorter = 0
            for i in range(len(row) - 1):
                for k in range(row[i], row[i + 1]):
                    shorter += cm[head[k]] > cm[i] + length[k]
            return shorter

        arcs = self.graph.every_out
        cm = np.zeros(self.graph.nodes, dtype=np.int32)
        look(*arcs, cm)
        return timed(lambda: look(*arcs, cm))


ENGINES: dict[str, type] = {
    "blockplan": Blockplan,
    "scipy": Scipy,
    "pandana": Pandana,
    "pandana+precompute": Precomputed,
    "networkx": Networkx,
    "networkit": Networkit,
    "rustworkx": Rustworkx,
    "igraph": Igraph,
    "iduedu": Iduedu,
}


def measure(engine: Any, task: str) -> Timing:
    if task == "T1":
        return timed(engine.t1)
    if task == "T2":
        return by_source(engine, engine.t2, len(engine.data.facilities))
    if task == "T3":
        return by_source(engine, engine.t3, len(engine.data.xy))
    if task == "T2 of 20 kinds":
        return timed(engine.kinds)
    if task == "T3 on two cores":
        return timed(engine.two_cores)
    own = {"T3 again": "again", "one entrance": "entrance", "one street": "street", "one pass": "one_pass"}
    return getattr(engine, own[task])()


def first_answer(data: Data) -> dict[str, Any]:
    """From the edge table to the first T1 answer in a fresh process: loading code counts."""

    def ask() -> Any:
        from edge_table import EdgeTable

        from blockplan.network.graph import at_nodes

        table = EdgeTable(data.xy, data.start, data.end, data.length_m)
        return at_nodes(table, data.entrances, np.zeros(len(data.entrances), dtype=np.int32), int(T1_M * 100))

    return row("first answer", 0.0, once(ask))


def row(task: str, setup_s: float, timing: Timing) -> dict[str, Any]:
    return {
        "task": task,
        "setup_cpu_s": setup_s if timing.setup_s is None else timing.setup_s,
        "cpu_s": timing.cpu_s,
        "wall_s": timing.wall_s,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Most memory of this process; the system's own count includes that of the process which started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def warm(name: str) -> None:
    """Load and compile what an engine needs, on nine nodes."""
    if name == "blockplan":
        from blockplan.network.precompile import warm_up

        warm_up()
        return
    xy = np.stack(np.divmod(np.arange(9), 3), axis=1) * 80.0
    start = np.array([0, 1, 3, 4, 6, 7, 0, 3], dtype=np.int32)
    end = np.array([1, 2, 4, 5, 7, 8, 3, 6], dtype=np.int32)
    few, ones = np.array([0, 4]), np.ones(9)
    engine = ENGINES[name](Data(xy, start, end, ones[:8] * 80, few, few, ones[:2], ones))
    engine.t1()
    engine.t2(np.arange(2))
    engine.t3(np.arange(9))


def main(name: str, tasks: list[str], source: str, target: str) -> None:
    with np.load(source) as stored:
        data = Data(**stored)
    if tasks == ["first answer"]:
        np.savez(target, rows=json.dumps([first_answer(data)]))
        return
    warm(name)
    began = time.process_time()
    engine = ENGINES[name](data)
    setup_s = time.process_time() - began
    rows, arrays = [], {}
    for task in tasks:
        timing = measure(engine, task)
        rows.append(row(task, setup_s, timing))
        if task in ("T1", "T2", "T3"):
            arrays[task] = timing.found
            if timing.chosen is not None:
                arrays[f"{task} of"] = timing.chosen
    np.savez(target, rows=json.dumps(rows), **arrays)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].split(","), sys.argv[3], sys.argv[4])
