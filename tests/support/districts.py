"""Real districts from the reference data beside the checkout."""

from __future__ import annotations

from tests.support.squares import plan_of

DISTRICTS = {
    # Rows of the table of six answers: Helsinki, Tsinghua, CAU east, in per cent.
    "helsinki": ("helsinki-centre/helsinki_centre.gpkg", (100.0, 72.0, 69.1, 68.6, 85.7, 89.7)),
    "tsinghua": ("beijing-haidian/tsinghua.gpkg", (84.7, 51.9, 48.5, 47.9, 41.9, 55.8)),
    "cau_east": ("beijing-haidian/cau_east.gpkg", (100.0, 51.9, 45.2, 45.6, 45.6, 63.2)),
}


def a_district(folder, district: str):
    """A mapped district as a plan without parcels."""
    import geopandas as gpd
    import pyogrio

    file = folder / DISTRICTS[district][0]
    streets = gpd.read_file(file, layer="streets").assign(level=0).drop(columns="name")
    greens = gpd.read_file(file, layer="green")
    layers = {
        "streets": streets.assign(street_id=[str(row) for row in range(len(streets))]),
        "greens": greens.assign(green_id=[str(row) for row in range(len(greens))]),
        "buildings": gpd.read_file(file, layer="buildings")[["osm_id", "geometry"]].rename(
            columns={"osm_id": "building_id"}
        ),
    }
    if "bounds" in {layer for layer, _ in pyogrio.list_layers(file)}:
        layers["boundary"] = gpd.read_file(file, layer="bounds")[["geometry"]]
    return plan_of().replace(**layers)
