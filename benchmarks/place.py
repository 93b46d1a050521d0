"""
How long it takes to say what a plan says of each of its parcels.

    python benchmarks/place.py             a table
    python benchmarks/place.py --json      one object a line: task, parcels, cpu_s, each_ms
    python benchmarks/place.py --synthetic    the generated plan only (the reference plan is left out)

CPU seconds are user + system, on a fresh plan that has been judged; the second of two runs counts, so that
loading code is left out. Neighbours, land take and distances are found once for all parcels; "records"
makes every parcel's record and its JSON, "locator maps" a small map of each of 200 parcels.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic import a_full_plan

import blockplan as bp
from blockplan.measure.inputs.neighbours import neighbours
from blockplan.report.public.landtake import land_takes
from blockplan.report.public.locator import Locator
from blockplan.report.public.nearby import nearby
from blockplan.report.public.place import PlanPlaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan

REFERENCE = Path(__file__).parents[1] / "examples" / "demonstration-zone"
FULL = 20_000
MAPS = 200


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--synthetic", action="store_true", help="leave the reference plan out")
    arguments = parser.parse_args()
    for row in rows(synthetic_only=arguments.synthetic):
        print(json.dumps(row) if arguments.json else line(row), flush=True)


def rows(*, synthetic_only: bool) -> Iterator[dict[str, Any]]:
    if not synthetic_only:
        yield from of_plan("reference plan", bp.read(REFERENCE))
    yield from of_plan("generated plan", a_full_plan(FULL))


def of_plan(name: str, plan: Plan) -> Iterator[dict[str, Any]]:
    result = bp.check(plan)
    run(plan.replace(), result)
    count = len(plan.layer("parcels"))
    for task, seconds in run(plan.replace(), result).items():
        done = min(count, MAPS) if task == "locator maps" else count
        each_ms = round(seconds / done * 1000, 3)
        yield {"task": f"{task}, {name}", "parcels": done, "cpu_s": round(seconds, 3), "each_ms": each_ms}


def run(plan: Plan, result: CheckResult) -> dict[str, float]:
    """CPU seconds of each step; later steps find what earlier ones left in the plan."""
    steps: dict[str, Callable[[], Any]] = {
        "neighbours": lambda: neighbours(plan),
        "land take": lambda: land_takes(plan),
        "nearby": lambda: nearby(plan),
        "records": lambda: [one.to_dict("zh") for one in PlanPlaces(plan, result).parcels()],
        "locator maps": lambda: maps(plan),
    }
    seconds = {}
    for task, call in steps.items():
        began = time.process_time()
        call()
        seconds[task] = time.process_time() - began
    return seconds


def maps(plan: Plan) -> None:
    """A small map of each of so many parcels as there are, `MAPS` at most."""
    locator = Locator(plan, "zh")
    for id_ in plan.layer("parcels").index[:MAPS]:
        locator.picture("parcel", id_)


def line(row: dict[str, Any]) -> str:
    return (
        f"{row['task']:34} {row['parcels']:>7,} parcels {row['cpu_s']:>8.3f} CPU s {row['each_ms']:>8.3f} ms"
    )


if __name__ == "__main__":
    main()
