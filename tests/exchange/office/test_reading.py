"""Files of an office come in whatever their encoding, their companions and their layout."""

from __future__ import annotations

import geopandas as gpd
import pyogrio
import pytest
import shapely
from tests.exchange.office.conftest import CRS, parcels, rules, shapefile, squares, workbook

from blockplan.errors import PlanDataError

# GDAL tells of shortened names in bytes that are cut through; that is the writing of the test's own files.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NAMES = {
    "地块编号": ["甲-01", "甲-02", "甲-03", "甲-04"],
    "用地代码": ["R2", "B1", "G1", "A33"],
    "备注": ["绿地", "道路", "学校", "医院"],
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("GBK", None), ("GBK", "GBK"), ("GBK", "936"), ("UTF-8", "UTF-8"), ("UTF-8", None), ("GBK", "UTF-8")],
)
def test_shapefiles_in_any_encoding_with_and_without_a_word_of_it(folder, brought, encoding, cpg):
    shapefile(parcels(**NAMES), folder / "地块.shp", encoding, cpg)
    plan, _ = brought()
    assert list(plan.layer("parcels").index[:4]) == NAMES["地块编号"]
    assert plan.layer("parcels").loc["甲-03", "remarks"] == "学校"


def test_a_table_of_two_encodings_is_read_record_by_record(folder, brought):
    shapefile(parcels(**NAMES), folder / "地块.shp", "GBK")
    table = folder / "地块.dbf"
    data = table.read_bytes()
    old, new = "学校".encode("gbk"), "学校".encode()
    table.write_bytes(data.replace(old + b"  ", new, 1))
    plan, result = brought()
    assert plan.layer("parcels").loc["甲-03", "remarks"] == "学校"
    (found,) = rules(result, "office-encoding")
    assert (found.id, found.column, found.grade) == ("record 3", "备注", "note")


def test_a_shapefile_without_its_index_or_its_reference_system(folder, brought):
    shapefile(parcels(), folder / "dk.shp", prj=False)
    (folder / "dk.shx").unlink()
    before = sorted(file.name for file in folder.iterdir())
    plan, result = brought()
    assert len(plan.layer("parcels")) == 4
    assert sorted(file.name for file in folder.iterdir()) == before, "the office's folder stays as it is"
    assert plan.manifest.crs == "local"
    assert rules(result, "office-crs")


def test_field_names_cut_after_ten_bytes(folder, brought):
    frame = parcels(地块编号=["1", "2", "3", "4"], 用地代码=["R2"] * 4, 机动车停车位数=[10, 20, 30, 40])
    shapefile(frame, folder / "地块.shp", "UTF-8", "UTF-8")
    plan, result = brought()
    assert list(plan.layer("parcels")["parking_spaces"][:4]) == [10, 20, 30, 40]
    assert any("cut to ten bytes" in row["why"] for row in result.mapping.rows())


def test_a_file_geodatabase_and_a_geopackage_give_all_their_layers(folder, brought, tmp_path):
    pyogrio.write_dataframe(parcels(), folder / "kg.gdb", layer="XG_GHDK", driver="OpenFileGDB")
    line = gpd.GeoDataFrame(
        {"DLMC": ["东路"], "HXKD": [20.0]},
        geometry=[shapely.LineString([(500_400, 4_400_000), (500_400, 4_400_100)])],
        crs=CRS,
    )
    pyogrio.write_dataframe(line, folder / "kg.gdb", layer="DLZX", driver="OpenFileGDB", append=True)
    plan, _ = brought()
    assert len(plan.layer("streets")) == 1
    assert plan.layer("streets")["red_line_width_m"].iloc[0] == 20


def test_geojson_in_metres_and_in_gb18030(folder, brought):
    frame = parcels(**NAMES).set_crs(None, allow_override=True)
    text = frame.to_json(ensure_ascii=False)
    (folder / "地块.geojson").write_bytes(text.encode("gb18030"))
    plan, result = brought()
    assert plan.layer("parcels").loc["甲-02", "remarks"] == "道路"
    assert rules(result, "office-encoding")
    assert any("cannot be in" in one.message for one in rules(result, "office-crs"))


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_in_any_encoding_and_with_any_mark(folder, brought, encoding, mark):
    shapefile(parcels(DKBH=["A-01", "A-02", "A-03", "A-04"]), folder / "dk.shp")
    rows = [["地块编号", "用地代码", "容积率"], ["A-01", "R2", "1.8"], ["A-02", "B1", "≤2.5"]]
    (folder / "指标.csv").write_bytes("\r\n".join(mark.join(row) for row in rows).encode(encoding))
    plan, _ = brought()
    assert list(plan.layer("parcels")["far"][:2]) == [1.8, 2.5]


def test_boundary_points_come_north_first(folder, brought):
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=39", "[地块坐标]"]
    for number, shape in enumerate(squares(2, east=39_500_000), start=1):
        lines.append(f"4,1.0,T-{number},地块{number},面,,,,@")
        lines += [f"J{at},1,{y},{x}" for at, (x, y) in enumerate(shape.exterior.coords, start=1)]
    (folder / "界址点.txt").write_bytes("\n".join(lines).encode("gbk"))
    workbook(folder / "表.xlsx", 指标=[["地块编号", "用地代码"], ["T-1", "0701"], ["T-2", "1401"]])
    mapped, result = brought()
    assert mapped.manifest.crs == "EPSG:4527", "zone 39 with its number in the easting"
    assert mapped.layer("parcels").loc["T-1"].geometry.area == pytest.approx(10_000)
    assert list(mapped.layer("parcels")["land_use"][:2]) == ["0701", "1401"]
    assert not rules(result, "office-unjoined")


