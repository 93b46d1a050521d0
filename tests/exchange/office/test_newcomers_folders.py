"""What offices' folders said that was read wrong or not at all, or guessed without a word: each by itself."""

from __future__ import annotations

import geopandas as gpd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import parcels, rules, shapefile, squares, workbook

from blockplan.exchange.office.codes import translate
from blockplan.exchange.office.residents import share_out
from blockplan.exchange.office.source import Findings
from blockplan.exchange.office.texts import facilities_in
from blockplan.exchange.office.titles import plain

FOUR = ["A-01", "A-02", "A-03", "A-04"]


def tabled(folder, *rows, uses=("R2", "R2", "R2", "R2")):
    """Four parcels as a Shapefile, and a table of them."""
    shapefile(parcels(地块编号=FOUR, 用地代码=list(uses)), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=list(rows))


def test_a_subtotal_that_bears_the_blocks_number_is_no_parcel(folder, brought):
    rows = [[one, 2.0] for one in FOUR]
    tabled(folder, ["地块编号", "容积率"], *rows[:2], ["A小计", 4.0], *rows[2:], ["A街区合计：", 8.0])
    _, result = brought()
    assert not rules(result, "office-unjoined")
    assert "Rows left out as subtotals, not parcels: 2 " in rules(result, "office-sheet")[0].message


def test_a_numbered_note_under_a_table_is_no_parcel(folder, brought):
    tabled(
        folder, ["地块编号", "容积率"], *([one, 2.0] for one in FOUR),
        ["注：1.容积率为上限。"], ["2. 加星号为保留地块"],
    )  # fmt: skip
    _, result = brought()
    assert not rules(result, "office-unjoined")


def test_an_underground_column_beneath_a_common_heading_is_not_the_heading(folder, brought):
    tabled(
        folder,
        ["地块编号", "建设规模", None],
        [None, "地上建筑面积（万㎡）", "地下（万㎡）"],
        *([one, 2.4, 0.3] for one in FOUR),
    )
    plan, _ = brought()
    land = plan.layer("parcels").loc[FOUR]
    assert land["floor_area_m2"].tolist() == [24_000.0] * 4
    assert land["underground_floor_area_m2"].tolist() == [3000.0] * 4


def test_a_figure_in_brackets_that_was_not_read_is_told(folder, brought):
    tabled(
        folder,
        ["地块编号", "绿地率(%)", "容积率", "建筑高度(m)"],
        ["A-01", "≥30（旧区25）", "2.0(可上浮10%)", "≤24（局部30）"],
        ["A-02", "30（见注1）", "2.0（上限）", "24（黄海高程≤52.5m）"],
    )
    plan, result = brought()
    land = plan.layer("parcels").loc[["A-01", "A-02"]]
    assert land["green_ratio_min"].tolist() == [0.3, 0.3]
    assert land["far_max"].tolist() == [2.0, 2.0]
    told = [(one.id, one.grade) for one in rules(result, "office-value") if "in brackets" in one.message]
    assert told == [("A-01", "warning")] * 3


def test_a_share_among_percentages_is_read_as_such_and_told(folder, brought):
    tabled(
        folder, ["地块编号", "绿地率(%)", "建筑密度(%)"],
        ["A-01", 35, 28], ["A-02", "0.35", 0.3], ["A-03", "0.5%", 30],
    )  # fmt: skip
    plan, result = brought()
    land = plan.layer("parcels").loc[["A-01", "A-02", "A-03"]]
    assert land["green_ratio_min"].tolist() == [0.35, 0.35, 0.005]
    assert land["coverage_ratio_max"].tolist() == [0.28, 0.3, 0.3]
    told = [one.message for one in rules(result, "office-value")]
    assert [("35%" in one, "30%" in one) for one in told] == [(True, False), (False, True)]


def test_households_are_no_people(folder, brought):
    tabled(
        folder, ["地块编号", "人口", "户数"],
        ["A-01", "400户", 400], ["A-02", "900人", "300人"], ["A-03", 800, 250],
    )  # fmt: skip
    plan, result = brought()
    land = plan.layer("parcels").loc[["A-01", "A-02", "A-03"]]
    assert land["residents"].fillna(-1).tolist() == [-1, 900, 800]
    assert land["dwellings"].fillna(-1).tolist() == [400, -1, 250]
    assert sorted(one.id for one in rules(result, "office-value")) == ["A-01", "A-02"]


