"""Rows of tables and features of layers find their parcel; what does not is told."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile, squares, workbook

from blockplan.exchange.office.joining import facilities_of_both, looks, match_numbers
from blockplan.plan import validate

IDS = ["A-01", "A-02", "A-03", "A-04"]


@pytest.mark.long
@pytest.mark.parametrize(
    "written", ["a-01", "A－01", "A - 01", "A-O1", "A-0l", "A—01", "A_01", "A-1", "Ａ-０１", "A.01"]
)
def test_numbers_that_look_alike_are_joined_and_listed(folder, brought, written):
    shapefile(parcels(DKBH=IDS), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "用地代码"], [written, "R2"]])
    plan, result = brought()
    assert plan.layer("parcels").loc["A-01", "land_use"] == "070102"
    alike = "".join(written.split()).upper() not in {"A-01", "Ａ-０１", "A－01"}
    assert bool(rules(result, "office-near-miss")) == alike


def test_a_number_that_looks_like_two_is_joined_to_none(folder, brought):
    shapefile(parcels(DKBH=["A-1", "A-01", "B-1", "B-2"]), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-001", 2.0], ["B-1", 1.0], ["Z-9", 3.0]])
    _, result = brought()
    told = [one.message for one in rules(result, "office-unjoined")]
    assert len(told) == 2
    assert "looks like several: A-1, A-01" in told[0]


def test_a_parcel_that_stands_twice_in_the_table_keeps_its_first_row(folder, brought):
    shapefile(parcels(DKBH=IDS), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-01", 2.0], ["A-01", 3.0]])
    plan, result = brought()
    assert plan.layer("parcels").loc["A-01", "far"] == 2.0
    assert [one.id for one in rules(result, "office-twice")] == ["A-01"]


@given(st.lists(st.from_regex(r"[A-Z]{1,2}-[0-9]{2}-[0-9]{2}", fullmatch=True), unique=True, max_size=8))
def test_each_number_finds_itself(numbers):
    found, several = match_numbers(numbers, numbers)
    assert found == {number: number for number in numbers}
    assert not several
    assert all(looks(number.replace("0", "O")) == looks(number) for number in numbers)


def layer(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def test_facilities_stops_and_buildings_find_their_parcel_by_place(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    points = [shape.centroid for shape in squares(2)]
    shapefile(
        layer(points, SSMC=["第一小学", "社区养老院"], CWS=[None, 80.0], LX=["教育", "养老"]),
        folder / "公共服务设施.shp",
    )
    houses = [shapely.box(500_010, 4_400_010, 500_030, 4_400_030)]
    shapefile(layer(houses, CS=[6.0], JZGD=[18.5]), folder / "现状建筑.shp")
    shapefile(layer(points[:1], 站名=["东门站"]), folder / "地铁站点.shp")
    plan, _ = brought()
    found = plan.layer("facilities")
    assert found["parcel_id"].tolist() == ["A-01", "A-02"]
    assert found["service"].tolist() == ["primary_school", "nursing_home"]
    assert found["beds"].tolist()[1] == 80
    house = plan.layer("buildings").iloc[0]
    assert (house["parcel_id"], house["floor_area_m2"], house["height_m"]) == ("A-01", 2400, 18.5)
    assert plan.layer("stops")["modes"].tolist() == ["subway"]


def test_a_stop_has_all_its_modes_and_one_of_another_kind_is_not_that_of_its_layer(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    kinds = ["公交,地铁", "轻轨/公交", "轮渡", "直升机", None]
    names = ["甲", "乙", "丙", "丁", "火车站"]
    points = [shapely.Point(500_010 + 10 * at, 4_400_010) for at in range(5)]
    shapefile(layer(points, 站名=names, 站点类型=kinds), folder / "公交站点.shp")
    others = [shapely.Point(500_210 + 10 * at, 4_400_050) for at in range(2)]
    shapefile(layer(others, 站名=["东门", "西门地铁站"]), folder / "公交地铁站点.shp")
    plan, result = brought()
    found = plan.layer("stops").set_index("name_zh")["modes"]
    assert found[names].tolist() == ["subway, bus", "subway, bus", "ferry", None, "bus"]
    assert found[["东门", "西门地铁站"]].tolist() == [None, "subway"]
    assert [one.value for one in rules(result, "office-stop-mode")] == ["直升机"]


def test_a_facility_drawn_and_named_in_the_text_is_one(folder, brought):
    shapefile(
        parcels(DKBH=IDS, PTSS=["小学一所（24班）、菜市场", "-", "-", "按规范配置"]), folder / "地块.shp"
    )
    shapefile(layer([squares(1)[0].centroid], SSMC=["实验小学"]), folder / "配套设施.shp")
    plan, result = brought()
    found = plan.layer("facilities")
    assert found["service"].tolist() == ["primary_school", "market"]
    assert found["read_from"].tolist() == ["drawing", "text"]
    assert found["classes"].tolist()[0] == 24
    assert [(one.id, one.value) for one in rules(result, "office-text")] == [("A-04", "按规范配置")]


def test_facilities_of_a_table_stand_on_the_parcel_that_it_names(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    table = [
        ["序号", "设施名称", "所在地块", "建筑面积（㎡）", "规模"],
        [1, "社区卫生服务站", "A-02", 300, None],
        [2, "幼儿园", "A-04", None, "12班，用地0.5公顷"],
        [3, "派出所", "Z-1", 500, None],
    ]
    workbook(folder / "设施.xlsx", 配套设施一览表=table)
    plan, result = brought()
    found = plan.layer("facilities")
    assert found[["parcel_id", "service"]].to_numpy().tolist() == [
        ["A-02", "clinic"],
        ["A-04", "kindergarten"],
    ]
    assert found["classes"].tolist()[1] == 12
    assert found["site_area_m2"].tolist()[1] == 5000
    assert [one.value for one in rules(result, "office-unjoined")] == ["Z-1"]


def test_blocks_and_subblocks_that_parcels_name_are_the_land_of_their_parcels(folder, brought):
    shapefile(parcels(DKBH=IDS, DYBH=["U1"] * 4, JFBH=["J1", "J1", "J2", "J2"]), folder / "地块.shp")
    workbook(
        folder / "单元.xlsx", 单元指标表=[["单元编号", "主导功能", "总建筑面积(万㎡)"], ["U1", "居住", 8]]
    )
    plan, _ = brought()
    assert plan.layer("blocks").loc["U1", "floor_area_m2_max"] == 80_000
    assert plan.layer("blocks").loc["U1", "dominant_function"] == "居住"
    assert plan.layer("subblocks").geometry.area.tolist() == pytest.approx([20_000, 20_000])


def test_control_lines_setbacks_and_accesses_say_their_kind(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    line = shapely.LineString([(500_010, 4_400_010), (500_090, 4_400_010)])
    shapefile(layer([line], MC=["排洪渠"], KD=[30.0]), folder / "城市蓝线.shp")
    shapefile(layer([line], LX=["高层"], HTJL=[15.0]), folder / "建筑后退线.shp")
    shapefile(layer([line, line], LX=["禁止开口", "机动车出入口"]), folder / "出入口.shp")
    plan, _ = brought()
    assert plan.layer("control_lines")[["kind", "width_m", "name_zh"]].to_numpy().tolist() == [
        ["blue", 30.0, "排洪渠"]
    ]
    assert plan.layer("setbacks")[["kind", "distance_m", "parcel_id"]].to_numpy().tolist() == [
        ["high", 15.0, "A-01"]
    ]
    assert plan.layer("accesses")["kind"].tolist() == ["closed", "vehicle"]


def test_rows_of_a_table_with_coordinates_are_points(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    table = [
        ["设施名称", "X", "Y", "床位数"],
        ["养老院", 500_150, 4_400_050, 120],
        ["公厕", None, None, 5],
    ]
    workbook(folder / "设施.xlsx", 设施一览表=table)
    plan, result = brought()
    found = plan.layer("facilities")
    assert found[["parcel_id", "service", "beds"]].to_numpy().tolist() == [["A-02", "nursing_home", 120.0]]
    assert len(rules(result, "office-unjoined")) == 1


def test_parcels_without_a_number_take_it_from_the_label_that_stands_in_them(folder, brought, tmp_path):
    shapefile(parcels(YDDM=["R2", "B1", "G1", "A33"]), folder / "地块.shp")
    points = [shape.centroid for shape in squares(4)]
    shapefile(layer(points, 注记内容=["A-01", "A-02", "A-03", "A-04"]), folder / "地块编号.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-03", 0.1]])
    plan, result = brought()
    assert plan.layer("parcels").index[:4].tolist() == IDS
    assert plan.layer("parcels").loc["A-03", "far"] == 0.1
    (tmp_path / "m.toml").write_text(result.mapping_toml, encoding="utf-8")
    again, _ = brought(mapping=tmp_path / "m.toml")
    assert again.layer("parcels").index[:4].tolist() == IDS


def test_a_table_of_streets_fills_class_and_width_by_name(folder, brought):
    shapes = squares(4)
    shapefile(parcels(shapes=shapes), folder / "地块.shp")
    line = shapely.LineString([(500_000, 4_400_110), (500_400, 4_400_110)])
    shapefile(layer([line], 路名=["人民路"]), folder / "道路中心线.shp")
    table = [["道路名称", "道路等级", "红线宽度(米)"], ["人民路", "次干路", 20]]
    workbook(folder / "道路.xlsx", 道路一览表=table)
    plan, _ = brought()
    street = plan.layer("streets").iloc[0]
    assert (street["class"], street["red_line_width_m"]) == ("secondary", 20)


def test_a_scope_drawn_as_a_closed_line_is_the_planned_land(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    ring = shapely.LineString(
        [
            (500_000, 4_400_000),
            (500_400, 4_400_000),
            (500_400, 4_400_120),
            (500_000, 4_400_120),
            (500_000, 4_400_000),
        ]
    )
    shapefile(layer([ring], 名称=["某片区"]), folder / "规划范围线.shp")
    plan, result = brought()
    assert plan.layer("boundary").geometry.area.tolist() == [48_000]
    assert plan.manifest.title["zh"] == "某片区"
    assert result.made["boundary"] == "given"


def test_a_layer_called_scope_alone_bounds_the_planned_land(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    scope = shapely.box(500_000, 4_400_000, 500_400, 4_400_120)
    shapefile(layer([scope], 名称=["某片区"]), folder / "范围.shp")
    plan, result = brought()
    assert plan.layer("boundary").geometry.area.tolist() == [48_000]
    assert plan.manifest.title["zh"] == "某片区"
    assert result.made["boundary"] == "given"


@pytest.mark.long
@pytest.mark.parametrize(
    ("taken", "left"), [("规划范围", "范围"), ("规划范围线", "研究范围"), ("范围_2024", "研究范围")]
)
def test_a_scope_called_by_less_than_another_does_not_bound_the_planned_land_beside_it(
    taken, left, folder, brought
):
    shapefile(parcels(), folder / "地块.shp")
    shapefile(
        layer([shapely.box(500_000, 4_400_000, 500_400, 4_400_120)], 名称=["某片区"]), folder / f"{taken}.shp"
    )
    shapefile(
        layer([shapely.box(499_000, 4_399_000, 501_000, 4_401_000)], 名称=["别处"]), folder / f"{left}.shp"
    )
    plan, result = brought()
    assert plan.layer("boundary").geometry.area.tolist() == [48_000]
    assert plan.manifest.title["zh"] == "某片区"
    assert [one.layer for one in rules(result, "office-layer")] == [left]


@pytest.mark.long
@pytest.mark.parametrize("water", ["规划水系", "河道", "湖泊"])
def test_roads_that_are_drawn_as_areas_and_water_are_land_of_their_class(water, folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    shapefile(
        layer([shapely.box(500_000, 4_400_100, 500_400, 4_400_120)], DLMC=["甲路"]), folder / "道路用地.shp"
    )
    river = layer([shapely.box(500_000, 4_400_120, 500_400, 4_400_150)], 名称=["清河"])
    shapefile(river, folder / f"{water}.shp")
    plan, _ = brought()
    uses = plan.layer("parcels").set_index("land_use").geometry.area
    assert uses["1207"] == pytest.approx(8000)
    assert uses["17"] == pytest.approx(12_000)
    assert plan.layer("water")["name_zh"].tolist() == ["清河"]


def test_overlays_are_known_by_their_layers_and_what_stands_against_them_is_told(folder, brought):
    first, second, third, _ = squares()
    land = parcels(DKBH=IDS, YDDM=["R2", "B1", "G1", "A33"], JZXG=["18", "24", "24", "24"])
    shapefile(land, folder / "地块.shp")
    shapefile(layer([first], MC=["一号地块"]), folder / "永久基本农田.shp")
    shapefile(layer([second], MC=["生态"]), folder / "STBHHX.shp")
    shapefile(layer([shapely.union(first, second)], MC=["边界"]), folder / "城镇开发边界.shp")
    shapefile(layer([third], XG=["20米"]), folder / "机场净空.shp")
    shapefile(layer([first], LX=["高压走廊"]), folder / "控制线.shp")
    plan, _ = brought()
    lines = plan.layer("control_lines")
    assert sorted(lines["kind"]) == ["airport", "ecological", "farmland", "growth_boundary", "utility"]
    assert lines["height_m_max"].dropna().tolist() == [20.0]
    told = {(one.case, one.id) for one in validate(plan) if one.rule == "pq-line"}
    assert {("use", "A-01"), ("outside", "A-03"), ("height", "A-03")} <= told


def test_a_facility_that_is_drawn_and_listed_is_one_and_takes_what_the_table_says(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    points = [one.centroid for one in squares(3)]
    drawn = {"设施名称": ["海棠幼儿园", "敬老院", "卫生站"], "设施类型": ["幼儿园", "养老院", "卫生站"]}
    drawn["床位数"] = [None, 100, None]
    shapefile(gpd.GeoDataFrame(drawn, geometry=points, crs="EPSG:4548"), folder / "配套设施.shp")
    head = ["设施名称", "设施类型", "地块编号", "床位数", "建筑面积（㎡）"]
    rows = [["幼儿园", "幼儿园", "A-01", None, 3000], ["敬老院", "养老院", "A-02", 150, None]]
    rows += [["菜市场", "菜市场", "A-02", None, 900], ["幼儿园", "幼儿园", "A-04", None, 2000]]
    workbook(folder / "公共服务设施一览表.xlsx", 表=[head, *rows])
    plan, result = brought()
    there = plan.layer("facilities")
    assert sorted(there["name_zh"]) == ["卫生站", "幼儿园", "敬老院", "海棠幼儿园", "菜市场"]
    assert there.set_index("name_zh").loc["海棠幼儿园", "floor_area_m2"] == 3000
    assert there["beds"].sum() == 100
    told = [one.message for one in result.findings]
    assert "2 facilities of tables are drawn as well; each counts once." in told
    assert any("the layer says 100, the table 150" in one for one in told)


def test_facilities_that_layer_and_table_say_of_a_parcel_count_once(folder, brought):
    shapefile(
        parcels(DKBH=["A-01", "A-02"], YDDM=["R2", "R2"], PTSS=["幼儿园、卫生站", "公厕"]),
        folder / "地块.shp",
    )
    rows = [["A-01", "幼儿园（9班）、卫生站"], ["A-02", "公厕、菜市场"]]
    workbook(folder / "指标.xlsx", 表=[["地块编号", "配套设施"], *rows])
    plan, _ = brought()
    there = plan.layer("facilities")
    assert sorted(there["service"]) == ["clinic", "kindergarten", "market", "utility"]
    assert there["classes"].dropna().tolist() == [9]


def test_a_table_of_figures_for_a_thousand_people_lists_no_facilities(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    rows = [["类别", "项目", "规划规模"], ["教育", "幼儿园", 600], ["文化", "图书馆", 300]]
    workbook(folder / "表.xlsx", 千人指标表=rows)
    plan, _ = brought()
    assert not len(plan.layer("facilities"))


@pytest.mark.parametrize("capacity", ["定員", "定員数"])
def test_the_capacity_of_a_home_is_beds_and_that_of_a_kindergarten_places(folder, brought, capacity):
    shapefile(parcels(), folder / "地块.shp")
    table = [
        ["施設名", "種別", "画地番号", capacity],
        ["さくら特別養護老人ホーム", "老人ホーム", "A-02", 60],
        ["第一幼稚園", "幼稚園", "A-03", 120],
    ]
    workbook(folder / "施設.xlsx", 施設一覧=table)
    plan, _ = brought()
    found = plan.layer("facilities").set_index("service").reindex(columns=["beds", "places"])
    assert found.loc["nursing_home"].tolist()[0] == 60
    assert found.loc["kindergarten"].tolist()[1] == 120
    assert found.isna().to_numpy().sum() == 2


def test_a_block_is_no_parcel_on_which_a_facility_stands(folder, brought):
    shapefile(parcels(DKBH=["1", "2", "3", "4"]), folder / "地块.shp")
    table = [["施設名", "種別", "街区番号"], ["第一幼稚園", "幼稚園", "2"]]
    workbook(folder / "施設.xlsx", 施設一覧=table)
    plan, _ = brought()
    assert not plan.has_layer("facilities")


def test_parallel_streams_of_a_school_are_no_classes(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    table = [["Bezeichnung", "Art", "Baufeld", "Züge"], ["Grundschule am Park", "Grundschule", "A-04", 3]]
    workbook(folder / "Schulen.xlsx", Einrichtungen=table)
    plan, _ = brought()
    found = plan.layer("facilities")
    assert found["service"].tolist() == ["primary_school"]
    assert "classes" not in found or found["classes"].isna().all()


def test_a_facility_listed_by_our_word_and_named_in_the_text_is_one(folder, brought):
    shapefile(parcels(DKBH=IDS, PTSS=["便民市场、菜市场", "-", "-", "-"]), folder / "地块.shp")
    table = [["设施名称", "设施类型", "地块编号"], ["便民市场", "市场", "A-01"]]
    workbook(folder / "设施.xlsx", 配套设施一览表=table)
    plan, _ = brought()
    found = plan.layer("facilities")
    assert found[["name_zh", "service"]].to_numpy().tolist() == [["便民市场", "market"], ["菜市场", "market"]]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("幼儿园", "幼儿园（9班）、小学（24班）", "幼儿园（9班）、小学（24班）"),
        ("幼儿园（9班）", "小学（24班）、幼儿园", "幼儿园（9班）、小学（24班）"),
        ("小学", "小学（24班、用地2公顷）、公厕", "小学（24班、用地2公顷）、公厕"),
        ("公厕、幼儿园", "幼儿园（12班），社区服务站", "公厕、幼儿园（12班）、社区服务站"),
        ("幼儿园（9班）、幼儿园", "幼儿园（9班）、公厕", "幼儿园（9班）、幼儿园、公厕"),
    ],
)
def test_sizes_of_either_text_stay_and_brackets_are_whole(one, other, both):
    assert facilities_of_both(one, other) == both


@pytest.mark.parametrize(("prefer", "beds"), [("layer", 50), ("table", 120)])
def test_the_size_of_a_facility_counts_that_the_mapping_prefers(folder, brought, tmp_path, prefer, beds):
    shapefile(parcels(), folder / "地块.shp")
    shapefile(layer([squares(1)[0].centroid], SSMC=["养老院"], CWS=[50]), folder / "配套设施.shp")
    table = [["设施名称", "设施类型", "地块编号", "床位数"], ["养老院", "养老院", "A-01", 120]]
    workbook(folder / "设施.xlsx", 配套设施一览表=table)
    (tmp_path / "m.toml").write_text(f'[choices]\nprefer = "{prefer}"\n')
    plan, result = brought(mapping=tmp_path / "m.toml")
    assert plan.layer("facilities")["beds"].tolist() == [beds]
    (told,) = [one for one in rules(result, "office-value") if one.column == "beds"]
    assert f"{beds} counts" in told.message


def test_a_facility_of_a_block_stands_on_its_parcel_where_that_is_one(folder, brought):
    shapefile(parcels(DKBH=["1", "2", "3", "4"], JQBH=["2", "7", "7", "9"]), folder / "地块.shp")
    table = [["施設名", "種別", "街区番号"], ["第一幼稚園", "幼稚園", "2"], ["第二幼稚園", "幼稚園", "7"]]
    workbook(folder / "施設.xlsx", 施設一覧=table)
    plan, result = brought()
    assert plan.layer("facilities")["parcel_id"].tolist() == ["1"]
    assert [one.value for one in rules(result, "office-unjoined")] == [None]
