"""Faults of the data and random bytes: reported, judged all the same, and never a traceback."""

import json
import math
import shutil
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import SOAK
from tests.support.builders import X, Y, a_plan, square
from tests.support.layer_files import write_layer

from blockplan.cli import main
from blockplan.plan import write
from blockplan.plan.files import formats

# Faults of the data: reported, and judged all the same


def judged(run, plan: Path) -> tuple[dict, dict]:
    """What validate and check say of a plan with faults; neither may stumble."""
    code, out, err = run("validate", plan, "--json")
    assert code in {0, 1}, err
    faults = json.loads(out)
    code, out, err = run("check", plan, "--json")
    assert code in {0, 1, 3}, err
    return faults, json.loads(out)


def with_parcels(plan: Path, shapes: list, **columns) -> None:
    frame = gpd.GeoDataFrame(
        {"parcel_id": [f"P{n}" for n in range(len(shapes))], "land_use": ["1401"] * len(shapes), **columns},
        geometry=shapes,
        crs="EPSG:4548",
    )
    boundary = gpd.GeoDataFrame(
        {"name": ["all"]}, geometry=[shapely.box(X, Y, X + 200, Y + 100)], crs="EPSG:4548"
    )
    formats.write_layers({"boundary": boundary, "parcels": frame}, plan / "plan.gpkg")


@pytest.mark.long
@pytest.mark.parametrize(
    "shapes",
    [
        [shapely.Point(X + 50, Y + 50), shapely.Point(X + 150, Y + 50)],
        [shapely.LineString([(X, Y), (X + 100, Y + 100)]), square(1)],
        [None, square(1)],
        [None, None],
        [shapely.Polygon(), square(1)],
        [shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)]), square(1)],
        [shapely.Point(math.nan, math.nan), square(1)],
        [shapely.LineString([(X, math.inf), (X, Y)]), square(1)],
        [shapely.GeometryCollection([square(0), shapely.Point(X, Y)]), square(1)],
        [shapely.Polygon([(X, Y), (X, Y), (X, Y), (X, Y)]), square(1)],
        [shapely.box(1e300, 1e300, 2e300, 2e300), square(1)],
    ],
    ids=[
        "points",
        "line",
        "null",
        "all null",
        "empty",
        "bow tie",
        "nan",
        "inf",
        "collection",
        "no area",
        "huge",
    ],
)
@pytest.mark.filterwarnings("ignore:Geometry column does not contain geometry")
def test_shapes_that_are_no_parcels(run, plan, shapes):
    with_parcels(plan, shapes)
    faults, _ = judged(run, plan)
    assert any(fault["grade"] == "error" for fault in faults["faults"])


def test_columns_of_the_wrong_kind(run, plan):
    with_parcels(
        plan, [square(0), square(1)], residents=["many", "12"], far=["2.0", "-"], committed=["perhaps", "yes"]
    )
    faults, _ = judged(run, plan)
    assert {(fault["rule"], fault["id"]) for fault in faults["faults"]} >= {
        ("pq-value", "P0"),
        ("pq-value", "P1"),
    }


def test_numbers_that_no_plan_has(run, plan):
    with_parcels(plan, [square(0), square(1)], residents=[-5.0, 1e308], floor_area_m2=[math.inf, -math.inf])
    judged(run, plan)


def test_a_layer_without_a_crs_is_taken_to_be_in_the_plans(run, plan):
    frames = {name: formats.read_layer(plan / "plan.gpkg", name) for name in ("boundary", "parcels")}
    bare = {name: frame.set_crs(None, allow_override=True) for name, frame in frames.items()}
    (plan / "plan.gpkg").unlink()
    for name, frame in bare.items():
        write_layer(frame, plan / f"{name}.parquet")
    faults, _ = judged(run, plan)
    assert not [
        fault for fault in faults["faults"] if fault["grade"] == "error" and fault["rule"] != "pq-crs"
    ]


def test_a_layer_in_degrees_comes_into_the_plans_crs(run, plan):
    frames = {name: formats.read_layer(plan / "plan.gpkg", name) for name in ("boundary", "parcels")}
    formats.write_layers(
        {name: frame.to_crs("EPSG:4490") for name, frame in frames.items()}, plan / "plan.gpkg"
    )
    faults, _ = judged(run, plan)
    assert not [fault for fault in faults["faults"] if fault["rule"] in {"pq-inside", "pq-swapped"}]


@pytest.mark.long(10)
def test_a_parcel_of_a_million_corners(run, plan):
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.column_stack([X + 100 + 90 * np.cos(angle), Y + 100 + 90 * np.sin(angle)])
    with_parcels(plan, [shapely.Polygon(ring)])
    started = time.process_time()
    judged(run, plan)
    assert time.process_time() - started < 60


# Laws


SOUND = a_plan(manifest={"packs": ["zone"]})
#: Each example writes a package and runs two commands over it; a soak tries hundreds.
rounds = settings() if SOAK else settings(max_examples=25)


def code_of(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    return int(left.value.code or 0)


@pytest.mark.long
@rounds
@given(data=st.data())
def test_random_bytes_in_a_package_never_bring_the_command_line_down(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes") / "plan"
    write(SOUND, folder)
    name = data.draw(st.sampled_from(["plan.toml", "plan.gpkg"]))
    raw = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (folder / name).write_bytes(raw[: data.draw(st.one_of(st.none(), st.integers(0, len(raw))))])
    command = data.draw(st.sampled_from(["validate", "check"]))
    assert code_of(command, folder) in {0, 1, 2, 3}
    shutil.rmtree(folder)


SHAPES = st.sampled_from(
    [
        None,
        square(0),
        square(1),
        square(5),
        shapely.Point(X, Y),
        shapely.LineString([(X, Y), (X + 100, Y + 100)]),
        shapely.Polygon(),
        shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)]),
        shapely.box(Y, X, Y + 100, X + 100),
        shapely.MultiPolygon([square(0), square(3)]),
    ]
)
TEXTS = st.sampled_from([None, "", "A", "1401", "0701", "99", "教育", "A,B", "x" * 300])
NUMBERS = st.sampled_from([None, 0.0, -1.0, 0.5, 250.0, 1e12, math.nan])


@pytest.mark.long
@rounds
@given(
    rows=st.lists(st.tuples(SHAPES, TEXTS, TEXTS, NUMBERS, NUMBERS), min_size=0, max_size=5),
    layer=st.sampled_from(
        ["parcels", "facilities", "buildings", "greens", "streets", "stops", "structure", "areas"]
    ),
)
def test_random_faults_of_the_data_never_bring_the_command_line_down(tmp_path_factory, rows, layer):
    columns = {
        "parcels": ("parcel_id", "land_use", "residents", "far"),
        "facilities": ("facility_id", "service", "beds", "floor_area_m2"),
        "buildings": ("building_id", "parcel_id", "residents", "height_m"),
        "greens": ("green_id", "access", "a", "b"),
        "streets": ("street_id", "class", "level", "red_line_width_m"),
        "stops": ("stop_id", "modes", "a", "b"),
        "structure": ("element_id", "role", "a", "b"),
        "areas": ("area_id", "townships", "a", "b"),
    }[layer]
    table = pd.DataFrame([row[1:] for row in rows], columns=list(columns))
    frame = gpd.GeoDataFrame(table, geometry=[row[0] for row in rows], crs="EPSG:4548")
    folder = tmp_path_factory.mktemp("data") / "plan"
    write(SOUND.replace(**{layer: frame}), folder)
    assert code_of("validate", folder) in {0, 1}
    assert code_of("check", folder) in {0, 1, 3}
    shutil.rmtree(folder)
