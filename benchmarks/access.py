"""
How fast reach is measured, beside other engines, on the same table and with compared results.

    python benchmarks/access.py FOLDER                  ours, on FOLDER/nodes.parquet and FOLDER/edges.parquet
    python benchmarks/access.py FOLDER --peers all      ... beside all peers (or: --peers scipy,pandana)
    python benchmarks/access.py --synthetic             on a generated grid of a million nodes
    ... --tasks T1,T2,T3    only these; --json: one object a line; --markdown: the table of docs/network.md

T1: nearest of 4,000 entrances within 500 m, for every node. T2: weighted sum of 8,000 facilities
within 800 m, for every node. T3: sum of a value over all nodes within 800 m, for every node. More tasks
of ours say what one bare look at every edge costs, what the first answer costs in a fresh process, and
what edits and repeated sums cost.

Each engine runs in a process of its own, with lengths in whole centimetres. CPU seconds are user + system of
all threads, the median of three calls after one that does not count (a call of over five seconds is made
once). `max_difference_m` is how far distances differ at most (T1, not reached counts as the limit), or by how
much our limit must be moved to give the peer's sums (T2, T3). Peers but scipy live in .venv-peers (`make
bench-peers`). A peer that goes source by source and would take over a minute is sampled and marked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from engines import ENGINES, T1_M, T2_M, T3_M, Blockplan, Data

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PEERS_PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
TASKS = ("T1", "T2", "T3")
OWN_TASKS = (
    "one pass", "first answer", "T2 of 20 kinds", "T3 on two cores", "T3 again", "one entrance", "one street",
)  # fmt: skip
#: Peers without a measure like ours.
UNLIKE = {
    "objectnat": "polygons and allocation on top of iduedu; none of T1 to T3",
    "cityseer": "assigns to street segments, not to nodes; not like for like",
}
PEERS = [name for name in ENGINES if name != "blockplan"]
#: A peer that has not answered after this long (s) is given up.
GIVEN_UP_S = 900
#: So much is shown of what a peer said when it failed.
SAID = 120
#: By how much (m) a limit is moved until our sums are the peer's.
MOVED_M = (0.0, 0.01, 0.1, 1.0, 10.0)


def main() -> None:
    arguments = parsed()
    data = synthetic(arguments.side) if arguments.synthetic else from_folder(arguments.folder)
    asked = questions(data, arguments)
    rows = measured(asked, arguments.tasks, arguments.peers)
    if arguments.markdown:
        done = []
        for row in rows:
            print(line(row), file=sys.stderr, flush=True)
            done.append(row)
        print(markdown(done, asked, arguments))
        return
    for row in rows:
        print(json.dumps(row) if arguments.json else line(row), flush=True)


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", help="folder with nodes.parquet and edges.parquet")
    parser.add_argument("--peers", default="", help="names with commas between them, or all")
    parser.add_argument("--tasks", default="", help="T1, T2, T3; without it those and the tasks of our own")
    parser.add_argument("--synthetic", action="store_true", help="a generated grid instead of a folder")
    parser.add_argument("--side", type=int, default=1000, help="nodes along a side of the grid (1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the sources (1)")
    parser.add_argument(
        "--entrances", type=int, help="T1: 4,000, or 1 %% of the nodes if that is less; grid 1 %%"
    )
    parser.add_argument("--facilities", type=int, help="T2: 8,000, or 2 %% of the nodes if less; grid 2 %%")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--markdown", action="store_true", help="a table for the docs")
    arguments = parser.parse_args(words)
    if bool(arguments.folder) == arguments.synthetic:
        parser.error("name a folder, or say --synthetic")
    arguments.peers = names(parser, arguments.peers, PEERS, UNLIKE)
    arguments.tasks = names(parser, arguments.tasks, TASKS, OWN_TASKS) or [*TASKS, *OWN_TASKS]
    return arguments


def names(parser: argparse.ArgumentParser, text: str, known: Any, others: Any) -> list[str]:
    """Names with commas between them, or all; pandana brings its precomputed form along."""
    if text == "all":
        return [*known, *others]
    found = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in found if name not in (*known, *others)]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are {', '.join((*known, *others))}")
    return [form for name in found for form in (name, f"{name}+precompute") if form in (*known, *others)]


def from_folder(folder: str) -> Data:
    from edge_table import read_edges

    from blockplan.errors import BlockplanError

    try:
        table = read_edges(folder).largest_part()
    except BlockplanError as error:
        raise SystemExit(f"{error}") from None
    return tidy(table.xy, table.start, table.end, table.length_m)


def synthetic(side: int) -> Data:
    """Streets 80 m apart, nodes moved by some 12 m, 15 % of the links taken out; the largest part."""
    from edge_table import EdgeTable

    random = np.random.default_rng(7)
    number = np.arange(side * side, dtype=np.int32).reshape(side, side)
    xy = np.stack(np.divmod(np.arange(side * side), side), axis=1) * 80.0 + random.normal(0, 12, (side**2, 2))
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = random.random(len(start)) > 0.15
    start, end = start[kept], end[kept]
    table = EdgeTable(xy, start, end, np.hypot(*(xy[start] - xy[end]).T)).largest_part()
    return tidy(table.xy, table.start, table.end, table.length_m)


def tidy(xy: Any, start: Any, end: Any, length_m: Any) -> Data:
    """Lengths in whole centimetres, no loops, of parallel edges the shortest: the same for every engine."""
    length_m = np.rint(length_m * 100) / 100
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((length_m, high, low))
    low, high, length_m = low[order], high[order], length_m[order]
    kept = low != high
    kept[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    nothing = np.empty(0)
    return Data(xy, low[kept], high[kept], length_m[kept], nothing, nothing, nothing, nothing)


def questions(data: Data, arguments: argparse.Namespace) -> Data:
    """The same table with entrances, facilities and values drawn by the seed."""
    random, size = np.random.default_rng(arguments.seed), len(data.xy)
    most = size if arguments.synthetic else 4000
    entrances = arguments.entrances or max(1, min(most, size // 100))
    facilities = arguments.facilities or max(1, min(2 * most, size // 50))
    data.entrances = random.choice(size, entrances, replace=False)
    data.facilities = random.choice(size, facilities, replace=False)
    data.weights = random.integers(1, 10, facilities).astype(float)
    data.values = random.integers(0, 10, size).astype(float)
    return data


def measured(data: Data, tasks: list[str], peers: list[str]) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        table, answer = Path(folder) / "data.npz", Path(folder) / "answer.npz"
        np.savez(table, **vars(data))
        ours = Ours(data)
        for task in tasks:
            for row, _ in run("blockplan", [task], table, answer):
                yield {"engine": "blockplan", **row, "max_difference_m": 0.0}
        for peer in peers:
            shared = [
                task for task in TASKS if task in tasks and (task, peer) != ("T1", "pandana+precompute")
            ]
            for row, (found, chosen) in run(peer, shared, table, answer):
                row["max_difference_m"] = None if found is None else ours.differs(row["task"], found, chosen)
                if chosen is not None and len(chosen) < ours.sources(row["task"]):
                    row["sampled"] = len(chosen)
                yield {"engine": peer, **row}


def run(engine: str, tasks: list[str], table: Path, answer: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """Rows of an engine in its own process, each with what was found; or rows that say why not."""
    python = sys.executable if engine in ("blockplan", "scipy") else str(PEERS_PYTHON)
    trouble = UNLIKE.get(engine)
    if trouble is None and not Path(python).exists():
        trouble = "not installed; call: make bench-peers"
    if trouble is None:
        call = [python, str(HERE / "engines.py"), engine, ",".join(tasks), str(table), str(answer)]
        try:
            done = subprocess.run(call, capture_output=True, text=True, timeout=GIVEN_UP_S, check=False)
        except subprocess.TimeoutExpired:
            trouble = f"no answer after {GIVEN_UP_S} s"
        else:
            if done.returncode:
                trouble = (done.stderr.strip().splitlines() or [f"left with {done.returncode}"])[-1][:SAID]
    if trouble is not None:
        if engine == "blockplan":
            raise SystemExit(trouble)
        figures = dict.fromkeys(("setup_cpu_s", "cpu_s", "wall_s", "peak_mb"))
        for task in tasks:
            yield {"task": task, **figures, "note": trouble}, (None, None)
        return
    with np.load(answer) as stored:
        for row in json.loads(str(stored["rows"])):
            found = [stored.get(key) for key in (row["task"], f"{row['task']} of")]
            yield {key: rounded(key, value) for key, value in row.items()}, found


def rounded(key: str, value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return round(value) if key == "peak_mb" else float(f"{value:.4g}")


class Ours:
    """Our answers, to hold the peers' against."""

    def __init__(self, data: Data) -> None:
        self.data, self.engine = data, Blockplan(data)

    def sources(self, task: str) -> int:
        """How many sources a task has."""
        return len(self.data.facilities if task == "T2" else self.data.xy)

    def differs(self, task: str, found: Any, chosen: Any) -> float | None:
        """Metres by which a peer differs; None where a limit moved by 10 m does not explain its sums."""
        if task == "T1":
            ours = np.nan_to_num(self.engine.t1(), nan=T1_M)
            return float(f"{np.abs(ours - np.nan_to_num(found, nan=T1_M)).max():.3g}")
        for metres in MOVED_M:
            low, high = (self.sums(task, chosen, step) for step in (-metres, metres))
            if ((low - 1e-6 <= found) & (found <= high + 1e-6)).all():
                return metres
        return None

    def sums(self, task: str, chosen: Any, moved_m: float) -> Any:
        """Our sums with the limit moved."""
        from blockplan.network.sums import GraphSources, sum_nodes, sum_sources

        data, graph = self.data, self.engine.graph
        if task == "T2":
            sources = GraphSources(data.facilities[chosen], data.weights[chosen])
            return sum_sources(graph, sources, (T2_M + moved_m) * 100)
        return sum_nodes(graph, data.values, (T3_M + moved_m) * 100, places=chosen)


