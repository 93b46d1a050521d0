"""Habits of single cities and offices: codes given anew, units and places that files do not say."""

from __future__ import annotations

import ezdxf
import geopandas as gpd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import parcels, rules, shapefile, squares, workbook

from blockplan.errors import PlanDataError
from blockplan.exchange.office.codes import translate
from blockplan.exchange.office.importing import import_office
from blockplan.exchange.office.texts import facilities_in


def test_a_name_beside_a_code_counts_where_the_two_say_different_classes_and_that_is_told(folder, brought):
    names = ["二类居住用地", "商业用地", "公园绿地", "教育设施用地"]
    table = {"DKBH": ["1", "2", "3", "4"], "YDDM": ["R2", "C1", "G1", "GIC5"], "YDXZ": names}
    shapefile(parcels(**table), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist()[1:4] == ["0901", "1401", "0804"]
    told = [one for one in rules(result, "office-code") if one.grade == "warning"]
    assert [one.value for one in told] == ["C1"]
    assert "'商业用地', was taken" in told[0].message


def test_classes_of_shanghai_are_known_and_the_first_of_a_mixed_use_is_never_passed_over():
    assert translate("Rr3", "gbj137").to == "0701"
    mixed = translate("Rr3C2", "gbj137")
    assert (mixed.to, mixed.beside) == ("0701", ("09",))
    # A class that nobody knows is no reason to take the second for the first.
    assert translate("Xy3C2", "gbj137").to is None
    assert translate("GIC2", "gb50137").to is None


def test_one_of_a_thing_is_a_number_and_no_seat():
    found = facilities_in("110KV变电站1座、影剧院80座")[0]
    assert [one.places for one in found] == [None, 80.0]


def test_a_community_health_centre_is_a_clinic_by_either_name():
    assert facilities_in("社区健康服务中心1处(1000㎡)")[0][0].service == "clinic"


def test_a_sheet_of_a_control_plan_says_mixed_uses_by_share(folder, brought):
    shapefile(parcels(地块编号=["A1-01", "A1-02", "A1-03", "A1-04"]), folder / "地块.shp")
    rows = [
        ["地块编号", "用地性质代码", "混合用地建筑量比例", "规划动态"],
        ["A1-01", "Rr3C2", "70:30", "规划"],
        ["A1-02", "C8", "—", "保留"],
        ["A1-03", "Rs2", "—", "保留"],
        ["A1-04", "G1", "—", "规划"],
    ]
    workbook(folder / "图则.xlsx", 控制指标=rows)
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["status"].tolist()[:3] == ["planned", "kept", "kept"]
    assert (land["compatible_uses"].iloc[0], land["compatible_split"].iloc[0]) == ("09", "70:30")


def test_coordinates_in_kilometres_are_made_metres_and_that_is_told(folder, brought):
    shapes = [shapely.transform(one, lambda points: points / 1000) for one in squares()]
    shapefile(parcels(shapes=shapes), folder / "地块.shp", prj=False)
    plan, result = brought()
    assert plan.layer("parcels").area.iloc[:4].round().tolist() == [10_000.0] * 4
    assert "are kilometres" in rules(result, "office-crs")[0].message


def test_a_small_grid_of_metres_is_not_taken_for_kilometres(folder, brought):
    shapefile(parcels(shapes=squares(east=300, north=2_000)), folder / "地块.shp", prj=False)
    plan, result = brought()
    assert plan.layer("parcels").area.iloc[:4].round().tolist() == [10_000.0] * 4
    assert not any("kilometres" in one.message for one in result.findings)


def test_outlines_that_are_all_specks_are_refused_with_the_way_out(folder, tmp_path):
    shapes = squares(size=0.5, east=50_000, north=70_000)
    shapefile(parcels(shapes=shapes), folder / "地块.shp", prj=False)
    with pytest.raises(PlanDataError, match=r"None of the 4 outlines .*\n.*scale"):
        import_office([folder], tmp_path / "plan")
    assert not (tmp_path / "plan").exists()


def test_an_easting_without_its_false_easting_is_not_believed_to_be_in_its_zone(folder, brought):
    shapefile(parcels(shapes=squares(east=300)), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels").crs is None
    told = rules(result, "office-crs")[0]
    assert told.grade == "warning"
    assert "false easting may be taken off; [source.shift] dx" in told.message


@pytest.mark.parametrize("said", ['crs = "EPSG:4548"', '[source.shift]\nto = "EPSG:4548"\ndx = 0.0'])
def test_a_reference_system_named_under_source_counts_over_the_local_grid_of_before(
    folder, brought, tmp_path, said
):
    shapefile(parcels(), folder / "地块.shp", prj=False)
    _, result = brought()
    assert 'crs = "local"' in result.mapping_toml
    text = result.mapping_toml.replace('[source]\ncrs = ""\ndatum = ""\n', f"[source]\n{said}\n")
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    plan, again = brought(mapping=tmp_path / "m.toml")
    assert plan.layer("parcels").crs.to_epsg() == 4548
    assert 'crs = "local"' not in again.mapping_toml


def test_a_plan_in_big5_without_a_word_of_it_is_read_and_its_letters_are_its_own(folder, brought):
    names = ["第三種住宅區", "學校用地", "機關用地", "兒童遊樂場用地", "住二"]
    table = {
        "編號": ["R3-1", "文小1", "機1", "兒1", "R2-1"],
        "分區": names,
        "分區代碼": ["R3", "S", "G", "CP", "R2"],
        "容積率": ["240%", "150%", "250%", "", "180%"],
        "建蔽率": ["60%", "50%", "50%", "", "60%"],
    }
    shapefile(parcels(**table), folder / "都市計畫分區.shp", encoding="BIG5")
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["land_use"].tolist()[:5] == ["0701", "080403", "0801", "1401", "0701"]
    assert land["far_max"].tolist()[0] == 2.4
    assert land.index[1] == "文小1"


def test_zones_of_hong_kong_have_their_own_letters_and_heights_above_the_principal_datum(folder, brought):
    table = {
        "ZONE_LABEL": ["R(A)", "C(1)", "G/IC", "OU", "R(B)"],
        "DESC_ENG": [
            "Residential (Group A)",
            "Commercial (1)",
            "Government, Institution or Community",
            "Other Specified Uses (Business)",
            "Residential (Group B)",
        ],
        "MAX_PR": ["7.5", "12", "-", "12", "5"],
        "MAX_BH": ["100mPD", "24m/6F", "8 storeys", "120mPD", "80mPD"],
    }
    shapefile(parcels(**table), folder / "OZP_ZONE.shp")
    plan, result = brought()
    land = plan.layer("parcels")
    assert land["land_use"].tolist()[:4] == ["07", "0901", "08", "0902"]
    assert land["elevation_max_m"].tolist()[0] == 100.0
    assert land["height_m_max"].tolist()[1] == 24.0
    assert "8 storeys" in [one.value for one in rules(result, "office-value")]


def test_sites_of_an_english_plan_are_numbers_and_its_use_classes_no_chinese_ones(folder, brought):
    table = {
        "SiteRef": [f"H{at}" for at in range(1, 8)],
        "Allocation": ["Housing", "Employment (B2/B8)", "Primary school", *["Housing"] * 4],
        "Hectares": [1.0] * 7,
        "Net_Dwellings": [40, 0, 0, 30, 30, 30, 30],
    }
    parcels(**table).to_crs(4326).to_file(folder / "site_allocations.geojson", driver="GeoJSON")
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land.index[1] == "H2"
    assert land["land_use"].tolist()[:3] == ["0701", None, "080403"]
    assert land["dwellings"].tolist()[0] == 40


def test_two_figures_in_one_field_are_taken_apart(folder, brought):
    table = {
        "用途地域": ["第一種低層住居専用地域", "商業地域"] * 2,
        "建蔽率・容積率": ["50/100", "80/500"] * 2,
    }
    parcels(**table).to_file(folder / "都市計画決定情報.geojson", driver="GeoJSON")
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["far_max"].tolist()[:2] == [1.0, 5.0]
    assert land["coverage_ratio_max"].tolist()[:2] == [0.5, 0.8]


def test_a_german_height_above_the_datum_keeps_its_decimal_comma(folder, brought):
    table = {
        "Flächenbezeichnung": ["WA 1", "WA 2", "MI 1", "Gemeinbedarf Schule"],
        "GRZ": ["0,4", "0,4", "0,6", "0,5"],
        "GH_max": ["12,5 m", "GH 145,5 m ü. NHN", "9,0", "10,5"],
    }
    parcels(**table).to_file(folder / "Nutzungsplan.geojson", driver="GeoJSON")
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["elevation_max_m"].tolist()[1] == 145.5
    assert land["height_m_max"].tolist()[0] == 12.5


def test_residents_that_the_planned_land_or_a_text_states_are_held_against_those_of_the_parcels(
    folder, brought
):
    table = {"DKBH": ["1", "2", "3", "4"], "YDDM": ["R2", "R2", "G1", "A33"], "RK": [600, 600, 0, 0]}
    shapefile(parcels(**table), folder / "地块.shp")
    outline = shapely.union_all(squares())
    scope = gpd.GeoDataFrame({"名称": ["甲"], "人口": [2000]}, geometry=[outline], crs="EPSG:4548")
    shapefile(scope, folder / "规划范围.shp")
    note = "规划人口规模为1.5万人，人口密度120人/公顷，现状人口300人。"
    (folder / "说明.txt").write_text(note, encoding="gbk")
    plan, result = brought()
    told = [one.message for one in rules(result, "office-residents")]
    assert told[0].startswith(
        "The parcels have 1,200 residents together, but the planned land 甲 says 2,000."
    )
    assert told[1].startswith("The parcels have 1,200 residents together, but a text (")
    assert "15,000" in told[1]
    assert plan.layer("parcels")["residents"].sum() == 1200


def test_residents_of_the_planned_land_are_those_of_its_parcels_whatever_block_these_name(folder, brought):
    table = {"DKBH": ["1", "2", "3", "4"], "JQBH": ["S1"] * 4, "YDDM": ["R2", "R2", "G1", "A33"]}
    scope = gpd.GeoDataFrame(
        {"名称": ["甲"], "人口": [2000]}, geometry=[shapely.union_all(squares())], crs="EPSG:4548"
    )
    shapefile(scope, folder / "规划范围.shp")
    shapefile(parcels(**table), folder / "地块.shp")
    plan, _ = brought()
    assert plan.layer("parcels")["residents"].dropna().tolist() == [1000, 1000]
    shapefile(parcels(**table, RK=[600, 600, 0, 0]), folder / "地块.shp")
    _, result = brought()
    assert "the planned land 甲 says 2,000" in rules(result, "office-residents")[0].message


def test_nobody_is_said_to_live_on_the_land_of_services_of_a_quarter(folder, brought):
    table = {"DKBH": ["1", "2", "3", "4"], "YDDM": ["R2", "R22", "G1", "R21"]}
    scope = gpd.GeoDataFrame(
        {"名称": ["甲"], "人口": [2000]}, geometry=[shapely.union_all(squares())], crs="EPSG:4548"
    )
    shapefile(scope, folder / "规划范围.shp")
    shapefile(parcels(**table), folder / "地块.shp")
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land.loc["2", "land_use"] == "0702"
    assert land["residents"].dropna().to_dict() == {"1": 1000, "4": 1000}


def test_residents_of_planned_land_without_homes_are_told_as_its_own(folder, brought):
    shapefile(parcels(DKBH=list("1234"), YDDM=["B1", "B1", "G1", "A33"]), folder / "地块.shp")
    scope = gpd.GeoDataFrame(
        {"名称": ["甲"], "人口": [2000]}, geometry=[shapely.union_all(squares())], crs="EPSG:4548"
    )
    shapefile(scope, folder / "规划范围.shp")
    _, result = brought()
    assert "The 2000 residents that the planned land 甲 says" in rules(result, "office-residents")[0].message


def test_a_stated_number_of_residents_that_agrees_but_for_its_rounding_is_not_told(folder, brought):
    table = {"DKBH": ["1", "2", "3", "4"], "YDDM": ["R2", "R2", "G1", "A33"], "RK": [5800, 5900, 0, 0]}
    shapefile(parcels(**table), folder / "地块.shp")
    (folder / "说明.txt").write_text("规划人口规模约1.2万人", encoding="utf-8")
    _, result = brought()
    assert not rules(result, "office-residents")


def test_residents_that_only_a_text_states_stay_unknown_and_that_is_told(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    (folder / "说明.txt").write_text("居住人口：3200人", encoding="utf-8")
    plan, result = brought()
    assert plan.layer("parcels")["residents"].isna().all()
    assert "A text says 3,200 residents" in rules(result, "office-residents")[0].message


def test_outlines_whose_numbers_stand_in_blocks_with_short_tags_are_parcels(folder, brought):
    document = ezdxf.new("R2010")
    space = document.modelspace()
    block = document.blocks.new("ZBK")
    for at, tag in enumerate(("BH", "XZ", "RJL", "MD", "RK")):
        block.add_attdef(tag, (0, -3 * at))
    uses = ["R2", "B1", "G1", "R2"]
    for at, shape in enumerate(squares()):
        space.add_lwpolyline(list(shape.exterior.coords)[:-1], close=True, dxfattribs={"layer": "层3"})
        middle = shape.centroid
        mark = space.add_blockref("ZBK", (middle.x, middle.y), dxfattribs={"layer": "ZBK"})
        mark.add_auto_attribs({"BH": f"A-{at + 1:02}", "XZ": uses[at], "RJL": "2.0", "MD": "28", "RK": "600"})
    document.saveas(folder / "控规.dxf")
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land.index.tolist()[:2] == ["A-01", "A-02"]
    assert land["land_use"].tolist()[:4] == ["070102", "0901", "1401", "070102"]
    assert land["far_max"].tolist()[0] == 2.0
    assert land["coverage_ratio_max"].tolist()[0] == 0.28
    assert land["residents"].tolist()[0] == 600


def test_two_drawings_side_by_side_are_refused_and_no_parcel_becomes_one_of_two_parts(folder, tmp_path):
    shapes = [*squares(), *squares(east=503_000)]
    table = {"DKBH": ["1", "2", "3", "4"] * 2, "YDDM": ["R2", "B1", "G1", "A33", "R2", "R2", "G1", "R2"]}
    shapefile(parcels(shapes=shapes, **table), folder / "地块.shp")
    with pytest.raises(PlanDataError, match=r"4 of 4 parcels stand twice, 3,000 m apart: two drawings"):
        import_office([folder], tmp_path / "plan")
    assert not (tmp_path / "plan").exists()


def test_parts_that_lie_each_in_their_own_way_are_no_second_drawing(folder, brought):
    shapes = [
        *squares(),
        *[
            shapely.box(500_000 + x, y, 500_020 + x, y + 20)
            for x, y in ((0, 4_400_300), (300, 4_400_500), (100, 4_400_900), (700, 4_400_400))
        ],
    ]
    shapefile(parcels(shapes=shapes, DKBH=["1", "2", "3", "4"] * 2, YDDM=["R2"] * 8), folder / "地块.shp")
    plan, _ = brought()
    assert [one.geom_type for one in plan.layer("parcels").geometry.iloc[:4]] == ["MultiPolygon"] * 4


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16"])
def test_a_csv_in_utf_16_is_read_with_and_without_its_mark(folder, brought, codec):
    shapefile(parcels(DKBH=["1", "2", "3", "4"]), folder / "地块.shp")
    text = "地块编号\t用地代码\t容积率\r\n1\tR2\t2.0\r\n2\tB1\t2.5\r\n3\tG1\t\r\n4\tA33\t0.8\r\n"
    (folder / "指标.csv").write_bytes(text.encode(codec))
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["070102", "0901", "1401", "080403"]


def test_a_table_of_dbase_that_belongs_to_no_shapefile_is_joined_as_a_table(folder, brought):
    shapefile(parcels(DKBH=["1", "2", "3", "4"]), folder / "地块.shp")
    table = {"地块编号": ["1", "2", "3", "4"], "用地代码": ["R2", "B1", "G1", "A33"]}
    shapefile(parcels(**table), folder / "指标.shp")
    for ending in (".shp", ".shx", ".prj"):
        (folder / "指标").with_suffix(ending).unlink()
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["070102", "0901", "1401", "080403"]
    assert rules(result, "office-file") == []


def test_a_lock_a_table_without_shapes_and_a_workbook_of_wps_are_told_with_what_to_do(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    shapefile(parcels(), folder / "道路.shp")
    (folder / "道路.shp").unlink()
    (folder / "~$指标.xlsx").write_bytes(b"\x05planner")
    (folder / "表.et").write_bytes(b"PK")
    _, result = brought()
    told = {one.file: (one.grade, one.message) for one in rules(result, "office-file")}
    assert told["道路.dbf"][1] == (
        "道路.dbf stands without its .shp, so nothing of it is drawn. Copy all files of the Shapefile."
    )
    assert "lock of a workbook that is open, 指标.xlsx" in told["~$指标.xlsx"][1]
    assert "Save it as .xlsx" in told["表.et"][1]
    assert {grade for grade, _ in told.values()} == {"warning"}


def test_of_two_states_of_the_parcels_it_is_told_in_what_they_differ(folder, brought):
    numbers = ["1", "2", "3", "4"]
    first = parcels(DKBH=numbers, YDDM=["R2", "B1", "G1", "A33"], RJL=[2.0, 2.0, 2.0, 2.0])
    second = parcels(DKBH=numbers, YDDM=["R2", "B2", "G1", "A33"], RJL=[2.5, 2.5, 2.0, 2.0])
    pyogrio.write_dataframe(first, folder / "成果.gpkg", layer="用地规划_送审")
    pyogrio.write_dataframe(second, folder / "成果.gpkg", layer="用地规划_报批", append=True)
    _, result = brought()
    said = rules(result, "office-double")[0].message
    assert "(of 4 parcels it says otherwise: land_use at 1, far at 2)" in said


@pytest.mark.parametrize(
    ("crs", "east", "north", "packs"),
    [
        ("EPSG:2326", 835_000, 820_000, ["green-access", "sdg11"]),
        ("EPSG:3826", 300_000, 2_770_000, ["green-access", "sdg11"]),
        ("EPSG:4548", 500_000, 4_400_000, ["gb50180"]),
        ("EPSG:6677", -7_000, -35_000, ["jp"]),
    ],
)
def test_a_plan_is_judged_by_what_holds_where_its_system_is_used(folder, brought, crs, east, north, packs):
    shapefile(parcels(crs, squares(east=east, north=north)), folder / "地块.shp")
    plan, result = brought()
    assert list(plan.manifest.packs) == packs
    assert bool(rules(result, "office-packs")) is (packs[0] == "green-access")


@pytest.mark.long
@pytest.mark.parametrize("heading", ["用地", "规划用地", "用地名称", "用地类型"])
@pytest.mark.parametrize(
    "uses",
    [["二类居住用地", "商业用地", "公园绿地", "中小学用地"], ["R2", "B1", "G1", "A33"]],
    ids=["names", "codes"],
)
def test_uses_below_a_heading_that_says_land_alone_are_read_as_names_or_codes(folder, brought, heading, uses):
    shapefile(parcels(地块编号=["1", "2", "3", "4"]), folder / "地块.shp")
    rows = [["地块编号", heading, "容积率"], *([str(at), use, 2] for at, use in enumerate(uses, 1))]
    workbook(folder / "指标表.xlsx", 指标=rows)
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["070102", "0901", "1401", "080403"]


def test_areas_below_a_heading_that_says_land_alone_are_no_names_of_uses(folder, brought):
    shapefile(parcels(地块编号=["1", "2", "3", "4"]), folder / "地块.shp")
    rows = [
        ["地块编号", "用地", "性质"],
        *([str(at), 1.25, use] for at, use in enumerate(["R2", "B1", "G1", "A33"], 1)),
    ]
    workbook(folder / "指标表.xlsx", 指标=rows)
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["070102", "0901", "1401", "080403"]
