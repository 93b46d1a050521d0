"""What offices that the product had never seen hand in, each case as small as it shows the fault."""

from __future__ import annotations

import ezdxf
import geopandas as gpd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from tests.exchange.office.conftest import parcels, rules, shapefile, squares

from blockplan.check import check
from blockplan.cli import app
from blockplan.datums import to_wgs84
from blockplan.exchange.office.texts import facilities_in, facilities_remarked


def homes(**columns):
    """Four buildings, one in the middle of each parcel."""
    shapes = [shapely.box(x + 30, 4_400_040, x + 70, 4_400_060) for x in range(500_000, 500_400, 100)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4548")


def database(folder, **layers):
    """A File Geodatabase with layers."""
    for at, (name, layer) in enumerate(layers.items()):
        pyogrio.write_dataframe(layer, folder / "town.gdb", layer=name, driver="OpenFileGDB", append=at > 0)


def test_residents_that_only_buildings_say_are_those_of_the_plan(folder, brought):
    uses = {"DKBH": ["1-1", "1-2", "1-3", "1-4"], "YDDM": ["R2", "R2", "B1", "G1"]}
    database(folder, GHDK=parcels(**uses), JZW=homes(RK=[120.0, 80, 0, 0], JZGD=[33.0, 36.0, 12.0, 3.0]))
    plan, _ = brought()
    assert plan.manifest.residents.source == "buildings"
    # Heights and residents both ask which parcel a building stands on.
    judged = check(plan, packs=["gb50180"])
    assert {one.rule: one.measured for one in judged.verdicts}["gb50180-height"] == 36
    assert judged.to_dict("en")["residents"]["central"] == 200


def test_dwellings_that_only_buildings_say_are_where_residents_come_from(folder, brought):
    uses = {"DKBH": ["1-1", "1-2", "1-3", "1-4"], "YDDM": ["R2", "R2", "B1", "G1"]}
    database(folder, GHDK=parcels(**uses), JZW=homes(HS=[40.0, 20, 0, 0]))
    source = brought()[0].manifest.residents
    assert (source.source, source.by) == ("buildings", "dwellings")


def test_facilities_that_stand_only_in_remarks_come_in_and_are_told(folder, brought):
    table = {
        "DKBH": ["1-1", "1-2", "1-3", "1-4"],
        "YDDM": ["R2", "A33", "A6", "R22"],
        "BZ": [
            "底层兼容商业，比例不大于10%；配建社区服务站、菜市场",
            "小学一所(24班)，兼容幼儿园",
            "养老院（150床），距公园200米",
            "幼儿园（6班）",
        ],
    }
    shapefile(parcels(**table), folder / "地块.shp")
    plan, result = brought()
    found = plan.layer("facilities")
    assert found[["parcel_id", "service"]].to_numpy().tolist() == [
        ["1-1", "community_service"],
        ["1-1", "market"],
        ["1-2", "primary_school"],
        ["1-3", "nursing_home"],
        ["1-4", "kindergarten"],
    ]
    assert found["classes"].dropna().tolist() == [24, 6]
    assert found["beds"].dropna().tolist() == [150]
    # A kindergarten alone on service land of homes has all of it as its site.
    assert found["site_area_m2"].tolist()[4] == 10_000
    assert len(rules(result, "office-text")) == 5


@pytest.mark.parametrize(
    ("remark", "service"),
    [
        ("现状小学保留", "primary_school"), ("小学规模24班", "primary_school"),
        ("小学", "primary_school"), ("小学一所（24班）", "primary_school"),
        ("新建公办24班小学", "primary_school"), ("小学，24班", "primary_school"),
        ("现状第一小学", "primary_school"), ("规划幼儿园", "kindergarten"),
        ("配建12班幼儿园1所", "kindergarten"), ("幼儿园占地面积3000平方米", "kindergarten"),
        ("普惠性幼儿园（9班）", "kindergarten"), ("托幼机构", "kindergarten"),
        ("九年一贯制学校（36班）", "nine_year_school"), ("寄宿制高中", "secondary_school"),
        ("完全中学", "secondary_school"), ("初级中学", "secondary_school"),
        ("高中学校", "secondary_school"), ("社区卫生服务站", "clinic"),
        ("街道级社区卫生服务中心", "clinic"), ("门诊部", "clinic"), ("综合医院（500床）", "hospital"),
        ("县中医院", "hospital"), ("妇幼保健院", "hospital"), ("居家养老服务站", "day_care"),
        ("社区老年人日间照料中心", "day_care"), ("养老驿站", "day_care"), ("养老院150床", "nursing_home"),
        ("老年公寓", "nursing_home"), ("老年养护院", "nursing_home"), ("未成年人保护中心", "welfare"),
        ("儿童福利院", "welfare"), ("社区文化活动中心", "culture"), ("文化站", "culture"),
        ("区图书馆", "library"), ("室外健身场地", "sport"), ("篮球场地", "sport"),
        ("多功能运动场地", "sport"), ("体育馆", "sport"), ("全民健身活动中心", "sport"),
        ("健身步道", "sport"), ("菜市场", "market"), ("农贸市场800平方米", "market"),
        ("生鲜超市", "market"), ("派出所", "police"), ("社区警务室", "police"), ("公安分局", "police"),
        ("一级消防站", "fire"), ("微型消防站", "fire"), ("托育机构", "childcare"),
        ("婴幼儿照护服务设施", "childcare"), ("社区居委会", "community_service"),
        ("街道办事处", "community_service"), ("党群服务中心", "community_service"),
        ("社区综合服务站", "community_service"), ("社区用房", "community_service"),
        ("Kindergarten (6 classes)", "kindergarten"), ("new public primary school", "primary_school"),
        ("community service station", "community_service"), ("day care centre", "day_care"),
        ("police station", "police"), ("clinics", "clinic"),
    ],
)  # fmt: skip
def test_a_remark_that_names_a_facility_and_nothing_else_is_one(remark, service):
    assert [one.service for one in facilities_remarked(remark)] == [service]


@pytest.mark.parametrize(
    "remark",
    [
        "无小学", "拆除幼儿园", "由小学代征", "小学操场", "医院家属院", "菜市场停车场", "距小学300米",
        "兼容幼儿园", "小学代征道路", "幼儿园出入口", "幼儿园活动场地", "小学运动场", "小学体育馆",
        "小学校园围墙", "小学教学楼", "中学宿舍", "医院停车场", "医院门前绿地", "派出所宿舍",
        "卫生服务中心停车场", "养老院用地调整", "学校门口", "幼儿园（拆除）", "小学（已停办）",
        "菜市场搬走", "未建幼儿园", "小学改为住宅", "残疾人坡道", "残疾人", "体育", "婴幼儿", "公安家属楼",
        "中小学", "小学部", "消防站训练塔", "体育路以东", "健身器材", "不设幼儿园", "海棠小学",
        "no kindergarten", "demolish the kindergarten", "hospital parking", "school road",
    ],
)  # fmt: skip
def test_a_remark_that_says_anything_else_of_a_facility_is_none(remark):
    assert facilities_remarked(remark) == []


def test_a_facility_of_the_list_is_not_made_again_from_the_remarks(folder, brought):
    table = {
        "DKBH": ["1", "2"],
        "YDDM": ["R2", "A33"],
        "PTSS": ["菜市场", "小学（24班）"],
        "BZ": ["配建菜市场", "小学"],
    }
    shapefile(parcels(**table), folder / "地块.shp")
    assert brought()[0].layer("facilities")["service"].tolist() == ["market", "primary_school"]


def test_a_class_of_the_offices_list_is_not_read_by_another_list(folder, brought):
    table = {"DKBH": ["1", "2", "3", "4"], "YDDM": ["R2", "B1", "H11", "E2"]}
    shapefile(parcels(**table), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist()[2:] == [None, None]
    assert [one.list for one in result.mapping.code] == ["gb50137"] * 4
    assert [one.value for one in rules(result, "office-code") if one.grade == "error"] == ["H11", "E2"]


def test_a_class_of_several_is_what_the_name_beside_it_says(folder, brought):
    # E2 holds farmland, gardens, forest and grassland.
    table = {"DKBH": list("1234"), "YDDM": ["E2"] * 4, "YDMC": ["耕地", "林地", "农林用地", ""]}
    shapefile(parcels(**table), folder / "地块.shp")
    plan, _ = brought()
    assert plan.layer("parcels")["land_use"].tolist() == ["01", "03", None, None]


def test_sizes_of_several_in_the_remarks_are_told_of_the_remarks(folder, brought):
    table = {"DKBH": ["1", "2"], "YDDM": ["R2", "A33"], "BZ": ["", "配建幼儿园2所（共24班）"]}
    shapefile(parcels(**table), folder / "地块.shp")
    _, result = brought()
    found = [one for one in rules(result, "office-text") if "shared out" in one.message]
    assert [(one.id, one.column) for one in found] == [("2", "remarks")]


def test_layers_of_a_map_service_are_known_and_two_of_points_are_not_taken_for_one(folder, brought):
    shapefile(parcels(DKBH=["1", "2", "3", "4"], YDDM=["R2", "B1", "G1", "A33"]), folder / "地块.shp")

    def points(file, east, **columns):
        shapes = [shapely.Point(500_000 + x, 4_400_050) for x in east]
        layer = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4548").to_crs(4326)
        layer.to_file(folder / f"{file}.geojson", driver="GeoJSON")

    points("poi_wgs84", [350, 50], name=["第一小学", "幼儿园"])
    points("bus_stops_wgs84", [150, 250], name=["A", "B"])
    points("shops_seen", [120, 220], seen=["x", "y"])
    points("trees_seen", [130, 230], seen=["x", "y"])
    plan, result = brought()
    assert plan.layer("facilities")["parcel_id"].tolist() == ["4", "1"]
    assert len(plan.layer("stops")) == 2
    assert rules(result, "office-twice") == []


@pytest.mark.long
def test_a_street_is_made_where_its_sides_lie_on_the_parcels_but_for_rounding(folder, brought):
    # Drawn in degrees, so that no corner of a street lies on that of a parcel to the last digit.
    for number, angle in enumerate((3, 12, 31)):
        east, north = 455_600, 3_950_400

        def turned(shape, angle=angle, east=east, north=north):
            return shapely.affinity.translate(
                shapely.affinity.rotate(shape, angle, origin=(0, 0)), east, north
            )

        blocks = [
            turned(shapely.box(12 + 216 * i + 100 * k, 10 + 166 * j, 112 + 216 * i + 100 * k, 160 + 166 * j))
            for i in (0, 1)
            for j in (0, 1)
            for k in (0, 1)
        ]
        table = {"parcel_id": [f"P{at}" for at in range(8)], "land_use": ["0701", "1401"] * 4}
        xs, ys = (0, 220, 440), (0, 168, 336)
        lines = [turned(shapely.LineString([(x, a), (x, b)])) for x in xs for a, b in ((0, 168), (168, 336))]
        lines += [turned(shapely.LineString([(a, y), (b, y)])) for y in ys for a, b in ((0, 220), (220, 440))]
        folder_of = folder / str(number)
        folder_of.mkdir()
        parcels(crs="EPSG:4547", shapes=blocks, **table).to_crs(4326).to_file(folder_of / "parcels.geojson")
        streets = gpd.GeoDataFrame(
            {"road_name": [f"s{at}" for at in range(12)], "width": 24.0}, geometry=lines, crs="EPSG:4547"
        )
        streets.to_crs(4326).to_file(folder_of / "roads.geojson")
        _, result = brought(folder_of)
        assert result.made["gaps"] == []


def test_a_size_behind_a_comma_is_that_of_the_facility_before_it():
    found, unread = facilities_in("小学，24班、菜市场；幼儿园（6班），建筑面积2000平方米")
    assert unread == []
    assert [(one.name, one.classes, one.floor_area_m2) for one in found] == [
        ("小学", 24, None),
        ("菜市场", None, None),
        ("幼儿园", 6, 2000),
    ]
    found, unread = facilities_in(
        "Day care, 30 places; primary school, 24 classes; community service station"
    )
    assert unread == []
    assert [(one.name, one.service, one.classes, one.places) for one in found] == [
        ("Day care", "day_care", None, 30),
        ("primary school", "primary_school", 24, None),
        ("community service station", "community_service", None, None),
    ]


def test_a_layer_named_after_a_map_service_has_that_services_shift_taken_back(folder, brought):
    shapefile(parcels(DKBH=["1", "2", "3", "4"], YDDM=["R2", "B1", "G1", "A33"]), folder / "地块.shp")
    true = gpd.GeoSeries([shapely.Point(500_150, 4_400_050)], crs="EPSG:4548").to_crs(4326).iloc[0]
    # What the services' own coordinates are of that place, found by going back and forth.
    for file, datum in (("bus_stops_amap", "gcj02"), ("stops_Baidu", "bd09")):
        lon, lat = true.x, true.y
        for _ in range(20):
            back = to_wgs84(lon, lat, datum)
            lon, lat = lon + true.x - back[0], lat + true.y - back[1]
        layer = gpd.GeoDataFrame({"name": [file]}, geometry=[shapely.Point(lon, lat)], crs=4326)
        layer.to_file(folder / f"{file}.geojson", driver="GeoJSON")
    plan, result = brought()
    assert [one.measured for one in rules(result, "office-crs") if "converted" in one.message] == [10, 10]
    for shape in plan.layer("stops").geometry:
        assert shape.distance(shapely.Point(500_150, 4_400_050)) < 10


def test_texts_beside_centre_lines_are_names_and_widths_of_streets(folder, brought):
    document = ezdxf.new("R2000")
    space = document.modelspace()
    for at in range(4):
        x, y = 500_000 + 140 * (at % 2), 4_400_000 + 130 * (at // 2)
        space.add_lwpolyline(
            [(x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100)], close=True, dxfattribs={"layer": "地块"}
        )
        for text, up in ((f"A-0{at}", 60), ("R2", 40), ("36m", 20)):
            space.add_text(text, height=3, dxfattribs={"layer": "标注"}).set_placement((x + 50, y + up))
    for start, end in (
        ((500_120, 4_399_990), (500_120, 4_400_240)),
        ((499_990, 4_400_115), (500_250, 4_400_115)),
    ):
        space.add_line(start, end, dxfattribs={"layer": "道路中心线"})
    for text, layer, x, y in (
        ("海棠路", "标注", 500_118, 4_400_020),
        ("W=40", "标注", 500_122, 4_400_050),
        ("30", "道路红线宽度", 500_040, 4_400_117),
        ("胜利街", "标注", 500_080, 4_400_113),
    ):
        space.add_text(text, height=3, dxfattribs={"layer": layer}).set_placement((x, y))
    document.saveas(folder / "图.dxf")
    plan, result = brought()
    streets = plan.layer("streets")
    assert streets[["name_zh", "red_line_width_m"]].to_numpy().tolist() == [["海棠路", 40], ["胜利街", 30]]
    assert rules(result, "office-street-width") == []


def test_a_verdict_that_hangs_on_the_climate_zone_says_so(folder, brought, tmp_path):
    # 2.5 is right for homes of 54 m in some of the zones that meet there, and too dense in others.
    table = {"DKBH": ["1-1", "1-2"], "YDDM": ["R2", "R2"], "RJL": [2.5, 2.5], "JZXG": [54.0, 54.0]}
    shapefile(parcels(shapes=squares(2, east=462_300, north=3_815_400), **table), folder / "地块.shp")
    brought()
    said = CliRunner().invoke(app, ["check", str(tmp_path / "plan")]).output
    asked = "The plan does not say its climate zone (climate_zone in plan.toml)"
    (line,) = [one for one in said.splitlines() if asked in one]
    assert "gb50180-402-far" in line.rpartition("verdict")[2]


def test_names_of_streets_on_a_layer_of_their_own_may_reach_into_parcels(folder, brought):
    document = ezdxf.new("R12")
    space = document.modelspace()
    for at in range(4):
        x, y = 500_000 + 112 * (at % 2), 4_400_000 + 112 * (at // 2)
        ring = [(x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100), (x, y)]
        space.add_polyline2d(ring, dxfattribs={"layer": "YD-规划地块线"})
        for text, up in ((f"A-0{at}", 60), ("R2", 40)):
            space.add_text(text, dxfattribs={"layer": "标注", "insert": (x + 50, y + up), "height": 3})
        house = [(x + 10, y + 5), (x + 40, y + 5), (x + 40, y + 20), (x + 10, y + 20), (x + 10, y + 5)]
        space.add_polyline2d(house, dxfattribs={"layer": "JZ-规划建筑"})
    line = {"layer": "DL-道路中心线"}
    space.add_line((500_106, 4_400_000), (500_106, 4_400_106), dxfattribs=line)
    space.add_line((500_106, 4_400_106), (500_107, 4_400_212), dxfattribs=line)
    space.add_line((500_000, 4_400_106), (500_106, 4_400_106), dxfattribs=line)
    space.add_text("海棠一路", dxfattribs={"layer": "DL-路名", "insert": (500_106, 4_400_040), "height": 6})
    document.saveas(folder / "图.dxf")
    plan, result = brought()
    assert len(plan.layer("buildings")) == 4
    # The second piece goes straight on from the first, the third turns off.
    streets = plan.layer("streets")
    assert streets["name_zh"].fillna("").tolist() == ["海棠一路", "海棠一路", ""]
    assert [one.measured for one in rules(result, "office-street-name")] == [1]
    # A width that was measured between the parcels says the class, as a width that was said does.
    assert streets["red_line_width_m"].round().tolist() == [12, 11, 12]
    assert streets["class"].tolist() == ["local"] * 3


def test_a_school_named_in_the_remarks_of_land_of_schools_is_there(folder, brought):
    table = {
        "DKBH": ["1-1", "1-2", "1-3", "1-4"],
        "YDDM": ["A33", "R2", "A33", "A51"],
        "BZ": ["海棠小学", "海棠小学", "第三中学操场", "区人民医院，300床"],
    }
    shapefile(parcels(**table), folder / "地块.shp")
    plan, result = brought()
    found = plan.layer("facilities")
    assert found[["parcel_id", "service", "name_zh"]].to_numpy().tolist() == [
        ["1-1", "primary_school", "海棠小学"],
        ["1-4", "hospital", "区人民医院"],
    ]
    assert found["classes"].isna().all()
    assert found["beds"].tolist()[1] == 300
    assert [one.id for one in rules(result, "office-text")] == ["1-1", "1-4"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("remark", "uses", "split"),
    [
        ("兼容商业≤10%", "0901", "90:10"), ("底层可兼容商业，比例不大于10%；保留", "0901", "90:10"),
        ("兼容B1、B2，建筑面积比例不超过20%", "0901,0902", "80:20"), ("兼容商业", "0901", None),
        ("不兼容商业", None, None), ("禁止兼容工业", None, None), ("兼容性良好", None, None),
        ("混合用地", None, None),
    ],
)  # fmt: skip
def test_a_use_that_only_remarks_allow_is_a_compatible_use(folder, brought, remark, uses, split):
    shapefile(parcels(DKBH=["1-1", "1-2"], YDDM=["R2", "G1"], BZ=[remark, ""]), folder / "地块.shp")
    first = brought()[0].layer("parcels").iloc[0]
    assert (first["compatible_uses"] or None, first["compatible_split"] or None) == (uses, split)


def test_figures_in_a_drawing_are_read_with_a_sign_with_none_and_side_by_side(folder, brought):
    document = ezdxf.new("R2000")
    space = document.modelspace()
    for at, texts in enumerate(
        (
            ("容积率≤2.0", "限高24米", "绿地率≥35%", "1.00公顷"),
            ("容积率2.5，建筑密度30%", "建筑限高：54m", "绿地率 30%"),
        )
    ):
        west, south = 500_000 + 112 * at, 4_400_000
        ring = [(west, south), (west + 100, south), (west + 100, south + 100), (west, south + 100)]
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "地块"})
        for down, text in enumerate((f"A-0{at + 1}", "R2", *texts)):
            place = (west + 30, south + 80 - 10 * down)
            space.add_text(text, height=3, dxfattribs={"layer": "标注"}).set_placement(place)
    document.saveas(folder / "图.dxf")
    plan, _ = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    columns = ["far_max", "coverage_ratio_max", "green_ratio_min", "height_m_max", "declared_area_m2"]
    first, second = found.loc[["A-01", "A-02"], columns].astype(float).to_numpy().tolist()
    assert [first[0], *first[2:]] == [2.0, 0.35, 24, 10_000]
    assert second[:4] == [2.5, 0.3, 0.3, 54]
    assert "facilities" not in plan.layers or not len(plan.layer("facilities"))


def test_a_csv_with_decimal_commas_is_read_and_says_so(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2", "1-3", "1-4"]), folder / "plots.shp")
    rows = (
        "Plot No;Land use;Site area (m2);FAR;Site coverage;Max height (m)",
        "1-1;R2;10.000,5;1,25;0,30;24,0",
        "1-2;B1;9.998;2,5;0,45;54",
        "1-3;G1;10000;;;",
        "1-4;A33;10000;0,8;0,25;18,125",
    )
    (folder / "plots.csv").write_text("\n".join(rows), encoding="utf-8")
    plan, result = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    assert found["far_max"].dropna().tolist() == [1.25, 2.5, 0.8]
    assert found["coverage_ratio_max"].dropna().tolist() == [0.3, 0.45, 0.25]
    assert found["height_m_max"].dropna().tolist() == [24, 54, 18.125]
    assert found["declared_area_m2"].tolist() == [10_000.5, 9_998, 10_000, 10_000]
    assert [one.message for one in rules(result, "office-sheet")] == [
        "Commas in its numbers are read as decimal points."
    ]


@pytest.mark.parametrize("cell", ["1,234", "1.5", "1;2"])
def test_commas_that_may_part_thousands_stay(folder, brought, cell):
    shapefile(parcels(DKBH=["1-1", "1-2", "1-3", "1-4"]), folder / "plots.shp")
    text = f"Plot No;Residents;Land use\n1-1;1,234;R2\n1-2;{cell if ';' not in cell else '7'};R2"
    (folder / "plots.csv").write_text(text, encoding="utf-8")
    found = brought()[0].layer("parcels").set_index("parcel_id")
    assert found.loc["1-1", "residents"] == 1234


def test_a_field_whose_name_is_known_and_whose_values_cannot_be_read_is_told(folder, brought):
    table = {
        "DKBH": ["1-1", "1-2", "1-3"],
        "YDDM": ["R2", "R2", "G1"],
        "RJL": ["见图则", "详见附件2", "见图则"],
    }
    shapefile(parcels(**table), folder / "地块.shp")
    plan, result = brought()
    (said,) = [one for one in rules(result, "office-value") if one.column == "RJL"]
    assert "named as far, but 3 of 3 values cannot be read as such" in said.message
    assert plan.layer("parcels")["RJL"].tolist() == table["RJL"]


def test_numbers_of_two_digits_are_no_land_use_by_themselves(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2", "1-3"], YDDM=["R2", "R2", "G1"]), folder / "地块.shp")
    towers = parcels(N=["10", "11", "12", "14"], shapes=squares(4, size=20, north=4_400_020))
    shapefile(towers, folder / "T.shp")
    plan, _ = brought()
    assert len(plan.layer("parcels")) == 3


def test_a_japanese_office_is_understood_and_judged_by_its_own_law(folder, brought):
    shapes = squares(4, east=-8_000, north=-35_000)
    table = {
        "画地番号": ["A-1", "A-2", "A-3", "A-4"],
        "土地利用": ["住宅用地", "商業用地", "公園・緑地", "文教厚生用地"],
        "用途地域": ["第一種住居地域", "商業地域", "第一種住居地域", "第一種住居地域"],
        "容積率": [200, 400, 200, 200], "建蔽率": [60, 80, 60, 60],
        "高さ制限": ["20m", "", "20m", "20m"], "敷地面積": [10_000.0] * 4, "人口": [300, 0, 0, 0],
    }  # fmt: skip
    file = folder / "土地利用計画.gpkg"
    pyogrio.write_dataframe(parcels(crs="EPSG:6677", shapes=shapes, **table), file, layer="画地")
    line = gpd.GeoDataFrame(
        {"路線名": ["市道1号線"], "幅員": [12.0]},
        geometry=[shapely.LineString([(-8_000, -35_006), (-7_600, -35_006)])], crs="EPSG:6677",
    )  # fmt: skip
    pyogrio.write_dataframe(line, file, layer="道路中心線")
    points = gpd.GeoDataFrame(
        {
            "施設名": ["市立東小学校", "東保育園", "中央公民館", "中央図書館", "老人ホームさくら(80床)"],
            "種別": ["小学校", "保育所", "公民館", "図書館", "老人ホーム"],
        },
        geometry=[shapes[3].centroid] * 5, crs="EPSG:6677",
    )  # fmt: skip
    pyogrio.write_dataframe(points, file, layer="公共施設")
    plan, _ = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    assert found.loc[table["画地番号"], "far_max"].tolist() == [2, 4, 2, 2]
    assert found.loc[table["画地番号"], "coverage_ratio_max"].tolist() == [0.6, 0.8, 0.6, 0.6]
    assert found.loc[table["画地番号"], "land_use"].tolist() == ["0701", "0901", "1401", "08"]
    assert found.loc["A-1", "用途地域"] == "第一種住居地域"
    assert plan.layer("streets")[["name_zh", "red_line_width_m"]].to_numpy().tolist() == [["市道1号線", 12]]
    services = plan.layer("facilities")["service"].tolist()
    assert services == ["primary_school", "childcare", "culture", "library", "nursing_home"]
    assert list(plan.manifest.packs) == ["jp"]


def test_a_state_that_stands_alone_in_the_remarks_is_the_state_of_the_parcel(folder, brought):
    remarks = ["现状保留", "保留，配建社区服务站", "保留古树三棵", "规划新建"]
    table = {"DKBH": ["1-1", "1-2", "1-3", "1-4"], "YDDM": ["R2", "R2", "G1", "B1"], "BZ": remarks}
    shapefile(parcels(**table), folder / "地块.shp")
    found = brought()[0].layer("parcels")["status"]
    assert [one or None for one in found] == ["kept", "kept", None, "planned"]


def test_a_name_of_several_classes_is_no_guess_at_one_of_them(folder, brought):
    shapefile(parcels(DKBH=["1-1", "1-2"], YDXZ=["住宅用地", "二类居住用地"]), folder / "地块.shp")
    plan, result = brought()
    assert plan.layer("parcels")["land_use"].tolist() == ["0701", "070102"]
    assert "which of several classes" in rules(result, "office-code")[0].message


def test_a_layer_a_class_says_the_use_of_its_parcels(folder, brought):
    shapes = squares(4)
    for at, name in enumerate(("R2二类居住用地", "E1水域", "B1B2商业商务混合用地", "公园绿地")):
        one = parcels(shapes=shapes[at : at + 1], 编号=[f"1-{at + 1}"], 容积率=[1.5], 限高=[24.0])
        shapefile(one, folder / f"{name}.shp")
    plan, result = brought()
    found = plan.layer("parcels").set_index("parcel_id")
    assert found.loc[["1-1", "1-2", "1-3", "1-4"], "land_use"].tolist() == ["070102", "17", "0901", "1401"]
    assert found.loc["1-3", "compatible_uses"] == "0902"
    told = [one.value for one in rules(result, "office-code") if "named" in one.message]
    assert sorted(told) == ["B1B2商业商务混合用地", "E1", "R2", "公园绿地"]
