"""Folders of offices of several countries: packages, Google Earth, arcs, revisions, western tables."""

from __future__ import annotations

import itertools
import subprocess
import zipfile

import ezdxf
import geopandas as gpd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile, squares, workbook

from blockplan.errors import PlanDataError

KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<name>控规</name><Folder><name>{folder}</name>{marks}</Folder></Document></kml>"""
AREA = """<Placemark><name>{name}</name>{data}<Polygon><outerBoundaryIs><LinearRing><coordinates>
{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"""


def rings():
    """Four squares of a hectare in degrees, as KML writes them."""
    shapes = gpd.GeoSeries(squares(), crs=CRS).to_crs(4326)
    return [" ".join(f"{x:.9f},{y:.9f},0" for x, y in shape.exterior.coords) for shape in shapes]


def earth(data, folder="地块"):
    """A KML of four areas, each with its data."""
    marks = [AREA.format(name=f"A-0{at}", data=data(at), ring=ring) for at, ring in enumerate(rings(), 1)]
    return KML.format(folder=folder, marks="".join(marks))


def own_data(at):
    fields = {"容积率": f"{at}.0", "绿地率": "35%", "用地代码": "R2"}
    inner = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in fields.items())
    return f"<ExtendedData>{inner}</ExtendedData>"


def balloon(at):
    rows = {"容积率": f"{at}.0", "绿地率": "35%", "用地代码": "R2", "备注": "&lt;Null&gt;"}
    cells = "".join(f"<tr><td>{key}</td><td>{value}</td></tr>" for key, value in rows.items())
    return f"<description><![CDATA[<table>{cells}</table>]]></description>"


def packed(file, **files):
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)


# Google Earth


@pytest.mark.parametrize("data", [own_data, balloon])
def test_a_kmz_gives_the_figures_under_chinese_names_of_one_length(folder, brought, data):
    packed(folder / "控规.kmz", doc__kml=earth(data))
    plan, _ = brought()
    frame = plan.layer("parcels")
    assert frame.loc[["A-01", "A-04"], "far"].tolist() == [1.0, 4.0]
    assert frame.loc["A-01", "green_ratio"] == 0.35
    assert frame.loc["A-01", "land_use"] == "070102"
    assert frame.area.sum() == pytest.approx(40_000, rel=1e-4)


def test_two_kmz_files_are_told_apart_by_their_names(folder, brought):
    packed(folder / "地块.kmz", doc__kml=earth(own_data, folder="图层"))
    packed(folder / "用地范围.kmz", doc__kml=earth(lambda at: "", folder="图层"))
    _, result = brought()
    assert {one.file for one in result.mapping.layer} == {"地块.kmz", "用地范围.kmz"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_kml_that_declares_entities_is_refused(folder, brought, encoding):
    text = earth(own_data).replace("<kml", '<!DOCTYPE kml [<!ENTITY a "b">]><kml', 1)
    text = text.replace("UTF-8", encoding).replace("utf-8", encoding)
    (folder / "地块.kml").write_text(text, encoding=encoding)
    with pytest.raises(PlanDataError, match="entities"):
        brought(folder / "地块.kml")


# Packages


def test_a_layer_package_of_arcgis_is_unpacked(folder, brought):
    parcels().to_file(folder / "tc.gpkg", layer="规划地块")
    packed(folder / "规划地块.lpkx", commondata__gpkg=(folder / "tc.gpkg").read_bytes())
    (folder / "tc.gpkg").unlink()
    plan, _ = brought()
    assert len(plan.layer("parcels")) == 4


def test_a_package_packed_by_seven_zip_says_what_to_do(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    (folder / "图层.lpk").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(40))
    _, result = brought()
    (told,) = rules(result, "office-file")
    assert "图层.lpk" in told.message
    assert "Unpack it with 7-Zip" in told.message


def test_files_of_one_name_in_two_zips_stay_two(folder, brought):
    shapefile(parcels(), folder / "a.shp")
    names = [one.name for one in folder.iterdir()]
    for archive in ("东.zip", "西.zip"):
        packed(folder / archive, **{name: (folder / name).read_bytes() for name in names})
    for name in names:
        (folder / name).unlink()
    _, result = brought()
    assert [one.file for one in result.mapping.layer] == ["a.shp", "西.zip/a.shp"]


# Geometry


@pytest.mark.parametrize("dimension", ["XY", "XYZM"])
def test_areas_with_arcs_come_in_from_a_geopackage_of_any_dimension(folder, brought, tmp_path, dimension):
    # A square of a hectare with a half circle of 50 m about its west side.
    tail = " 0 0" if dimension == "XYZM" else ""
    kind = " ZM" if tail else ""

    def point(x, y):
        return f"{500_000 + x} {4_400_000 + y}{tail}"

    straight = ", ".join(point(x, y) for x, y in ((0, 0), (100, 0), (100, 100), (0, 100)))
    arc = ", ".join(point(x, y) for x, y in ((0, 100), (-50, 50), (0, 0)))
    west = f"CURVEPOLYGON{kind} (COMPOUNDCURVE{kind} (({straight}), CIRCULARSTRING{kind} ({arc})))"
    east = ", ".join(point(x, y) for x, y in ((100, 0), (200, 0), (200, 100), (100, 100), (100, 0)))
    table = tmp_path / "table.csv"
    table.write_text(
        f'WKT,DKBH,YDDM\n"{west}",A-01,R2\n"POLYGON{kind} (({east}))",A-02,B1\n', encoding="utf-8"
    )
    try:
        subprocess.run(
            ["ogr2ogr", "-f", "GPKG", folder / "plan.gpkg", table, "-oo", "GEOM_POSSIBLE_NAMES=WKT", "-oo",
             "KEEP_GEOM_COLUMNS=NO", "-nln", "地块", "-a_srs", CRS, "-nlt", "GEOMETRY", "-dim", dimension],
            check=True, capture_output=True,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("ogr2ogr, which draws the arcs of this test, is not installed")
    plan, _ = brought()
    areas = plan.layer("parcels").area
    assert areas["A-01"] == pytest.approx(10_000 + 3.14159 * 50**2 / 2, abs=0.1)
    assert areas["A-02"] == pytest.approx(10_000)


# Drawings


def test_filled_areas_on_numbered_layers_are_parcels_and_a_legend_is_none(folder, brought):
    document = ezdxf.new("R2010")
    space = document.modelspace()

    def fill(layer, shape):
        hatch = space.add_hatch(dxfattribs={"layer": layer})
        hatch.paths.add_polyline_path(list(shape.exterior.coords)[:-1], is_closed=True)

    for at, shape in enumerate(squares(), start=1):
        fill(f"{at % 2:02d}", shape)
        x, y = shape.centroid.x, shape.centroid.y
        texts = ((f"BH-0{at}", 0), ("R2", 10), ("容积率≤2.2", 20), ("限高54m", 30))
        for text, up in texts:
            space.add_text(text, dxfattribs={"layer": "20", "height": 3, "insert": (x, y + up)})
    fill("00", shapely.box(501_000, 4_400_000, 501_020, 4_400_012))
    document.saveas(folder / "图.dxf")
    plan, result = brought()
    frame = plan.layer("parcels")
    assert frame.index.tolist() == ["BH-01", "BH-02", "BH-03", "BH-04"]
    assert frame["far"].tolist() == [2.2] * 4
    assert frame["height_m"].tolist() == [54.0] * 4
    (told,) = rules(result, "cad-layer")
    assert "4 filled areas" in told.message
    assert "1 without any" in told.message
    assert (told.measured, told.x, told.y) == (64.0, 501_010.0, 4_400_006.0)


# Layers and tables


def test_centre_lines_of_streets_among_control_lines_are_streets(folder, brought):
    shapefile(parcels(), folder / "XG_GHDK.shp")
    line = shapely.LineString([(500_000, 4_399_990), (500_400, 4_399_990)])
    lines = gpd.GeoDataFrame(
        {"LXDM": ["DLZX-CG", "HDBX"], "MC": ["海棠路", "北河"], "HXKD": [20.0, None]},
        geometry=[line, shapely.affinity.translate(line, 0, 200)], crs=CRS,
    )  # fmt: skip
    shapefile(lines, folder / "XG_KZX.shp")
    plan, _ = brought()
    streets = plan.layer("streets")
    assert streets["class"].tolist() == ["secondary"]
    assert streets["red_line_width_m"].tolist() == [20.0]
    assert plan.layer("control_lines")["kind"].tolist() == ["blue"]


def test_the_latest_revision_counts_and_what_it_changed_is_said(folder, brought):
    shapes = squares()
    for name, far in (("用地_最终", 1.0), ("用地_最终_修改2", 2.0), ("用地 - 副本", 3.0)):
        frame = parcels(shapes=shapes, YDDM=["R2", "B1", "G1", "A33"], RJL=[far] * 4)
        shapefile(frame, folder / f"{name}.shp")
    plan, result = brought()
    assert plan.layer("parcels")["far"].tolist() == [2.0] * 4
    assert all("far at 4" in one.message for one in rules(result, "office-double"))


def test_the_mark_of_a_footnote_behind_a_number_is_no_digit_of_it(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-01①", 1.1], ["A-02*", 1.2], ["A-03", 1.3]])
    plan, result = brought()
    assert plan.layer("parcels")["far"].tolist()[:3] == [1.1, 1.2, 1.3]
    assert "'A-01①' for parcel 'A-01'" in rules(result, "office-near-miss")[0].message


def test_parcels_without_land_use_are_told_together(folder, brought):
    shapefile(
        parcels(DKBH=["A-01", "A-02", "A-03", "A-04"], YDDM=["R2", None, None, "B1"]), folder / "地块.shp"
    )
    _, result = brought()
    (told,) = [one for one in rules(result, "office-code") if "no land use" in one.message]
    assert told.measured == 2
    assert "A-02, A-03" in told.message


def test_a_table_of_western_europe_is_no_chinese_text(folder, brought):
    frame = parcels(Baufeld=["A1", "A2", "B1", "B2"], Art_der_Nu=["WA", "MI", "GE", "SO Klinik"])
    pyogrio.write_dataframe(frame.to_crs(25832), folder / "Baugebiete.shp", encoding="ISO-8859-1")
    (folder / "Maß.csv").write_bytes(
        "Baufeld;GFZ;Höhe max. (m);Fläche (m²)\nA1;1,2;12,5;10.000,0\nA2;0,8;9,0;10.000,0\n".encode("cp1252")
    )
    plan, _ = brought()
    frame = plan.layer("parcels")
    assert frame["land_use"].tolist() == ["0701", "0701", "1001", "080601"]
    assert frame["height_m_max"].tolist()[:2] == [12.5, 9.0]
    assert frame["declared_area_m2"].tolist()[:2] == [10_000.0, 10_000.0]


def test_widths_that_all_have_a_comma_and_two_digits_are_read(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    line = shapely.LineString([(500_000, 4_399_990), (500_400, 4_399_990)])
    streets = gpd.GeoDataFrame({"Name": ["Hauptstraße"], "Breite": ["24,00"]}, geometry=[line], crs=CRS)
    pyogrio.write_dataframe(streets, folder / "Straßenachsen.shp", encoding="UTF-8")
    plan, _ = brought()
    assert plan.layer("streets")["red_line_width_m"].tolist() == [24.0]


# What stands today is none of the plan's figures


def test_figures_under_a_heading_of_what_stands_today_are_none_of_the_plan(folder, brought):
    shapefile(parcels(), folder / "地块.shp")
    rows = [[name, 0.6, 12, far, 54] for name, far in (("A-01", 2.0), ("A-02", 3.0), ("A-03", None))]
    workbook(
        folder / "表.xlsx",
        表=[
            ["地块编号", "现状", "现状", "规划", "规划"],
            [None, "容积率", "建筑高度", "容积率", "建筑高度"],
            *rows,
        ],
    )
    plan, _ = brought()
    frame = plan.layer("parcels")
    assert frame["far"].tolist()[:2] == [2.0, 3.0]
    assert frame["far"].isna()["A-03"]
    assert frame["height_m"].tolist()[:3] == [54.0] * 3


@pytest.mark.parametrize("before", ["现状容积率", "调整前容积率", "原控规容积率"])
def test_a_figure_of_before_is_not_taken_where_the_plan_says_none(folder, brought, before):
    shapefile(parcels(), folder / "地块.shp")
    workbook(
        folder / "表.xlsx", 表=[["地块编号", before, "绿地率"], ["A-01", 0.6, "35%"], ["A-02", 0.7, "30%"]]
    )
    plan, _ = brought()
    assert plan.layer("parcels")["far"].isna().all()
    assert plan.layer("parcels").loc["A-01", "green_ratio"] == 0.35


def test_a_layer_named_after_what_stands_today_gives_existing_land_alone(folder, brought):
    numbers = ["A-01", "A-02", "A-03", "A-04"]
    today = parcels(DKBH=numbers, YDDM=["M1", "M1", "R2", "R2"], RJL=[0.5] * 4)
    planned = parcels(DKBH=numbers, YDDM=["R2", "B1", "G1", "A33"], RJL=[2.0] * 4)
    today.to_file(folder / "plan.gpkg", layer="用地_2023现状")
    planned.to_file(folder / "plan.gpkg", layer="用地_2035规划")
    plan, result = brought()
    frame = plan.layer("parcels")
    assert frame["far"].tolist() == [2.0] * 4
    assert frame["existing_land_use"].tolist() == ["100101", "100101", "070102", "070102"]
    assert any("what stands today" in one.message for one in rules(result, "office-layer"))


def test_existing_land_is_known_by_the_initials_of_its_fields(folder, brought):
    shapefile(parcels(), folder / "规划地块.shp")
    today = parcels(
        XZDL=["R3", "R2", "E1", "M1"], XZMC=["三类居住用地", "二类居住用地", "水域", "一类工业用地"]
    )
    shapefile(today, folder / "现状用地.shp")
    plan, result = brought()
    frame = plan.layer("parcels")
    assert frame["existing_land_use"].tolist() == ["070103", "070102", "17", "100101"]
    assert rules(result, "office-layer") == []


def test_a_layer_of_a_known_role_that_gives_the_plan_nothing_is_told(folder, brought):
    shapefile(parcels(), folder / "规划地块.shp")
    shapefile(parcels(ABC=["x1", "x2", "x3", "x4"]), folder / "现状用地.shp")
    plan, result = brought()
    assert plan.layer("parcels")["existing_land_use"].isna().all()
    (found,) = rules(result, "office-layer")
    assert (found.file, found.grade) == ("现状用地.shp", "warning")
    assert "existing_land, but nothing of its 4 features came into the plan" in found.message


def test_a_drawing_of_lines_alone_in_millimetres_is_brought_into_metres(folder, brought):
    document = ezdxf.new("R2010")
    space = document.modelspace()
    for at, shape in enumerate(squares(), start=1):
        points = [(x * 1000, y * 1000) for x, y in shape.exterior.coords]
        for one, other in itertools.pairwise(points):
            space.add_line(one, other, dxfattribs={"layer": "地块"})
        at_text = (shape.centroid.x * 1000, shape.centroid.y * 1000)
        space.add_text(f"A-0{at}", dxfattribs={"layer": "地块编号", "height": 3000, "insert": at_text})
    document.saveas(folder / "图.dxf")
    plan, result = brought()
    assert plan.layer("parcels").area.round(2).tolist() == [10_000.0] * 4
    assert "in millimetres" in rules(result, "office-unit")[0].message


@pytest.mark.parametrize(
    ("field", "values"),
    [("用地", ["R2二类居住用地", "B1商业用地", "G1公园绿地", "R2二类居住用地"]),
     ("Use", ["Residential", "Retail", "Public open space", "Residential"])],
)  # fmt: skip
def test_uses_in_words_are_read_under_a_name_that_is_seldom(folder, brought, field, values):
    shapefile(parcels(DKBH=["A-01", "A-02", "A-03", "A-04"], **{field: values}), folder / "地块.shp")
    plan, _ = brought()
    assert [one[:2] for one in plan.layer("parcels")["land_use"]] == ["07", "09", "14", "07"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("商业建筑面积(㎡)", "floor_area_m2"), ("不计容建筑面积(㎡)", "floor_area_m2"),
        ("奖励容积率", "far"), ("居住用地面积", "declared_area_m2"), ("最低敷地面積", "declared_area_m2"),
        ("非机动车位", "parking_spaces"), ("公共绿地率", "green_ratio"),
        ("建筑控制高度(绝对标高)", "height_m"),
    ],
)  # fmt: skip
def test_a_part_of_a_figure_is_not_taken_for_the_whole(folder, brought, field, column):
    shapefile(parcels(), folder / "地块.shp")
    workbook(folder / "表.xlsx", 表=[["地块编号", "备注", field], ["A-01", "新建", 20], ["A-02", "新建", 30]])
    plan, result = brought()
    choice = next(one for layer in result.mapping.layer for one in layer.field if one.field == field)
    assert choice.column == ""
    frame = plan.layer("parcels")
    assert frame[column].isna().all()
    assert frame.loc["A-01", field] == 20


@pytest.mark.parametrize("field", ["规划容积率指标", "地块容积率上限值", "容积率（FAR）控制"])
def test_a_figure_with_words_that_change_nothing_is_taken(folder, brought, field):
    shapefile(parcels(), folder / "地块.shp")
    workbook(
        folder / "表.xlsx", 表=[["地块编号", "备注", field], ["A-01", "新建", 2.0], ["A-02", "新建", 3.0]]
    )
    plan, _ = brought()
    assert plan.layer("parcels")["far"].tolist()[:2] == [2.0, 3.0]


def test_a_height_whose_brackets_name_the_datum_is_none_above_the_ground(folder, brought):
    heights = ["54m（1985国家高程）", "24m（高程≤85m）", "24", "54米(黄海)"]
    shapefile(parcels(DKBH=["A-01", "A-02", "A-03", "A-04"], 建筑高度=heights), folder / "地块.shp")
    plan, _ = brought()
    frame = plan.layer("parcels")
    assert frame["height_m"].fillna(-1).tolist() == [-1, 24, 24, -1]
    assert frame["elevation_max_m"].fillna(-1).tolist() == [54, 85, -1, 54]


def test_a_town_of_buildings_without_parcels_is_a_plan_whose_people_live_in_them(folder, brought):
    houses = parcels(residents=[60, 70, 80, 90], storeys=[6, 6, 6, 6])
    houses.to_file(folder / "town.gpkg", layer="buildings")
    plan, result = brought()
    assert plan.layer("buildings")["residents"].sum() == 300
    assert plan.manifest.residents.source == "buildings"
    assert len(plan.layer("parcels")) == 0
    assert rules(result, "office-parcels")


def test_a_table_of_parcels_that_nothing_draws_is_no_town_of_buildings(folder, brought):
    parcels(residents=[60, 70, 80, 90]).to_file(folder / "town.gpkg", layer="buildings")
    workbook(folder / "表.xlsx", 表=[["地块编号", "容积率"], ["A-01", 2.0], ["A-02", 2.0]])
    with pytest.raises(PlanDataError, match="nothing draws their outlines"):
        brought()


def test_what_a_survey_writes_in_a_building_is_its_storeys_and_not_its_number(folder, brought):
    shapefile(parcels(), folder / "规划地块.shp")
    document = ezdxf.new("R2010")
    space = document.modelspace()
    for shape, text in zip(squares(size=20), ("砖2", "砼18", "混 3", "12#"), strict=True):
        points = list(shape.buffer(-5).exterior.coords)[:-1]
        space.add_lwpolyline(points, close=True, dxfattribs={"layer": "现状建筑"})
        at = shape.centroid.coords[0]
        space.add_text(text, height=2, dxfattribs={"layer": "现状建筑", "insert": at})
    document.saveas(folder / "底图.dxf")
    plan, _ = brought()
    frame = plan.layer("buildings")
    assert frame["storeys"].tolist()[:3] == [2, 18, 3]
    assert "12#" in frame.index
    assert "砖2" not in frame.index


def test_a_school_has_the_level_of_its_kind_where_its_name_says_none(folder, brought):
    shapefile(parcels(), folder / "规划地块.shp")
    points = [shape.centroid for shape in squares(3)]
    schools = parcels(
        SSMC=["县第二中学", "城东高中", "城北小学"], SSLX=["初中", "初中", "小学"], shapes=points
    )
    shapefile(schools, folder / "公共设施点.shp")
    plan, _ = brought()
    levels = dict(zip(plan.layer("facilities")["name_zh"], plan.layer("facilities")["level"], strict=True))
    assert (levels["县第二中学"], levels["城东高中"]) == ("junior", "senior")
