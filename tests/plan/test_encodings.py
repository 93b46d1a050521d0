import shutil

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.layer_files import write_layer

from blockplan.errors import PlanDataError
from blockplan.plan.files import encodings
from blockplan.plan.files.encodings import short_names
from blockplan.plan.files.formats import read_layer

CHINESE = ["绿地", "清华大学", "幼儿园", "中关村东路"]
ONE_FEATURE = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":"绿地"},"geometry":null}]}'
)
JAPANESE = ["公園", "みどりの広場", "中学校", "センター北"]


def a_shapefile(folder, texts, encoding, *, column="NAME", cpg=None):
    """A Shapefile whose texts and column names are in an encoding, with or without a .cpg that says so."""
    frame = gpd.GeoDataFrame(
        {column: texts}, geometry=[shapely.Point(0, n) for n in range(len(texts))], crs="EPSG:4548"
    )
    path = folder / "names.shp"
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    # The language byte of the table must not give the answer away.
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = 0
    path.with_suffix(".dbf").write_bytes(raw)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


@pytest.mark.parametrize(
    ("texts", "encoding"),
    [(CHINESE, "UTF-8"), (CHINESE, "GBK"), (JAPANESE, "UTF-8"), (JAPANESE, "CP932"), (["a", "b"], "UTF-8")],
)
def test_the_encoding_of_a_table_is_found_from_its_texts(tmp_path, texts, encoding):
    assert read_layer(a_shapefile(tmp_path, texts, encoding))["NAME"].tolist() == texts


@pytest.mark.parametrize("said", ["GBK", "936", "GB2312", "gb18030", "CP936"])
def test_the_cpg_file_is_believed(tmp_path, said):
    assert read_layer(a_shapefile(tmp_path, CHINESE, "GBK", cpg=said))["NAME"].tolist() == CHINESE


def test_a_cpg_file_that_lies_is_not_believed(tmp_path):
    assert read_layer(a_shapefile(tmp_path, CHINESE, "GBK", cpg="UTF-8"))["NAME"].tolist() == CHINESE


def test_a_cpg_file_that_names_nothing_known_is_said(tmp_path):
    with pytest.raises(PlanDataError, match=r"names\.cpg names the text encoding 'KLINGON'"):
        read_layer(a_shapefile(tmp_path, CHINESE, "GBK", cpg="KLINGON"))


def test_the_caller_may_name_the_encoding(tmp_path):
    path = a_shapefile(tmp_path, CHINESE, "GBK")
    assert read_layer(path, encoding="GBK")["NAME"].tolist() == CHINESE
    with pytest.raises(PlanDataError, match="are not UTF-8"):
        read_layer(path, encoding="UTF-8")
    with pytest.raises(PlanDataError, match="encoding 'KLINGON' is not known"):
        read_layer(path, encoding="KLINGON")


def test_column_names_are_decoded_as_the_texts_are(tmp_path):
    path = a_shapefile(tmp_path, CHINESE, "GBK", column="名称")
    assert read_layer(path)["名称"].tolist() == CHINESE


def test_a_table_of_mixed_encodings_is_refused_with_the_record(tmp_path):
    path = a_shapefile(tmp_path, [*CHINESE, "XXXXXXX"], "GBK")
    raw = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(raw.replace(b"XXXXXXX", b"caf\xe9   "))
    with pytest.raises(PlanDataError, match=r"1 of 5 texts in column 'NAME' .*first: record 5"):
        read_layer(path)


def test_a_character_cut_off_by_the_width_of_the_column_is_left_out(tmp_path):
    path = a_shapefile(tmp_path, ["X" * 253], "UTF-8")
    raw = path.with_suffix(".dbf").read_bytes()
    long = ("绿" * 126).encode("gbk") + "地".encode("gbk")[:1]
    path.with_suffix(".dbf").write_bytes(raw.replace(b"X" * 253, long))
    assert read_layer(path)["NAME"].tolist() == ["绿" * 126]


@pytest.mark.parametrize("ending", [".dbf", ".shx"])
def test_a_missing_companion_is_said(tmp_path, ending):
    path = a_shapefile(tmp_path, CHINESE, "GBK")
    path.with_suffix(ending).unlink()
    with pytest.raises(PlanDataError, match=rf"has no {ending} file beside it"):
        read_layer(path)


def test_a_prj_file_that_is_none_is_said(tmp_path):
    path = a_shapefile(tmp_path, CHINESE, "GBK")
    path.with_suffix(".prj").write_text('PROJCS["half')
    with pytest.raises(PlanDataError, match=r"names\.prj holds no coordinate reference system"):
        read_layer(path)


def test_long_columns_of_the_contract_come_back_whole(tmp_path):
    frame = gpd.GeoDataFrame(
        {
            "parcel_id": ["A"],
            "industry_health_share": [0.1],
            "industry_manufacturing_share": [0.2],
            "floor_area_m2": [9.0],
        },
        geometry=[shapely.box(0, 0, 1, 1)],
        crs="EPSG:4548",
    )
    write_layer(frame, tmp_path / "parcels.shp")
    assert list(read_layer(tmp_path / "parcels.shp").columns) == list(frame.columns)


@given(st.lists(st.text(alphabet="ab_", min_size=1, max_size=14), unique=True, max_size=30))
def test_short_names_are_short_and_unique(columns):
    short = short_names(columns)
    assert list(short) == columns
    assert all(1 <= len(name) <= 10 for name in short.values())
    assert len(set(short.values())) == len(columns)


def test_a_geojson_that_is_not_utf8_is_said_with_the_byte(tmp_path):
    (tmp_path / "p.geojson").write_bytes(ONE_FEATURE.encode("gbk"))
    with pytest.raises(PlanDataError, match=r"is not UTF-8 text \(byte 77\)"):
        read_layer(tmp_path / "p.geojson")


def test_a_geojson_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "p.geojson").write_bytes(b"\xef\xbb\xbf" + ONE_FEATURE.encode())
    assert read_layer(tmp_path / "p.geojson")["n"].tolist() == ["绿地"]


def test_a_geopackage_with_text_in_another_encoding_is_said_with_the_row(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["good", "XXXX"]}, geometry=[shapely.Point(0, 0)] * 2, crs="EPSG:4548")
    write_layer(frame, tmp_path / "p.gpkg")
    raw = (tmp_path / "p.gpkg").read_bytes()
    (tmp_path / "q.gpkg").write_bytes(raw.replace(b"XXXX", "绿地".encode("gbk")))
    with pytest.raises(PlanDataError, match=r"first: layer p, fid 2, column name"):
        read_layer(tmp_path / "q.gpkg")


@given(st.text(max_size=40), st.sampled_from(["utf-8", "gb18030"]))
def test_what_was_encoded_decodes(text, encoding):
    assert encodings.decoded(text.encode(encoding, errors="ignore"), encoding) is not None


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_none(data):
    for encoding in encodings.CANDIDATES:
        found = encodings.decoded(data, encoding)
        assert found is None or isinstance(found, str)
    detected = encodings.detect([data])
    assert detected in (*encodings.CANDIDATES, "cp1252", "cp949")
    assert detected != "cp1252" or encodings.decoded(data, "utf-8") is None


def test_a_shapefile_in_capitals_is_read(tmp_path):
    path = a_shapefile(tmp_path, CHINESE, "UTF-8")
    for file in list(tmp_path.iterdir()):
        shutil.move(file, tmp_path / file.name.upper())
    assert read_layer(tmp_path / path.name.upper())["NAME"].tolist() == CHINESE
