"""Parcels with broken outlines, numbers that stand twice, slivers, and two states of one layer."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile, squares, workbook


def test_parts_of_one_parcel_become_one(folder, brought):
    frame = parcels(
        DKBH=["A-01", "A-02", "A-02", "A-03"], YDDM=["R2", "B1", "B1", "G1"], MJ=[1.0, 2.0, 2.0, 1.0]
    )
    shapefile(frame, folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels").loc["A-02"].geometry.area == pytest.approx(20_000)
    assert [one.id for one in rules(result, "office-parts")] == ["A-02"]


def test_two_parcels_of_one_number_stay_two_and_are_an_error(folder, brought):
    shapefile(
        parcels(DKBH=["A-01", "A-02", "A-02", "A-03"], YDDM=["R2", "B1", "G1", "G1"]), folder / "地块.shp"
    )
    plan, result = brought()
    assert {"A-02", "A-02#2"} <= set(plan.layer("parcels").index)
    (found,) = rules(result, "office-number")
    assert found.grade == "error"


def test_one_parcel_drawn_twice_is_one(folder, brought):
    shapes = squares(3)
    shapefile(
        parcels(
            shapes=[*shapes, shapes[0]], DKBH=["A-01", "A-02", "A-03", "A-01"], YDDM=["R2", "B1", "G1", "R2"]
        ),
        folder / "地块.shp",
    )
    plan, result = brought()
    assert plan.layer("parcels").index.tolist()[:3] == ["A-01", "A-02", "A-03"]
    assert len(rules(result, "office-twice")) == 1


def test_a_parcel_without_a_number_gets_one_and_a_sliver_goes(folder, brought):
    sliver = shapely.box(500_400, 4_400_000, 500_400.01, 4_400_030)
    shapes = [*squares(3), sliver]
    shapefile(
        parcels(shapes=shapes, DKBH=["A-01", None, "A-03", "A-04"], YDDM=["R2", "B1", "G1", "G1"]),
        folder / "地块.shp",
    )
    plan, result = brought()
    assert plan.layer("parcels").index.tolist()[:3] == ["A-01", "N0001", "A-03"]
    assert [one.id for one in rules(result, "office-sliver")] == ["A-04"]


def test_an_outline_that_crosses_itself_is_mended_and_listed(folder, brought):
    bow = shapely.Polygon(
        [(500_400, 4_400_000), (500_500, 4_400_100), (500_500, 4_400_000), (500_400, 4_400_100)]
    )
    shapefile(parcels(shapes=[*squares(3), bow]), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels").loc["A-04"].geometry.area == pytest.approx(5000)
    assert result.made["healed"][0]["id"] == "A-04"
    assert [one.id for one in rules(result, "office-outline")] == ["A-04"]


def test_a_copy_of_the_parcels_does_not_count_twice(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    shapefile(parcels(DKBH=["A-01", "A-02", "A-03", "A-04"], YDDM=["G1"] * 4), folder / "地块_备份.shp")
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:2] == ["070102", "0901"]
    (found,) = rules(result, "office-double")
    assert found.layer == "地块_备份"


def test_zero_on_land_to_build_on_is_a_field_that_nobody_filled_in(folder, brought):
    table = {
        "DKBH": ["1", "2"],
        "YDDM": ["R2", "G1"],
        "RJL": [0.0, 0.0],
        "JZXG": [0.0, 0.0],
        "RK": [0.0, 0.0],
    }
    shapefile(parcels(**table), folder / "地块.shp")
    plan, result = brought()
    rows = plan.layer("parcels")
    assert rows.loc["1", ["far", "height_m", "residents"]].isna().all()
    assert rows.loc["2", "far"] == 0
    assert {one.column for one in rules(result, "office-zero")} == {"far", "height_m", "residents"}


def test_bounds_status_setbacks_and_compatible_uses(folder, brought):
    table = {
        "DKBH": ["1"], "YDDM": ["R2"], "RJLSX": [2.0], "RJLXX": [1.0], "LDLXX": [35.0], "JZGDSX": [9999.0],
        "GHDT": ["保留"],
        "JZTR": ["东10南8"], "JRYD": ["B1、A2"], "JRBL": ["7:3"], "QS": ["国有"], "SSSX": ["近期"],
    }  # fmt: skip
    shapefile(parcels(**table), folder / "地块.shp")
    plan, _ = brought()
    row = plan.layer("parcels").loc["1"]
    assert (row["far_min"], row["far_max"], row["far"], row["far_kind"]) == (1.0, 2.0, 2.0, "range")
    assert row["green_ratio_min"] == 0.35
    assert row[["height_m", "height_m_max"]].isna().all()
    assert (row["status"], row["setback_east_m"], row["setback_south_m"]) == ("kept", 10.0, 8.0)
    assert (row["compatible_uses"], row["compatible_split"]) == ("0901,0803", "7:3")
    assert (row["owner"], row["phase"]) == ("国有", "近期")


def test_bounds_of_the_table_judge_the_buildings_that_are_drawn(folder, brought):
    land = parcels(DKBH=["A-1", "A-2"], YDDM=["R2", "B1"], RJLSX=[2.0, 3.0])
    shapefile(land, folder / "地块.shp")
    plan, _ = brought()
    assert list(plan.manifest.packs) == ["gb50180"]
    houses = [shapely.box(500_010, 4_400_010, 500_040, 4_400_040)]
    drawn = gpd.GeoDataFrame({"JZMJ": [900.0], "JZGD": [18.0]}, geometry=houses, crs=CRS)
    shapefile(drawn, folder / "建筑.shp")
    plan, _ = brought()
    assert list(plan.manifest.packs) == ["gb50180", "plan"]


def test_numbers_that_begin_anew_in_each_block_stand_behind_the_blocks(folder, brought):
    table = {
        "JFBH": ["A-01", "A-01", "A-02", "A-02"], "DKBH": ["01", "02", "01", "02"],
        "YDDM": ["R2", "B1", "G1", "A33"],
    }  # fmt: skip
    shapefile(parcels(**table), folder / "地块.shp")
    rows = [["街坊", "地块编号", "容积率"], ["A-01", "01", 2.0], ["A-02", "02", 0.8]]
    workbook(folder / "指标.xlsx", 指标=rows)
    plan, result = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    assert list(found.index) == ["A-01-01", "A-01-02", "A-02-01", "A-02-02"]
    assert found["far_max"].dropna().to_dict() == {"A-01-01": 2.0, "A-02-02": 0.8}
    assert "A-01-01" in rules(result, "office-number")[0].message
