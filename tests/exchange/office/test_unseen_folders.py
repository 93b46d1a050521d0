"""Folders as other offices lay them out, made here: each comes in as a planner would read it."""

from __future__ import annotations

import geopandas as gpd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import parcels, rules, shapefile, squares, workbook
from tests.exchange.office.drawn import Sheet

from blockplan.errors import PlanDataError
from blockplan.exchange.office.codes import codes_in, translate


def fields_of(result, layer):
    """What each field of a layer was read as."""
    return {
        row["field"]: row["column"]
        for row in result.mapping.rows()
        if row["layer"] == layer and row["column"]
    }


def test_a_heading_over_several_columns_that_nobody_merged_is_that_of_each(folder, brought):
    shapefile(parcels(编号=["A-01", "A-02", "A-03", "A-04"]), folder / "用地规划图.shp")
    rows = [
        ["地块编码", "用地性质", None, "容积率", None, "建筑密度（%）", "实施意向"],
        [None, "代码", "名称", "下限", "上限", None, None],
        ["A-01", "R2", "二类居住用地", 1.0, 2.0, 25, "新建"],
        ["A-02", "B1", "商业用地", "—", 1.5, 35, "现状保留"],
        ["A-03", "G1", "公园绿地", "—", "—", "—", "新建"],
        ["A-04", "A33", "中小学用地", 0.5, 0.8, 30, "新建"],
    ]
    workbook(folder / "指标.xlsx", 指标=rows)
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["far_min"].tolist()[0] == 1.0
    assert land["far_max"].tolist()[:2] == [2.0, 1.5]
    assert land["status"].tolist()[:2] == ["planned", "kept"]
    assert land["land_use"].tolist()[:4] == ["070102", "0901", "1401", "080403"]