def line(row: dict[str, Any]) -> str:
    said = f"{row['engine']:<19} {row['task']:<16}"
    if row["cpu_s"] is None:
        return f"{said} {row['note']}"
    said += f" {row['setup_cpu_s']:>9.4g} s set-up {row['cpu_s']:>10.4g} s CPU {row['wall_s']:>10.4g} s wall"
    said += f" {row['peak_mb']:>6} MB   {difference(row)}"
    return said + (f"   from a sample of {row['sampled']}" if "sampled" in row else "")


def difference(row: dict[str, Any]) -> str:
    if row["engine"] == "blockplan":
        return ""
    metres = row["max_difference_m"]
    return "over 10 m" if metres is None else "equal" if metres < 0.005 else f"{metres:g} m"


def short(number: float) -> str:
    """Three digits, written out."""
    if number >= 100:
        return f"{float(f'{number:.3g}'):,.0f}"
    return f"{number:.3g}" if number >= 0.001 else f"{number:.6f}"


def markdown(rows: list[dict[str, Any]], data: Data, arguments: argparse.Namespace) -> str:
    """The rows as a table, CPU beside ours, and what was measured on what."""
    ours = {row["task"]: row["cpu_s"] for row in rows if row["engine"] == "blockplan"}
    name = "a synthetic grid" if arguments.synthetic else f"`{Path(arguments.folder).resolve().name}`"
    said = [
        f"Measured on {name}: {len(data.xy):,} nodes, {len(data.start):,} edges; "
        f"{len(data.entrances):,} entrances, {len(data.facilities):,} facilities, seed {arguments.seed}.",
        "",
        "| engine | task | set-up, CPU s | CPU s | times ours | wall s | peak MB | differs |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        start = f"| {row['engine']} | {row['task']} |"
        if row["cpu_s"] is None:
            said.append(f"{start} {'| ' * 4}| {row['note']} |")
            continue
        mark = "~" if "sampled" in row else ""
        times = "" if row["engine"] == "blockplan" else mark + short(row["cpu_s"] / ours[row["task"]])
        seconds = [short(row["setup_cpu_s"]), mark + short(row["cpu_s"]), times, mark + short(row["wall_s"])]
        said.append(f"{start} {' | '.join(seconds)} | {row['peak_mb']} | {difference(row)} |")
    if {"T1", "one pass"} <= set(ours):
        said += ["", f"T1 takes as long as {ours['T1'] / ours['one pass']:.1f} passes over all edges."]
    return "\n".join(said)


if __name__ == "__main__":
    main()
