"""
How long an edit takes until every verdict stands, beside a full check of the same plan.

    python benchmarks/live.py                  a table: the reference plan
    python benchmarks/live.py --json           one object a line
    python benchmarks/live.py --sizes 500 5000 50000    invented plans of so many parcels besides
    python benchmarks/live.py --full 20000     an invented plan with all layers, five buildings a parcel
    python benchmarks/live.py --all            by every pack instead of the plan's own
    python benchmarks/live.py --packs zone tod by these packs

Edits are of four kinds in turn: a value that one rule reads, a land use, residents, a vertex. The 95th
percentile of milliseconds from the edit to all verdicts is printed, that of the CPU beside it and for each
kind, the share of edits whose CPU is above our aim, and what `validate` and `check` of the edited plan take
afresh, and the memory of the plan alone, before anything is measured, beside that of the session after its
edits (what the process has beyond its programs). The load of the machine stands beside: what else runs
makes wall times longer. The invented geometry means nothing but its size. What was let go of stays with the
process, so memory is told of the first plan alone.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from synthetic import a_full_plan, a_synthetic_plan

import blockplan as bp
from blockplan.check import available_packs, check
from blockplan.live import EditError, MoveVertex, SetValue, live
from blockplan.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.live import Edit

#: What 95 % of the edits are to keep, on most plans and on large ones.
GOAL_MS, GOAL_LARGE_MS, LARGE_FROM = 100, 300, 10_000
KINDS = ("beds", "land use", "residents", "vertex")
REFERENCE = Path(__file__).parents[1] / "examples" / "demonstration-zone"


def main() -> None:
    """Print a row a plan."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--all", action="store_true", help="judge by every pack")
    parser.add_argument("--packs", nargs="+", help="judge by these packs")
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="parcels of invented plans")
    parser.add_argument("--full", type=int, nargs="*", default=[], help="parcels of plans with all layers")
    parser.add_argument("--edits", type=int, default=40, help="edits of each plan (default 40)")
    asked = parser.parse_args()
    packs = sorted(available_packs()) if asked.all else asked.packs
    plans: list[tuple[str, Callable[[], Plan]]] = [("reference plan", lambda: bp.read(REFERENCE, "b"))]
    plans += [(f"{size} parcels", lambda size=size: a_synthetic_plan(size)) for size in asked.sizes]
    plans += [(f"{size} parcels, all layers", lambda size=size: a_full_plan(size)) for size in asked.full]
    for number, (name, make) in enumerate(plans):
        row = measured(name, make, packs or ["zone"], asked.edits)
        if number:
            row |= {"plan_mb": None, "session_mb": None}
        print(json.dumps(row) if asked.json else "  ".join(f"{key} {value}" for key, value in row.items()))


def measured(name: str, make: Callable[[], Plan], packs: list[str], count: int) -> dict[str, Any]:
    """One plan: percentiles of edits, and a full check of what came of them."""
    empty_mb = memory_mb()
    plan = make()
    plan_mb = memory_mb() - empty_mb
    began = time.perf_counter()
    session = live(plan, packs)
    begun_s = time.perf_counter() - began
    took: list[float] = []
    used: list[float] = []
    kinds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(count):
        edit = an_edit(session.plan, number)
        began, before = time.perf_counter(), time.process_time()
        try:
            session.apply([edit])
        except EditError:
            continue
        took.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - before) * 1000)
        kinds[KINDS[number % len(KINDS)]].append(used[-1])
    session_mb = memory_mb() - empty_mb
    goal_ms = GOAL_MS if len(plan.layer("parcels")) <= LARGE_FROM else GOAL_LARGE_MS
    anew = Plan(session.plan.manifest, session.plan.layers, tidied_already=session.plan.layers)
    began = time.perf_counter()
    check(anew, packs)
    full_ms = (time.perf_counter() - began) * 1000
    return {
        "plan": name,
        "packs": len(packs),
        "edits": len(took),
        "p50_ms": round(float(np.percentile(took, 50)), 1),
        "p95_ms": round(float(np.percentile(took, 95)), 1),
        "p95_cpu_ms": round(float(np.percentile(used, 95)), 1),
        "goal_ms": goal_ms,
        "above_goal": round(float(np.mean(np.array(used) > goal_ms)), 3),
        "p95_cpu_ms_by_kind": {
            kind: round(float(np.percentile(each, 95)), 1) for kind, each in kinds.items() if each
        },
        "full_check_ms": round(full_ms, 1),
        "begin_s": round(begun_s, 2),
        "plan_mb": round(plan_mb),
        "session_mb": round(session_mb),
        "load": round(os.getloadavg()[0], 1),
    }


def memory_mb() -> float:
    """What the process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def an_edit(plan: Plan, number: int) -> Edit:
    """Edits of four kinds in turn, at parcels spread over the plan."""
    parcels, facilities = plan.layer("parcels"), plan.layer("facilities")
    id_ = str(parcels.index[(number * 37) % len(parcels)])
    kind = number % 4
    if kind == 0 and len(facilities):
        one = str(facilities.index[number % len(facilities)])
        return SetValue(layer="facilities", id=one, column="beds", value=100 + number)
    if kind == 1:
        return SetValue(
            layer="parcels", id=id_, column="land_use", value=("0701", "1401", "0902")[number % 3]
        )
    if kind == 2:
        return SetValue(layer="parcels", id=id_, column="residents", value=100 + number)
    x, y = shapely.get_coordinates(parcels.geometry.loc[id_])[0].tolist()
    return MoveVertex(at=(x, y), to=(x + 0.5, y + 0.3))


if __name__ == "__main__":
    main()
