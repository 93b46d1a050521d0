"""Tables of the office made of plans, and their lines as records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from tests.support.handmade import frame, manifest, result

from blockplan.plan import Plan
from blockplan.report.office import TABLES, OfficeTable
from blockplan.report.view import View
from blockplan.report.words import Words

ZONE = Path(__file__).parents[2] / "examples" / "demonstration-zone"

EMPTY = {"verdicts": (), "reported": (), "statements": (), "faults": ()}


def of(plan: Plan, name: str, lang: str = "en", **found: Any) -> OfficeTable:
    return TABLES[name](View(plan, result(**(found or EMPTY)), Words(lang)))


def records(table: OfficeTable) -> list[dict[str, Any]]:
    return [
        {"kind": line.kind, "depth": line.depth}
        | dict(zip((one.key for one in table.columns), line.cells, strict=True))
        for line in table.lines
    ]


def land(*rows: tuple[str | None, str | None, float], **columns: Any) -> Plan:
    """Parcels of (existing use, planned use, ha), side by side."""
    shaped = [
        {
            "parcel_id": f"P{at}", "existing_land_use": now, "land_use": then,
            "geometry": shapely.box(1000 * at, 0, 1000 * at + 100, 100 * ha), **columns,
        }
        for at, (now, then, ha) in enumerate(rows)
    ]  # fmt: skip
    return Plan(manifest(), {"parcels": frame(shaped)})
