"""
Generated towns for the land-use benchmark: irregular parcels, streets along them, a plan drawn without care.

Geometry and every figure are invented; the same size and seed give the same town.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from blockplan.plan import Plan
from blockplan.plan.model.manifest import manifest_from

CRS = "EPSG:4548"
WEST, SOUTH = 480_000.0, 4_390_000.0
PARCEL_M2 = 20_000.0
#: Use -> floor area ratio; homes, commerce, offices, research, industry, schools, parks, reserve.
USES: dict[str, float | None] = {
    "0701": 1.8, "0901": 1.5, "0902": 2.4, "0802": 1.6, "1001": 1.3, "080403": 0.8, "1401": None, "16": None,
}  # fmt: skip
COMMITTED = 0.12
SPACE_M2 = 36.0
#: What the benchmark asks of a town; the rest of the terms is the house's own.
TERMS: dict[str, Any] = {
    "quotas": {
        "homes": {"min_share": 0.18, "max_share": 0.30},
        "0901": {"min_share": 0.03, "max_share": 0.08},
        "0902": {"min_share": 0.05, "max_share": 0.12},
        "research": {"min_share": 0.08, "max_share": 0.18},
        "industry": {"min_share": 0.10, "max_share": 0.22},
        "reserve": {"min_share": 0.06, "max_share": 0.15},
    }
    | {name: {} for name in ("commerce", "schools", "care", "culture", "green")},
    "size_ha": {"080403": [1.0, 8.0]}
    | {code: [0.0, 100.0] for code in ("0802", "0901", "0902", "1001", "1401")},
    "coverage": [
        {"name": "green_on_foot", "needs": ["homes"], "gives": ["1401"], "within_m": 500, "along": "network"},
        {
            "name": "school_on_foot",
            "needs": ["homes"],
            "gives": ["0804"],
            "within_m": 800,
            "along": "network",
        },
    ],
}


def a_town(parcels: int, seed: int = 0) -> Plan:
    """A town of about `parcels` irregular parcels (within 2 %); all but the committed ones may change."""
    random = np.random.default_rng(seed)
    cells = _cells(parcels, random)
    point = shapely.point_on_surface(cells)
    xy = np.stack([shapely.get_x(point), shapely.get_y(point)], axis=1)
    codes = np.array(list(USES), dtype=object)
    fields = np.stack([_field(xy, random) for _ in codes], axis=1)
    use = codes[(fields + random.uniform(0, 0.15, fields.shape)).argmax(axis=1)]
    area = shapely.area(cells)
    far = np.array([USES[code] if USES[code] is not None else np.nan for code in use], dtype=float)
    floor = np.round(area * far)
    land = gpd.GeoDataFrame(
        {
            "parcel_id": [f"P{number:05d}" for number in range(len(cells))],
            "land_use": use,
            "permitted": [",".join(code for code in codes if code != one) for one in use],
            "far": far,
            "floor_area_m2": floor,
            "residents": np.where(use == "0701", np.round(floor / SPACE_M2), np.nan),
            "status": "planned",
            "committed": random.random(len(cells)) < COMMITTED,
        },
        geometry=cells,
        crs=CRS,
    )
    return Plan(_manifest(len(cells)), {"parcels": land, **_rest(cells, xy, random)})


def _manifest(parcels: int) -> Any:
    table = {
        "id": f"town-{parcels}",
        "drawn_on": dt.date(2021, 9, 30),
        "crs": CRS,
        "synthetic": True,
        "packs": ["zone"],
        "title": {"en": f"Generated town of {parcels} parcels"},
        "residents": {"source": "parcels", "floor_area_per_person_m2": SPACE_M2, "household_size": 2.3},
    }
    return manifest_from(table, "benchmark")


def _cells(parcels: int, random: np.random.Generator) -> np.ndarray:
    """Cells around jittered points inside a lobed outline; points left out make larger ones."""
    step = np.sqrt(PARCEL_M2)
    radius = np.sqrt(parcels * PARCEL_M2 / np.pi)
    turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    lobes = 1 + sum(random.uniform(0, 0.12) * np.cos(k * turn + random.uniform(0, 6)) for k in (2, 3, 5))
    centre = np.array([WEST, SOUTH]) + 2 * radius
    outline = shapely.Polygon(
        centre + radius * np.stack([lobes * np.cos(turn), lobes * np.sin(turn)], axis=1)
    )
    side = int(np.ceil(2.6 * radius / step))
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * step
    points = centre - 1.3 * radius + grid + random.uniform(-0.36, 0.36, grid.shape) * step
    points = points[shapely.contains_xy(outline, points[:, 0], points[:, 1])]
    points = points[np.sort(random.permutation(len(points))[:parcels])]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline))
    cells = shapely.set_precision(shapely.intersection(cells, outline), 0.001)
    return np.array([cell for cell in shapely.get_parts(cells) if cell.area > 0], dtype=object)


def _field(xy: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A smooth field of a few hills, from 0 to 1."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    found = np.zeros(len(xy))
    for _ in range(6):
        away = ((xy - random.uniform(low, high)) ** 2).sum(axis=1)
        found += random.uniform(0.4, 1.0) * np.exp(-away / 2 / random.uniform(300, 900) ** 2)
    return found / found.max()


def _rest(cells: np.ndarray, xy: np.ndarray, random: np.random.Generator) -> dict[str, Any]:
    """Boundary, streets along all parcels (an eighth of them wider), stations and cores."""
    whole = shapely.union_all(cells)
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(cells))))
    main = random.random(len(lines)) < 0.12
    streets = gpd.GeoDataFrame(
        {
            "street_id": [f"S{number}" for number in range(len(lines))],
            "class": np.where(main, "secondary", "local"),
        },
        geometry=lines,
        crs=CRS,
    )
    many = max(2, len(cells) // 250)
    spots = xy[random.choice(len(xy), 2 * many, replace=False)]
    stops = gpd.GeoDataFrame(
        {"stop_id": [f"T{number}" for number in range(many)], "modes": "subway,bus", "status": "planned"},
        geometry=list(shapely.points(spots[:many])),
        crs=CRS,
    )
    cores = gpd.GeoDataFrame(
        {"element_id": [f"C{number}" for number in range(many)], "role": "core"},
        geometry=list(shapely.points(spots[many:])),
        crs=CRS,
    )
    boundary = gpd.GeoDataFrame({"name": ["town"]}, geometry=[whole], crs=CRS)
    return {"boundary": boundary, "streets": streets, "stops": stops, "structure": cores}
