"""A synthetic plan of any size: a jittered coverage of parcels, buildings on each, streets between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from tests.support.builders import X, Y, a_manifest

from blockplan.plan import Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL = 100.0
CODES = ("0701", "0802", "0901", "1001", "1401", "16")


def jittered_plan(columns: int, rows: int, *, buildings: int = 5, points: int = 3, seed: int = 1) -> Plan:
    """
    A clean plan of ``columns * rows`` parcels whose edges fit point by point.

    Every edge has `points` points of its own between its ends, every parcel
    `buildings` buildings; streets run along every fifth line of the grid.
    """
    random = np.random.default_rng(seed)
    nodes = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1), indexing="ij"), axis=-1) * CELL
    nodes = nodes + random.uniform(-15, 15, nodes.shape) + (X, Y)
    across = _edges(nodes[:-1, :], nodes[1:, :], points, random)
    up = _edges(nodes[:, :-1], nodes[:, 1:], points, random)
    rings = np.concatenate(
        (across[:, :-1], up[1:, :], across[:, 1:][:, :, ::-1], up[:-1, :][:, :, ::-1]), axis=2
    ).reshape(columns * rows, -1, 2)
    shapes = shapely.polygons(rings)
    parcels = _parcels(shapes)
    outline = shapely.coverage_union_all(shapes)
    lines = [shapely.linestrings(across[:, at].reshape(-1, 2)) for at in range(0, rows + 1, 5)]
    lines += [shapely.linestrings(up[at].reshape(-1, 2)) for at in range(0, columns + 1, 5)]
    streets = gpd.GeoDataFrame(
        {"street_id": [f"S-{number}" for number in range(len(lines))]}, geometry=lines, crs="EPSG:4548"
    )
    layers = {
        "boundary": gpd.GeoDataFrame({"name": ["all"]}, geometry=[outline], crs="EPSG:4548"),
        "extent": gpd.GeoDataFrame(geometry=[shapely.envelope(outline).buffer(500)], crs="EPSG:4548"),
        "parcels": parcels,
        "buildings": _buildings(parcels, buildings, random),
        "streets": streets,
    }
    return Plan(a_manifest(residents={"source": "parcels"}), layers)


def _edges(
    starts: NDArray[np.float64], ends: NDArray[np.float64], points: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Points along each edge without its end, so that edges can be joined to rings."""
    share = np.arange(points + 1)[:, None] / (points + 1)
    along = starts[..., None, :] + (ends - starts)[..., None, :] * share
    along[..., 1:, :] += random.uniform(-3, 3, along[..., 1:, :].shape)
    # The end of an edge is the start of the next: rings take it from there, lines repeat it.
    return np.concatenate((along, ends[..., None, :]), axis=-2)


def _parcels(shapes: NDArray[np.object_]) -> gpd.GeoDataFrame:
    number = len(shapes)
    area = shapely.area(shapes)
    use = np.array(CODES)[np.arange(number) % len(CODES)]
    homes = use == "0701"
    return gpd.GeoDataFrame(
        {
            "parcel_id": [f"P-{index}" for index in range(number)],
            "land_use": use,
            "far": 1.8,
            "floor_area_m2": 1.8 * area,
            "declared_area_m2": np.round(area, 3),
            "residents": np.where(homes, 100.0, np.nan),
            "dwellings": np.where(homes, 40.0, np.nan),
            "green_ratio": 0.3,
        },
        geometry=shapes,
        crs="EPSG:4548",
    )


def _buildings(parcels: gpd.GeoDataFrame, each: int, random: np.random.Generator) -> gpd.GeoDataFrame:
    middle = shapely.get_coordinates(shapely.centroid(parcels.geometry.to_numpy()))
    at = np.repeat(middle, each, axis=0) + random.uniform(-15, 15, (len(parcels) * each, 2))
    half = random.uniform(3, 8, (len(at), 2))
    return gpd.GeoDataFrame(
        {
            "building_id": [f"B-{index}" for index in range(len(at))],
            "parcel_id": np.repeat(parcels["parcel_id"].to_numpy(), each),
            "floor_area_m2": 4 * half.prod(axis=1) * 6,
        },
        geometry=shapely.box(*(at - half).T, *(at + half).T),
        crs="EPSG:4548",
    )