def test_streets_named_as_a_net_and_their_short_fields_are_known(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    line = shapely.LineString([(499_990, 4_399_988), (500_410, 4_399_988)])
    shapefile(
        gpd.GeoDataFrame({"路名": ["纬一路"], "宽": ["20米"]}, geometry=[line], crs="EPSG:4548"),
        folder / "路网中线.shp",
    )
    plan, _ = brought()
    street = plan.layer("streets").iloc[0]
    assert (street["name_zh"], street["red_line_width_m"]) == ("纬一路", 20.0)


def test_english_uses_in_a_field_that_differs_by_capitals_alone_are_read(folder, brought):
    uses = ["Residential - High Density", "Car Park", "Primary School", "Pocket Park"]
    frame = parcels(Plot_ID=["P1", "P2", "P3", "P4"], Land_Use=uses, GFA_sqm=[20_000.0, 0, 8_000, 0])
    pyogrio.write_dataframe(frame, folder / "masterplan.gpkg", layer="Plots_final")
    plan, result = brought()
    land = plan.layer("parcels")
    assert land["land_use"].tolist()[:4] == ["0701", "120803", "080403", "1401"]
    assert "read from a word" in next(one for one in rules(result, "office-code")).message


def test_fields_that_differ_from_the_plans_by_capitals_alone_stay_beside(folder, brought):
    frame = parcels(
        DKBH=["A1", "A2", "A3", "A4"], YDDM=["R2", "B1", "G1", "A33"], Status=["x1", "x2", "y", "y"]
    )
    pyogrio.write_dataframe(
        frame.assign(Height_M_Max=["?", "tall", "low", "so"]), folder / "p.gpkg", layer="parcels"
    )
    plan, _ = brought()
    assert plan.layer("parcels")["Height_M_Max_given"].tolist()[1] == "tall"


def test_a_studios_parcels_without_a_number_take_their_running_number(folder, brought):
    frame = parcels(id=[1, 2, 3, 4], 功能=["住宅", "办公", "小学", "公园"]).to_crs(4326)
    frame.to_file(folder / "地块.geojson", driver="GeoJSON")
    plan, result = brought()
    assert plan.layer("parcels").index.tolist()[:4] == ["1", "2", "3", "4"]
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["0701", "0902", "080403", "1401"]
    assert not rules(result, "office-number")


def test_parcels_without_any_number_are_numbered_and_told(folder, brought):
    parcels(功能=["住宅", "办公", "小学", "公园"]).to_file(folder / "地块.geojson", driver="GeoJSON")
    plan, result = brought()
    assert plan.layer("parcels").index.tolist()[:4] == ["N0001", "N0002", "N0003", "N0004"]
    (told,) = rules(result, "office-number")
    assert told.measured == 4
    assert "N0001 to N0004" in told.message


def test_a_german_development_plan_with_decimal_commas_is_understood_and_not_judged_by_chinese_law(
    folder, brought
):
    shapes = squares(4, east=566_000, north=5_933_000)
    frame = gpd.GeoDataFrame(
        {"NR": ["WA1", "MI2", "GE3", "G4"], "NUTZUNG": ["WA", "MI", "GE", "Öffentliche Grünfläche"],
         "GRZ": ["0,4", "0,6", "0,8", ""], "GFZ": ["1,2", "1,8", "2,4", ""],
         "OK_MAX": ["12,5 m", "", "", ""]},
        geometry=shapes, crs="EPSG:25832",
    )  # fmt: skip
    shapefile(frame, folder / "BPlan_Baugebiete.shp", encoding="UTF-8", cpg="UTF-8")
    line = shapely.LineString([(566_005, 5_933_005), (566_095, 5_933_005)])
    shapefile(gpd.GeoDataFrame({"ART": ["Baugrenze"]}, geometry=[line], crs=25832), folder / "Baugrenze.shp")
    plan, result = brought()
    land = plan.layer("parcels")
    assert land["land_use"].tolist()[:4] == ["0701", "0701", "1001", "1401"]
    assert land["far_max"].tolist()[:3] == [1.2, 1.8, 2.4]
    assert land["coverage_ratio_max"].tolist()[:3] == [0.4, 0.6, 0.8]
    assert land["height_m_max"].tolist()[0] == 12.5
    assert len(plan.layer("setbacks")) == 1
    assert "gb50180" not in plan.manifest.packs
    assert any("decimal points" in one.message for one in rules(result, "office-value"))
    assert "neither in China nor in Japan" in rules(result, "office-packs")[0].message


def zones_of_a_french_plan(folder, **columns):
    n = len(columns["LIBELONG"])
    frame = gpd.GeoDataFrame(
        {"IDZONE": [f"Z{at}" for at in range(n)], **columns},
        geometry=squares(n, east=652_000, north=6_862_000), crs="EPSG:2154",
    )  # fmt: skip
    shapefile(frame, folder / "ZONE_URBA.shp", encoding="UTF-8", cpg="UTF-8")


def uses(plan):
    land = plan.layer("parcels").sort_index()["land_use"]
    return [one if isinstance(one, str) else None for one in land]


def test_zones_of_a_french_plan_come_in_and_their_letters_are_no_guess(folder, brought):
    zones_of_a_french_plan(
        folder, LIBELLE=["UA", "N", "A"], HAUTEUR=["12 m"] * 3,
        LIBELONG=["Zone urbaine", "Zone naturelle", "Zone agricole"],
    )  # fmt: skip
    plan, result = brought()
    land = plan.layer("parcels").sort_index()
    assert land["height_m_max"].tolist()[:3] == [12.0, 12.0, 12.0]
    assert uses(plan)[:3] == [None, None, "01"]
    assert len([one for one in rules(result, "office-code") if one.grade == "error"]) == 2


def test_the_dominant_use_of_a_french_zone_counts_where_its_name_tells_none(folder, brought):
    names = ["Bourg ancien", "Hameaux", "Zone dédiée aux équipements publics", "Terrain", "Bois", "Secteur"]
    zones_of_a_french_plan(
        folder, LIBELONG=names, DESTDOMI=["01", "03", "01", "04", "08", "42"], DATAPPRO=["20140603"] * 6
    )
    plan, _ = brought()
    # 04 is grassland in the list in force and leisure in this one, 08 public services and natural land.
    assert uses(plan)[:6] == ["0701", "0701", "08", None, None, None]
    land = plan.layer("parcels").sort_index()
    assert land["compatible_uses"].tolist()[1] == "0901"
    assert land["land_use_given"].tolist()[:6] == names
    assert str(plan.manifest.drawn_on) == "2014-06-03"


def test_a_profile_says_what_an_offices_own_codes_of_main_uses_mean(folder, brought, tmp_path):
    own = tmp_path / "own.yaml"
    meanings = '{ "1": 居住用地, "2": 工业用地 }'
    own.write_text(f"fields:\n  parcels:\n    main_use: {{ names: [ZYYT], meanings: {meanings} }}\n", "utf-8")
    shapefile(parcels(编号=["A-01", "A-02", "A-03", "A-04"], ZYYT=["1", "2", "2", "9"]), folder / "地块.shp")
    plan, _ = brought(profiles=[own])
    assert uses(plan)[:4] == ["07", "1001", "1001", None]
    assert plan.layer("parcels")["ZYYT"].tolist()[3] == "9"


def test_a_mapping_kept_of_a_french_plan_reads_its_dominant_uses_again(folder, brought, tmp_path):
    zones_of_a_french_plan(folder, LIBELONG=["Bourg", "Bourg"], DESTDOMI=["01", "05"])
    first, _ = brought()
    again, _ = brought(mapping=tmp_path / "plan" / "mapping.toml")
    assert uses(first)[:2] == uses(again)[:2] == ["0701", "08"]


def test_japanese_zones_are_uses_and_blocks_have_their_numbers(folder, brought):
    zones = ["第一種低層住居専用地域", "近隣商業地域", "準工業地域", "商業地域"]
    frame = gpd.GeoDataFrame(
        {"区画番号": ["1-1", "1-2", "2-1", "2-2"], "用途地域": zones, "建ぺい率": ["50", "80", "60", "80"],
         "容積率": ["100", "300", "200", "400"]},
        geometry=squares(4, east=-20_000, north=-35_000), crs="EPSG:6677",
    )  # fmt: skip
    shapefile(frame, folder / "用途地域.shp", encoding="CP932")
    blocks = gpd.GeoDataFrame({"街区番号": ["1"]}, geometry=[frame.union_all()], crs="EPSG:6677")
    shapefile(blocks, folder / "街区.shp", encoding="CP932")
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist()[:4] == ["0701", "0901", "1001", "0901"]
    assert plan.layer("parcels")["far_max"].tolist()[:4] == [1.0, 3.0, 2.0, 4.0]
    assert plan.layer("blocks").index.tolist() == ["1"]
    assert plan.manifest.packs[0] == "jp"


def test_a_table_with_centre_lines_alone_says_that_outlines_are_wanted(folder, brought):
    workbook(folder / "指标.xlsx", 表=[["地块编号", "用地代码"], ["A-01", "R2"], ["A-02", "G1"]])
    line = shapely.LineString([(499_990, 4_399_988), (500_410, 4_399_988)])
    shapefile(
        gpd.GeoDataFrame({"路名": ["纬一路"]}, geometry=[line], crs="EPSG:4548"), folder / "道路中心线.shp"
    )
    with pytest.raises(PlanDataError, match=r"Tables list 2 parcels, but nothing draws their outlines"):
        brought()


def test_a_range_where_one_number_belongs_says_which_end_counts(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    line = shapely.LineString([(499_990, 4_399_985), (500_410, 4_399_985)])
    frame = gpd.GeoDataFrame({"路名": ["纬一路"], "红线宽度": ["20-24"]}, geometry=[line], crs="EPSG:4548")
    shapefile(frame, folder / "道路中心线.shp")
    plan, result = brought()
    assert plan.layer("streets")["red_line_width_m"].tolist() == [24.0]
    assert any("its upper end (24) counts" in one.message for one in rules(result, "office-value"))


def test_the_last_letter_of_a_word_is_no_class_of_land() -> None:
    assert (codes_in("WA"), codes_in("GE")) == ([], [])
    assert codes_in("A") == ["A"]
    assert [translate("", "cn2023", one).to for one in ("WA", "GE", "Park", "Parking", "Zone UA")] == [
        "0701", "1001", "1401", "120803", None,
    ]  # fmt: skip


def test_short_words_of_german_and_french_plans_have_their_class() -> None:
    words = ("Wohnen", "Gewerbe", "Habitat", "Carrière", "Jardins familiaux")
    assert [translate("", "cn2023", one).to for one in words] == ["0701", "1001", "0701", "1002", "14"]


def figures_drawn(folder):
    """Two numbered parcels with figures by letters, a pond and a silent outline in them, and a street."""
    sheet = Sheet()
    sheet.box(0, 0, 100, 100, number="A-01")
    sheet.box(100, 0, 200, 100, number="A-02", use="B1")
    sheet.text("R=2.0 M=28% G=35% H=54", 50, 20, "指标")
    sheet.text("R≤1.5", 150, 20, "指标")
    for west, name in ((20, "水塘"), (120, "")):
        sheet.ring([(west, 60), (west + 30, 60), (west + 30, 90), (west, 90)])
        if name:
            sheet.text(name, west + 15, 75, "文字")
    sheet.line((-20, -12), (220, -12), layer="道路中心线")
    sheet.text("海棠路 24m", 60, -8, "文字")
    sheet.save(folder / "控规图.dxf")


def test_letters_before_figures_are_read_where_they_can_mean_one_thing_and_told(folder, brought):
    figures_drawn(folder)
    plan, result = brought()
    land = plan.layer("parcels")
    bounds = ["far_max", "coverage_ratio_max", "green_ratio_min", "height_m_max"]
    assert land.loc["A-01", bounds].tolist() == [2.0, 0.28, 0.35, 54.0]
    assert land.loc["A-02", "far_max"] == 1.5
    assert "'R=2.0' as 容积率" in rules(result, "cad-letter")[0].message


def test_water_inside_a_parcel_is_land_of_its_own_and_a_silent_outline_is_part_of_the_parcel(folder, brought):
    figures_drawn(folder)
    plan, result = brought()
    land = plan.layer("parcels")
    ponds = land[land["land_use"] == "17"]
    assert ponds.geometry.area.round().tolist() == [900]
    assert round(land.geometry["A-01"].area) == 9100
    assert round(land.geometry["A-02"].area) == 10_000
    told = rules(result, "cad-inner")
    assert [(one.measured, "A-02" in one.message) for one in told] == [(900.0, True)]


def test_a_streets_name_and_width_in_one_text_are_both_read(folder, brought):
    figures_drawn(folder)
    plan, _ = brought()
    assert plan.layer("streets")["name_zh"].tolist() == ["海棠路"]
    assert plan.layer("streets")["red_line_width_m"].tolist() == [24.0]


def test_files_that_want_another_form_say_which_where_nothing_else_is_there(folder, brought):
    (folder / "plan.mdb").write_bytes(b"Standard Jet DB")
    with pytest.raises(PlanDataError, match=r"plan\.mdb was not read.*Export its layers .* or a GeoPackage"):
        brought()


def test_a_file_that_is_no_layer_is_named_where_no_layer_holds_parcels(folder, brought):
    (folder / "plan.json").write_text('{"planKey": 1, "area": {"geometry": {"type": "Polygon"}}}')
    with pytest.raises(PlanDataError, match=r"plan\.json is JSON, but no layer of features"):
        brought()


def test_a_layer_of_which_nothing_is_known_is_told_with_its_size(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    frame = gpd.GeoDataFrame({"a": ["q", "r"]}, geometry=squares(2), crs="EPSG:4548")
    shapefile(frame, folder / "zzz.shp")
    _, result = brought()
    told = rules(result, "office-layer")
    assert [(one.layer, "its 2 features" in one.message) for one in told] == [("zzz", True)]


def test_a_japanese_folder_of_zoned_blocks_comes_in_whole(folder, brought):
    blocks = parcels(
        crs="EPSG:6677",
        街区番号=["1-1", "1-2", "1-3", "1-4"],
        用途地域=["第一種中高層住居専用地域", "近隣商業地域", "第一種住居地域", "準工業地域"],
        建ぺい率=["60", "80%", "60", "60"],
        容積率=["200", "300", "200", "200"],
        shapes=squares(east=-12_300, north=-31_200),
    )
    shapefile(blocks, folder / "街区.shp", encoding="cp932")
    lines = [shapely.LineString([(x, -31_190), (x, -31_110)]) for x in (-12_200, -12_100, -12_000)]
    streets = gpd.GeoDataFrame(
        {"路線名": ["中央通り", "北町1号線", "北町2号線"], "区分": ["幹線街路", "補助幹線", "区画道路"]},
        geometry=lines,
        crs="EPSG:6677",
    )
    shapefile(streets, folder / "道路中心線.shp", encoding="cp932")
    scope = gpd.GeoDataFrame({"地区名": ["北町地区"]}, geometry=[shapely.union_all(blocks.geometry)])
    shapefile(scope.set_crs("EPSG:6677"), folder / "計画区域.shp", encoding="cp932")
    table = "施設名,種別,街区番号,床面積(㎡),定員(人)\n北町保育園,保育所,1-1,1250,120\n"
    (folder / "施設.csv").write_text(table, encoding="cp932")
    (folder / "概要.txt").write_text("決定年月日 令和7年3月31日", encoding="cp932")
    plan, result = brought()
    assert plan.layer("parcels")["far"].tolist() == [2.0, 3.0, 2.0, 2.0]
    assert "were taken for parcels" in rules(result, "office-layer")[0].message
    assert plan.layer("streets")["class"].tolist() == ["arterial", "secondary", "local"]
    assert plan.manifest.title == {"ja": "北町地区"}
    assert str(plan.manifest.drawn_on) == "2025-03-31"
    nursery = plan.layer("facilities").iloc[0]
    assert (nursery["parcel_id"], nursery["floor_area_m2"], nursery["places"]) == ("1-1", 1250, 120)


def test_blocks_that_a_mapping_calls_so_are_not_taken_for_parcels(folder, brought, tmp_path):
    frame = parcels(街区编号=["1", "2"], 用地代码=["R2", "B1"], 容积率=[2.0, 3.0])
    shapefile(frame, folder / "街区.shp")
    plan, _ = brought()
    assert len(plan.layer("parcels")) == 2
    says = '[[layer]]\nfile = "街区.shp"\nlayer = "街区"\nrole = "blocks"\n'
    (tmp_path / "own.toml").write_text(says, encoding="utf-8")
    with pytest.raises(PlanDataError, match="No layer holds parcels"):
        brought(mapping=tmp_path / "own.toml")


def test_a_geopackage_with_the_columns_of_a_plan_comes_in_as_that_plan(folder, brought):
    frame = parcels(
        parcel_id=["A-1", "A-2", "A-3", "A-4"],
        land_use=["070102", "0901", "1401", "080403"],
        permitted=[None, "0901,080403", None, None],
    )
    pyogrio.write_dataframe(frame, folder / "q.gpkg", layer="parcels")
    centre = [one.centroid for one in frame.geometry[:3]]
    facilities = {
        "facility_id": ["F-1", "F-2", "F-3"],
        "service": ["culture", "market", "day_care"],
        "name_zh": ["云台馆", "永乐超市", "照料点"],
        "floor_area_m2": [600.0, 900.0, None],
    }
    pyogrio.write_dataframe(
        gpd.GeoDataFrame(facilities, geometry=centre, crs="EPSG:4548"), folder / "q.gpkg", layer="facilities"
    )
    line = [shapely.LineString([(499_990, 4_399_988), (500_410, 4_399_988)])]
    street = {"street_id": ["S-1"], "name_zh": ["纬一路"], "class": ["local"], "red_line_width_m": [18.0]}
    pyogrio.write_dataframe(
        gpd.GeoDataFrame(street, geometry=line, crs="EPSG:4548"), folder / "q.gpkg", layer="streets"
    )
    verdicts = gpd.GeoDataFrame({"rule": ["x"], "outcome": ["pass"]}, geometry=centre[:1], crs="EPSG:4548")
    pyogrio.write_dataframe(verdicts, folder / "q.gpkg", layer="verdicts")
    plan, result = brought()
    assert plan.layer("parcels")["permitted"].dropna().to_dict() == {"A-2": "0901,080403"}
    there = plan.layer("facilities")
    assert there["service"].to_dict() == {"F-1": "culture", "F-2": "market", "F-3": "day_care"}
    assert there["name_zh"].tolist() == facilities["name_zh"]
    way = plan.layer("streets").iloc[0]
    assert (way["name_zh"], way["red_line_width_m"]) == ("纬一路", 18.0)
    assert result.losses == ()


def test_uses_that_an_office_permits_are_those_that_a_proposal_may_take(folder, brought):
    uses = ["R2、A33", None, "公园绿地、老年设施", "看情况"]
    shapefile(
        parcels(编号=list("1234"), 用地代码=["B1", "B1", "B1", "B1"], 允许用途=uses), folder / "地块.shp"
    )
    plan, _ = brought()
    land = plan.layer("parcels")
    assert land["permitted"].tolist()[0] == "070102,080403"
    assert land["permitted_given"].tolist()[0] == "R2、A33"
    assert land["permitted"].tolist()[2].startswith("1401")
    assert land["permitted_given"].tolist()[3] == "看情况"


def test_layers_of_a_drawing_called_after_classes_of_land_give_each_parcel_its_own(folder, brought):
    sheet = Sheet()
    uses = ["YD-二类居住用地", "YD-商业用地", "YD-公园绿地", "YD-医疗设施用地"]
    for at, use in enumerate(uses):
        sheet.box(at * 100, 0, at * 100 + 100, 100, layer=use)
        sheet.text(f"A-0{at + 1}", at * 100 + 50, 50)
    sheet.text("人口1200人", 50, 20, layer="指标")
    sheet.save(folder / "图.dxf")
    plan, result = brought()
    land = plan.layer("parcels")
    assert land["land_use"].tolist() == ["070102", "0901", "1401", "0806"]
    assert land["residents"].tolist()[0] == 1200
    assert not rules(result, "cad-layer")
    assert "greens" not in plan.layers


def test_a_green_layer_beside_parcels_of_a_drawing_stays_a_layer_of_greens(folder, brought):
    sheet = Sheet()
    for at in range(3):
        sheet.box(at * 100, 0, at * 100 + 100, 100, number=f"A-0{at + 1}")
    sheet.box(20, 20, 60, 60, layer="公园绿地")
    sheet.save(folder / "图.dxf")
    plan, _ = brought()
    assert len(plan.layer("parcels")) == 3
    assert len(plan.layer("greens")) == 1


def test_a_german_folder_of_areas_tables_and_facilities_comes_in_whole(folder, brought):
    frame = parcels(
        crs="EPSG:25832",
        shapes=squares(east=565_000, north=5_934_000),
        Baufeld=["WA 1", "WA 2", "BF 3", "BF 4"],
        Nutzung=["WA", "WA", "Grünfläche", "Gemeinbedarf"],
        GFZ=["0,8", "1,2", "-", "k.A."],
        Flaeche_ha=["1,00", "1,00", "1,00", "1,00"],
        OK_m_ueNHN=["12,5", "", "", "18,0"],
    )
    frame.to_file(folder / "Baugebiete.geojson", driver="GeoJSON")
    table = "Baufeld;Einwohner;GF (m²)\nWA 1;138;8.000,00\nWA 2;166;12.000,00\nSumme;304;20.000\n"
    (folder / "Kennwerte.csv").write_text(table, encoding="cp1252")
    table = "Bezeichnung;Art;Rechtswert;Hochwert;Plätze;Status\n"
    table += "Kita Hafen;Kindertagesstätte;565050,5;5934050;80;geplant\n"
    table += "Schule am Kai;Grundschule;565350;5934050;200;Bestand\n"
    (folder / "Einrichtungen.csv").write_text(table, encoding="utf-8")
    line = [shapely.LineString([(565_000, 5_933_990), (565_400, 5_933_990)])]
    street = gpd.GeoDataFrame({"Name": ["Kai"], "Klasse": ["Sammelstraße"]}, geometry=line, crs="EPSG:25832")
    street.to_file(folder / "Straßenachsen.geojson", driver="GeoJSON")
    plan, result = brought()
    land = plan.layer("parcels").loc[["WA 1", "WA 2", "BF 3", "BF 4"]]
    assert land["declared_area_m2"].tolist() == [10_000] * 4
    assert land["elevation_max_m"].tolist()[0] == 12.5
    assert land["residents"].dropna().tolist() == [138, 166]
    assert not rules(result, "office-unjoined")
    there = plan.layer("facilities")
    assert there["service"].tolist() == ["kindergarten", "primary_school"]
    assert there["status"].tolist() == ["planned", "existing"]
    assert there["parcel_id"].tolist() == ["WA 1", "BF 4"]
    assert plan.layer("streets")["class"].tolist() == ["secondary"]


def test_a_zone_in_words_counts_before_its_short_sign(folder, brought):
    table = {"街廓編號": ["A1", "A2"], "使用分區": ["住宅區", "公園用地"], "分區代號": ["住三", "公"]}
    shapefile(
        parcels(crs="EPSG:3826", **table, shapes=squares(2, east=302_000)), folder / "使用分區.shp", "big5"
    )
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist() == ["0701", "1401"]


def test_people_of_a_korean_table_are_counted(folder, brought):
    table = {"획지번호": ["A1", "A2"], "용도": ["공동주택용지", "공원"], "계획인구": ["520인", ""]}
    shapefile(
        parcels(crs="EPSG:5186", **table, shapes=squares(2, east=200_000)), folder / "획지.shp", "cp949"
    )
    plan, _ = brought()
    assert plan.layer("parcels")["residents"].tolist()[0] == 520
