"""
Our goals for reach, each beside what one run measures: which are met, and which are not.

    python benchmarks/access_goals.py DATA    DATA/moscow-roads and DATA/porto-alegre, and a generated grid
    ... --only city,district,transit,grid     only these; the other rows say "not measured"
    ... --json: one object a line; --write: into the table of docs/network.md

A goal is a share of what a peer takes for the same question in the same run (CPU seconds, warm, see
access.py and transit.py), or seconds and megabytes of ours. The peers live in .venv-peers (`make
bench-peers`); without them the rows that need one are "not measured".
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import transit
from access import OWN_TASKS, TASKS, from_folder, measured, parsed, questions, short, synthetic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engines import Data

PAGE = Path(__file__).parents[1] / "docs" / "network.md"
BENCHES = ("city", "district", "transit", "grid")
#: A day on which the feeds of the district run.
DAY = "2019-05-13"
PRECOMPUTED = "pandana+precompute"
#: Shares above this are not written as one over a number.
TOLD_AS_SHARE = 0.8

#: (bench, engine, task) -> its row.
Rows = dict[tuple[str, str, str], dict[str, Any]]


@dataclass(frozen=True)
class Goal:
    """
    One line of the table.

    Attributes
    ----------
    measure
        What is measured.
    beside
        What it is held against; nothing where the goal is a number of its own.
    value
        From the rows; a KeyError or TypeError where one is not there.
    goal, stretch
        At most so much (at least, where `more` is better).
    unit
        Of the value; "1/x" is a share, written as one over a number.
    """

    measure: str
    beside: str
    value: Callable[[Rows], float]
    goal: float
    stretch: float | None = None
    unit: str = "1/x"
    more: bool = False

    def met(self, value: float) -> str:
        """Which of the two is met."""
        for name, limit in (("stretch", self.stretch), ("goal", self.goal)):
            if limit is not None and (value >= limit if self.more else value <= limit):
                return name
        return "no"


def cpu(rows: Rows, bench: str, engine: str, task: str, *, setup: bool = False) -> float:
    row = rows[bench, engine, task]
    return float(row["cpu_s"] + (row["setup_cpu_s"] if setup else 0.0))


def ours(task: str, bench: str = "city", *, setup: bool = False) -> Callable[[Rows], float]:
    return lambda rows: cpu(rows, bench, "blockplan", task, setup=setup)


def share(mine: Callable[[Rows], float], bench: str, engine: str, task: str, *, setup: bool = False) -> Any:
    return lambda rows: mine(rows) / cpu(rows, bench, engine, task, setup=setup)


def memory(rows: Rows) -> float:
    return float(
        rows["city", "blockplan", "T3 again"]["peak_mb"] / rows["city", PRECOMPUTED, "T3"]["peak_mb"]
    )


def both_cores(rows: Rows) -> float:
    """How many times as fast T3 is on two cores, by the wall."""
    return float(
        rows["city", "blockplan", "T3"]["wall_s"] / rows["city", "blockplan", "T3 on two cores"]["wall_s"]
    )


def grid_peak(rows: Rows) -> float:
    """The highest memory of the grid."""
    return float(max(rows["grid", "blockplan", task]["peak_mb"] for task in ("T1", "T3")))


GOALS = (
    Goal("T1", "scipy", share(ours("T1"), "city", "scipy", "T1"), 1 / 4),
    Goal("T1", "pandana", share(ours("T1"), "city", "pandana", "T1"), 1 / 30),
    Goal("T1", "IduEdu", share(ours("T1"), "city", "iduedu", "T1"), 1 / 25),
    Goal("T1", "one pass over all edges", share(ours("T1"), "city", "blockplan", "one pass"), 8, 3, "passes"),
    Goal("edge table to first T1 answer", "", ours("first answer"), 1.0, 0.3, "s"),
    Goal(
        "edge table to first T1 answer", "pandana: set-up and T1",
        share(ours("first answer"), "city", "pandana", "T1", setup=True), 1 / 20,
    ),
    Goal("T2", "pandana after its precompute", share(ours("T2"), "city", PRECOMPUTED, "T2"), 1 / 2, 1 / 4),
    Goal(
        "T3 once, set-up counted", "pandana: set-up and T3",
        share(ours("T3", setup=True), "city", "pandana", "T3", setup=True), 1 / 6, 1 / 10,
    ),
    Goal(
        "T3 once, set-up counted", "pandana: set-up, precompute and T3",
        share(ours("T3", setup=True), "city", PRECOMPUTED, "T3", setup=True), 1 / 4, 1 / 10,
    ),
    Goal(
        "T3 again with new values", "pandana's cache",
        share(ours("T3 again"), "city", PRECOMPUTED, "T3"), 1, 1 / 2,
    ),
    Goal("memory of T3 again", "pandana's cache", memory, 1 / 2),
    Goal(
        "add or remove an entrance", "scipy's T1",
        share(ours("one entrance"), "city", "scipy", "T1"), 1 / 1000, 1 / 5000,
    ),
    Goal(
        "change a street of a district", "pandana: set-up and T1",
        share(ours("one street", "district"), "district", "pandana", "T1", setup=True), 1 / 500, 1 / 1000,
    ),
    Goal(
        "transit matrix, 1,227 hexagons, 60 min", "IduEdu",
        share(ours("transit matrix", "transit"), "transit", "iduedu", "transit matrix"), 1 / 50, 1 / 80,
    ),
    Goal("T1 of a million nodes", "", ours("T1", "grid"), 0.1, None, "s"),
    Goal("T3 of a million nodes", "", ours("T3", "grid"), 12, 6, "s"),
    Goal("memory of a million nodes", "", grid_peak, 600, None, "MB"),
    Goal("T3 on two cores", "one core, wall seconds", both_cores, 1, 1.7, "times", more=True),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="folder with moscow-roads and porto-alegre")
    parser.add_argument("--only", default=",".join(BENCHES), help=f"some of {','.join(BENCHES)}")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--write", action="store_true", help="into the table of docs/network.md")
    arguments = parser.parse_args()
    chosen = [name.strip() for name in arguments.only.split(",")]
    if unknown := [name for name in chosen if name not in BENCHES]:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(BENCHES)}")
    rows: Rows = {}
    for bench in chosen:
        for row in RUNS[bench](Path(arguments.data)):
            rows[bench, row["engine"], row["task"]] = row
            print(f"{bench}: {json.dumps(row)}", file=sys.stderr, flush=True)
    lines = [judged(goal, rows) for goal in GOALS]
    if arguments.json:
        print("\n".join(json.dumps(line) for line in lines))
    else:
        print(markdown(lines))
    if arguments.write:
        write(markdown(lines))


def city(data: Path) -> Iterator[dict[str, Any]]:
    table = asked(from_folder(str(data / "moscow-roads")))
    yield from measured(table, [*TASKS, *OWN_TASKS], [])
    yield from peers(table, ["T1"], ["scipy", "iduedu"])
    yield from peers(table, ["T1", "T3"], ["pandana"])
    yield from peers(table, ["T2", "T3"], [PRECOMPUTED])


def district(data: Path) -> Iterator[dict[str, Any]]:
    """The walking network of the transit feeds' city, as nodes and edges."""
    import pyarrow as pa
    from pyarrow import parquet

    with tempfile.TemporaryDirectory() as place:
        transit.hand_over(data / "porto-alegre", Path(place) / "streets.npz")
        with np.load(Path(place) / "streets.npz") as streets:
            x, y = streets["xy"].T
            tables = {
                "nodes": {"x": x, "y": y},
                "edges": {"u": streets["start"], "v": streets["end"], "length_m": streets["length_m"]},
            }
            for name, columns in tables.items():
                parquet.write_table(pa.table(columns), Path(place) / f"{name}.parquet")
        table = asked(from_folder(place))
    yield from measured(table, ["T1", "one street"], [])
    yield from peers(table, ["T1"], ["pandana"])


