"""
Parcel layout: score, legality, shape, bound and gap of our plans and of published ones, and pictures of all.

    python benchmarks/layout.py FOLDER         cases of the community benchmark (NAME_initial.geojson,
                                               NAME_objectives.yaml, NAME_plan_*.geojson)
    python benchmarks/layout.py --synthetic    an invented community
    python benchmarks/layout.py ... --json     one object a line

Every seed is a process of its own, timed as a whole; the first seed is drawn twice and compared. Plans go to
build/layout, and pictures of each plan beside the best published one. Where FOLDER has a README.md with a
table of reference scores, each published plan's score is compared with it. The run ends with exit code 1 if
a plan of ours is not legal, or if two plans of one seed differ though neither search was hurried; a search
that a busy machine hurries says `limit` and may give another plan, so it is not compared.

CPU seconds are user + system and the peak of memory is the resident set of that process; `load` is how many
processes wanted a core in the minute before.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.exchange.community import read_community, read_objectives, write_community
from blockplan.propose.layout.score.legal import illegal
from blockplan.propose.layout.score.score import score

sys.path.insert(0, str(Path(__file__).parent))
from layout_indicators import indicators
from layout_picture import Panel, write_picture
from layout_shape import shapes_of
from layout_table import HEAD, line
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
    if not arguments.json:
        print(HEAD)
    wrong = False
    for row in rows(arguments):
        print(json.dumps(row) if arguments.json else line(row), flush=True)
        wrong |= "seed" in row and (not row["legal"] or row.get("twice_equal") is False)
    sys.exit(int(wrong))


def invented(folder: Path) -> Path:
    """A folder with one invented case."""
    folder.mkdir(parents=True, exist_ok=True)
    initial, aims = community()
    write_community(initial, folder / "synthetic_initial.geojson")
    (folder / "synthetic_objectives.yaml").write_text(objectives_text(aims), encoding="utf-8")
    return folder


def rows(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Published plans, ours by seed, and what our seeds have in common, case by case."""
    cases = sorted(path.name.removesuffix("_initial.geojson") for path in _initials(arguments.folder))
    for case in cases:
        if arguments.cases and case not in arguments.cases:
            continue
        published = list(published_of(arguments, case))
        yield from published
        best = max(published, key=lambda row: row["total"], default=None)
        found = []
        for seed in range(1, arguments.seeds + 1):
            found.append(ours(arguments, case, seed))
            draw(arguments, case, found[-1], best)
            yield found[-1]
        if found:
            yield together(case, found, best)


def _initials(folder: Path) -> list[Path]:
    found = list(folder.glob("*_initial.geojson"))
    if not found:
        sys.exit(f"{folder} has no NAME_initial.geojson. Name the folder of the community benchmark.")
    return found


def published_of(arguments: argparse.Namespace, case: str) -> Iterator[dict[str, Any]]:
    """Score, breaches and shape of the published plans of a case, and the difference from their reference."""
    known = references(arguments.folder / "README.md")
    for path in sorted(arguments.folder.glob(f"{case}_plan_*.geojson")):
        row = {"case": case, "plan": path.stem.removeprefix(f"{case}_plan_")} | told(arguments, case, path)
        if path.stem in known:
            row["off_reference"] = row["total"] - known[path.stem]
        yield row


