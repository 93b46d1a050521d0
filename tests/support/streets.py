"""Small street plans that can be walked in the head."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely

from blockplan.plan.model.frames import tidy


def streets_of(*rows: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Streets from lists of coordinates; each column is a list of the same length."""
    lines = [row if isinstance(row, shapely.Geometry) else shapely.LineString(row) for row in rows]
    ids = [f"S-{number}" for number in range(1, len(lines) + 1)]
    frame = gpd.GeoDataFrame({"street_id": ids, **columns}, geometry=lines)
    tidied, faults = tidy("streets", frame)
    assert not faults
    return tidied
