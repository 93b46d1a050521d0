"""Where a brought plan's residents come from: the first column that the office filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd

    from blockplan.exchange.office.mapping import OfficeMapping


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