def test_dwellings_and_the_people_in_each_give_residents(folder, brought):
    tabled(folder, ["地块编号", "户数", "户均人口"], *([one, 240, "3.2"] for one in FOUR[:3]))
    plan, result = brought()
    assert plan.layer("parcels")["residents"].dropna().tolist() == [768.0] * 3
    assert plan.manifest.residents.source == "parcels"
    assert "dwellings times the people" in rules(result, "office-residents")[0].message


def test_spaces_of_a_car_park_and_chargers_are_no_facilities_each() -> None:
    for text in ("公共停车场(120个)", "充电桩20个", "停车场（含充电桩20个）", "公共停车位80个"):
        assert len(facilities_in(text)[0]) == 1, text
    assert len(facilities_in("公共停车场2个")[0]) == 2


def test_numbers_in_circles_part_facilities(folder, brought):
    frame = parcels(
        DKBH=FOUR[:2], YDDM=["R2", "R2"], PTSS=["①幼儿园 12班 ②文化活动站 400㎡", "老年活动中心800平方米"]
    )
    pyogrio.write_dataframe(frame, folder / "p.gpkg", layer="地块")
    plan, _ = brought()
    found = plan.layer("facilities").sort_values("parcel_id")
    assert found["service"].tolist() == ["kindergarten", "culture", "culture"]
    assert found["classes"].fillna(0).tolist() == [12, 0, 0]
    assert found["floor_area_m2"].fillna(0).tolist() == [0, 400, 800]


def test_names_in_pinyin_cut_to_ten_bytes_are_known(folder, brought):
    frame = parcels(
        DiKuaiBian=FOUR, YongDiDaiM=["R2", "B1", "G1", "A33"], RongJiLv=[2.0] * 4, JianZhuMiD=[28] * 4,
        LvDiLv=[35] * 4, JianZhuGao=[54] * 4, YongDiMian=[1.0] * 4, PeiTaoSheS=["幼儿园", "", "", ""],
    )  # fmt: skip
    shapefile(frame, folder / "DiKuai.shp")
    line = shapely.LineString([(499_990, 4_399_990), (500_410, 4_399_990)])
    streets = gpd.GeoDataFrame(
        {"DaoLuMingC": ["纬一路"], "HongXianKu": [20]}, geometry=[line], crs="EPSG:4548"
    )
    shapefile(streets, folder / "DaoLuZhongXian.shp")
    plan, _ = brought()
    first = plan.layer("parcels").loc["A-01"]
    bounds = ["far_max", "coverage_ratio_max", "green_ratio_min", "height_m_max", "declared_area_m2"]
    assert first[bounds].tolist() == [2.0, 0.28, 0.35, 54.0, 10_000.0]
    assert plan.layer("streets")["red_line_width_m"].tolist() == [20.0]
    assert plan.layer("facilities")["service"].tolist() == ["kindergarten"]


def japanese(folder, **columns):
    zones = ["第一種住居地域", "第二種住居地域", "商業地域", "準住居地域"]
    frame = gpd.GeoDataFrame(
        {"区画番号": ["1-1", "1-2", "1-3", "2-1"], "用途地域": zones, **columns},
        geometry=squares(4, east=-20_000, north=-35_000), crs="EPSG:6677",
    )  # fmt: skip
    shapefile(frame, folder / "用途地域.shp", encoding="CP932")


def test_residents_by_block_are_shared_out_over_its_homes_and_the_plan_says_how(folder, brought):
    japanese(folder, 町丁目=["桜町1丁目"] * 3 + ["桜町2丁目"])
    indices = [["区画番号", "容積率（％）"], ["1-1", 200], ["1-2", 100], ["1-3", 400], ["2-1", 200]]
    people = [
        ["町丁目", "世帯数", "人口"],
        ["桜町1丁目", 400, 901],
        ["桜町2丁目", 300, 700],
        ["合計", 700, 1601],
    ]
    workbook(folder / "一覧.xlsx", 指定=indices, 人口=people)
    plan, result = brought()
    land = plan.layer("parcels")
    # Floor areas of the two parcels of homes are as 2 to 1; the shop's land takes none.
    assert land["residents"].dropna().to_dict() == {"1-1": 601.0, "1-2": 300.0, "2-1": 700.0}
    assert land["dwellings"].dropna().sum() == 700
    assert "shared out over their parcels of homes by floor area" in str(plan.manifest.imported)
    told = rules(result, "office-residents")
    assert [(one.grade, "2 blocks say" in one.message) for one in told] == [("warning", True)] * 2


