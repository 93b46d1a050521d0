"""Where a brought plan's residents come from: the first column filled in, or homes times people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.exchange.office.source import SourceFinding
from blockplan.exchange.office.values import Amount

if TYPE_CHECKING:
    import geopandas as gpd

    from blockplan.exchange.office.mapping import OfficeMapping
    from blockplan.exchange.office.rows import Row


def residents_source(
    frame: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, mapping: OfficeMapping
) -> dict[str, Any]:
    """Where the residents come from: the column that the office filled in, of parcels before buildings."""
    if "residents" in mapping.plan:
        return {}

    def said(layer: gpd.GeoDataFrame | None, column: str) -> bool:
        return layer is not None and column in layer and bool(layer[column].notna().any())

    if said(frame, "residents"):
        return {"residents": {"source": "parcels"}}
    if said(buildings, "residents"):
        return {"residents": {"source": "buildings", "by": "residents"}}
    if said(frame, "dwellings"):
        return {"residents": {"source": "dwellings"}}
    if said(buildings, "dwellings"):
        return {"residents": {"source": "buildings", "by": "dwellings"}}
    return {}


def of_households(records: list[dict[str, Any]], rows: list[Row], findings: list[SourceFinding]) -> None:
    """Residents of parcels that say dwellings and people in each, and no residents."""
    made = 0
    for record, row in zip(records, rows, strict=True):
        size, homes = row.get("household_size"), record.get("dwellings")
        if homes and isinstance(size, Amount) and "residents" not in record:
            record["residents"], made = float(round(homes * size.value)), made + 1
    if made:
        message = f"{made} parcels say no residents; they are dwellings times the people said to be in each."
        findings.append(
            SourceFinding(rule="office-residents", grade="note", message=message, layer="parcels")
        )
