"""
Synthetic plans of any size for benchmarks: a jittered grid of parcels with streets, parks and facilities.

The geometry and every figure are invented; only the size means anything.
"""

from __future__ import annotations

import datetime as dt
import itertools

import geopandas as gpd
import numpy as np
import shapely

from blockplan.plan import Plan
from blockplan.plan.manifest import manifest_from

CRS = "EPSG:4548"
WEST, SOUTH = 480_000.0, 4_390_000.0
SIDE_M = 120.0
JITTER_M = 12.0
#: One cycle of land uses along the grid; about a tenth is park, a fifth housing.
USES = ("0701", "0802", "1402", "0902", "0701", "1001", "16", "1401", "0901", "080403", "0802", "13")


def a_synthetic_plan(parcels: int, seed: int = 0) -> Plan:
    """A plan of about `parcels` parcels (the next square number), the same for the same seed."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(parcels)))
    corners = _corners(side, random)
    cells = _cells(corners, side)
    uses = np.array(USES)[(np.arange(side)[:, None] * 5 + np.arange(side)[None, :]).ravel() % len(USES)]
    homes = uses == "0701"
    residents = np.where(homes, random.integers(40, 120, side * side), 0).astype(float)
    land = gpd.GeoDataFrame(
        {
            "parcel_id": [f"P{number:06d}" for number in range(side * side)],
            "land_use": uses,
            "residents": residents,
            "floor_area_m2": residents * 36,
        },
        geometry=cells,
        crs=CRS,
    )
    return Plan(
        _manifest(side), {**_frame_layers(corners, side), "parcels": land, **_points(land, residents)}
    )


def _corners(side: int, random: np.random.Generator) -> np.ndarray:
    x, y = np.meshgrid(np.arange(side + 1), np.arange(side + 1))
    corners = np.stack([x * SIDE_M + WEST, y * SIDE_M + SOUTH], axis=-1)
    # The outline stays straight, so that parcels tile the boundary exactly.
    corners[1:-1, 1:-1] += random.uniform(-JITTER_M, JITTER_M, (side - 1, side - 1, 2))
    return np.round(corners, 3)


def _cells(corners: np.ndarray, side: int) -> np.ndarray:
    rings = np.stack(
        [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1], corners[:-1, :-1]], axis=2
    )
    return shapely.polygons(rings.reshape(side * side, 5, 2))


def _frame_layers(corners: np.ndarray, side: int) -> dict[str, gpd.GeoDataFrame]:
    outline = shapely.Polygon(
        np.concatenate([corners[0], corners[1:, -1], corners[-1, ::-1], corners[::-1, 0]])
    )
    lines = [*corners[::2], *np.swapaxes(corners, 0, 1)[::2]]
    thirds = np.linspace(SOUTH, SOUTH + side * SIDE_M, 4)
    east = WEST + side * SIDE_M
    middle = WEST + side * SIDE_M / 2
    areas = [shapely.box(WEST, low, east, high) for low, high in itertools.pairwise(thirds)]
    return {
        "boundary": gpd.GeoDataFrame({"name": ["synthetic"]}, geometry=[outline], crs=CRS),
        "areas": gpd.GeoDataFrame({"area_id": ["mfg", "life", "rd"]}, geometry=areas, crs=CRS),
        "structure": gpd.GeoDataFrame(
            {"element_id": ["belt"], "role": ["belt"]},
            geometry=[shapely.LineString([(middle, thirds[-1]), (middle, SOUTH)])],
            crs=CRS,
        ),
        "streets": gpd.GeoDataFrame(
            {
                "street_id": [f"S{number}" for number in range(len(lines))],
                "class": "local",
                "walk": True,
                "drive": True,
                "level": 0,
            },
            geometry=[shapely.LineString(line) for line in lines],
            crs=CRS,
        ),
    }


def _points(land: gpd.GeoDataFrame, residents: np.ndarray) -> dict[str, gpd.GeoDataFrame]:
    schools = land[land["land_use"] == "080403"]
    every = schools.iloc[:: max(1, len(schools) // max(3, int(residents.sum() / 2000)))]
    services = np.resize(["nursing_home", "culture", "library"], len(every))
    beds = np.where(services == "nursing_home", 60.0, np.nan)
    floor = np.where(services == "nursing_home", np.nan, 900.0)
    facilities = gpd.GeoDataFrame(
        {
            "facility_id": [f"F{number}" for number in range(len(every))],
            "parcel_id": every["parcel_id"].to_numpy(),
            "service": services,
            "beds": beds,
            "floor_area_m2": floor,
        },
        geometry=every.representative_point().to_numpy(),
        crs=CRS,
    )
    return {"facilities": facilities}


def _manifest(side: int) -> object:
    return manifest_from(
        {
            "id": f"synthetic-{side * side}",
            "drawn_on": dt.date(2021, 9, 30),
            "crs": CRS,
            "synthetic": True,
            "packs": ["zone"],
            "title": {"en": f"Synthetic plan of {side * side} parcels"},
            "notice": {"start": dt.date(2021, 10, 24), "end": dt.date(2021, 11, 22)},
            "parameters": {"community_park_min_ha": 1.0, "large_park_min_ha": 10.0},
        },
        "benchmarks/synthetic.py",
    )
