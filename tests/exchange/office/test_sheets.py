"""Spreadsheets as people lay them out: headings, units, sums, blocks, merged cells."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from tests.exchange.office.conftest import parcels, rules, shapefile, workbook
from tests.support import other_workbooks

from blockplan import check
from blockplan.exchange.office.sheets import COMPUTED
from blockplan.report.files import write_tables
from blockplan.report.office import TABLES

IDS = ["A-01", "A-02", "A-03", "A-04"]


@pytest.fixture
def drawn(folder):
    """Four parcels that have a number and nothing else."""
    shapefile(parcels(DKBH=IDS), folder / "规划地块.shp")
    return folder


def rows_of(plan):
    return plan.layer("parcels").loc[IDS]


def test_a_heading_of_three_rows_with_merged_cells_and_units_below(drawn, brought):
    table = [
        ["某某街区控制指标一览表", None, None, None, None, None],
        ["地块编号", "用地代码", "用地面积", "控制指标", None, None],
        [None, None, None, "容积率", None, "建筑密度"],
        [None, None, None, "下限", "上限", None],
        [None, None, "(公顷)", None, None, "(%)"],
        [1, 2, 3, 4, 5, 6],
        ["A-01", "R2", 1.0, 1.0, 2.0, 25],
        ["A-02", "B1", 1.0, None, 3.0, 45],
    ]
    merges = [
        ("表", 0, 0, 0, 5),
        ("表", 1, 3, 1, 5),
        ("表", 2, 3, 2, 4),
        ("表", 1, 0, 3, 0),
        ("表", 1, 1, 3, 1),
        ("表", 1, 2, 3, 2),
    ]
    workbook(drawn / "指标.xlsx", merges, 表=table)
    plan, _ = brought()
    rows = rows_of(plan)
    assert list(rows["far_min"][:1]) == [1.0]
    assert list(rows["far_max"][:2]) == [2.0, 3.0]
    assert list(rows["coverage_ratio_max"][:2]) == [0.25, 0.45]
    assert list(rows["declared_area_m2"][:2]) == [10_000, 10_000]


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize(
    ("figure", "halves", "columns"),
    [
        ("建筑面积（㎡）", ["住宅", "商业"], {}),
        ("建筑面积（㎡）", ["总计", "计容"], {"floor_area_m2": 9000}),
        ("建设规模（㎡）", ["地上", "地下"], {"floor_area_m2_max": 8000, "underground_floor_area_m2": 9000}),
        ("建筑限高（m）", ["下限", "上限"], {"height_m_min": 8000, "height_m_max": 9000}),
        ("建筑退线（m）", ["东", "西"], {"setback_east_m": 8000, "setback_west_m": 9000}),
    ],
)
def test_each_half_below_a_figure_is_the_figure_that_both_name(
    drawn, brought, merged, figure, halves, columns
):
    table = [["地块编号", "用地代码", figure, None], [None, None, *halves], ["A-01", "R2", 8000, 9000]]
    merges = [("表", 0, 0, 1, 0), ("表", 0, 1, 1, 1), ("表", 0, 2, 0, 3)] if merged else []
    workbook(drawn / "指标.xlsx", merges, 表=table)
    plan, result = brought()
    assert not rules(result, "office-unjoined")
    row = rows_of(plan).iloc[0]
    figures = [
        "floor_area_m2",
        "floor_area_m2_max",
        "underground_floor_area_m2",
        "height_m_min",
        "height_m_max",
    ]
    figures += ["setback_east_m", "setback_west_m"]
    assert {one: row[one] for one in figures if one in row and row[one] == row[one]} == columns


@pytest.mark.parametrize(
    "names",
    [
        ["容积率 ≤", "容积率 ≥", "绿地率 ≥ （%）", "建筑控制高度 ≤ （m）"],
        ["FAR ≤", "FAR ≥", "Green ratio ≥ (%)", "Height ≤ (m)"],
        ["容積率 ≤", "容積率 ≥", "緑地率 ≥ （%）", "高さ ≤ （m）"],
    ],
)
def test_signs_of_bounds_behind_a_heading_say_which_bound_it_is(drawn, brought, names):
    workbook(drawn / "指标.xlsx", 表=[["地块编号", "用地代码", *names], ["A-01", "R2", 2.0, 1.2, 30, 54]])
    plan, _ = brought()
    row = rows_of(plan).iloc[0]
    bounds = ["far_max", "far_min", "green_ratio_min", "height_m_max"]
    assert row[bounds].tolist() == [2.0, 1.2, 0.3, 54]


def test_a_table_of_facilities_without_a_telling_name_is_none_of_parcels(drawn, brought):
    head = ["设施名称", "设施类型", "地块编号", "用地代码", "用地面积（m²）", "建筑面积（m²）", "床位（床）"]
    rows = [
        ["城东卫生站", "社区卫生服务", "A-01", "R2", 500, 600, None],
        ["安康院", "养老机构", "A-02", "R2", None, 3000, 120],
    ]
    workbook(drawn / "表.xlsx", Sheet1=[head, *rows])
    plan, _ = brought()
    assert plan.layer("facilities")["beds"].tolist()[1] == 120
    assert plan.layer("facilities")["floor_area_m2"].tolist() == [600, 3000]
    assert rows_of(plan)["floor_area_m2"].isna().all()
    assert rows_of(plan)["declared_area_m2"].isna().all()


@pytest.mark.parametrize(
    ("head", "homes", "schools"),
    [
        (["地块编号", "名称", "类别", "用地代码", "用地面积(公顷)", "规划人口"], "住宅", "小学"),
        (["画地番号", "名称", "種別", "用途コード", "敷地面積(ha)", "計画人口"], "住宅", "小学校"),
    ],
)
def test_parcels_of_which_most_are_of_services_stay_parcels(drawn, brought, head, homes, schools):
    rows = [
        ["A-01", "第一", schools, "A33", 1, None],
        ["A-02", "西苑", homes, "R2", 1, 600],
    ]
    workbook(drawn / "表.xlsx", Sheet1=[head, *rows])
    plan, result = brought()
    assert rows_of(plan)["residents"].tolist()[1] == 600
    assert rows_of(plan)["land_use"].notna().tolist()[:2] == [True, True]
    assert not plan.has_layer("facilities")
    assert [one.layer for one in rules(result, "office-close")] == ["Sheet1"]


@pytest.mark.parametrize(
    ("head", "kinds", "asked"),
    [
        (["地块编号", "名称", "类别", "用地面积(公顷)"], ["小学", "幼儿园"], True),
        (["画地番号", "名称", "種別", "敷地面積(ha)"], ["小学校", "保育所"], True),
        (["地块编号", "设施名称", "类别", "用地面积(公顷)"], ["小学", "幼儿园"], False),
        (["地块编号", "名称", "类别", "床位"], ["养老机构", "养老机构"], False),
    ],
)
def test_a_table_that_could_list_land_as_well_as_facilities_is_asked_about(
    drawn, brought, head, kinds, asked
):
    workbook(drawn / "表.xlsx", Sheet1=[head, ["A-01", "第一", kinds[0], 1], ["A-02", "第二", kinds[1], 2]])
    plan, result = brought()
    assert len(plan.layer("facilities")) == 2, "the likelier reading is taken"
    assert [one.layer for one in rules(result, "office-close")] == ["Sheet1"] * asked


def test_facilities_with_the_land_use_of_their_parcels_are_no_parcels(drawn, brought):
    head = ["地块编号", "名称", "类别", "级别", "用地代码", "用地面积（m²）", "建筑面积（m²）", "停车位"]
    rows = [
        ["A-01", "第一", "小学", "街道级", "A33", 900, 600, 5],
        ["A-02", "第二", "小学", None, "A33", 900, 700, 6],
    ]
    workbook(drawn / "表.xlsx", Sheet1=[head, *rows])
    plan, _ = brought()
    assert plan.layer("facilities")["floor_area_m2"].tolist() == [600, 700]
    assert rows_of(plan)["floor_area_m2"].isna().all()


def test_what_counts_for_the_floor_area_ratio_is_the_floor_area_not_what_lies_below_too(drawn, brought):
    head = ["地块编号", "用地代码", "总建筑面积（㎡）", "地上建筑面积（㎡）", "地下建筑面积（㎡）"]
    workbook(drawn / "指标.xlsx", 表=[head, ["A-01", "R2", 12_000, 9000, 3000]])
    plan, _ = brought()
    row = rows_of(plan).iloc[0]
    assert (row["floor_area_m2"], row["underground_floor_area_m2"]) == (9000, 3000)


def test_sums_notes_blocks_and_repeated_headings_are_no_parcels(drawn, brought):
    head = ["地块编号", "用地代码", "用地面积(ha)", "居住人口"]
    table = [
        head,
        ["A街区", None, None, None],
        ["A-01", "R2", 1, 300],
        ["A-02", "R2", 1, 300],
        ["小 计", None, 2, 600],
        head,
        ["A-03", "G1", 1, None],
        ["其中：绿地", None, 1, None],
        ["合计", None, 3, 600],
        ["注：面积以实测为准。", None, None, None],
    ]
    workbook(drawn / "指标.xlsx", 表=table)
    plan, result = brought()
    assert len(plan.layer("parcels")) == 4
    assert rows_of(plan)["residents"].sum() == 600
    said = " ".join(one.message for one in rules(result, "office-sheet"))
    assert "Rows left out as subtotals, not parcels: 3 " in said
    assert "Rows left out as repeated headings, not parcels: 1 " in said
    assert not rules(result, "office-unjoined")


@pytest.mark.parametrize(
    "note",
    [
        "Parcels that declare no area, and have the drawn one: 6.",
        "6 区画は申告面積がなく、図上面積を用いています。",
    ],
)
def test_a_sentence_alone_below_a_table_is_a_note_of_any_language(drawn, brought, note):
    table = [["地块编号", "用地代码", "居住人口"], ["A-01", "R2", 300], ["A-02", "R2", 300], [], [note]]
    workbook(drawn / "指标.xlsx", 表=table)
    _, result = brought()
    assert not rules(result, "office-unjoined")
    assert "Rows left out as notes, not parcels: 1 " in " ".join(
        one.message for one in rules(result, "office-sheet")
    )


@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_what_our_tables_say_of_other_uses_parking_and_schools_is_read_again(folder, brought, tmp_path, lang):
    land = parcels()
    own = {"地块编号": land["DKBH"], "用地代码": land["YDDM"], "停车位": [40, None, None, 10]}
    more = {"允许用途": [None, "080404", None, None], "兼容用途": ["0901", None, None, None]}
    school = {"设施名称": ["小学"], "学位数": [720], "级别": ["社区级"], "状态": ["规划"]}
    shapefile(parcels(**own, **more), folder / "规划地块.shp")
    shapefile(parcels(shapes=[land.geometry.iloc[3].centroid], **school), folder / "配套设施.shp")
    plan, _ = brought()
    again = tmp_path / "again"
    again.mkdir()
    write_tables(plan, check(plan), tmp_path / "tables", lang)
    shutil.copy(tmp_path / "tables" / "tables.xlsx", again)
    shapefile(parcels(DKBH=land["DKBH"]), again / "规划地块.shp")
    came, _ = brought(again)
    for column in ("permitted", "compatible_uses", "parking_spaces"):
        pd.testing.assert_series_equal(came.layer("parcels")[column], plan.layer("parcels")[column])
    said = came.layer("facilities")[["service", "places", "level", "status"]].iloc[0].tolist()
    assert said == ["primary_school", 720, "community", "planned"]


def test_a_name_that_begins_like_a_sum_is_no_sum(drawn, brought):
    names = ["Sumiyoshi Elementary School", "Summer Park", "Notehall Clinic", "Totalview Kindergarten"]
    table = [["设施名称", "地块编号", "建筑面积(㎡)"]]
    table += [[name, "A-01", 100 + at] for at, name in enumerate(names)]
    table += [["Total", None, 406], ["Grand Total", None, 406], ["Sum:", None, 406], ["小 计", None, 406]]
    workbook(drawn / "设施.xlsx", 公共服务设施一览表=table)
    plan, result = brought()
    assert plan.layer("facilities")["name_zh"].tolist() == names
    said = " ".join(one.message for one in rules(result, "office-sheet"))
    assert "Rows left out as subtotals, not parcels: 4 " in said


def test_a_merged_bound_holds_for_each_row_and_a_merged_sum_for_none(drawn, brought):
    table = [["地块编号", "容积率", "居住人口"], ["A-01", 2.0, 900], ["A-02", None, None], ["A-03", 1.0, 100]]
    workbook(drawn / "指标.xlsx", [("表", 1, 1, 2, 1), ("表", 1, 2, 2, 2)], 表=table)
    plan, result = brought()
    assert list(rows_of(plan)["far"][:3]) == [2.0, 2.0, 1.0]
    assert rows_of(plan)["residents"].isna().tolist() == [True, True, False, True]
    (told,) = rules(result, "office-merged")
    assert "those of A-01 to A-02 are unknown" in told.message


def test_sheets_a_block_each_whose_numbers_count_anew(folder, brought):
    shapefile(parcels(DKBH=["A-01", "A-02", "B-01", "B-02"]), folder / "地块.shp")
    head = ["地块编号", "用地性质代码"]
    workbook(
        folder / "指标.xlsx",
        A街区=[head, ["01", "R2"], ["02", "G1"]],
        B街区=[head, ["01", "B1"], ["02", "A33"]],
    )
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["070102", "1401", "0901", "080403"]
    assert len(rules(result, "office-number")) == 2


def test_tables_side_by_side_and_tables_on_their_side(drawn, brought):
    table = [
        ["地块编号", "用地代码", "地块编号", "用地代码"],
        ["A-01", "R2", "A-03", "G1"],
        ["A-02", "B1", "A-04", "A33"],
    ]
    workbook(drawn / "指标.xlsx", 表=table)
    plan, _ = brought()
    assert rows_of(plan)["land_use"].tolist() == ["070102", "0901", "1401", "080403"]


def test_a_table_that_lies_on_its_side(drawn, brought):
    table = [["地块编号", *IDS], ["用地代码", "R2", "B1", "G1", "A33"], ["容积率", 1.5, 2.5, "-", 0.8]]
    workbook(drawn / "指标.xlsx", 表=table)
    plan, _ = brought()
    assert rows_of(plan)["far"].tolist()[:2] == [1.5, 2.5]
    assert rows_of(plan)["land_use"].tolist() == ["070102", "0901", "1401", "080403"]


def test_percent_cells_and_percent_headings_say_the_same(drawn, brought):
    table = [["地块编号", "建筑密度(%)", "绿地率"], ["A-01", 0.25, 0.35], ["A-02", 0.3, 0.3]]
    formats = [(("表", at, column), "0%") for at in (1, 2) for column in (1, 2)]
    workbook(drawn / "指标.xlsx", formats=formats, 表=table)
    plan, _ = brought()
    assert rows_of(plan)["coverage_ratio"].tolist()[:2] == [0.25, 0.3]
    assert rows_of(plan)["green_ratio"].tolist()[:2] == [0.35, 0.3]


def test_a_share_below_one_under_a_percent_heading_is_no_third_of_a_percent(drawn, brought):
    workbook(drawn / "指标.xlsx", 表=[["地块编号", "建筑密度（%）"], ["A-01", 0.25], ["A-02", 0.4]])
    plan, _ = brought()
    assert rows_of(plan)["coverage_ratio"].tolist()[:2] == [0.25, 0.4]


def test_formulas_without_a_result_and_cells_of_errors_are_unknown_and_told(drawn, brought):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["地块编号", "容积率", "用地面积(公顷)"], ["A-01", "=1+1", "#REF!"], ["A-02", 1.5, 1]):
        sheet.append(row)
    book.save(drawn / "指标.xlsx")
    plan, result = brought()
    assert rows_of(plan)["far"].isna().tolist()[:2] == [True, False]
    assert sorted(one.value for one in rules(result, "office-formula")) == ["#REF!", "=1+1"]


def test_texts_in_several_scripts_and_cells_beyond_the_stated_size_are_read(drawn, brought):
    import zipfile

    import openpyxl
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    book = openpyxl.Workbook()
    book.active.append(["地块编号", "用地代码", "备注"])
    book.active.append(["A-01", "R2", CellRichText("近期", TextBlock(InlineFont(b=True), "实施"))])
    book.active.append(["A-02", "B1", " 远期 "])
    book.save(drawn / "原表.xlsx")
    # Some programs state a size of one cell, others none; a text may say how it is pronounced.
    with (
        zipfile.ZipFile(drawn / "原表.xlsx") as given,
        zipfile.ZipFile(drawn / "指标.xlsx", "w") as changed,
    ):
        for name in given.namelist():
            part = given.read(name).decode()
            part = part.replace('<dimension ref="A1:C3"', '<dimension ref="A1"')
            part = part.replace("<t>B1</t>", '<t>B1</t><rPh sb="0" eb="1"><t>びー</t></rPh>')
            changed.writestr(name, part)
    (drawn / "原表.xlsx").unlink()
    plan, _ = brought()
    assert rows_of(plan)["land_use"].tolist()[:2] == ["070102", "0901"]
    assert rows_of(plan)["remarks"].tolist()[:2] == ["近期实施", "远期"]


def test_a_number_that_a_spreadsheet_took_for_a_date(folder, brought):
    import datetime as dt

    import openpyxl

    shapefile(parcels(DKBH=["1-2", "1-3", "1-4", "1-5"]), folder / "地块.shp")
    book = openpyxl.Workbook()
    book.active.append(["地块编号", "用地代码"])
    book.active.append([dt.date(2024, 1, 2), "R2"])
    book.save(folder / "表.xlsx")
    plan, _ = brought()
    assert plan.layer("parcels").loc["1-2", "land_use"] == "070102"


def test_a_hidden_sheet_and_one_without_a_heading_are_told_and_not_read(drawn, brought):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表由某单位编制"])
    hidden = book.create_sheet("旧")
    hidden.append(["地块编号", "容积率"])
    hidden.append(["A-01", 9])
    hidden.sheet_state = "hidden"
    book.save(drawn / "表.xlsx")
    plan, result = brought()
    assert "far" not in plan.layer("parcels").dropna(axis=1, how="all")
    assert {one.layer for one in rules(result, "office-sheet")} == {"说明", "旧"}


def test_what_two_say_differently_is_told_and_the_choice_decides(folder, brought, tmp_path):
    shapefile(parcels(DKBH=IDS, RJL=[1.0, 1.0, 1.0, 1.0]), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-01", 1.5], ["A-02", 1.0]])
    plan, result = brought()
    assert [(one.id, one.column) for one in rules(result, "office-differs")] == [("A-01", "far")]
    assert rows_of(plan).loc["A-01", "far"] == 1.0
    text = result.mapping_toml.replace('prefer = "layer"', 'prefer = "table"')
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    plan, _ = brought(mapping=tmp_path / "m.toml")
    assert rows_of(plan).loc["A-01", "far"] == 1.5


def test_two_tables_one_below_the_other_and_a_balance_of_uses(drawn, brought):
    import geopandas as gpd
    import shapely

    line = shapely.LineString([(500_000, 4_400_110), (500_400, 4_400_110)])
    street = gpd.GeoDataFrame({"路名": ["中路"]}, geometry=[line], crs="EPSG:4548")
    shapefile(street, drawn / "道路中心线.shp")
    balance = [["用地代码", "用地名称", "用地面积(公顷)"], ["R", "居住用地", 2.0], ["合计", None, 4.0]]
    table = [
        ["地块编号", "用地代码", "人口（人）"],
        ["A-01", "R2", 350],
        ["A-02", "B1", "/"],
        [],
        ["道路一览表"],
        ["道路名称", "红线宽度（m）", "道路等级"],
        ["中路", 20, "次干路"],
    ]
    workbook(drawn / "指标表.xlsx", 汇总=balance, 地块=table)
    plan, result = brought()
    roles = {row["layer"]: row["role"] for row in result.mapping.rows()}
    assert roles["汇总"] == "ignored"
    assert roles["地块 (2)"] == "street_table"
    assert rows_of(plan)["residents"].dropna().tolist() == [350]
    assert plan.layer("streets")["class"].tolist() == ["secondary"]
    assert not rules(result, "office-unjoined")


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_tables_of_older_and_open_workbooks_join_the_parcels_and_say_what_they_do_not_tell(
    folder, brought, kind
):
    shapefile(parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "B1"]), folder / "地块.shp")
    rows = [["地块编号", "容积率", "绿地率（%）"], ["A-01", 2.5, 35], ["A-02", 3, 0.2]]
    getattr(other_workbooks, kind)(folder / f"指标.{kind}", 指标=rows)
    plan, result = brought()
    table = plan.layer("parcels")
    assert table["far"].to_dict() == {"A-01": 2.5, "A-02": 3.0}
    assert table["green_ratio"].to_dict() == {"A-01": 0.35, "A-02": 0.2}
    assert [one.file for one in rules(result, "office-sheet")] == (["指标.xls"] if kind == "xls" else [])


def test_a_table_that_rounds_its_areas_says_the_same_as_the_drawing_within_its_last_digit(folder, brought):
    areas = [10_000.0, 4_049.0, 3_951.0, 2_048.0]
    shapefile(parcels(DKBH=IDS, YDMJ=areas), folder / "地块.shp")
    listed = [["地块编号", "用地面积（公顷）"]]
    listed += [[name, area] for name, area in zip(IDS, [1.0, 0.4, 0.4, 0.21], strict=True)]
    workbook(folder / "表.xlsx", 表=listed)
    _, result = brought()
    # 0.40 ha stands for 0.395 to 0.405 ha; 2,048 m2 would be written 0.20.
    assert [(one.id, one.column) for one in rules(result, "office-differs")] == [("A-04", "declared_area_m2")]


def test_what_was_computed_of_a_plan_does_not_come_back_as_stated(drawn, brought):
    assert COMPUTED | {"parcels", "facilities", "streets"} == {*TABLES, "sources"}
    computed = {name: [["Parcel", "Jobs"], ["A-01", 1344]] for name in COMPUTED}
    head = ["Parcel", "Land-use code", "Dwellings"]
    workbook(drawn / "tables.xlsx", parcels=[head, ["A-01", "070102", 40]], **computed)
    plan, result = brought()
    row = rows_of(plan).iloc[0]
    assert row["dwellings"] == 40
    assert row.isna()["jobs"]
    told = [one for one in rules(result, "office-sheet") if "computed of a plan" in one.message]
    assert len(told) == len(COMPUTED)


def test_computed_names_of_sheets_alone_say_nothing(drawn, brought):
    workbook(drawn / "t.xlsx", parking=[["Parcel", "Parking spaces", "Land use"], ["A-01", 40, "Office"]])
    plan, _ = brought()
    assert rows_of(plan)["parking_spaces"].tolist()[0] == 40