def test_what_parcels_say_themselves_is_not_shared_out_again(folder, brought):
    japanese(folder, 町丁目=["一"] * 3 + ["二"], 人口=[10, 20, 0, 30])
    workbook(folder / "一覧.xlsx", 人口=[["町丁目", "人口"], ["一", 900], ["二", 700]])
    plan, result = brought()
    assert plan.layer("parcels")["residents"].dropna().tolist() == [10.0, 20.0, 0.0, 30.0]
    told = [one.message for one in rules(result, "office-residents")]
    assert [one.partition(". ")[0] for one in told] == [
        "The parcels have 30 residents together, but block 二 says 700"
    ]


def test_a_block_without_homes_says_that_nobody_has_its_residents(folder, brought):
    shapefile(parcels(DKBH=FOUR, YDDM=["B1", "B1", "G1", "A33"], DYBH=["D1"] * 4), folder / "地块.shp")
    workbook(folder / "表.xlsx", 单元=[["单元编号", "规划人口"], ["D1", 900]])
    plan, result = brought()
    assert plan.layer("parcels")["residents"].isna().all()
    assert "has no parcel of homes" in rules(result, "office-residents")[0].message


@pytest.mark.parametrize("land", [shapely.Polygon(), shapely.Polygon([(0, 0), (5, 0), (0, 0)])])
def test_residents_of_a_block_whose_homes_have_no_land_stay_unknown_and_are_told(land):
    frame = gpd.GeoDataFrame({"land_use": ["0701"] * 2, "block_id": ["D1"] * 2}, geometry=[land] * 2)
    blocks = gpd.GeoDataFrame({"block_id": ["D1"], "residents": [900.0]}, geometry=[shapely.box(0, 0, 9, 9)])
    findings = Findings()
    assert share_out(frame, blocks, "block", findings) == {}
    assert "residents" not in frame
    assert [one.message.partition(": ")[2] for one in findings] == [
        "its parcels of homes have no land to share them out by; they stay unknown."
    ]


def test_the_residents_of_the_scope_are_shared_out_where_nobody_else_says_any(folder, brought):
    land = parcels(DKBH=FOUR, YDDM=["R2", "R2", "B1", "A33"], RJL=[3.0, 1.0, 2.0, 1.0])
    shapefile(land, folder / "地块.shp")
    scope = gpd.GeoDataFrame(
        {"DYBH": ["QT08"], "DYMC": ["前塘"], "GHRK": [800]}, geometry=[land.union_all()], crs=land.crs
    )
    pyogrio.write_dataframe(scope, folder / "a.gpkg", layer="JBGH_XXGH_CZKF_GHFW")
    plan, _ = brought()
    assert plan.layer("parcels")["residents"].dropna().to_dict() == {"A-01": 600.0, "A-02": 200.0}
    assert plan.manifest.imported["boundary"]["zh"] == "按来图"
    assert plan.layer("boundary")["name"].isna().all()


def test_a_plan_of_taiwan_is_read_in_its_own_signs(folder, brought):
    frame = gpd.GeoDataFrame(
        {"街廓編號": ["T1-1", "T1-2", "T1-3", "T1-4"], "計畫人口": [300, 200, 0, 0],
         "使用分區": ["第二種住宅區", "住三", "國小用地", "變電所用地"],
         "建蔽率": ["60%"] * 4, "容積率": ["200%"] * 4, "高度限制": ["21m"] * 4},
        geometry=squares(4, east=300_000, north=2_770_000), crs="EPSG:3826",
    )  # fmt: skip
    pyogrio.write_dataframe(frame, folder / "細部計畫.gpkg", layer="細部計畫")
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["land_use"].tolist()[:4] == ["0701", "0701", "080403", "1303"]
    assert land["far_max"].tolist()[:4] == [2.0] * 4
    assert land["height_m_max"].tolist()[:4] == [21.0] * 4
    assert land["residents"].tolist()[:2] == [300.0, 200.0]


def test_names_in_traditional_signs_compare_as_in_simplified_ones() -> None:
    assert plain("建築密度") == plain("建筑密度")
    assert plain("道路中心線") == plain("道路中心线")


def test_a_zone_of_institutions_and_communities_is_no_green() -> None:
    # G alone is green in a town of 2007; G/IC is a zone of Hong Kong.
    assert translate("G/IC", "town2007").to == "08"
    assert translate("G1/B1", "gb50137").to == "1401"
    assert translate("R/C", "town2007").beside == ("08",)
