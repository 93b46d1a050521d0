"""
How long the atlas of sheets takes, and how much memory.

    python benchmarks/sheets.py                   the reference plan and the office town (zh, A3)
    python benchmarks/sheets.py --parcels 20000   a generated plan of so many parcels instead
    python benchmarks/sheets.py --json            one object a line: plan, parcels, sheets, pages, wall_s, ...

Each atlas is drawn in a process of its own; its peak memory is that of the process. Limits for two cores:
the reference plan in 60 s, the office town in 10 s; the last column says whether they hold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

REPO = Path(__file__).parents[1]
#: Name, folder or folder to import, seconds that it may take.
PLANS = (
    ("reference plan", REPO / "examples" / "demonstration-zone", 60.0),
    ("office town", REPO / "examples" / "office-town" / "geopackage", 10.0),
)
#: Draws an atlas and says what it took, in a process of its own.
ONE = """
import json, resource, sys, time
from blockplan.check import check
from blockplan.plan import read
from blockplan.report.sheets import atlas
plan = read(sys.argv[1])
start = time.perf_counter()
made = atlas(plan, check(plan), "zh")
wall = time.perf_counter() - start
import io
from pypdf import PdfReader
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "parcels": len(plan.layer("parcels")), "sheets": len(made.sheets),
    "pages": len(PdfReader(io.BytesIO(made.pdf)).pages), "pdf_mb": round(len(made.pdf) / 1e6, 1),
    "unlabelled": sum(sheet.parcels - sheet.labelled for sheet in made.sheets),
    "wall_s": round(wall, 1), "cpu_s": round(used.ru_utime + used.ru_stime, 1),
    "peak_mb": round(used.ru_maxrss / 1024),
}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parcels", type=int, help="a generated plan of so many parcels instead")
    parser.add_argument("--json", action="store_true", help="one object a line")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plans = (
            [generated(folder, asked.parcels)]
            if asked.parcels
            else [*(imported(folder, one) for one in PLANS)]
        )
        for plan, path, limit in plans:
            show(run(plan, path, limit), as_json=asked.json)


def imported(folder: Path, one: tuple[str, Path, float]) -> tuple[str, Path, float]:
    """A plan of the examples; what is not a plan package is imported first."""
    name, path, limit = one
    if (path / "plan.toml").exists():
        return one
    command = [
        str(Path(sys.executable).with_name("blockplan")),
        "import",
        "office",
        str(path),
        "--out",
        str(folder / "town"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return name, folder / "town", limit


def generated(folder: Path, parcels: int) -> tuple[str, Path, None]:
    """A generated plan with something in every layer."""
    from synthetic import a_full_plan

    from blockplan.plan.files.package import write

    write(a_full_plan(parcels, buildings_per_parcel=1), folder / "large")
    return f"generated, {parcels} parcels", folder / "large", None


def run(name: str, path: Path, limit: float | None) -> dict[str, Any]:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", ONE, str(path)], check=True, capture_output=True, text=True)
    whole = time.perf_counter() - start
    found = json.loads(done.stdout.splitlines()[-1])
    held = "" if limit is None else "held" if found["wall_s"] <= limit else "MISSED"
    return {"plan": name, **found, "with_start_s": round(whole, 1), "limit_s": limit, "limit": held}


def show(found: dict[str, Any], *, as_json: bool) -> None:
    print(
        json.dumps(found) if as_json else "  ".join(f"{key} {value}" for key, value in found.items()),
        flush=True,
    )


if __name__ == "__main__":
    main()
