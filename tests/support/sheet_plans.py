"""Small plans for sheets, and what is drawn of them."""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING, Any

import shapely
from pypdf import PdfReader
from tests.support.squares import plan_of, square

from blockplan.check import check
from blockplan.report.sheets import atlas
from blockplan.report.sheets.facts import Facts
from blockplan.report.view import View
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.plan import Plan
    from blockplan.report.sheets import Atlas
    from blockplan.report.sheets.control import Sheet

#: Square by square from the west: homes, a park, homes, shops.
USES = ("0701", "1401", "0701", "0901")


def a_row(manifest: dict[str, Any] | None = None, **layers: Any) -> Plan:
    parcels = [
        {"parcel_id": f"P-{at}", "land_use": use, "far_max": 1.5, "geometry": square(100.0 * at, 0)}
        for at, use in enumerate(USES)
    ]
    whole = {"name": "all", "geometry": shapely.box(0, 0, 100.0 * len(USES), 100)}
    return plan_of(manifest=manifest, **{"parcels": parcels, "boundary": [whole], **layers})


def drawn(plan: Plan, *kinds: str, lang: str = "zh") -> Atlas:
    return atlas(plan, check(plan, packs=["zone"]), lang, kinds=kinds)


def facts_of(plan: Plan, lang: str = "zh") -> Facts:
    return Facts(View(plan, check(plan, packs=["zone"]), Words(lang)))


def legend(sheet: Sheet) -> list[str]:
    """The lines of a sheet's legend."""
    (part,) = [one for one in sheet.data["panel"] if one["kind"] == "legend"]
    return [row["said"] for row in part["rows"]]


def written(found: Atlas) -> list[str]:
    """What each page says, without spaces."""
    return [
        "".join(unicodedata.normalize("NFKC", one.extract_text()).split())
        for one in PdfReader(io.BytesIO(found.pdf)).pages
    ]
