"""
An invented community in the benchmark format: skewed blocks between streets, about a third of them vacant.

Nothing of it is a real place. Tests, pictures in the docs and ``benchmarks/layout.py --synthetic`` use it.
"""

from __future__ import annotations

import numpy as np
import shapely
import yaml

from blockplan.exchange.community import Community, Objectives

#: Sides of blocks in m, and how far corners stray.
WIDE, HIGH, ASTRAY = (280.0, 420.0), (180.0, 330.0), 25.0


def community(columns: int = 5, rows: int = 6, seed: int = 7) -> tuple[Community, Objectives]:
    """The initial features and the objectives of an invented community of columns x rows blocks."""
    random = np.random.default_rng(seed)
    x = np.concatenate([[0], np.cumsum(random.uniform(*WIDE, columns))])
    y = np.concatenate([[0], np.cumsum(random.uniform(*HIGH, rows))])
    corners = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    corners[1:-1, 1:-1] += random.uniform(-ASTRAY, ASTRAY, (columns - 1, rows - 1, 2))
    corners = np.round(corners)
    blocks = [
        shapely.Polygon([corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]])
        for i in range(columns)
        for j in range(rows)
    ]
    streets = [
        shapely.LineString([corners[i, j], corners[i + di, j + dj]])
        for i in range(columns + 1)
        for j in range(rows + 1)
        for di, dj in ((1, 0), (0, 1))
        if i + di <= columns and j + dj <= rows
    ]
    types = np.full(len(blocks), "residential", dtype=object)
    order = random.permutation(len(blocks))
    vacant = max(2, round(len(blocks) * 0.35))
    types[order[:vacant]] = "feasible"
    types[order[vacant]], types[order[vacant + 1]] = "green_l", "school"
    return features_of(blocks, types, streets, corners.reshape(-1, 2)), _aims(x[-1], y[-1], len(blocks))


def features_of(
    blocks: list[shapely.Polygon],
    types: np.ndarray,
    streets: list[shapely.LineString],
    corners: np.ndarray,
) -> Community:
    shapes = np.array([*streets, *shapely.points(corners), *blocks], dtype=object)
    kinds = ["line"] * len(streets) + ["junction"] * len(corners) + ["block"] * len(blocks)
    names = ["road"] * len(streets) + ["junction"] * len(corners) + [*types]
    return Community(
        np.arange(shapes.size),
        np.array(kinds, dtype=object),
        np.array(names, dtype=object),
        np.full(shapes.size, "initial", dtype=object),
        shapes,
        {"name": "synthetic", "synthetic": True},
    )


def _aims(width: float, height: float, blocks: int) -> Objectives:
    """Counts in proportion to the number of blocks; limits of size as planners know them."""
    many = max(1, blocks // 8)
    services = {"business": 10_000, "office": 10_000, "school": 10_000, "hospital_l": 10_000}
    small = {"hospital_s": 2_000, "recreation": 2_000}
    counts = dict.fromkeys([*services, *small, "green_l"], many) | {"hospital_l": 1, "school": many + 1}
    areas = services | small | {"residential": 20_000, "green_l": 15_000}
    most = dict.fromkeys(areas, 20_000) | dict.fromkeys(small, 10_000)
    return Objectives(
        diagonal_m=float(np.hypot(width, height)),
        shares={"residential": 0.6},
        counts=counts,
        min_area_m2=areas,
        max_area_m2=most | {"residential": 300_000, "green_l": 90_000, "hospital_l": 30_000},
        min_edge_m=dict.fromkeys(areas, 100.0) | {"school": 80.0} | dict.fromkeys(small, 80.0),
        max_edge_m=dict.fromkeys(areas, 200.0)
        | dict.fromkeys(small, 150.0)
        | {"residential": 600.0, "green_l": 300.0},
    )


def objectives_text(aims: Objectives) -> str:
    """Objectives as YAML, as `read_objectives` reads them."""
    tables = {
        "extent_m": {"width": aims.diagonal_m, "height": 0},
        "required_area_share": aims.shares,
        "required_count": aims.counts,
        "min_area_m2": aims.min_area_m2,
        "max_area_m2": aims.max_area_m2,
        "min_edge_m": aims.min_edge_m,
        "max_edge_m": aims.max_edge_m,
        "score_weights": {"service": aims.service, "ecology": aims.ecology, "traffic": aims.traffic},
        "road_stage": {"enabled": aims.built_share < 1, "boundary_share_to_build": aims.built_share},
    }
    return yaml.safe_dump({key: dict(table) for key, table in tables.items()})
