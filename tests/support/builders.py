"""Small plans that can be checked by hand: squares of 100 m with ids A, B, C ... from west to east."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from blockplan.plan import Plan
from blockplan.plan.model.manifest import Manifest, manifest_from

if TYPE_CHECKING:
    import pandas as pd

#: South-west corner of every small plan, in EPSG:4548.
X, Y = 500_000.0, 4_400_000.0
SIDE = 100.0


def a_manifest(**keys: Any) -> Manifest:
    """A manifest with what must be there, and `keys`."""
    table = {
        "id": "small",
        "drawn_on": dt.date(2021, 9, 30),
        "crs": "EPSG:4548",
        "title": {"en": "Small plan"},
    }
    return manifest_from({**table, **keys}, "test")


def square(column: int, row: int = 0, side: float = SIDE) -> shapely.Polygon:
    """The square that stands `column` squares east and `row` squares north of the corner."""
    return shapely.box(X + column * side, Y + row * side, X + (column + 1) * side, Y + (row + 1) * side)


def parcels_of(*uses: str, **columns: list[Any]) -> gpd.GeoDataFrame:
    """A row of square parcels with the given land uses, A, B, C ... from west to east."""
    names = [chr(ord("A") + number) for number in range(len(uses))]
    shapes = [square(number) for number in range(len(uses))]
    return gpd.GeoDataFrame(
        {"parcel_id": names, "land_use": list(uses), **columns}, geometry=shapes, crs="EPSG:4548"
    )


def boundary_of(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The outline of parcels."""
    return gpd.GeoDataFrame({"name": ["all"]}, geometry=[parcels.geometry.union_all()], crs="EPSG:4548")


def a_plan(
    parcels: gpd.GeoDataFrame | None = None, manifest: dict[str, Any] | None = None, **layers: pd.DataFrame
) -> Plan:
    """A plan of parcels (one park, one housing parcel with 12 residents), their outline, and `layers`."""
    if parcels is None:
        parcels = parcels_of("1401", "0701", residents=[None, 12])
    return Plan(
        a_manifest(**(manifest or {})), {"boundary": boundary_of(parcels), "parcels": parcels, **layers}
    )
