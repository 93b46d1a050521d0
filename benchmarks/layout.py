"""
Parcel layout: score, legality, bound and gap of our plans and of published ones, and a picture of each.

    python benchmarks/layout.py FOLDER         cases of the community benchmark (NAME_initial.geojson,
                                               NAME_objectives.yaml, NAME_plan_*.geojson)
    python benchmarks/layout.py --synthetic    an invented community
    python benchmarks/layout.py ... --json     one object a line

Every seed is a process of its own, timed as a whole; the first seed is drawn twice and compared. Pictures
and plans go to build/layout. CPU seconds are user + system of that process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.exchange.community import read_community, read_objectives, write_community
from blockplan.propose.layout_indicators import indicators
from blockplan.propose.layout_legal import illegal
from blockplan.propose.layout_score import score

sys.path.insert(0, str(Path(__file__).parent))
from layout_picture import write_picture
from synthetic_community import community, objectives_text

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT = Path("build/layout")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, help="folder with NAME_initial.geojson and so on")
    parser.add_argument("--synthetic", action="store_true", help="an invented community")
    parser.add_argument("--cases", nargs="*", help="only these cases")
    parser.add_argument("--seconds", type=float, default=120, help="most wall seconds a plan (default 120)")
    parser.add_argument("--seeds", type=int, default=5, help="seeds 1 to this (default 5)")
    parser.add_argument("--out", type=Path, default=OUT, help=f"folder of plans and pictures (default {OUT})")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args()
    if arguments.folder is None and not arguments.synthetic:
        parser.error("name a folder with NAME_initial.geojson, or --synthetic")
    if arguments.synthetic:
        arguments.folder = invented(arguments.out / "synthetic")
    for row in rows(arguments):
        print(json.dumps(row) if arguments.json else line(row), flush=True)


def invented(folder: Path) -> Path:
    """A folder with one invented case."""
    folder.mkdir(parents=True, exist_ok=True)
    initial, aims = community()
    write_community(initial, folder / "synthetic_initial.geojson")
    (folder / "synthetic_objectives.yaml").write_text(objectives_text(aims), encoding="utf-8")
    return folder


def rows(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for path in sorted(arguments.folder.glob("*_initial.geojson")):
        case = path.name.removesuffix("_initial.geojson")
        if arguments.cases and case not in arguments.cases:
            continue
        for plan in sorted(arguments.folder.glob(f"{case}_plan_*.geojson")):
            yield {"case": case, "plan": plan.stem.removeprefix(f"{case}_plan_")} | told(
                arguments, case, plan
            )
        found = []
        for seed in range(1, arguments.seeds + 1):
            row = ours(arguments, case, seed, f"{case}_seed_{seed}.geojson")
            if seed == 1:
                second = ours(arguments, case, seed, f"{case}_seed_1_again.geojson")
                row["twice_equal"] = bool(row["plan_bytes"] == second["plan_bytes"])
            del row["plan_bytes"]
            found.append(row)
            yield row
        if found:
            totals = [row["land_use"] for row in found]
            yield {
                "case": case,
                "plan": f"mean of {len(found)} seeds",
                "land_use": float(np.mean(totals)),
                "sd": float(np.std(totals)),
                "least": float(np.min(totals)),
                "legal": all(row["legal"] for row in found),
            }


def ours(arguments: argparse.Namespace, case: str, seed: int, name: str) -> dict[str, Any]:
    """One plan of ours, by the command that anyone calls."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / name
    files = [str(arguments.folder / f"{case}_{end}") for end in ("initial.geojson", "objectives.yaml")]
    call = [sys.executable, "-c", "from blockplan.cli import main; main()", "propose", "layout", *files]
    call += ["--out", str(path), "--seed", str(seed), "--seconds", str(arguments.seconds), "--json"]
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode:
        sys.exit(done.stderr)
    document = json.loads(done.stdout)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return (
        {"case": case, "plan": f"seed {seed}"}
        | told(arguments, case, path)
        | {key: document[key] for key in ("bound", "gap", "ended")}
        | {"wall_s": round(time.perf_counter() - began, 1), "cpu_s": round(cpu, 1)}
        | {"plan_bytes": path.read_bytes()}
    )


def told(arguments: argparse.Namespace, case: str, path: Path) -> dict[str, Any]:
    """Score, breaches and indicators of a plan, from its file alone; and its picture."""
    initial = read_community(arguments.folder / f"{case}_initial.geojson")
    aims = read_objectives(arguments.folder / f"{case}_objectives.yaml")
    plan = read_community(path)
    result, breaches = score(plan, aims), illegal(plan, initial, aims)
    write_picture(plan, initial, f"{path.stem}: {result.total:.3f}", arguments.out / f"{path.stem}.svg")
    keys = ("total", "land_use", "service", "coverage", "dispersion", "ecology", "traffic", "coverage_area")
    return (
        {key: getattr(result, key) for key in keys}
        | {"residential": result.residential, "legal": not breaches, "breaches": len(breaches)}
        | indicators(plan, initial).to_dict()
    )


def line(row: dict[str, Any]) -> str:
    """A row for people."""
    if "sd" in row:
        return (
            f"{row['case']:<10}{row['plan']:<20}land use {row['land_use']:.4f}  sd {row['sd']:.4f}  "
            f"least {row['least']:.4f}  {'all legal' if row['legal'] else 'NOT ALL LEGAL'}"
        )
    said = (
        f"{row['case']:<10}{row['plan']:<20}{row['total']:.4f}  land use {row['land_use']:.4f}  "
        f"cov {row['coverage']:.3f}  by area {row['coverage_area']:.3f}  "
        f"streets {row['coverage_streets'] or 0:.3f}  "
        f"eco {row['ecology']:.3f}  green {row['green_share']:.3f}  "
        + ("legal" if row["legal"] else f"{row['breaches']} breaches")
    )
    if "gap" in row:
        said += f"  bound {row['bound']:.3f}  gap {row['gap']:.1%}"
        said += f"  {row['wall_s']} s ({row['cpu_s']} CPU s)  {row['ended']}"
    if "twice_equal" in row:
        said += "  twice the same" if row["twice_equal"] else "  TWICE NOT THE SAME"
    return said


if __name__ == "__main__":
    main()
