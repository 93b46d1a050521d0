"""
What the web service bears: starts, kills, load, long lists, invented requests, hostile files. Figures.

    python benchmarks/portal.py                          everything, briefly
    python benchmarks/portal.py start --times 5          serve on empty folders, until a page is there
    python benchmarks/portal.py kills --rounds 200       kill -9 under load
    python benchmarks/portal.py load --seconds 600       100 submissions/s beside 50 readers/s
    python benchmarks/portal.py lists --opinions 50000   pages of a long register
    python benchmarks/portal.py fuzz --cases 20000       requests made from the OpenAPI document
    python benchmarks/portal.py hostile                  the corpus of hostile files and texts, with memory
    python benchmarks/portal.py --json                   one object a line
    python benchmarks/portal.py --database URL           over PostgreSQL: an empty database for each part

All data are made here, in a folder that is gone afterwards. Times are wall times of this machine with what
else runs on it: the load average before and after stands with each figure. Exit code 1 where something was
lost, a proof is bad, or the service answered with a fault of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.portal_fuzz import fuzz
from benchmarks.portal_hostile import hostile
from benchmarks.portal_kills import kills
from benchmarks.portal_load import lists, load
from benchmarks.portal_start import start

if TYPE_CHECKING:
    from collections.abc import Callable

    Part = Callable[[Path, str | None, argparse.Namespace], dict[str, Any]]

PARTS: dict[str, Part] = {
    "start": lambda folder, url, asked: start(folder, url, times=asked.times),
    "kills": lambda folder, url, asked: kills(folder, url, asked.rounds, seed=asked.seed),
    "load": lambda folder, url, asked: load(
        folder, url, seconds=asked.seconds, submissions=asked.submissions, reads=asked.reads
    ),
    "lists": lambda folder, url, asked: lists(folder, url, opinions=asked.opinions),
    "fuzz": lambda folder, url, asked: fuzz(folder, url, cases=asked.cases, seed=asked.seed),
    "hostile": lambda folder, url, asked: hostile(folder, url),
}
#: Where one of these is not 0, something is broken.
BROKEN = ("lost", "bad", "twice", "lost_or_bad", "server_errors", "not_as_described", "died")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--synthetic", action="store_true", help="data are always made here")
    parser.add_argument("--database", metavar="URL", help="PostgreSQL; default: SQLite")
    parser.add_argument("--times", type=int, default=3, help="of starts, on SQLite")
    parser.add_argument("--rounds", type=int, default=6, help="of kills")
    parser.add_argument("--seconds", type=float, default=20.0, help="of load")
    parser.add_argument("--submissions", type=float, default=100.0, help="a second")
    parser.add_argument("--reads", type=float, default=50.0, help="a second")
    parser.add_argument("--opinions", type=int, default=5_000, help="in lists")
    parser.add_argument("--cases", type=int, default=500, help="of invented requests")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    broken = False
    # A start makes its own folders, so it is no part of what is asked of a database.
    for name in asked.parts or [part for part in PARTS if part != "start" or not asked.database]:
        found = run(name, asked)
        broken = broken or any(found.get(key) for key in BROKEN)
        show(found, as_json=asked.json)
    sys.exit(int(broken))


def run(name: str, asked: argparse.Namespace) -> dict[str, Any]:
    """One part, with the time it took and what else the machine did."""
    before, began = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="blockplan-portal-", ignore_cleanup_errors=True) as folder:
        found = PARTS[name](Path(folder) / "data", asked.database, asked)
    return {
        "part": name,
        "database": "postgresql" if asked.database else "sqlite",
        "cores": os.cpu_count(),
        **found,
        "wall_s": round(time.monotonic() - began, 1),
        "load_average": [round(before, 1), round(os.getloadavg()[0], 1)],
    }


def show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False), flush=True)
        return
    print(f"\n{found['part']} ({found['database']})")
    for key, value in found.items():
        if key in {"part", "database"}:
            continue
        if isinstance(value, dict):
            print(f"  {key}:")
            for name, one in value.items():
                print(f"    {name}: {one}")
        else:
            print(f"  {key}: {value}", flush=True)


if __name__ == "__main__":
    main()
