"""Eight variants of the plan with one fault each."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

Layers = dict[str, pd.DataFrame]
STRIP_M = 4.0
#: How far the culture room of the variant ``outside`` is moved to the east, in metres.
AWAY_M = 3000.0
DECLARED_TOO_HIGH = 1.05


def variants(layers: Layers) -> dict[str, Layers]:
    """Variant -> the layers with its fault; all other layers are those of the plan."""
    return {name: {**layers, **change(layers)} for name, change in CHANGES.items()}


def _homes_beside_homes(parcels: gpd.GeoDataFrame) -> tuple[int, int]:
    """Two neighbouring parcels for homes in the life-services area, by position."""
    homes = np.flatnonzero((parcels["land_use"] == "0701") & parcels["parcel_id"].str.startswith("LS-01"))
    shapes = parcels.geometry.to_numpy()
    for one in homes:
        for other in homes:
            if one < other and shapely.intersection(shapes[one], shapes[other]).length > 100:
                return int(one), int(other)
    raise SystemExit("no two neighbouring parcels for homes")


def _strip(parcels: gpd.GeoDataFrame, inside: int, beside: int) -> shapely.Polygon:
    """The part of one parcel within a few metres of another one."""
    shapes = parcels.geometry.to_numpy()
    return shapes[inside].intersection(shapes[beside].buffer(STRIP_M, cap_style="flat", join_style="mitre"))


def _with_shape(parcels: gpd.GeoDataFrame, at: int, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    changed = parcels.copy()
    shapes = changed.geometry.to_numpy().copy()
    shapes[at] = shapely.set_precision(shape, 0.001)
    return changed.set_geometry(gpd.GeoSeries(shapes, index=changed.index, crs=parcels.crs))


def _gap(layers: Layers) -> Layers:
    parcels = layers["parcels"]
    one, other = _homes_beside_homes(parcels)
    return {
        "parcels": _with_shape(
            parcels, one, parcels.geometry.iloc[one].difference(_strip(parcels, one, other))
        )
    }


def _overlap(layers: Layers) -> Layers:
    parcels = layers["parcels"]
    one, other = _homes_beside_homes(parcels)
    grown = parcels.geometry.iloc[one].union(_strip(parcels, other, one))
    return {"parcels": _with_shape(parcels, one, grown)}


def _outside(layers: Layers) -> Layers:
    return {"facilities": _moved(layers["facilities"], "facility_id", "CR-8", lambda x, y: (x + AWAY_M, y))}


def _swapped(layers: Layers) -> Layers:
    return {"stops": _moved(layers["stops"], "stop_id", "ST-2", lambda x, y: (y, x))}


def _moved(frame: gpd.GeoDataFrame, column: str, key: str, move) -> gpd.GeoDataFrame:
    changed = frame.copy()
    at = int(np.flatnonzero(changed[column] == key)[0])
    shapes = changed.geometry.to_numpy().copy()
    shapes[at] = shapely.Point(*(round(value, 3) for value in move(shapes[at].x, shapes[at].y)))
    return changed.set_geometry(gpd.GeoSeries(shapes, index=changed.index, crs=frame.crs))


def _code_name(layers: Layers) -> Layers:
    """A kindergarten's land that bears the name of school land."""
    parcels = layers["parcels"].copy()
    at = parcels.index[parcels["land_use"] == "080404"][0]
    parcels.loc[at, "land_use_name"] = parcels.loc[parcels["land_use"] == "080403", "land_use_name"].iloc[0]
    return {"parcels": parcels}


def _declared_area(layers: Layers) -> Layers:
    """A community park that is declared five per cent too large."""
    parcels = layers["parcels"].copy()
    parks = parcels[(parcels["land_use"] == "1401") & parcels.area.between(31_000, 33_000)]
    at = parks.index[0]
    parcels.loc[at, "declared_area_m2"] = round(parcels.loc[at, "declared_area_m2"] * DECLARED_TOO_HIGH, 1)
    return {"parcels": parcels}


def _missing_beds(layers: Layers) -> Layers:
    facilities = layers["facilities"].copy()
    facilities.loc[facilities["facility_id"] == "NH-2", "beds"] = np.nan
    return {"facilities": facilities}


def _text_differs(layers: Layers) -> Layers:
    """Sentence S05 says 3.62 km2 where the drawing has 3.50."""
    statements = layers["statements"].copy()
    at = statements["statement_id"] == "S05"
    for column in ("text_zh", "text_en", "text_ja"):
        statements.loc[at, column] = statements.loc[at, column].str.replace("3.5", "3.62", regex=False)
    return {"statements": statements}


CHANGES = {
    "gap": _gap,
    "overlap": _overlap,
    "outside": _outside,
    "code_name": _code_name,
    "declared_area": _declared_area,
    "swapped_coordinates": _swapped,
    "missing_beds": _missing_beds,
    "text_differs": _text_differs,
}
