"""A town of squares of 100 m that can be reckoned in the head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from blockplan.measure import measure
from blockplan.plan import Plan
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import manifest_from

if TYPE_CHECKING:
    from blockplan.measure.measurement import Measurement


def square(east: float, north: float, side: float = 100.0, height: float | None = None) -> shapely.Polygon:
    """A square (or rectangle) by its lower left corner, in metres."""
    return shapely.box(east, north, east + side, north + (side if height is None else height))


def layer(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """A layer from rows with a key ``geometry``; ids are given where a row has none."""
    id_column = LAYERS[name].id_column
    tables = [
        ({id_column: f"{name[0].upper()}-{number}"} if id_column else {}) | row
        for number, row in enumerate(rows, 1)
    ]
    if LAYERS[name].geometry == "none":
        return pd.DataFrame(tables)
    return gpd.GeoDataFrame(
        [{key: value for key, value in row.items() if key != "geometry"} for row in tables],
        geometry=[row.get("geometry") for row in tables],
        index=range(len(tables)),
    )


def plan_of(*, manifest: dict[str, Any] | None = None, **layers: Any) -> Plan:
    """A plan from lists of rows by layer; `manifest` adds keys to ``plan.toml``."""
    said = {"id": "town", "drawn_on": "2021-09-30", "crs": "local", **(manifest or {})}
    return Plan(
        manifest_from(said, "plan.toml"),
        {name: layer(name, *rows) for name, rows in layers.items()},
    )


def one(plan: Plan, name: str, **parameters: Any) -> Measurement:
    """The measurement of one measure."""
    (found,) = measure(plan, name, parameters=parameters)
    return found


def home(east: float, residents: float | None, north: float = 0.0, **more: Any) -> dict[str, Any]:
    """A housing parcel of 1 ha."""
    return {"land_use": "0701", "residents": residents, "geometry": square(east, north), **more}


def park(east: float, side: float = 100.0, north: float = 0.0, **more: Any) -> dict[str, Any]:
    """A park parcel."""
    return {"land_use": "1401", "geometry": square(east, north, side), **more}
