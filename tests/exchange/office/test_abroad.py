"""Folders of offices in Wuhan, Korea, Japan, Germany, Taiwan, Shenzhen and Shanghai, by their own habits."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import parcels, rules, shapefile, squares, workbook
from tests.support import other_workbooks

from blockplan.exchange.office.codes import translate
from blockplan.exchange.office.importing import import_office
from blockplan.exchange.office.values import read_amount
from blockplan.plan.files.encodings import detect
from blockplan.plan.files.package import read
from blockplan.propose.manual_scenarios import Edits, new_scenario


def land(plan):
    return plan.layer("parcels").sort_index()


def street(crs, east, north, **columns):
    line = shapely.LineString([(east, north - 10), (east + 400, north - 10)])
    return gpd.GeoDataFrame({name: [value] for name, value in columns.items()}, geometry=[line], crs=crs)


def test_a_korean_district_unit_plan_is_read_with_its_own_words(folder, brought):
    shapes = squares(4, east=200_000, north=550_000)
    zones = ["제2종일반주거지역", "준주거지역", "근린공원", "초등학교"]
    frame = parcels(
        5186, shapes, 획지번호=["1-1", "1-2", "1-3", "1-4"], 용도지역=zones, 용적률=[250, 500, None, 200]
    )
    shapefile(frame, folder / "획지.shp", "CP949")
    shapefile(
        street(5186, 200_000, 550_000, 도로명="대로1호선", 폭원=20.0), folder / "도로중심선.shp", "CP949"
    )
    bounds = (
        "획지번호,건폐율,최고높이\n1-1,60% 이하,60m 이하\n1-2,70%이하,20층\n1-3,-,\n1-4,50% 이하,12m\n계,,\n"
    )
    (folder / "획지계획.csv").write_bytes(bounds.encode("cp949"))
    plan, result = brought()
    there = land(plan).loc[frame["획지번호"]]
    assert there["land_use"].tolist() == ["0701", "0701", "1401", "080403"]
    assert there["far_max"].dropna().tolist() == [2.5, 5.0, 2.0]
    assert there["coverage_ratio_max"].dropna().tolist() == [0.6, 0.7, 0.5]
    assert there["height_m_max"].dropna().tolist() == [60.0, 12.0]
    assert "in storeys" in rules(result, "office-value")[0].message
    assert plan.layer("streets")["red_line_width_m"].tolist() == [20.0]


@pytest.mark.parametrize("codec", ["cp949", "gb18030", "cp932", "big5"])
def test_short_tables_of_east_asia_keep_their_encodings(codec):
    words = {
        "cp949": ["필지번호", "건폐율", "주거지역"], "gb18030": ["地块编号", "道路", "高度", "居住"],
        "cp932": ["用途地域", "高度", "容積率"], "big5": ["都市計畫分區", "第三種住宅區", "容積率"],
    }  # fmt: skip
    found = detect([word.encode(codec) for word in words[codec]])
    assert found.startswith(codec)


def test_parcels_that_are_each_the_only_one_of_its_block_are_called_by_it(folder, brought):
    shapes = squares(3, east=-12_000, north=-35_000)
    frame = parcels(
        6677, shapes, 街区番号=["1", "2", "3"], 用途地域=["商業地域", "準工業地域", "第一種住居地域"]
    )
    shapefile(frame, folder / "用途地域.shp", "CP932")
    plan, result = brought()
    assert land(plan).index.tolist() == ["1", "2", "3"]
    assert "called by it" in rules(result, "office-number")[0].message


@pytest.mark.parametrize(("code", "lang"), [(6677, "ja"), (4548, "zh")])
def test_a_title_of_ideographs_alone_is_in_the_language_of_the_law(folder, brought, code, lang):
    place = {"east": -12_000, "north": -35_000} if code == 6677 else {}
    shapefile(parcels(code, squares(2, **place), DKBH=["1", "2"]), folder / "parcels.shp", "UTF-8")
    (folder / "説明.txt").write_text("東京港区地区計画\n", encoding="utf-8")
    assert brought()[0].manifest.title == {lang: "東京港区地区計画"}


def test_parcels_that_share_a_block_are_not_called_by_it(folder, brought):
    shapes = squares(3, east=-12_000, north=-35_000)
    frame = parcels(
        6677, shapes, 街区番号=["1", "1", "3"], 用途地域=["商業地域", "準工業地域", "第一種住居地域"]
    )
    shapefile(frame, folder / "用途地域.shp", "CP932")
    plan, _ = brought()
    assert land(plan).index.tolist() == ["N0001", "N0002", "N0003"]


def test_a_german_area_has_its_number_beside_its_kind(folder, brought):
    shapes = squares(4, east=565_000, north=5_930_000)
    frame = parcels(
        25832, shapes, BAUGEBIET=["WA 1", "GEe 1", "SO 1", "GB 1"],
        ART_NUTZ=["WA", "GEe", "SO Einzelhandel", "Gemeinbedarf Schule"], GRZ=["0,4", "0,8", "0,8", "0,6"],
        GFZ=["1,2", "2,4", "1,6", "1,8"],
    )  # fmt: skip
    shapefile(frame, folder / "Baugebiete.shp", "UTF-8", cpg="UTF-8")
    plan, _ = brought()
    there = land(plan).loc[frame["BAUGEBIET"]]
    assert there["land_use"].tolist() == ["0701", "1001", "0901", "080403"]
    assert there["far_max"].tolist() == [1.2, 2.4, 1.6, 1.8]


def test_planned_roads_of_taiwan_are_streets_and_a_table_in_xls_has_its_storeys_told(folder, brought):
    shapes = squares(2, east=250_000, north=2_650_000)
    drawn = parcels(3826, shapes, 地號=["100", "101"], 使用分區=["住二", "商一"])
    pyogrio.write_dataframe(drawn, folder / "細部計畫.gpkg", layer="細部計畫")
    road = street(3826, 250_000, 2_650_000, 計畫寬度=20)
    pyogrio.write_dataframe(road, folder / "計畫道路.gpkg", layer="計畫道路")
    rows = [["地號", "建蔽率", "容積率", "高度限制"], ["100", 60, 200, "7層"], ["101", 80, 320, "21公尺"]]
    other_workbooks.xls(folder / "強度表.xls", 強度=rows)
    plan, result = brought()
    there = land(plan).loc[["100", "101"]]
    assert there["far_max"].tolist() == [2.0, 3.2]
    assert there["coverage_ratio_max"].tolist() == [0.6, 0.8]
    assert there["height_m_max"].dropna().tolist() == [21.0]
    assert "in storeys" in rules(result, "office-value")[0].message
    assert plan.layer("streets")["red_line_width_m"].tolist() == [20.0]


def test_each_use_of_a_mixed_parcel_is_read_with_its_own_name():
    mixed = translate("R2+C1", "town2007", "二类居住用地+商业用地")
    assert (mixed.to, mixed.beside) == ("0701", ("0901",))
    assert translate("R2+C1", "town2007").beside == ("0801",)


def test_other_land_for_traffic_is_no_street_however_it_is_written():
    assert translate("S5", "town2007", "其它交通设施用地").to == "1209"


def test_offices_of_shanghai_are_business_and_no_public_service():
    assert translate("C8", "gbj137").to == "0902"


def test_a_green_ratio_of_nothing_bounds_nothing(folder, brought):
    shapefile(parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "R2"], LDL=[30.0, 0.0]), folder / "地块.shp")
    plan, _ = brought()
    there = land(plan).loc[["A-01", "A-02"]]
    assert there["green_ratio"].dropna().tolist() == [0.3]
    assert there["green_ratio_min"].dropna().tolist() == [0.3]


@pytest.mark.parametrize(
    ("said", "kind"), [("60% 이하", "upper"), ("30% 이상", "lower"), ("50%미만", "upper")]
)
def test_korean_words_of_bounds_are_understood(said, kind):
    assert read_amount(said, "share").kind == kind


@pytest.mark.long
@pytest.mark.parametrize(
    ("remark", "height", "far"),
    [
        ("限高100米", 100.0, None),
        ("保留；建筑限高≤24m，容积率不大于1.8", 24.0, 1.8), ("原限高24米", None, None),
        ("商业部分限高24米", None, None), ("限高24", None, None), ("限高见图则", None, None),
    ],
)  # fmt: skip
def test_figures_that_stand_in_the_remarks_alone_count_and_are_told(folder, brought, remark, height, far):
    shapefile(parcels(DKBH=["1-1", "1-2"], YDDM=["R2", "R2"], BZ=[remark, ""]), folder / "地块.shp")
    plan, result = brought()
    first = land(plan).loc["1-1"]
    given = [first.get(column) for column in ("height_m_max", "far_max")]
    assert [None if pd.isna(value) else value for value in given] == [height, far]
    assert len(rules(result, "office-text")) == sum(value is not None for value in (height, far))


def test_a_figure_of_a_column_counts_and_not_that_of_the_remarks(folder, brought):
    shapefile(parcels(DKBH=["1-1"], YDDM=["R2"], JZXG=[54.0], BZ=["限高100米"]), folder / "地块.shp")
    plan, result = brought()
    assert land(plan).loc["1-1", "height_m_max"] == 54
    assert not rules(result, "office-text")


def test_a_figure_with_a_remark_behind_it_makes_no_sum_of_its_row(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2"], YDDM=["R2", "R2"]), folder / "地块.shp")
    table = "地块编号,容积率,绿地率\n1-1,2.0（其中住宅1.8）,30%\n1-2,≤2.5且≥1.5,30%\n1号街坊小计,4.5,\n"
    (folder / "指标.csv").write_text(table, encoding="utf-8")
    plan, result = brought()
    assert land(plan).loc[["1-1", "1-2"], "far_max"].tolist() == [2.0, 2.5]
    assert land(plan).loc["1-2", "far_min"] == 1.5
    assert "Rows left out as subtotals, not parcels: 1 " in rules(result, "office-sheet")[0].message


def test_uses_of_a_parcel_one_below_the_other_count_together(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2"]), folder / "地块.shp")
    rows = [
        ["地块编号", "用地代码", "容积率", "建筑面积（㎡）"],
        ["1-1", "R2", 3, 12_000],
        [None, "B1", None, 6_900],
        ["1-2", "R2", 2, 20_000],
    ]
    workbook(folder / "指标.xlsx", merges=[("表", 1, 0, 2, 0), ("表", 1, 2, 2, 2)], 表=rows)
    plan, result = brought()
    first = land(plan).loc["1-1"]
    assert (first["land_use"], first["compatible_uses"]) == ("070102", "0901")
    assert (first["floor_area_m2"], first["far_max"]) == (18_900, 3)
    assert "count together" in rules(result, "office-twice")[0].message


def test_zones_of_the_national_land_numerical_information_of_japan_are_parcels(folder, brought):
    shapes = squares(2, east=-12_000, north=-35_000)
    zones = {"A29_005": ["第1種低層住居専用地域", "商業地域"], "A29_006": [50, 80], "A29_007": [100, 600]}
    shapefile(parcels(6677, shapes, **zones).to_crs(6668), folder / "A29-19_13101.shp", "CP932")
    plan, _ = brought()
    assert land(plan)["land_use"].tolist()[:2] == ["0701", "0901"]
    assert land(plan)["far_max"].tolist()[:2] == [1.0, 6.0]
    assert plan.manifest.packs[0] == "jp"


def test_a_zone_before_the_easting_is_germanys_where_china_does_not_reach(folder, brought):
    shapes = squares(2, east=32_565_000, north=5_930_000)
    frame = parcels(4647, shapes, TEILGEBIET=["TG1", "TG2"], ART=["WA", "WB"], GRZ=[0.4, 0.4])
    shapefile(frame, folder / "Baugebiete.shp", prj=False)
    plan, _ = brought()
    assert plan.crs.to_epsg() == 4647
    assert "gb50180" not in plan.manifest.packs
    assert land(plan)["land_use"].tolist()[:2] == ["0701", "0701"]


@pytest.mark.long
def test_folders_of_two_drafts_are_told_how_they_become_scenarios(folder, brought, tmp_path):
    for far, name in ((2.0, "方案一"), (3.0, "方案二")):
        (folder / name).mkdir()
        shapefile(parcels(DKBH=["1-1", "1-2"], YDDM=["R2", "B1"], RJL=[far, 1.0]), folder / name / "地块.shp")
    _, result = brought()
    assert "scenario new PLAN NAME --from OTHER/plan.gpkg" in rules(result, "office-double")[0].message
    for name in ("方案一", "方案二"):
        import_office([folder / name], tmp_path / name)
    new_scenario(tmp_path / "方案一", "two", Edits(sources=[tmp_path / "方案二" / "plan.gpkg"]))
    assert read(tmp_path / "方案一", "two").layer("parcels")["far_max"].tolist()[:2] == [3.0, 1.0]


@pytest.mark.long
@pytest.mark.parametrize(
    ("uses", "packs"),
    [
        (["제2종일반주거지역", "근린공원"], ["green-access", "sdg11"]),
        (["第一種住居地域", "公園"], ["jp"]),
        (["第二種住宅區", "公園用地"], ["green-access", "sdg11"]),
        (["WA", "GE"], ["green-access", "sdg11"]),
        (["二类居住用地", "公园绿地"], ["gb50180"]),
        (["R2", "G1"], ["gb50180"]),
        (["070102", "1401"], ["gb50180"]),
    ],
)
def test_a_plan_that_lies_nobody_knows_where_is_judged_as_its_uses_are_written(folder, brought, uses, packs):
    shapes = squares(2, east=200_000, north=550_000)
    drawn = parcels(4548, shapes, DKBH=["1", "2"], YDXZ=uses)
    shapefile(drawn, folder / "地块.shp", "UTF-8", cpg="UTF-8", prj=False)
    plan, result = brought()
    assert list(plan.manifest.packs) == packs
    assert bool(rules(result, "office-packs")) is (packs != ["gb50180"])


def test_a_table_of_text_that_is_called_xls_is_read_and_a_web_page_is_refused(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2"], YDDM=["R2", "R2"]), folder / "地块.shp")
    (folder / "导出.xls").write_bytes("地块编号\t容积率\r\n1-1\t2.0\r\n1-2\t1.5\r\n".encode("gbk"))
    (folder / "网页.xls").write_bytes("<html><table><tr><td>地块编号</td></tr></table></html>".encode("gbk"))
    plan, result = brought()
    assert land(plan).loc[["1-1", "1-2"], "far_max"].tolist() == [2.0, 1.5]
    assert "is a web page" in rules(result, "office-file")[0].message


@pytest.mark.parametrize("merged", [True, False])
def test_what_is_planned_beside_what_stands_today_under_one_heading_is_the_plans(folder, brought, merged):
    shapefile(parcels(DKBH=["1-1", "1-2"]), folder / "地块.shp")
    rows = [
        ["地块编号", "用地代码", None, "容积率", None, "建筑高度（米）", None],
        [None, "现状", "规划", "现状", "规划", "现状", "规划"],
        ["1-1", "0703", "070102", 0.5, 2.0, 9, 54],
        ["1-2", "0703", "0901", 0.5, 3.5, 9, 100],
    ]
    merges = [("表", 0, 0, 1, 0), *(("表", 0, at, 0, at + 1) for at in (1, 3, 5))]
    workbook(folder / "指标.xlsx", merges=merges if merged else (), 表=rows)
    plan, _ = brought()
    there = land(plan).loc[["1-1", "1-2"]]
    assert there["land_use"].tolist() == ["070102", "0901"]
    assert there["far_max"].tolist() == [2.0, 3.5]
    assert there["height_m_max"].tolist() == [54, 100]


def test_a_plan_of_korea_in_degrees_is_not_judged_by_chinese_law(folder, brought):
    shapes = squares(2, east=200_000, north=550_000)
    drawn = parcels(5186, shapes, 획지번호=["1", "2"], 용도지역=["일반상업지역", "일반공업지역"]).to_crs(4326)
    drawn.to_file(folder / "용도지역.geojson", driver="GeoJSON")
    plan, result = brought()
    assert "gb50180" not in plan.manifest.packs
    assert "as in Korea" in rules(result, "office-packs")[0].message


def test_sums_are_called_so_in_japan_and_korea(folder, brought):
    shapefile(
        parcels(6677, squares(2, east=-12_000, north=-35_000), 画地番号=["1", "2"]), folder / "画地.shp"
    )
    rows = [["画地番号", "容積率"], ["1", 200], ["2", 100], ["合計", 300], ["계", 300]]
    other_workbooks.ods(folder / "表.ods", 表=rows)
    _, result = brought()
    assert not rules(result, "office-unjoined")


def test_a_part_under_a_common_heading_is_not_taken_for_the_whole(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2"], YDDM=["R2", "B1"]), folder / "地块.shp")
    rows = [
        [
            "地块编号",
            "用地面积（公顷）",
            None,
            "建筑面积（万㎡）",
            None,
            "容积率",
            None,
            "停车位（个）",
            None,
        ],
        [None, "代征", "净用地", "住宅", "合计", "住宅", "综合", "非机动车", "机动车"],
        ["1-1", 0.1, 1, 1.2, 2.1, 1.2, 2.1, 500, 150],
        ["1-2", 0.1, 1, 0, 3.5, 0, 3.5, 300, 200],
    ]
    merges = [("表", 0, 0, 1, 0), *(("表", 0, at, 0, at + 1) for at in (1, 3, 5, 7))]
    workbook(folder / "指标.xlsx", merges=merges, 表=rows)
    plan, _ = brought()
    there = land(plan).loc[["1-1", "1-2"]]
    assert there["declared_area_m2"].tolist() == [10_000, 10_000]
    assert there["floor_area_m2"].tolist() == [21_000, 35_000]
    assert there["far_max"].tolist() == [2.1, 3.5]
    assert there["parking_spaces"].tolist() == [150, 200]


def test_a_table_whose_headings_all_say_before_or_after_is_read(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2"], YDDM=["R2", "B1"]), folder / "地块.shp")
    rows = [
        ["地块编号", "调整前容积率", "调整后容积率", "调整前限高(m)", "调整后限高(m)"],
        ["1-1", 1.5, 2.1, 24, 54],
        ["1-2", 1.5, 3.5, 24, 100],
    ]
    workbook(folder / "对比.xlsx", 表=rows)
    plan, _ = brought()
    there = land(plan).loc[["1-1", "1-2"]]
    assert there["far_max"].tolist() == [2.1, 3.5]
    assert there["height_m_max"].tolist() == [54, 100]


@pytest.mark.parametrize(("past", "new"), [("原方案", "调整方案"), ("现状指标", "规划指标")])
def test_a_table_of_before_does_not_count_beside_that_of_the_plan(folder, brought, past, new):
    shapefile(parcels(DKBH=["1-1"], YDDM=["R2"]), folder / "地块.shp")
    heading = ["地块编号", "容积率", "建筑密度"]
    workbook(
        folder / "指标.xlsx", **{past: [heading, ["1-1", 1.0, "20%"]], new: [heading, ["1-1", 2.1, "30%"]]}
    )
    plan, result = brought()
    assert land(plan).loc["1-1", "far_max"] == 2.1
    assert not rules(result, "office-differs")
    assert [one.layer for one in rules(result, "office-layer")] == [past]


def test_short_fields_of_the_plan_beside_those_of_today_are_known_by_their_prefix(folder, brought):
    figures = {"XZRJL": [0.5, 0.5], "GHRJL": [2.1, 3.5], "GHJZGD": [54, 100], "GHLDL": [30, 20]}
    shapefile(parcels(DKBH=["1-1", "1-2"], GHYDDM=["R2", "B1"], **figures), folder / "地块.shp")
    plan, _ = brought()
    there = land(plan).loc[["1-1", "1-2"]]
    assert there["far_max"].tolist() == [2.1, 3.5]
    assert there["height_m_max"].tolist() == [54, 100]
    assert there["green_ratio_min"].tolist() == [0.3, 0.2]
