"""
Land use on generated towns: what is reached, what is proved, and what it costs.

    python benchmarks/landuse.py                    300, 1,000, 2,000 and 5,000 parcels, to a gap of 1 %
    python benchmarks/landuse.py --sizes 300,1000   some of them
    python benchmarks/landuse.py --peers pymoo      ... beside NSGA-II of pymoo (`make bench-peers`)
    python benchmarks/landuse.py --json             one object a line
    python benchmarks/landuse.py --write            writes the table of docs/propose-landuse.md, too

All towns are synthetic; `--synthetic` says so and changes nothing. CPU seconds are user + system: `problem_s`
from the plan to the data of the program, `cpu_s` of the search itself, compiled code loaded. NSGA-II gets the
CPU seconds that a town of that size is allowed (10, 25, 60; it is not asked about 5,000), whatever ours took;
where it never meets every demand, `peer_short` says by how much it misses them, in parts of what is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from landuse_town import TERMS, a_town

from blockplan.check import check
from blockplan.propose.landuse.allocation import landuse_problem
from blockplan.propose.landuse.problem import fits, parts
from blockplan.propose.landuse.search import solve
from blockplan.propose.landuse.terms import terms_of
from blockplan.propose.sites import gap
from blockplan.propose.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.propose.landuse.problem import Problem
    from blockplan.propose.landuse.search import FoundUses

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
PAGE = HERE.parent / "docs" / "propose-landuse.md"
#: Parcels -> CPU seconds that the town is allowed; None where only the gap is asked for.
SIZES: dict[int, int | None] = {300: 10, 1_000: 25, 2_000: 60, 5_000: None}
GAP = 0.01
BEGIN, END = "<!-- measured: written by benchmarks/landuse.py -->", "<!-- end of measured -->"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--synthetic", action="store_true", help="generated towns (there are no others)")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="parcels, with commas between")
    parser.add_argument("--seed", type=int, default=0, help="of town and search (default 0)")
    parser.add_argument("--gap", type=float, default=GAP, help="gap that is good enough (default 0.01)")
    parser.add_argument("--seconds", type=float, default=600, help="most wall seconds a town (default 600)")
    parser.add_argument("--peers", default="", choices=["", "pymoo", "all"], help="pymoo")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--write", action="store_true", help="write the table of docs/propose-landuse.md")
    arguments = parser.parse_args()
    one_town(60, arguments, "")  # loads the compiled code
    rows = []
    for size in map(int, arguments.sizes.split(",")):
        row = one_town(size, arguments, arguments.peers)
        rows.append(row)
        print(json.dumps(row) if arguments.json else line(row), flush=True)
    if arguments.write:
        write(rows)


def one_town(size: int, arguments: argparse.Namespace, peers: str) -> dict[str, Any]:
    plan = a_town(size, arguments.seed)
    before = check(plan)
    began = time.process_time()
    land = landuse_problem(plan, before, terms_of(TERMS))
    made = time.process_time()
    found = solve(land.problem, Stop(seconds=arguments.seconds, gap=arguments.gap), arguments.seed)
    if found is None:
        sys.exit(f"{size} parcels: nothing was found in {arguments.seconds:g} s; give more --seconds")
    row = {
        "instance": f"town-{size}-seed{arguments.seed}",
        "parcels": len(land.problem.ids),
        "parcels_with_choice": int(land.problem.free.sum()),
        "objective": found.objective,
        "bound": found.bound,
        "gap": gap(found.objective, found.bound),
        "proved": gap(found.objective, found.bound) <= 1e-9,
        "demands_met": fits(land.problem, found.chosen),
        "unmet": dict(found.missed),
        "parts": parts(land.problem, found.chosen),
        "problem_s": round(made - began, 2),
        "cpu_s": round(time.process_time() - made, 2),
        "ended": found.ended,
    }
    allowed = SIZES.get(size)
    return row | (beside(land.problem, found, allowed) if peers and allowed else {})


def beside(problem: Problem, found: FoundUses, seconds: float) -> dict[str, Any]:
    """NSGA-II on the same arrays, in a process of its own."""
    if not PEERS_PYTHON.exists():
        return {"peer": "pymoo", "trouble": "not installed; call: make bench-peers"}
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "problem.npz", Path(folder) / "out.json"
        np.savez(file, **arrays(problem), ours=found.chosen)
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        call = [str(PEERS_PYTHON), str(HERE / "landuse_peer.py"), str(file), str(out), str(seconds)]
        ran = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            return {"peer": "pymoo", "trouble": ran.stderr.strip().splitlines()[-1:]}
        told = json.loads(out.read_text(encoding="utf-8"))
    if abs(told["check"] - found.objective) > 1e-6 * abs(found.objective) or told["check_short"] > 1e-6:
        sys.exit(f"the peer scores our answer {told['check']} and not {found.objective}: the arrays differ")
    return {
        "peer": "pymoo NSGA-II",
        "peer_objective": told["objective"],
        "peer_short": told["short"],
        "peer_worse": 1 - told["objective"] / found.objective,
        "peer_scored": told["scored"],
        "peer_cpu_s": told["cpu_s"],
    }


def arrays(problem: Problem) -> dict[str, np.ndarray]:
    """A problem as plain arrays, for a process without Blockplan."""
    facing, covers, demands = problem.facing, problem.covers, problem.demands
    near = {}
    for number, cover in enumerate(covers):
        near[f"near{number}_indices"], near[f"near{number}_indptr"] = cover.near.indices, cover.near.indptr
    return near | {
        "area_ha": problem.area_ha,
        "allowed": problem.allowed,
        "today": problem.today,
        "linear": problem.linear(),
        "group": problem.group.astype(float),
        "one": facing.one,
        "other": facing.other,
        "km": facing.km,
        "bonus": facing.bonus,
        "alone": facing.alone,
        "clash_one": np.array([clash.one for clash in facing.clashes], dtype=float),
        "clash_other": np.array([clash.other for clash in facing.clashes], dtype=float),
        "clash_cost": np.array([clash.ha_per_km for clash in facing.clashes]),
        "amount": np.array([demand.amount for demand in demands]),
        "low": np.array([demand.low for demand in demands]),
        "high": np.array([demand.high for demand in demands]),
        "scale": np.array([demand.scale for demand in demands]),
        "needs": np.array([cover.needs for cover in covers]),
        "gives": np.array([cover.gives for cover in covers]),
        "people": np.array([cover.people for cover in covers]),
        "beyond": np.array([cover.beyond for cover in covers]),
    }


def line(row: dict[str, Any]) -> str:
    said = (
        f"{row['instance']:<18} {row['objective']:>10,.1f} ha  gap {row['gap']:.2%}  "
        f"problem {row['problem_s']:>5.1f} s  search {row['cpu_s']:>6.1f} s CPU"
    )
    if "trouble" in row:
        return f"{said}  pymoo: {row['trouble']}"
    if "peer" in row:
        said += f"  NSGA-II {row['peer_objective']:,.1f} ha, {row['peer_cpu_s']:.0f} s"
        said += f", short {row['peer_short']:.2f}"
    return said if row["demands_met"] else f"{said}  unmet {row['unmet']}"


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores"
    yield f"{machine}, load average {os.getloadavg()[1]:.1f} when it ended."
    yield ""
    yield (
        "| parcels | with a choice | reached, ha | bound, ha | gap | CPU s for the problem | CPU s to search "
        "| NSGA-II, ha | its demands missed by | its CPU s |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for row in rows:
        peer = ("", "", "")
        if "peer_objective" in row:
            peer = (f"{row['peer_objective']:,.1f}", f"{row['peer_short']:.2f}", f"{row['peer_cpu_s']:.0f}")
        size, choice = f"{row['parcels']:,}", f"{row['parcels_with_choice']:,}"
        reached, bound = f"{row['objective']:,.1f}", f"{row['bound']:,.1f}"
        spent = f"{row['problem_s']:.1f}", f"{row['cpu_s']:.1f}"
        cells = (size, choice, reached, bound, f"{row['gap']:.2%}", *spent, *peer)
        yield "| " + " | ".join(cells) + " |"


def write(rows: list[dict[str, Any]]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    PAGE.write_text(f"{head}{BEGIN}\n" + "\n".join(table(rows)) + f"\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