def references(page: Path) -> dict[str, float]:
    """Plan -> its reference score, from the first table of a page that has both."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    return {
        name: float(total) for name, total in re.findall(r"^\| (\w+_plan_\w+) \| ([\d.]+) \|", text, re.M)
    }


def ours(arguments: argparse.Namespace, case: str, seed: int) -> dict[str, Any]:
    """A plan of ours by the command that anyone calls; the first seed is drawn twice."""
    path = arguments.out / f"{case}_seed_{seed}.geojson"
    spent = called(arguments, case, seed, path)
    row = {"case": case, "plan": f"seed {seed}", "seed": seed} | told(arguments, case, path) | spent
    if seed == 1:
        again = path.with_name(f"{path.stem}_again.geojson")
        row["ended_again"] = called(arguments, case, seed, again)["ended"]
        row["twice_equal"] = twice_equal(path, again, {row["ended"], row["ended_again"]})
    return row


def twice_equal(first: Path, second: Path, ended: set[str]) -> bool | None:
    """Whether two plans of a seed are the same file; None where a search was cut short."""
    return first.read_bytes() == second.read_bytes() if ended == {"finished"} else None


def called(arguments: argparse.Namespace, case: str, seed: int, path: Path) -> dict[str, Any]:
    """Draw a plan in a process of its own; what it tells of the bound, and what it took."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files = [str(arguments.folder / f"{case}_{end}") for end in ("initial.geojson", "objectives.yaml")]
    call = [sys.executable, "-c", "from blockplan.cli import main; main()", "propose", "layout", *files]
    call += ["--out", str(path), "--seed", str(seed), "--seconds", str(arguments.seconds), "--json"]
    load, began = os.getloadavg()[0], time.perf_counter()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(call, stdout=said, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        said.seek(0)
        errors.seek(0)
        if process.returncode:
            sys.exit(errors.read().decode())
        document = json.loads(said.read())
    return {key: document[key] for key in ("bound", "gap", "ended", "unmet")} | {
        "wall_s": round(wall, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "load": round(load, 1),
    }


def told(arguments: argparse.Namespace, case: str, path: Path) -> dict[str, Any]:
    """Score, breaches, shape and indicators of a plan, from its file alone."""
    initial = read_community(arguments.folder / f"{case}_initial.geojson")
    aims = read_objectives(arguments.folder / f"{case}_objectives.yaml")
    plan = read_community(path)
    result, breaches = score(plan, aims), illegal(plan, initial, aims)
    keys = ("total", "land_use", "service", "coverage", "dispersion", "ecology", "traffic", "coverage_area")
    return (
        {key: getattr(result, key) for key in keys}
        | {"residential": result.residential, "legal": not breaches, "breaches": len(breaches)}
        | shapes_of(plan, initial).to_dict()
        | indicators(plan, initial).to_dict()
    )


def draw(arguments: argparse.Namespace, case: str, row: dict[str, Any], best: dict[str, Any] | None) -> None:
    """A picture of our plan, beside the best published one where there is one."""
    initial = read_community(arguments.folder / f"{case}_initial.geojson")
    path = arguments.out / f"{case}_seed_{row['seed']}.geojson"
    panels = [_panel(path, f"{case}: ours, seed {row['seed']}", row)]
    if best is not None:
        file = arguments.folder / f"{case}_plan_{best['plan']}.geojson"
        panels.insert(0, _panel(file, f"{case}: published plan {best['plan']}", best))
    write_picture(panels, initial, path.with_suffix(".svg"))


def _panel(path: Path, title: str, row: dict[str, Any]) -> Panel:
    said = (
        f"score {row['total']:.3f}; service {row['service']:.3f}; ecology {row['ecology']:.3f}; "
        + ("legal" if row["legal"] else f"{row['breaches']} breaches of the strict plan")
        + f"; {row['rectangles']:.0%} of {row['parcels']} parcels are rectangles"
    )
    return Panel(read_community(path), title, said)


def together(case: str, found: list[dict[str, Any]], best: dict[str, Any] | None) -> dict[str, Any]:
    """What our seeds have in common: mean, spread and worst, beside the best published plan."""
    totals = np.array([row["total"] for row in found])
    area = np.array([row["coverage_area"] for row in found])
    return {
        "case": case,
        "plan": f"mean of {len(found)} seeds",
        "total": float(totals.mean()),
        "land_use": float(np.mean([row["land_use"] for row in found])),
        "sd": float(totals.std()),
        "least": float(totals.min()),
        "coverage_area": float(area.mean()),
        "coverage_area_least": float(area.min()),
        "gap_most": max((row["gap"] for row in found if row["gap"] is not None), default=None),
        "legal": all(row["legal"] for row in found),
        "above_published": None if best is None else bool(totals.min() > best["total"]),
    }


if __name__ == "__main__":
    main()