def test_folders_in_folders_zips_and_what_is_not_read(folder, brought):
    import zipfile

    shapefile(parcels(), folder / "dk.shp")
    with zipfile.ZipFile(folder / "成果.zip", "w") as archive:
        for file in sorted(folder.glob("dk.*")):
            archive.write(file, f"矢量/{file.name}")
    for file in folder.glob("dk.*"):
        file.unlink()
    (folder / "说明.doc").write_bytes(b"x")
    (folder / "~$表.xlsx").write_bytes(b"x")
    (folder / "坏.xlsx").write_bytes(b"no workbook")
    plan, result = brought()
    assert len(plan.layer("parcels")) == 4
    told = {one.file: one.grade for one in rules(result, "office-file")}
    assert told == {"说明.doc": "warning", "坏.xlsx": "error", "~$表.xlsx": "warning"}


def test_layers_and_fields_without_a_known_name_are_known_by_content(folder, brought):
    frame = parcels(
        F1=["甲-1", "甲-2", "甲-3", "甲-4"], F2=["R2", "B1", "G1", "A33"], F3=[1.5, 2.5, 3.5, 4.5]
    )
    shapefile(frame, folder / "图层1.shp")
    plan, result = brought()
    assert plan.layer("parcels").loc["甲-4", "land_use"] == "080403"
    said = {row["field"]: (row["column"], row["confidence"]) for row in result.mapping.rows()}
    assert said == {"F1": ("parcel_id", 0.7), "F2": ("land_use", 0.7), "F3": ("", 0.5)}


def test_a_damaged_file_that_was_named_itself_is_refused(folder, called):
    (folder / "坏.xlsx").write_bytes(b"no workbook")
    code, said = called(folder / "坏.xlsx")
    assert code == 1 or "cannot be read as an XLSX workbook" in str(said.exception)


def test_where_no_layer_says_that_it_holds_the_parcels_the_refusal_shows_how_to(folder, brought, tmp_path):
    shapefile(parcels(QQ=["A-01", "A-02"], ZZ=["x", "y"]), folder / "甲.shp")
    shapefile(parcels(QQ=["B-01", "B-02"], ZZ=["x", "y"]), folder / "乙.shp")
    with pytest.raises(PlanDataError) as refused:
        brought()
    (tmp_path / "own.toml").write_text(str(refused.value).partition("short as:\n")[2], encoding="utf-8")
    plan, _ = brought(mapping=tmp_path / "own.toml")
    assert len(plan.layers["parcels"]) >= 2


def test_a_short_mapping_says_roles_and_the_rest_is_recognised(folder, brought, tmp_path):
    frame = parcels(编号=["A-01", "A-02"], 用地代码=["R2", "B1"])
    shapefile(frame, folder / "甲.shp")
    shapefile(frame.assign(编号=["B-01", "B-02"], geometry=frame.translate(0, 500)), folder / "乙.shp")
    shapefile(parcels(名称=["某片区"], shapes=[shapely.box(*frame.total_bounds)]), folder / "规划范围.shp")
    says = '[plan.title]\nzh = "城东"\n[[layer]]\nfile = "甲.shp"\nlayer = "甲"\nrole = "parcels"\n'
    says += '[[layer]]\nfile = "乙.shp"\nlayer = "乙"\nrole = "ignored"\n'
    (tmp_path / "own.toml").write_text(says, encoding="utf-8")
    plan, result = brought(mapping=tmp_path / "own.toml")
    assert plan.layer("parcels")["land_use"].to_dict() == {"A-01": "070102", "A-02": "0901"}
    assert plan.manifest.title == {"zh": "城东"}
    assert result.made["boundary"] == "given"
    # What was made of it maps every field, and gives the same plan again.
    (tmp_path / "full.toml").write_text(result.mapping_toml, encoding="utf-8")
    again, _ = brought(mapping=tmp_path / "full.toml")
    assert again.layer("parcels").equals(plan.layer("parcels"))


def test_a_short_mapping_may_say_choices_alone(folder, brought, tmp_path):
    shapefile(parcels(编号=["A-01", "A-02"], 用地代码=["R2", "B1"], 容积率=[2.0, 3.0]), folder / "地块.shp")
    (tmp_path / "own.toml").write_text('[choices]\nfloor_area = "none"\n', encoding="utf-8")
    plan, _ = brought(mapping=tmp_path / "own.toml")
    assert plan.layer("parcels")["far"].tolist() == [2.0, 3.0]
    assert plan.layer("parcels")["floor_area_m2"].isna().all()


def test_a_folder_without_parcels_names_the_layers_there_are(folder, brought):
    shapefile(gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=CRS), folder / "xyz.shp")
    with pytest.raises(PlanDataError, match=r"No layer holds parcels. Layers there are: xyz.shp: xyz"):
        brought()