def on_transit(data: Path) -> Iterator[dict[str, Any]]:
    return transit.rows(data / "porto-alegre", DAY, peers=True)


def grid(_data: Path) -> Iterator[dict[str, Any]]:
    return measured(asked(synthetic(1000), "--synthetic"), ["T1", "T3"], [])


RUNS: dict[str, Callable[[Path], Iterator[dict[str, Any]]]] = {
    "city": city, "district": district, "transit": on_transit, "grid": grid,
}  # fmt: skip


def asked(table: Data, source: str = "folder") -> Data:
    """The table with its questions, by the defaults of access.py."""
    return questions(table, parsed([source]))


def peers(table: Data, tasks: list[str], names: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of peers alone; ours were measured before."""
    return (row for row in measured(table, tasks, names) if row["engine"] != "blockplan")


def judged(goal: Goal, rows: Rows) -> dict[str, Any]:
    try:
        value = float(f"{goal.value(rows):.3g}")
    except (KeyError, TypeError):  # not run, or a peer without an answer
        value = None
    return {
        "measure": goal.measure,
        "beside": goal.beside,
        "unit": "1" if goal.unit == "1/x" else goal.unit,
        "goal": said(goal, goal.goal),
        "stretch": said(goal, goal.stretch),
        "value": value,
        "said": said(goal, value, bare=True),
        "met": "not measured" if value is None else goal.met(value),
    }


def said(goal: Goal, number: float | None, *, bare: bool = False) -> str:
    if number is None:
        return ""
    sign = "" if bare else "at least " if goal.more else "at most "
    if goal.unit != "1/x":
        return f"{sign}{number:.3g} {goal.unit}"
    return f"{sign}{number:.3g}" if number > TOLD_AS_SHARE else f"{sign}1/{short(1 / number)}"


def markdown(lines: list[dict[str, Any]]) -> str:
    load = f", load average {os.getloadavg()[0]:.1f} when it ended" if hasattr(os, "getloadavg") else ""
    table = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores{load}.",
        "",
        "| measure | beside | goal | stretch | measured | met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    keys = ("measure", "beside", "goal", "stretch", "said", "met")
    return "\n".join([*table, *("| " + " | ".join(line[key] for key in keys) + " |" for line in lines)])


def write(table: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- goals: written by benchmarks/access_goals.py -->", "<!-- end of goals -->"
    before, _, rest = text.partition(begin)
    PAGE.write_text(f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
