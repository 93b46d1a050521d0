"""Small street plans that can be walked in the head."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
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


@pytest.fixture
def cross() -> gpd.GeoDataFrame:
    """Two streets of 200 m that cross in (0, 0)."""
    return streets_of([(-100, 0), (100, 0)], [(0, -100), (0, 100)])
