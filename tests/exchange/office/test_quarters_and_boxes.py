"""Quarters handed in one by one, figures in boxes and forms, drawn tables, words of other maps."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from blockplan.exchange.office.codes import translate

from .conftest import CRS, parcels, rules, shapefile, squares, workbook
from .drawn import Sheet


def column(plan, name, layer="parcels"):
    """What a layer says in a column, by number of parcel; roads left out."""
    table = plan.layer(layer).set_index("parcel_id")[name]
    return table[~table.index.str.startswith("R")].to_dict()


def test_quarters_whose_numbers_count_anew_are_no_drafts_of_each_other(folder, brought):
    for at, name in enumerate(("A街坊", "B街坊")):
        (folder / name).mkdir()
        land = parcels(shapes=squares(2, north=4_400_000 + 150 * at), DKBH=["01", "02"], YDDM=["R2", "B1"])
        shapefile(land, folder / name / "用地规划.shp")
    head = ["地块编号", "容积率"]
    workbook(
        folder / "指标表.xlsx", A街坊=[head, ["01", 2.0], ["02", 3.0]], B街坊=[head, ["01", 1.0], ["02", 1.5]]
    )
    plan, result = brought()
    assert column(plan, "far") == {"A-01": 2.0, "A-02": 3.0, "B-01": 1.0, "B-02": 1.5}
    assert set(column(plan, "block_id").values()) == {"A", "B"}
    assert not rules(result, "office-double") + rules(result, "office-differs")


def test_residents_with_digits_behind_the_point_are_tens_of_thousands(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    scope = gpd.GeoDataFrame({"RK": [1.23]}, geometry=[shapely.box(*parcels().total_bounds)], crs=CRS)
    shapefile(scope, folder / "规划范围.shp")
    plan, _ = brought()
    assert plan.layer("parcels")["residents"].sum() == 12_300


def test_residents_of_parcels_reckoned_from_floor_area_are_people(folder, brought):
    shapefile(parcels(DKBH=["1", "2"], YDDM=["R2", "B1"], RK=[153.6, 0.0]), folder / "地块.shp")
    assert brought()[0].layer("parcels")["residents"].max() == pytest.approx(153.6)


def test_quarters_of_a_table_are_those_with_which_numbers_begin(folder, brought):
    shapefile(
        parcels(DKBH=["A-01", "A-02", "B-01", "B-02"], YDDM=["R2", "B1", "R2", "G1"]), folder / "地块.shp"
    )
    workbook(folder / "人口.xlsx", 人口=[["街坊", "居住人口（万人）"], ["A", 0.2], ["B", 0.1], ["合计", 0.3]])
    plan, _ = brought()
    assert column(plan, "residents")["A-01"] == 2000
    assert column(plan, "residents")["B-01"] == 1000


def test_rows_of_quarters_that_no_parcel_is_of_are_told(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    workbook(folder / "人口.xlsx", 人口=[["街坊", "居住人口"], ["城南", 2000], ["城北", 1000]])
    (told,) = rules(brought()[1], "office-unjoined")
    assert told.message.startswith("2 of 2 rows are of no block")
    assert "residents" in told.message


def test_the_one_layer_of_areas_is_taken_for_parcels_and_told(folder, brought):
    shapefile(
        parcels(地块号=["CN01-A01", "CN01-A02", "CN01-A03"], 单元名称=["城南"] * 3), folder / "CN01图斑.shp"
    )
    workbook(
        folder / "附表.xlsx",
        表=[["地块编码", "用地代码"], ["CN01-A01", "R2"], ["CN01-A02", "G1"], ["CN01-A03", "B1"]],
    )
    plan, result = brought()
    assert column(plan, "land_use") == {"CN01-A01": "070102", "CN01-A02": "1401", "CN01-A03": "0901"}
    assert "taken for parcels" in rules(result, "office-layer")[0].message


def test_a_field_of_facilities_is_known_by_what_it_says(folder, brought):
    texts = ["小学一所（24班）", "菜市场、公厕", None, "养老院（150床）"]
    shapefile(
        parcels(DKBH=list("1234"), YDDM=["A33", "B1", "G1", "R2"], 要点=texts),
        folder / "地块.shp",
    )
    plan, _ = brought()
    assert sorted(plan.layer("facilities")["service"]) == [
        "market",
        "nursing_home",
        "primary_school",
        "utility",
    ]


def test_forms_of_a_sheet_a_parcel_are_one_table(folder, brought):
    shapefile(parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "G1"]), folder / "地块.shp")

    def form(number, far):
        return [
            ["地块控制指标"],
            ["地块编号", number, "用地面积（㎡）", 10_000],
            ["容积率", far, "绿地率（%）", 35],
        ]

    workbook(folder / "图则.xlsx", 一=form("A-01", 2.0), 二=form("A-02", "-"))
    plan, result = brought()
    assert column(plan, "far")["A-01"] == 2.0
    assert column(plan, "green_ratio_min")["A-02"] == 0.35
    assert [one["rows"] for one in result.made["joined"]] == [2]


def boxed(sheet, legend=True):
    """Four parcels with a box of bare figures each, and a legend whose columns stand farther apart."""
    for at in range(4):
        sheet.ring([(at * 100, 0), (at * 100 + 100, 0), (at * 100 + 100, 100), (at * 100, 100)], "YD-R2")
        cells = [(f"A-0{at + 1}", "R2"), ("1.00", f"{at + 1}.5"), ("22", "35"), ("54", "-")]
        for row, (left, right) in enumerate(cells):
            sheet.text(left, at * 100 + 42, 60 - 8 * row, "ZB-指标", 3)
            sheet.text(right, at * 100 + 58, 60 - 8 * row, "ZB-指标", 3)
    names = [
        ("地块编号", "用地代码"),
        ("用地面积(ha)", "容积率"),
        ("建筑密度(%)", "绿地率(%)"),
        ("建筑限高(m)", "停车位"),
    ]
    for row, (left, right) in enumerate(names if legend else []):
        sheet.text(left, 700, 60 - 8 * row, "ZB-指标", 3)
        sheet.text(right, 730, 60 - 8 * row, "ZB-指标", 3)
    return sheet


def test_bare_figures_in_a_box_are_what_the_legend_calls_them(folder, brought):
    boxed(Sheet()).save(folder / "图.dxf")
    plan, result = brought()
    assert column(plan, "far") == {"A-01": 1.5, "A-02": 2.5, "A-03": 3.5, "A-04": 4.5}
    assert set(column(plan, "coverage_ratio").values()) == {0.22}
    assert set(column(plan, "green_ratio").values()) == {0.35}
    assert set(column(plan, "height_m").values()) == {54.0}
    assert set(column(plan, "land_use_given").values()) == {"R2"}
    assert rules(result, "cad-legend")[0].grade == "note"


def test_bare_figures_that_no_legend_names_are_unknown_and_told(folder, brought):
    boxed(Sheet(), legend=False).save(folder / "图.dxf")
    plan, result = brought()
    assert "far" not in plan.layer("parcels") or plan.layer("parcels")["far"].isna().all()
    assert set(column(plan, "land_use_given").values()) == {"R2"}
    (told,) = rules(result, "cad-legend")
    assert told.grade == "warning"
    assert told.measured == 4


def test_a_table_drawn_beside_the_plan_is_read(folder, brought):
    sheet = Sheet()
    for at in range(4):
        sheet.box(at * 100, 0, at * 100 + 100, 100, number=f"A-0{at + 1}")
    head = ["地块编号", "用地代码", "用地面积(公顷)", "容积率", "限高(m)", "配套设施"]
    rows = [
        [f"A-0{at + 1}", "R2", "1.00", f"{at + 1}.5", "54", "小学一所（24班）" if at == 2 else ""]
        for at in range(4)
    ]
    for row, cells in enumerate([head, *rows]):
        for at, cell in enumerate(cells):
            if cell:
                sheet.text(cell, 700 + 30 * at, 90 - 8 * row, "表格文字", 2.5)
    sheet.save(folder / "图.dxf")
    plan, result = brought()
    assert column(plan, "far") == {"A-01": 1.5, "A-02": 2.5, "A-03": 3.5, "A-04": 4.5}
    assert plan.layer("facilities")[["parcel_id", "classes"]].to_numpy().tolist() == [["A-03", 24.0]]
    assert not rules(result, "cad-text")


def test_a_text_of_several_lines_tells_the_parcel_on_a_layer_named_in_parts(folder, brought):
    sheet = Sheet()
    for at, use in enumerate(["中小学用地 A33", "公园绿地 G1", "二类居住用地 R2", "二类居住用地 R2"]):
        sheet.ring([(at * 100, 0), (at * 100 + 100, 0), (at * 100 + 100, 100), (at * 100, 100)], "0-用地")
        text = f"A-0{at + 1}\\P{use}\\P容积率：≤{at}.8\\P人口：{at}00人"
        sheet.space.add_mtext(text, dxfattribs={"layer": "0-指标", "char_height": 3}).set_location(
            sheet.at(at * 100 + 50, 50), attachment_point=5
        )
    sheet.save(folder / "图.dxf")
    plan, result = brought()
    uses = {"A-01": "080403", "A-02": "1401", "A-03": "070102", "A-04": "070102"}
    assert column(plan, "land_use") == uses
    assert column(plan, "far")["A-03"] == 2.8
    # What stands in one parcel is no total of all, and a use is no facility.
    assert not rules(result, "office-residents")
    assert not len(plan.layer("facilities"))


@pytest.mark.parametrize(
    ("value", "code"),
    [("grass", "14"), ("recreation_ground", "14"), ("arts_centre", "0803"), ("orchard", "02"),
     ("quarry", "1002"),
     ("sports_centre", "0805"), ("place_of_worship", "1503"), ("railway", "1201"), ("basin", "17"),
     ("greenhouse_horticulture", "06"), ("greenfield", None), ("brownfield", None), ("construction", None)],
)  # fmt: skip
def test_words_of_openstreetmap_have_a_class_or_say_no_use(value, code):
    assert translate("", "cn2023", value).to == code


def test_areas_of_openstreetmap_say_their_use_by_another_tag_too(folder, brought):
    land = {"name": ["a1", "a2"], "landuse": ["residential", None], "amenity": [None, "school"]}
    parcels(**land).to_crs(4326).to_file(folder / "landuse.geojson", driver="GeoJSON")
    plan, result = brought()
    assert column(plan, "land_use") == {"a1": "0701", "a2": "080403"}
    assert any("another tag" in one.message for one in rules(result, "office-code"))


def test_a_spanish_plan_is_read_with_its_words_and_figures(folder, brought):
    land = {
        "CODIGO": ["M-1", "M-2"], "USO": ["Residencial", "Zona verde"],
        "EDIFICABILIDAD": ["2,20 m2t/m2s", None], "SUPERFICIE": ["10.000,00", "10.000,00"],
    }  # fmt: skip
    shapes = squares(2, east=441_000, north=4_474_000)
    parcels(crs="EPSG:25830", shapes=shapes, **land).to_file(folder / "ordenacion.gpkg", layer="manzanas")
    plan, _ = brought()
    assert column(plan, "far")["M-1"] == 2.2
    assert column(plan, "declared_area_m2")["M-2"] == 10_000
    assert column(plan, "land_use") == {"M-1": "0701", "M-2": "1401"}


def test_facilities_of_a_korean_table_are_known_by_their_kind(folder, brought):
    land = {
        "블록번호": ["A-1", "A-2"],
        "토지이용": ["학교용지", "공동주택용지"],
        "용도지역": ["제1종일반주거지역"] * 2,
    }
    shapes = squares(2, east=200_000, north=550_000)
    shapefile(parcels(crs="EPSG:5186", shapes=shapes, **land), folder / "토지이용계획.shp", "CP949")
    rows = "시설명,시설종류,블록번호,학급수\n한빛초등학교,초등학교,A-1,24\n한빛유치원,유치원,A-2,12\n"
    (folder / "시설.csv").write_bytes(rows.encode("cp949"))
    plan, _ = brought()
    assert column(plan, "land_use") == {"A-1": "080403", "A-2": "0701"}
    assert plan.layer("facilities")["service"].tolist() == ["primary_school", "kindergarten"]
    assert plan.layer("facilities")["classes"].tolist() == [24.0, 12.0]


def test_parcels_drawn_as_closed_lines_are_areas_with_the_numbers_in_them(folder, brought):
    outlines = [shapely.LineString(square.exterior.coords) for square in squares(3)]
    shapefile(parcels(shapes=outlines, 图层=["地块线"] * 3), folder / "地块线.shp")
    middles = [square.centroid for square in squares(3)]
    shapefile(parcels(shapes=middles, 文字=["A-01", "A-02", "A-03"]), folder / "地块注记.shp")
    workbook(
        folder / "指标.xlsx", 表=[["地块编号", "用地代码"], ["A-01", "R2"], ["A-02", "G1"], ["A-03", "B1"]]
    )
    plan, result = brought()
    assert column(plan, "land_use") == {"A-01": "070102", "A-02": "1401", "A-03": "0901"}
    assert "lines are closed" in rules(result, "office-outline")[0].message


def test_a_table_of_corners_draws_the_parcels(folder, brought, tmp_path):
    rows = [["界址点成果表（中央子午线117度）"], ["地块编号", "点号", "纵坐标X", "横坐标Y"]]
    for number, square in zip(["A-01", "A-02"], squares(2), strict=True):
        for at, (x, y) in enumerate(square.exterior.coords[:-1]):
            rows.append([None if at else number, f"J{at + 1}", y, x])
    rows += [["A-03", "J1", 4_400_000.0, 500_000.0]]
    workbook(folder / "坐标.xlsx", 坐标=rows, 指标=[["地块编号", "用地代码"], ["A-01", "R2"], ["A-02", "G1"]])
    plan, result = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    assert found.area.loc[["A-01", "A-02"]].tolist() == [10_000, 10_000]
    assert found.total_bounds[:2].tolist() == [500_000, 4_400_000]
    assert any("A-03 1 corners" in one.message for one in rules(result, "office-outline"))
    again, _ = brought(mapping=tmp_path / "plan" / "mapping.toml")
    assert again.layer("parcels")["parcel_id"].tolist() == plan.layer("parcels")["parcel_id"].tolist()


def test_numbers_of_digits_alone_stand_behind_the_quarter_that_is_drawn_about_them(folder, brought):
    sheet = Sheet("R12")
    for at in range(4):
        ring = [(at * 100, 0), (at * 100 + 90, 0), (at * 100 + 90, 90), (at * 100, 90)]
        sheet.space.add_polyline2d([sheet.at(*one) for one in ring], close=True, dxfattribs={"layer": "地块"})
        sheet.text(f"0{at % 2 + 1}", at * 100 + 45, 50, "编号")
        sheet.text("二类居住用地", at * 100 + 45, 30, "性质")
    for at, name in enumerate(["甲街坊", "乙街坊"]):
        ring = [(at * 200, 0), (at * 200 + 190, 0), (at * 200 + 190, 90), (at * 200, 90)]
        sheet.space.add_polyline2d(
            [sheet.at(*one) for one in ring], close=True, dxfattribs={"layer": "街坊界"}
        )
        sheet.text(name, at * 200 + 95, 80, "街坊编号")
    sheet.save(folder / "图.dxf")
    plan, _ = brought()
    uses = dict.fromkeys(["甲街坊-01", "甲街坊-02", "乙街坊-01", "乙街坊-02"], "070102")
    assert column(plan, "land_use") == uses


def test_facilities_of_a_table_stand_in_each_parcel_that_their_place_names(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    rows = [
        ["类别", "设施名称", "规模", "位置"],
        ["教育", "幼儿园", "9班、12班", "A-01、A-02"],
        ["教育", "小学", "24班", "A-04地块东侧"],
        ["商业", "菜市场", "建筑面积1500㎡", "A-01、A-03"],
    ]
    workbook(folder / "设施.xlsx", 公共服务设施一览表=rows)
    plan, result = brought()
    found = plan.layer("facilities")
    classes = found.dropna(subset="classes")[["parcel_id", "classes"]].to_numpy().tolist()
    assert classes == [["A-01", 9.0], ["A-02", 12.0], ["A-04", 24.0]]
    markets = found[found["service"] == "market"]
    assert markets["parcel_id"].tolist() == ["A-01", "A-03"]
    assert "floor_area_m2" not in markets or markets["floor_area_m2"].isna().all()
    assert any("of each or of all" in one.message for one in rules(result, "office-value"))


def test_a_table_of_totals_is_none_of_facilities_and_its_residents_are_told(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    rows = [["项目", "数值"], ["规划总人口", "1.03万人"], ["总建筑面积", "52.3万平方米"]]
    workbook(folder / "附表.xlsx", 主要指标=rows)
    plan, result = brought()
    assert not len(plan.layer("facilities"))
    assert "10,300 residents" in rules(result, "office-residents")[0].message


def test_a_mapinfo_file_that_says_no_charset_is_read_in_chinese(folder, brought):
    head = 'Version 300\nCharset "Neutral"\nDelimiter ","\nCoordSys NonEarth Units "m"\nColumns 2\n'
    shapes = "".join(
        f"Region 1\n 4\n{w} {s}\n{e} {s}\n{e} {n}\n{w} {n}\n"
        for w, s, e, n in (square.bounds for square in squares(2))
    )
    text = f"{head}  地块编号 Char(20)\n  用地性质 Char(20)\nData\n{shapes}"
    (folder / "地块.mif").write_bytes(text.encode("gbk"))
    (folder / "地块.mid").write_bytes('"城A-01","二类居住用地"\n"城A-02","公园绿地"\n'.encode("gbk"))
    assert column(brought()[0], "land_use") == {"城A-01": "070102", "城A-02": "1401"}


def test_outlines_with_a_number_each_are_parcels_though_their_layer_is_called_a_boundary(folder, brought):
    sheet = Sheet()
    for at in range(3):
        sheet.ring([(at * 100, 0), (at * 100 + 100, 0), (at * 100 + 100, 100), (at * 100, 100)], "用地红线")
        sheet.text(f"A-0{at + 1}/{['R2', 'B1', 'G1'][at]}", at * 100 + 50, 50, "标注")
    sheet.ring([(-50, -50), (350, -50), (350, 150), (-50, 150)], "规划范围")
    sheet.save(folder / "图.dxf")
    plan, _ = brought()
    assert column(plan, "land_use") == {"A-01": "070102", "A-02": "0901", "A-03": "1401"}
    assert plan.layer("boundary").area.sum() == 80_000


def test_a_width_in_brackets_behind_a_streets_name_is_the_streets(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    line = shapely.LineString([(499_900, 4_399_980), (500_500, 4_399_980)])
    shapefile(gpd.GeoDataFrame({"路名": ["海棠路（36m）"]}, geometry=[line], crs=CRS), folder / "road.shp")
    plan, result = brought()
    street = plan.layer("streets").iloc[0]
    assert (street["name_zh"], street["red_line_width_m"]) == ("海棠路", 36.0)
    assert "behind their name" in rules(result, "office-street-width")[0].message


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ({"RK": [9.6, 12.8, 3.2, 6.4]}, 32.0),
        ({"RK": [0.05, 0.03, 0.02, 0.025]}, 1250.0),
        ({"RK": [1.5, 0.5, 1.0, 2.0], "户数": [5000, 1600, 3300, 6500]}, 50_000.0),
        ({"RK": [9.6, 12.8, 3.2, 6.4], "户数": [3, 4, 1, 2]}, 32.0),
    ],
)
def test_people_of_parcels_are_tens_of_thousands_only_if_homes_or_land_bear_it_out(
    folder, brought, said, together
):
    shapefile(parcels(DKBH=list("1234"), YDDM=["R2"] * 4, **said), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels")["residents"].sum() == pytest.approx(together)
    told = [one for one in rules(result, "office-value") if "10,000s" in one.message]
    assert len(told) == (together > 100)


def test_people_of_parcels_are_tens_of_thousands_if_a_text_states_their_total(folder, brought):
    shapefile(parcels(DKBH=list("1234"), YDDM=["R2"] * 4, RK=[1.5, 0.5, 1.0, 2.0]), folder / "地块.shp")
    (folder / "说明.txt").write_text("规划人口规模5万人。", encoding="utf-8")
    plan, _ = brought()
    assert plan.layer("parcels")["residents"].sum() == 50_000


def test_people_of_buildings_are_never_tens_of_thousands(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    houses = [square.buffer(-30) for square in squares()]
    shapefile(
        parcels(shapes=houses, 编号=list("1234"), 层数=[3] * 4, RK=[9.6, 3.2, 6.4, 0.0]), folder / "建筑.shp"
    )
    plan, _ = brought()
    assert plan.layer("buildings")["residents"].sum() == pytest.approx(19.2)


def corners(faulty=None):
    """A table of the corners of two parcels, with a use and a density in the first row of each."""
    rows = [
        ["界址点成果表（中央子午线117度）"],
        ["地块编号", "用地代码", "容积率", "点号", "纵坐标X", "横坐标Y"],
    ]
    for number, use, square in zip(["A-01", "A-02"], ["R2", "G1"], squares(2), strict=True):
        for at, (x, y) in enumerate(square.exterior.coords[:-1]):
            north = faulty or None if faulty is not None and (number, at) == ("A-02", 2) else y
            first = [None] * 3 if at else [number, use, 2.5]
            rows.append([*first, f"J{at + 1}", north, x])
    return rows


@pytest.mark.parametrize("faulty", ["见附图", "", "A-02"])
def test_a_parcel_one_of_whose_corners_has_no_coordinates_is_left_out_and_told(folder, brought, faulty):
    rows = corners("" if faulty == "A-02" else faulty)
    if faulty == "A-02":  # the number stands in its row too
        rows[8] = ["A-02", None, None, "J3", None, None]
    elif not faulty:
        rows[8] = [None, None, None, "J3", None, None]
    workbook(folder / "坐标.xlsx", 坐标=[*rows, [None, None, None, "面积", None, None]])
    plan, result = brought()
    assert plan.layer("parcels")["parcel_id"].tolist() == ["A-01"]
    (told,) = [one for one in rules(result, "office-outline") if one.grade == "warning"]
    assert "Of A-02 the corner in row 9" in told.message


def test_what_a_table_of_corners_says_beside_them_is_of_the_parcel(folder, brought):
    workbook(folder / "坐标.xlsx", 坐标=corners())
    plan, _ = brought()
    assert column(plan, "land_use") == {"A-01": "070102", "A-02": "1401"}
    assert column(plan, "far")["A-01"] == 2.5
    assert "点号" not in plan.layer("parcels")


def test_places_of_a_facility_that_are_no_parcel_are_told_and_how_many_it_was_taken_for(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    rows = [["设施名称", "位置"], ["菜市场", "A-01、A-02、Z-09"], ["小学", "A-04地块东侧30m"]]
    workbook(folder / "设施.xlsx", 公共服务设施一览表=rows)
    plan, result = brought()
    assert plan.layer("facilities")["parcel_id"].tolist() == ["A-01", "A-02", "A-04"]
    assert [one.value for one in rules(result, "office-unjoined")] == ["Z-09"]
    assert any("taken for 2 facilities" in one.message for one in rules(result, "office-value"))


@pytest.mark.parametrize(("first", "step", "apart"), [(3, 10, 30), (9, 8, 400)])
def test_a_drawn_table_with_a_low_or_torn_heading_ends_no_import(folder, brought, first, step, apart):
    sheet = Sheet()
    for at in range(4):
        sheet.box(at * 100, 0, at * 100 + 100, 100, number=f"A-0{at + 1}")
    places = [700, *(700 + apart + 30 * at for at in range(4))]
    for x, name in zip(places, ["地块编号", "用地代码", "用地面积(公顷)", "容积率", "限高(m)"], strict=True):
        sheet.text(name, x, 90, "表格文字", 2.5)
    for at in range(4):
        cells = [f"A-0{at + 1}", "R2", "1.00", f"{at + 1}.5", "54"]
        for x, cell in zip(places, cells, strict=True):
            sheet.text(cell, x, 90 - first - step * at, "表格文字", 2.5)
    sheet.save(folder / "图.dxf")
    plan, _ = brought()
    if apart == 30:
        assert column(plan, "far") == {"A-01": 1.5, "A-02": 2.5, "A-03": 3.5, "A-04": 4.5}


def test_a_figure_that_a_box_lacks_does_not_shift_the_others(folder, brought):
    sheet = Sheet()
    names = ["地块编号", "容积率", "绿地率(%)", "建筑限高(m)", "建筑密度(%)"]
    for at in range(4):
        sheet.ring([(at * 100, 0), (at * 100 + 100, 0), (at * 100 + 100, 100), (at * 100, 100)], "YD-R2")
        # The last has no green ratio, and another figure below.
        cells = [f"A-0{at + 1}", f"{at + 1}.5", "35" if at < 3 else "", "54", "22", "" if at < 3 else "7"]
        for row, cell in enumerate(cells):
            if cell:
                sheet.text(cell, at * 100 + 50, 70 - 8 * row, "ZB-指标", 3)
    for row, name in enumerate(names):
        sheet.text(name, 700, 70 - 8 * row, "ZB-指标", 3)
    sheet.save(folder / "图.dxf")
    plan, _ = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    assert set(found["height_m"]) == {54.0}
    assert set(found["coverage_ratio"]) == {0.22}
    assert found["green_ratio"].isna().tolist() == [False, False, False, True]
