"""Plans with faults of every kind are measured without a crash: validity reports them, measures go on."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import plan_of, square

from blockplan.measure import MEASURES, measure
from blockplan.measure.missing import lines
from blockplan.plan.model.layers import LAYERS

BOW = shapely.Polygon([(0, 0), (300, 300), (300, 0), (0, 300)])
SHAPES = (
    None,
    BOW,
    square(0, 0),
    square(100, 0),
    square(0, 0, 1e-9),
    square(4e6, 5e5),
    shapely.Polygon(),
    shapely.Point(),
    shapely.Point(50, 50),
    shapely.Point(math.nan, math.nan),
    shapely.MultiPoint([(0, 0), (200, 200)]),
    shapely.LineString([(0, 0), (300, 0)]),
    shapely.LineString([(0, 0), (0, 0)]),
    shapely.LineString([(0, 0), (300, 300), (300, 0), (0, 300)]),
    shapely.MultiLineString([[(0, 50), (300, 50)], [(50, 0), (50, 300)]]),
    shapely.GeometryCollection([square(0, 0), shapely.Point(9, 9)]),
    shapely.LineString([(0, 0, 5), (300, 10, 9)]),
)
WORDS = {
    "land_use": ("0701", "1401", "14", "0901", "1001", "080403", "nonsense", None),
    "land_use_list": ("cn2023", "gb50137", "somebody's", None),
    "service": ("nursing_home", "culture", "x", None),
    "role": ("axis", "belt", "core", None),
    "modes": ("subway", "bus,rail", ",", None),
    "class": ("local", "path", None),
    "barrier": ("wall", "no", None),
    "kind": ("park", "leisure=pitch", None),
}
IDS = ("P-1", "P-2", "B-1", "G-1", None)
NUMBERS = st.sampled_from((None, 0.0, 1.0, 40.0, -3.0, 1e18))


@st.composite
def rows(draw: st.DrawFn, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"geometry": draw(st.sampled_from(SHAPES))}
    for column, kind in LAYERS[name].columns.items():
        if kind == "number":
            row[column] = draw(NUMBERS)
        elif kind == "flag":
            row[column] = draw(st.sampled_from((True, False, None)))
        elif column in WORDS:
            row[column] = draw(st.sampled_from(WORDS[column]))
        elif column.endswith("_id"):
            row[column] = draw(st.sampled_from(IDS))
    return row


@st.composite
def plans(draw: st.DrawFn) -> Any:
    names = draw(st.lists(st.sampled_from([*LAYERS]), min_size=1, max_size=8, unique=True))
    layers = {name: draw(st.lists(rows(name), max_size=5)) for name in names}
    source = draw(st.sampled_from(("parcels", "dwellings", "floor_area", "given")))
    sizes = {"household_size": 2.3, "floor_area_per_person_m2": 36, "total": draw(st.sampled_from((0, 100)))}
    return plan_of(manifest={"residents": {"source": source, **sizes}}, **layers)


@pytest.mark.long
@given(plans())
def test_a_faulty_plan_is_measured_without_a_crash(plan: Any) -> None:
    for found in measure(plan):
        assert found.value is None or math.isfinite(found.value), found
        assert found.value is not None or lines(found.missing), found
        json.dumps(found.to_dict(), allow_nan=False)
        for reading in found.readings:
            assert reading.share is None or -1e-9 <= reading.share <= 1 + 1e-9


def test_a_housing_parcel_that_is_not_drawn_is_what_land_a_resident_lacks() -> None:
    home = {"land_use": "0701", "residents": 40.0, "height_m": 20.0, "geometry": None}
    plan = plan_of(manifest={"residents": {"source": "parcels"}}, parcels=[home])
    (found,) = (one for one in measure(plan) if one.id == "street_block_land_per_resident")
    assert (found.value, [one.column for one in found.missing]) == (None, ["geometry"])


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_shape_of_any_kind_in_every_layer_stops_no_measure(shape: Any) -> None:
    layers = {
        layer: [{"geometry": shape, "land_use": "1401", "role": "belt", "modes": "subway", "class": "local"}]
        for layer, spec in LAYERS.items()
        if spec.geometry != "none"
    }
    found = measure(plan_of(**layers))
    assert len(found) == len(MEASURES)
    json.dumps([one.to_dict() for one in found], allow_nan=False)
