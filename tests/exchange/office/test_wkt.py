"""Tables with a column of WKT are layers, and a row that draws nothing is told."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
import shapely
from tests.exchange.office.conftest import rules, squares

from blockplan.exchange.office.profile import load_profile
from blockplan.exchange.office.sheets import read_csv

SHAPES = [shape.wkt for shape in squares(4)]


def table(file, rows, heading=("DKBH", "YDDM", "用地面积(ha)", "geom")):
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([heading, *rows])
    return file


def read(file):
    profile = load_profile()
    return read_csv(file, file.name, profile)


def test_a_table_with_wkt_is_a_layer_of_parcels(folder, brought):
    rows = [
        (f"A-0{at}", code, 1, f"SRID=4548;{wkt}")
        for at, (code, wkt) in enumerate(zip(["R2", "B1", "G1", "A33"], SHAPES, strict=True), start=1)
    ]
    table(folder / "dk.csv", rows)
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land.index.tolist() == ["A-01", "A-02", "A-03", "A-04"]
    assert land["land_use"].tolist() == ["070102", "0901", "1401", "080403"]
    assert land["declared_area_m2"].tolist() == [10_000.0] * 4
    assert plan.manifest.crs == "EPSG:4548"


def test_a_row_that_draws_nothing_is_told_with_its_row_and_left_out(folder):
    rows = [("A-01", "R2", 1, SHAPES[0]), (), ("A-02", "R2", 1, "POLYGON((0 0, 1 1"), ("A-03", "R2", 1, "")]
    rows += [("A-04", "R2", 1, "POLYGON EMPTY"), ("A-05", "R2", 1, "POLYGON((0 0,0 1,0 2,0 0))")]
    reading = read(table(folder / "dk.csv", [*rows, ("A-06", "R2", 1, SHAPES[1])]))
    (layer,) = reading.layers
    assert layer.frame["DKBH"].tolist() == ["A-01", "A-06"]
    told = [(one.id, one.message) for one in rules(reading, "office-geometry")]
    assert told == [
        ("row 4", "Row 4 draws what is no WKT that can be read; it was left out."),
        ("row 5", "Row 5 draws nothing; it was left out."),
        ("row 6", "Row 6 draws nothing; it was left out."),
        ("row 7", "Row 7 draws an area without any width; it was left out."),
    ]


def test_an_area_of_more_points_than_a_cell_commonly_holds_comes_in(folder):
    ring = shapely.Point(500_000, 4_400_000).buffer(100, quad_segs=3000)
    assert len(ring.wkt) > 131_072
    (layer,) = read(table(folder / "dk.csv", [("A-01", "R2", 1, ring.wkt)])).layers
    assert layer.frame.area.tolist() == pytest.approx([ring.area])
    assert csv.field_size_limit() <= 1_000_000  # others read with their own limit


def test_a_table_that_only_names_a_shape_stays_a_table(folder):
    reading = read(table(folder / "dk.csv", [("A-01", "R2", 1, "polygon"), ("A-02", "B1", 1, "polygon")]))
    assert [layer.drawn for layer in reading.layers] == [False]


def test_published_cases_are_sorted_into_fair_doubtful_and_broken(shared):
    found = {}
    for kind in ("fair", "dubious", "broken"):
        reading = read(shared / "plan-samples" / "cnig-plu" / "geometry-cases" / f"{kind}_geometries.csv")
        valid = Counter(shape.is_valid for layer in reading.layers for shape in layer.frame.geometry)
        found[kind] = (valid[True], valid[False], len(rules(reading, "office-geometry")))
    # An outline that crosses itself is fixed and told with the parcels.
    assert found == {"fair": (3, 0, 0), "dubious": (0, 1, 2), "broken": (0, 1, 1)}
