"""
How fast a plan is judged, beside a plain geopandas script that computes the same figures.

    python benchmarks/check.py            a table
    python benchmarks/check.py --json     one object a line: task, cpu_s, wall_s, peak_mb, ratio, ...
    python benchmarks/check.py --synthetic    generated plans only (the reference plan is left out)

CPU seconds are user + system. In-process figures are warm: the first run is
not counted, and the median of the rest is printed. Each of our runs gets a
fresh `Plan`, so nothing that an earlier run cached helps it. Needs nothing
but the project's own environment; all data are generated or in examples/.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plain_geopandas import zone_figures
from synthetic import a_full_plan, a_synthetic_plan

import blockplan as bp
from blockplan.measure.inputs import columns
from blockplan.plan.files.package import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from blockplan.plan import Plan

REPO = Path(__file__).parents[1]
REFERENCE = REPO / "examples" / "demonstration-zone"
#: Rule -> the measure that gives its value; the peer computes the same nine.
RULES = {
    "zone-edu": "education_land_per_1000",
    "zone-beds": "nursing_beds_per_1000",
    "zone-culture": "culture_floor_per_resident",
    "zone-green": "green_per_resident",
    "zone-green-access": "green_within_500m",
    "zone-parks-large": "parks_large",
    "zone-parks-community": "parks_community",
    "zone-belt": "belt_length",
    "zone-area-sum": "areas_sum",
}
SIZES = (500, 5_000, 50_000)
#: Parcels of the plan that is validated and judged by every pack; each has five buildings.
FULL = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--synthetic", action="store_true", help="leave the reference plan out")
    parser.add_argument("--repeat", type=int, default=7, help="runs of which the median is taken (default 7)")
    arguments = parser.parse_args()
    for row in rows(arguments):
        print(json.dumps(row) if arguments.json else line(row), flush=True)
    if not arguments.json:
        print(COMPARED)


def rows(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    yield process("blockplan --help", [command(), "--help"], arguments.repeat)
    if not arguments.synthetic:
        reference = bp.read(REFERENCE)
        yield {
            "task": "check, reference plan",
            **in_process(bp.check, reference, arguments.repeat),
        }
        yield beside_geopandas("9 rules, reference plan", reference, 5 * arguments.repeat)
        with tempfile.TemporaryDirectory() as folder:
            yield process("blockplan demo", [command(), "demo", "--out", folder], 1)
        every = [command(), "check", str(REFERENCE), "--pack", "all", "--json"]
        yield process("check, reference plan, all packs", every, 3)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "full"
        write(a_full_plan(FULL), package)
        size = f"{FULL:,} parcels, {5 * FULL:,} buildings"
        yield process(f"validate, {size}", [command(), "validate", str(package), "--json"], 1)
        every = [command(), "check", str(package), "--pack", "all", "--json"]
        yield process(f"check, {size}, all packs", every, 1)
    for size in SIZES:
        plan = a_synthetic_plan(size)
        yield {"task": f"check, {size} parcels", **in_process(bp.check, plan, 3)}
        yield beside_geopandas(f"9 rules, {size} parcels", plan, arguments.repeat)


def command() -> str:
    return str(Path(sys.executable).with_name("blockplan"))


#: Runs a command and prints what the system accounts to it; small, so that the peak is the command's own.
RUNNER = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
wall = time.perf_counter() - began
print(json.dumps([code, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024]))
"""


def process(task: str, arguments: list[str], repeat: int) -> dict[str, Any]:
    """
    A whole process: CPU and wall seconds and peak memory, medians; the first run is not counted.

    Python may keep compiled modules, as it does where nobody forbids it; else each run compiles all of them.
    """
    runs = []
    for _ in range(repeat + (repeat > 1)):
        done = subprocess.run(
            [sys.executable, "-c", RUNNER, *arguments],
            check=True,
            capture_output=True,
            text=True,
            cwd=REPO,
            env={key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        )
        code, *figures = json.loads(done.stdout)
        # 1 and 3 say how a plan was judged.
        if code not in {0, 1, 3}:
            raise SystemExit(f"{task} left with {code}")
        runs.append(figures)
    cpu, wall, peak = (statistics.median(column) for column in zip(*runs[repeat > 1 :], strict=True))
    return {"task": task, "cpu_s": round(cpu, 4), "wall_s": round(wall, 4), "peak_mb": round(peak)}


def in_process(call: Callable[[Plan], Any], plan: Plan, repeat: int) -> dict[str, Any]:
    """CPU and wall seconds of a call on a fresh copy of the plan, warm, median of `repeat`."""
    once(call, plan)
    return medians([once(call, plan) for _ in range(repeat)])


def once(call: Callable[[Plan], Any], plan: Plan) -> tuple[float, float]:
    """CPU and wall seconds of one call on a fresh copy of the plan."""
    fresh = plan.replace()
    columns._unions.clear()  # kept for the shapes, which a fresh plan shares
    began, wall = time.process_time(), time.perf_counter()
    call(fresh)
    return time.process_time() - began, time.perf_counter() - wall


def medians(runs: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """CPU and wall seconds of some runs, medians, and the peak so far."""
    seconds, walls = zip(*runs, strict=True)
    return {
        "cpu_s": round(statistics.median(seconds), 4),
        "wall_s": round(statistics.median(walls), 4),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


#: What is compared in the rows of nine figures, printed under them.
COMPARED = (
    "9 rules: both take the same frames from memory (no reading, no import), in turn, each run after an"
    " uncounted one of its own; the ratio is the median of pairs. Ours gives a record a figure: definition,"
    " what was counted and what is missing, shares by area and block, homes beyond the distance, where the"
    " drawing ends. The script gives figures alone."
)


def beside_geopandas(task: str, plan: Plan, repeat: int) -> dict[str, Any]:
    """
    The nine figures by us and by the plain script, in turn on the same frames; equal results or a failure.

    Our readings on foot, which stand beside the straight line in a check, are left out:
    the script has none.
    """
    pairs = []
    for _ in range(repeat):
        both = []
        for call in (our_figures, lambda fresh: zone_figures(fresh.layers)):
            once(call, plan)  # what follows the other finds nothing of its own in the processor's memory
            both.append(once(call, plan))
        pairs.append(both)
    ours, peer = map(medians, zip(*pairs, strict=True))
    values, figures = our_figures(plan.replace()), zone_figures(plan.layers)
    difference = max(abs(values[rule] - figures[rule]) / max(1.0, abs(figures[rule])) for rule in RULES)
    if difference > 1e-9:
        msg = f"{task}: we and the plain script differ by {difference:.3g}: {values} against {figures}"
        raise SystemExit(msg)
    return {
        "task": task,
        **ours,
        "peer": "geopandas script",
        "peer_cpu_s": peer["cpu_s"],
        "peer_wall_s": peer["wall_s"],
        "ratio": round(statistics.median(script[0] / own[0] for own, script in pairs), 2),
        "max_relative_difference": difference,
    }


def our_figures(plan: Plan) -> dict[str, float | None]:
    found = bp.measure(plan, *RULES.values(), parameters={"green_readings": []})
    return {rule: one.value for rule, one in zip(RULES, found, strict=True)}


def line(row: dict[str, Any]) -> str:
    said = f"{row['task']:<56} {row['cpu_s']:>8.4f} s CPU {row['wall_s']:>8.4f} s wall {row['peak_mb']:>5} MB"
    if "ratio" in row:
        said += f"   {row['peer']}: {row['peer_cpu_s']:.4f} s CPU, {row['ratio']:.1f} times ours, equal"
    return said


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
