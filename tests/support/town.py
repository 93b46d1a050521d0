"""
A small clean town for tests of validation: nine squares of 100 m, 3 x 3, with something in every layer.

::

    G park      H school    I homes        row 2
    D homes     E offices   F park         row 1
    A homes     B research  C culture      row 0

Streets run along the lines between the squares and out to the extent, which
stands 100 m off all round. The two areas are the western column (0.03 km2)
and the rest (0.06 km2).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from tests.support.builders import SIDE, X, Y, a_manifest, square

from blockplan.plan import Fault, Plan, validate

USES = {
    "A": "0701", "B": "0802", "C": "0803",
    "D": "0701", "E": "0902", "F": "1401",
    "G": "1401", "H": "080403", "I": "0701",
}  # fmt: skip
CRS = "EPSG:4548"


def frame(table: dict[str, Any], shapes: list[Any]) -> gpd.GeoDataFrame:
    """A layer of the town."""
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def spot(column: float, row: float) -> shapely.Point:
    """The point `column` squares east and `row` squares north of the corner."""
    return shapely.Point(X + column * SIDE, Y + row * SIDE)


def line(*spots: tuple[float, float]) -> shapely.LineString:
    """A line through spots."""
    return shapely.LineString([spot(*each) for each in spots])


def town(**manifest: Any) -> Plan:
    """The town: no fault of any grade; with frames of its own, which a test may change in their place."""
    frames = {name: frame.copy() for name, frame in _laid_out().layers.items()}
    return Plan(a_manifest(**manifest), frames, tidied_already=frames)


@cache
def _laid_out() -> Plan:
    """The town, laid out once: to do so takes twenty times as long as to copy it."""
    names = list(USES)
    cells = [square(number % 3, number // 3) for number in range(9)]
    homes = [USES[name] == "0701" for name in names]
    parcels = {
        "parcel_id": names,
        "block_id": "K",
        "land_use": list(USES.values()),
        "land_use_name": ["城镇住宅用地" if home else None for home in homes],
        "far": 1.8,
        "far_kind": "upper",
        "coverage_ratio": 0.3,
        "green_ratio": 0.3,
        "floor_area_m2": 18_000.0,
        "residents": [100.0 if home else np.nan for home in homes],
        "dwellings": [40.0 if home else np.nan for home in homes],
        "declared_area_m2": 10_000.0,
        "status": "planned",
    }
    statements = {
        "statement_id": ["T-1", "T-2", "T-3"],
        "text_zh": ["西区约0.03平方公里，东区0.06平方公里。", "创新带长约三百米。", "规划期至2035年。"],
        "text_en": ["West covers about 0.03 km2, east 6 ha.", "The belt runs 300 m.", "Until 2035."],
        "text_ja": ["西地区は約3ヘクタール、東は0.06平方キロ。", "帯は約300メートル。", "2035年まで。"],
        "kind": ["C", "C", "N"],
        "bound_to": ["layer:areas", "object:belt", "rule:zone-notice"],
    }
    whole = shapely.box(X, Y, X + 300, Y + 300)
    return Plan(
        a_manifest(),
        {
            "boundary": frame({"name": ["town"]}, [whole]),
            "extent": frame({}, [shapely.box(X - 100, Y - 100, X + 400, Y + 400)]),
            "areas": frame(
                {"area_id": ["west", "east"]},
                [shapely.box(X, Y, X + 100, Y + 300), shapely.box(X + 100, Y, X + 300, Y + 300)],
            ),
            "structure": frame(
                {"element_id": ["belt", "core"], "role": ["belt", "core"], "area_id": [None, "west"]},
                [line((1, 0), (1, 3)), spot(0.5, 0.5)],
            ),
            "blocks": frame({"block_id": ["K"], "area_id": ["west"]}, [whole]),
            "parcels": frame(parcels, cells),
            "buildings": frame(
                {"building_id": ["b-A", "b-D"], "parcel_id": ["A", "D"], "floor_area_m2": [9_000.0, 9_000.0]},
                [spot(0.5, 0.5).buffer(20), spot(0.5, 1.5).buffer(20)],
            ),
            "facilities": frame(
                {
                    "facility_id": ["nursing", "culture", "school", "hospital"],
                    "parcel_id": ["B", "C", "H", "B"],
                    "service": ["nursing_home", "culture", "primary_school", "hospital"],
                    "beds": [60.0, np.nan, np.nan, 300.0],
                    "places": [np.nan, np.nan, 400.0, np.nan],
                    "floor_area_m2": [np.nan, 4_500.0, np.nan, np.nan],
                },
                [spot(1.2, 0.5), spot(2.5, 0.5), spot(1.5, 2.5), spot(1.8, 0.5)],
            ),
            "streets": frame(
                {"street_id": ["s-1", "s-2", "s-3", "s-4"], "class": "local", "level": 0.0},
                [
                    line((-1, 1), (4, 1)),
                    line((-1, 2), (1, 2)),
                    line((1, 2), (4, 2)),
                    line((1, 1), (1, 2), (1, 4)),
                ],
            ),
            "stops": frame({"stop_id": ["t-1"], "modes": ["subway,bus"]}, [spot(1, 1)]),
            "statements": pd.DataFrame(statements),
        },
    )


def edited(plan: Plan, layer: str, id_: str | None = None, shape: Any = None, **values: Any) -> Plan:
    """The plan with values (and the shape) of one feature, or values of a whole column, replaced."""
    found = plan.layer(layer).copy()
    rows = np.ones(len(found), dtype=bool) if id_ is None else np.asarray(found.index == id_)
    for column, value in values.items():
        if column not in found:
            found[column] = None
        if isinstance(value, str) or value is None:
            found[column] = found[column].astype(object)
        found.loc[rows, column] = value
    if shape is not None:
        shapes = found.geometry.to_numpy().copy()
        shapes[rows] = shape if shape != "null" else None
        found = found.set_geometry(gpd.GeoSeries(shapes, index=found.index, crs=CRS))
    return plan.replace(**{layer: found})


def without(plan: Plan, layer: str, *ids: str) -> Plan:
    """The plan without some features."""
    found = plan.layer(layer)
    return plan.replace(**{layer: found[~found.index.isin(ids)]})


def moved(plan: Plan, layer: str, id_: str, east: float, north: float) -> Plan:
    """The plan with one feature moved, m."""
    shape = plan.layer(layer).geometry[id_]
    return edited(plan, layer, id_, shapely.transform(shape, lambda at: at + np.array((east, north))))


def exchanged(plan: Plan, layer: str, *ids: str) -> Plan:
    """The plan with x and y of some features exchanged."""
    for id_ in ids:
        shape = plan.layer(layer).geometry[id_]
        plan = edited(plan, layer, id_, shapely.transform(shape, lambda at: at[:, ::-1]))
    return plan


def kinds(plan: Plan) -> list[str]:
    """What validation finds, as ``pq-far.percent P-1``."""
    return [f"{said(found)} {found.id or found.layer}" for found in validate(plan)]


def said(found: Fault) -> str:
    """Kind and case of a fault."""
    return f"{found.rule}.{found.case}" if found.case else found.rule


def only(plan: Plan) -> Fault:
    """The one fault of a plan."""
    found = validate(plan)
    assert len(found) == 1, [each.message() for each in found]
    return found[0]
