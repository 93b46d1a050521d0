"""
Folders in the manner of several offices: a province's filing database, a city's one-map, a check list, a
bare sheet.
"""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import parcels, rules, shapefile, workbook

from blockplan.check import check
from blockplan.exchange.office.texts import facilities_in
from blockplan.plan.model.manifest import manifest_from
from blockplan.report.sheets.panels import title_block
from blockplan.report.view import View
from blockplan.report.words import Words


def blocks(n, columns=3):
    """`n` squares of one hectare with streets of 20 m between them."""
    places = [(500_000 + 120 * (at % columns), 4_400_000 + 120 * (at // columns)) for at in range(n)]
    return [shapely.box(x, y, x + 100, y + 100) for x, y in places]


def lines(**columns):
    west, south, east, north = 499_990, 4_399_990, 500_350, 4_400_230
    shapes = [
        shapely.LineString([(west, 4_400_110), (east, 4_400_110)]),
        shapely.LineString([(500_110, south), (500_110, north)]),
        shapely.LineString([(500_230, south), (500_230, north)]),
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4548")


def points(**columns):
    n = len(next(iter(columns.values())))
    shapes = [shapely.Point(500_050 + 240 * at, 4_400_050) for at in range(n)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4548")


def test_a_geodatabase_with_lower_and_upper_bounds_where_9999_is_no_bound(folder, brought):
    table = {
        "DKBH": [f"WK-01-0{at}" for at in range(1, 7)],
        "YDDM": ["070102", "0901", "1401", "080403", "070102", "1207"],
        "ZYYDDM": ["0901", "", "", "", "080404", ""],
        "YDMJ": [10_000.0] * 6,
        "RJLSX": [2.0, 3.0, 9999, 0.8, 2.2, 9999],
        "RJLXX": [1.0, 0, 0, 0, 1.2, 0],
        "JZMDSX": [28.0, 45, 9999, 30, 25, 9999],
        "LDLSX": [9999.0] * 6,
        "LDLXX": [30.0, 20, 65, 35, 30, 0],
        "RK": [504.0, 0, 0, 0, 560, 0],
        "PFSJ": pd.to_datetime(["2023-05-04"] * 6),
    }
    gdb = folder / "kg.gdb"
    pyogrio.write_dataframe(
        parcels(shapes=blocks(6), **table), gdb, layer="AC_RK_控规地块", driver="OpenFileGDB"
    )
    more = {
        "道路中心线": lines(DLMC=["甲街", "乙街", "丙街"], DLDJ=["主干路", "支路", "支路"], KD=[20.0] * 3),
        "配套设施": points(PTSSMC=["社区卫生服务站", "幼儿园"], GM=["≥200平方米", "12班"]),
    }
    for name, layer in more.items():
        pyogrio.write_dataframe(layer, gdb, layer=name, driver="OpenFileGDB", append=True)
    plan, result = brought()
    rows = plan.layer("parcels").iloc[:6]
    assert result.made["code_list"] == "cn2023"
    assert rows["far_max"].dropna().tolist() == [2.0, 3.0, 0.8, 2.2]
    assert rows["far_min"].dropna().tolist() == [1.0, 1.2]
    assert rows["green_ratio_max"].isna().all()
    assert rows["compatible_uses"].tolist()[4] == "080404"
    assert str(plan.manifest.drawn_on) == "2023-05-04"
    assert plan.layer("streets")["class"].tolist() == ["arterial", "local", "local"]
    assert plan.layer("facilities")["classes"].tolist()[1] == 12
    assert plan.layer("facilities")["floor_area_m2"].tolist()[0] == 200


@pytest.mark.long
@pytest.mark.parametrize(("lang", "said"), [("zh", "未注明"), ("en", "not stated"), ("ja", "記載なし")])
def test_a_plan_that_no_file_dates_says_so_and_not_the_day_of_its_import(folder, brought, lang, said):
    shapefile(parcels(), folder / "规划地块.shp")
    plan, result = brought()
    day = plan.manifest.drawn_on
    assert plan.manifest.model_extra["imported"]["drawn_on"] == day
    assert "drawn_on" not in result.mapping_toml
    view = View(plan, check(plan), Words(lang))
    assert said in view.drawn_on
    block = title_block(view, "", "GH-01", "1:2000")
    assert view.drawn_on in block["pairs"][3]
    assert view.words.day(day) not in str(block)
    # A plan that is dated later is not asked to unsay its import.
    dated = manifest_from(plan.manifest.model_dump() | {"drawn_on": dt.date(2020, 5, 1)}, "plan.toml")
    assert not dated.day_is_assumed


@pytest.mark.long
def test_a_citys_one_map_with_short_names_in_lower_case(folder, brought):
    table = {
        "dkbh": ["A-01", "A-02", "A-03", "A-04"],
        "bh": ["1", "2", "3", "4"],
        "yddm": ["R2", "B1/B2", "G1", "U21"],
        "ydxz": ["二类居住用地", "商业商务混合用地", "公园绿地", "排水用地"],
        "ydflbs": ["2011"] * 4,
        "rjl": [2.0, 2.5, None, None],
        "jztr": ["东10南8西5北5", "", "", ""],
        "ggtcw": [0, 30, 0, 0],
        "pjcw": [180, 200, 0, 0],
        "ptss": ["幼儿园、社区居家养老服务用房(300㎡)、物业用房", "菜市场2000平方米", "", ""],
        "crkfx": ["E、S", "N", "", "W"],
    }
    gpkg = folder / "wz.gpkg"
    pyogrio.write_dataframe(parcels(shapes=blocks(4), **table), gpkg, layer="BKY_YDGH_PY")
    more = {
        "BKJ_DLZX_LN": lines(dlmc=["a", "b", "c"], dlxz=["次干路", "支路", "支路"], dlkd=[20.0] * 3),
        "BKP_GPSS_PT": points(gpxm=["幼儿园"], gplx=["教育设施"], gmdj=["9班"]),
        "BKK_SXLX_LN": lines(sshdmc=["塘河", "", ""], ghkzhk=[40.0] * 3),
        "BKY_DKBH_AP": points(htext=["A-01"]),
    }
    for name, layer in more.items():
        pyogrio.write_dataframe(layer, gpkg, layer=name, append=True)
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["070102", "0901", "1401", "1302"]
    assert plan.layer("parcels").loc["A-01", "setback_north_m"] == 5
    assert len(rules(result, "office-close")) == 1, "own and public parking spaces could both be meant"
    found = plan.layer("facilities")
    assert found["service"].tolist() == ["kindergarten", "day_care", "other", "market"]
    assert found["classes"].tolist()[0] == 9
    assert set(plan.layer("control_lines")["kind"]) == {"blue"}


def test_a_check_lists_names_and_a_layer_named_by_its_state(folder, brought):
    table = {
        "CGYDDM": ["R2", "C2", "G1"],
        "CGYDMC": ["二类居住用地", "商业金融业用地", "公共绿地"],
        "DKBH": ["01", "02", "03"],
        "JZMDX": [0.0, 0, 0],
        "JZMDZ": [28.0, 40, 0],
        "LDLSX": [0.0, 0, 0],
        "KGLSX": [35.0, 25, 65],
        "RJLSX": [2.5, 3.0, 0],
        "RJLXX": [1.0, 1.0, 0],
        "PTGSS": ["小学1所（36班）", "", ""],
        "PTSZS": ["公厕、垃圾收集站", "", ""],
    }
    shapefile(parcels(shapes=blocks(3), **table), folder / "控规地块_最终版2020.shp")
    plan, result = brought()
    assert result.made["code_list"] == "gbj137"
    rows = plan.layer("parcels").iloc[:3]
    assert rows["land_use"].tolist() == ["070102", "09", "1401"]
    assert rows["green_ratio"].tolist() == [0.35, 0.25, 0.65]
    assert rows["green_ratio_max"].isna().all(), (
        "an upper bound of nothing beside a lower one is not filled in"
    )
    assert plan.layer("facilities")["service"].tolist() == ["primary_school", "utility", "utility"]


def test_outlines_with_a_running_number_and_all_else_in_a_sheet(folder, brought):
    shapefile(
        parcels(shapes=blocks(4), ID=[1.0, 2.0, 3.0, 4.0], Layer=["规划用地"] * 4), folder / "地块边界.shp"
    )
    rows = [
        ["某片区控制性详细规划地块指标一览表", *[None] * 6],
        ["编制日期：2023年7月"],
        [],
        ["序号", "地块编号", "用地性质", "用地面积（亩）", "容积率", "建筑高度", "人口规模（万人）"],
        [1, 1, "R2", 15, "1.8-2.2", "≤60m", 0.05],
        [2, 2, "A33", 15, "≤0.8", "24", "—"],
        [3, 3, "G1", 15, "—", "—", "—"],
        [4, 4, "商住用地", 15, "2.5", "100", 0.06],
        [None, "合计", None, 60, None, None, 0.11],
    ]
    workbook(folder / "控规指标汇总(定稿).xlsx", [("Sheet1", 0, 0, 0, 6)], Sheet1=rows)
    plan, _ = brought()
    found = plan.layer("parcels").iloc[:4]
    assert found["land_use"].tolist() == ["070102", "080403", "1401", "0701"]
    assert found["compatible_uses"].tolist()[3] == "0901"
    assert found["declared_area_m2"].round(6).tolist() == [10_000] * 4
    assert found["residents"].dropna().tolist() == [500, 600]
    assert (found["far_min"].iloc[0], found["far_max"].iloc[0]) == (1.8, 2.2)
    assert str(plan.manifest.drawn_on) == "2023-07-01"


def test_english_headings_of_a_zoning_table_are_understood(folder, brought):
    land = parcels(
        shapes=blocks(3),
        LotNo=["KF-1", "KF-2", "KF-3"],
        Zoning=["R2", "B1", "G1"],
        Max_FAR=["<=2.2", "3.0", "-"],
        Lot_Cov_pct=[30, 45, 10],
        Green_pct=[35, 20, 65],
        MaxHt=["54m", "24m", "12m"],
    )
    land.to_file(folder / "site.gpkg", layer="Lots")
    lines(Name=["A", "B", "C"], ROW_m=[20.0] * 3, Type=["Arterial", "Local", "Local"]).to_file(
        folder / "site.gpkg", layer="Centerlines"
    )
    outline = shapely.box(499_980, 4_399_980, 500_360, 4_400_240)
    gpd.GeoDataFrame({"name": ["scope"]}, geometry=[outline], crs="EPSG:4548").to_file(
        folder / "site.gpkg", layer="Planning_Boundary"
    )
    pd.DataFrame({"Lot No.": ["KF-1", "KF-2"], "Population": [400, 0], "Parking spaces": [120, 80]}).to_csv(
        folder / "lots.csv", index=False, encoding="gbk"
    )
    plan, result = brought()
    first = plan.layer("parcels").loc["KF-1"]
    figures = ("far_max", "coverage_ratio", "green_ratio", "height_m", "residents", "parking_spaces")
    assert [first[name] for name in figures] == [2.2, 0.30, 0.35, 54, 400, 120]
    assert plan.layer("streets")["red_line_width_m"].tolist() == [20.0] * 3
    assert set(plan.layer("streets")["class"]) == {"arterial", "local"}
    assert result.made["boundary"] == "given"


def test_a_facility_and_its_size_under_one_heading_are_one_facility(folder, brought):
    shapefile(parcels(shapes=blocks(2), DKBH=["A-1", "A-2"], YDDM=["R2", "R2"]), folder / "地块.shp")
    rows = [
        ["地块编号", "配套设施", None],
        [None, "名称", "规模"],
        ["A-1", "幼儿园（9班）", "5400㎡"],
        ["A-2", "养老院(150床)、菜市场", None],
    ]
    merges = [("指标", 0, 1, 0, 2), ("指标", 0, 0, 1, 0)]
    workbook(folder / "指标表.xlsx", merges=merges, 指标=rows)
    plan, _ = brought()
    found = plan.layer("facilities").sort_values("parcel_id")
    assert sorted(found["service"]) == ["kindergarten", "market", "nursing_home"]
    kindergarten = found[found["service"] == "kindergarten"].iloc[0]
    assert (kindergarten["classes"], kindergarten["floor_area_m2"]) == (9, 5400)


def test_a_second_field_that_names_a_facility_is_not_the_size_of_the_first(folder, brought):
    shapefile(
        parcels(
            shapes=blocks(2), DKBH=["A-1", "A-2"], YDDM=["R2", "R2"],
            PTSS1=["12班幼儿园", "小学、幼儿园"], PTSS2=["24班小学", "24班、12班"],
        ),
        folder / "地块.shp",
    )  # fmt: skip
    plan, _ = brought()
    found = plan.layer("facilities").sort_values(["parcel_id", "service"])
    assert found["parcel_id"].tolist() == ["A-1", "A-1", "A-2", "A-2"]
    assert found["service"].tolist() == ["kindergarten", "primary_school"] * 2
    assert found["classes"].tolist()[:2] == [12, 24]
    assert found["classes"].isna().tolist()[2:] == [True, True]


def test_facilities_are_read_in_english_too():
    found, unread = facilities_in("Kindergarten (9 classes), nursing home (150 beds); clinic, bicycle shed")
    assert [(one.service, one.classes, one.beds) for one in found] == [
        ("kindergarten", 9, None),
        ("nursing_home", None, 150),
        ("clinic", None, None),
    ]
    assert unread == ["bicycle shed"]


def test_a_supermarket_is_no_food_market_and_a_childrens_day_care_is_none_for_the_old():
    found, _ = facilities_in(
        "Supermarket; Food market; Child day care centre; Day care centre; 150 Beds nursing home"
    )
    assert [one.service for one in found] == ["retail", "market", "childcare", "day_care", "nursing_home"]
    assert found[-1].beds == 150


@pytest.mark.parametrize(
    ("text", "column", "each"),
    [
        ("小学2所(共48班)", "classes", 24), ("小学2所共48班", "classes", 24),
        ("养老院2处（合计300床）", "beds", 150),
        ("社区服务站2处(总建筑面积600㎡)", "floor_area_m2", 300),
        ("Kindergartens x2 (18 classes in total)", "classes", 9),
        ("小学2所（每所24班）", "classes", 24), ("小学2所(24班/所)", "classes", 24),
        ("24班小学2所", "classes", 24),
        ("2所24班小学", "classes", 24), ("公共厕所2处(60㎡/处)", "floor_area_m2", 60),
        ("小学2所（48班）", "classes", None), ("小学2所48班", "classes", None),
        ("小学2所(共49班)", "classes", None),
        ("小学2所(24班、36班)", "classes", None), ("小学2所，共48班", "classes", 24),
        ("小学2所，24班", "classes", None), ("小学2所，每所24班", "classes", 24),
        ("小学2所，各24班", "classes", 24),
        ("公共厕所2处(60㎡)", "floor_area_m2", None), ("垃圾收集站2座", "places", None),
    ],
)  # fmt: skip
def test_a_size_of_several_facilities_is_that_of_each_or_of_all_or_unknown(text, column, each):
    found, unread = facilities_in(text)
    assert [getattr(one, column) for one in found] == [each, each]
    assert unread == []
    assert not found[0].name.endswith(("共", "各"))


def test_what_is_shared_out_and_what_is_not_is_said(folder, brought):
    shapefile(
        parcels(
            DKBH=["A-1", "A-2", "A-3"],
            YDDM=["R2", "R2", "R2"],
            PTGSS=["小学2所(共48班)", "养老院2处(300床)", "小学2所(每所24班)"],
        ),
        folder / "地块.shp",
    )
    plan, result = brought()
    found = plan.layer("facilities").sort_values("parcel_id")
    assert found["classes"].dropna().tolist() == [24, 24, 24, 24]
    assert found["beds"].isna().all()
    said = [(one.id, one.grade) for one in rules(result, "office-text")]
    assert said == [("A-1", "note"), ("A-2", "warning")]
