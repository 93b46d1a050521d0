"""
The peer: the rules of the zone pack as a competent geopandas user would write them in a script.

No class, no report, no unknowns: only the figures. It reads the same frames
and must come to the same values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    from collections.abc import Mapping

SQUARE_M_PER_HA = 10_000


def zone_figures(layers: Mapping[str, gpd.GeoDataFrame]) -> dict[str, float]:
    """The nine figures that the benchmark compares, by rule id."""
    parcels = layers["parcels"]
    facilities = layers["facilities"]
    residents = parcels["residents"].sum()
    greens = parcels[parcels["land_use"] == "1401"]

    education = parcels[parcels["land_use"].isin(["080403", "080404"])].area.sum()
    beds = facilities.loc[facilities["service"] == "nursing_home", "beds"].sum()
    culture = facilities.loc[facilities["service"].isin(["culture", "library"]), "floor_area_m2"].sum()

    homes = parcels[parcels["residents"] > 0]
    points = homes.set_geometry(homes.representative_point())
    reached = gpd.sjoin_nearest(points[["residents", "geometry"]], greens[["geometry"]], max_distance=500)
    reached = reached[~reached.index.duplicated()]

    parks = gpd.GeoSeries([greens.union_all()], crs=greens.crs).explode(index_parts=False)
    park_ha = parks.area / SQUARE_M_PER_HA

    structure = layers["structure"]
    belt = structure[structure["role"] == "belt"]
    return {
        "zone-edu": education * 1000 / residents,
        "zone-beds": beds * 1000 / residents,
        "zone-culture": culture / residents,
        "zone-green": greens.area.sum() / residents,
        "zone-green-access": reached["residents"].sum() / residents,
        "zone-parks-large": float((park_ha >= 10).sum()),
        "zone-parks-community": float(((park_ha >= 1) & (park_ha < 10)).sum()),
        "zone-belt": belt.length.sum() / 1000,
        "zone-area-sum": layers["areas"].area.sum() / 1e6,
    }
