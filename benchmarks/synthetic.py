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
from blockplan.plan.model.manifest import manifest_from

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


def a_full_plan(parcels: int, buildings_per_parcel: int = 5, seed: int = 0) -> Plan:
    """
    The same with something in every layer that rules read.

    Buildings, dwellings, jobs and heights, blocks and subblocks, living circles, stops of every
    mode, water, woodland, trees, canopy, programmes and park gates.
    """
    random = np.random.default_rng(seed)
    plan = a_synthetic_plan(parcels, seed)
    land = plan.layers["parcels"].copy()
    cells = land.geometry.to_numpy()
    side = round(len(land) ** 0.5)
    homes = (land["land_use"] == "0701").to_numpy()
    column, row = np.arange(len(land)) % side, np.arange(len(land)) // side
    # 16 x 16 parcels are about 3.7 km2, a block; 4 x 4 about 23 ha, a subblock.
    block = [f"B{r // 16:02d}-{c // 16:02d}" for r, c in zip(row, column, strict=True)]
    subblock = [f"S{r // 4:03d}-{c // 4:03d}" for r, c in zip(row, column, strict=True)]
    land = land.assign(
        block_id=block,
        subblock_id=subblock,
        dwellings=np.where(homes, np.round(land["residents"] / 2.3), np.nan),
        jobs=np.where(homes, 0, random.integers(0, 200, len(land))).astype(float),
        far=1.5,
        height_m=np.where(homes, 36.0, 24.0),
        coverage_ratio=0.3,
        green_ratio=0.3,
        floor_area_m2=np.where(homes, land["residents"] * 36, 15_000.0),
        parking_spaces=np.where(homes, np.nan, 60.0),
        **{f"industry_{kind}_share": 0.25 for kind in ("health", "manufacturing", "digital", "services")},
    )
    whole = shapely.union_all(cells)
    grid = {"blocks": ("block_id", block), "subblocks": ("subblock_id", subblock)}
    layers = {name: _dissolved(land, key) for name, (key, _) in grid.items()}
    layers["subblocks"]["block_id"] = [
        f"B{int(s[1:4]) // 4:02d}-{int(s[5:8]) // 4:02d}" for s in layers["subblocks"]["subblock_id"]
    ]
    return plan.replace(
        parcels=land,
        buildings=_buildings(land, buildings_per_parcel),
        **layers,
        **_lively(land, whole, random),
    )


def _dissolved(land: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    return land[[key, "geometry"]].dissolve(by=key).reset_index()


def _buildings(land: gpd.GeoDataFrame, each: int) -> gpd.GeoDataFrame:
    middles = shapely.get_coordinates(shapely.centroid(land.geometry.to_numpy()))
    turn = 2 * np.pi * np.arange(each) / each
    places = middles[:, None, :] + 30 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)[None]
    x, y = places.reshape(-1, 2).T
    people = np.repeat(land["residents"].to_numpy() / each, each)
    return gpd.GeoDataFrame(
        {
            "building_id": [f"H{number:06d}" for number in range(len(x))],
            "parcel_id": np.repeat(land["parcel_id"].to_numpy(), each),
            "floor_area_m2": np.repeat(land["floor_area_m2"].to_numpy() / each, each),
            "height_m": np.repeat(land["height_m"].to_numpy(), each),
            "residents": people,
            "dwellings": people / 2.3,
        },
        geometry=shapely.box(x - 7, y - 7, x + 7, y + 7),
        crs=CRS,
    )


def _lively(
    land: gpd.GeoDataFrame, whole: shapely.Geometry, random: np.random.Generator
) -> dict[str, gpd.GeoDataFrame]:
    """Stops, gates, circles, water, woodland, trees, canopy and programmes."""
    west, south, east, north = whole.bounds
    parks = land[land["land_use"] == "1401"]
    offices = land[land["land_use"] == "0802"].iloc[::10]

    def scattered(count: int) -> np.ndarray:
        return shapely.points(random.uniform(west, east, count), random.uniform(south, north, count))

    def layer(shapes: np.ndarray, **columns: object) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)

    stops, trees = scattered(max(10, len(land) // 40)), scattered(len(land))
    modes = np.resize(["bus", "bus", "bus", "tram", "subway,bus"], len(stops))
    kinds = ["incubator", "shared_laboratory", "pilot_test", "university_unit"]
    tiers = {"15": 3_000.0, "10": 700.0, "5": 400.0}
    circles = [
        (tier, shapely.box(x, y, x + size, y + size))
        for tier, size in tiers.items()
        for x in np.arange(west, east - size, size * 2)
        for y in np.arange(south, north - size, size * 2)
    ]
    return {
        "stops": layer(stops, stop_id=[f"T{i}" for i in range(len(stops))], modes=modes, status="planned"),
        "green_entrances": layer(
            shapely.centroid(parks.geometry.to_numpy()),
            entrance_id=[f"G{i}" for i in range(len(parks))],
            parcel_id=parks["parcel_id"].to_numpy(),
        ),
        "circles": layer(
            np.array([shape for _, shape in circles], dtype=object),
            circle_id=[f"C{i}" for i in range(len(circles))],
            tier=[tier for tier, _ in circles],
        ),
        "water": layer(np.array([shapely.box(west, south, west + 80, north)]), id=["W1"], kind="river"),
        "woodland": layer(np.array([shapely.box(east - 60, south, east, north)]), id=["F1"], kind="wood"),
        "trees": layer(trees, id=[f"R{i}" for i in range(len(trees))], kind="street", crown_m=5.0),
        "canopy": layer(
            shapely.buffer(trees[::4], 6), id=[f"K{i}" for i in range(len(trees[::4]))], kind="crown"
        ),
        "programmes": layer(
            shapely.centroid(offices.geometry.to_numpy()),
            programme_id=[f"P{i}" for i in range(len(offices))],
            parcel_id=offices["parcel_id"].to_numpy(),
            kind=np.resize(kinds, len(offices)),
            floor_area_m2=2_000.0,
        ),
    }


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
