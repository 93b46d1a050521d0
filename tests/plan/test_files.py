import contextlib
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.layer_files import write_layer

from blockplan.errors import PlanDataError
from blockplan.plan.files.formats import list_layers, read_layer, write_layers

SUFFIXES = [".gpkg", ".parquet", ".geojson", ".shp", ".fgb"]
LONG_ID = 9_007_199_254_740_993  # one more than a float can tell apart


def a_frame(**columns):
    shapes = [
        shapely.box(500_000, 4_400_000, 500_100, 4_400_100),
        shapely.box(500_100, 4_400_000, 500_200, 4_400_050),
    ]
    return gpd.GeoDataFrame(columns or {"name": ["绿地", "公園"]}, geometry=shapes, crs="EPSG:4548")


def mixed_frame():
    return gpd.GeoDataFrame(
        {
            "name": ["绿地", None, "学校"],
            "flag": pd.array([True, None, False], dtype="boolean"),
            "osm_id": pd.array([LONG_ID, None, 3], dtype="Int64"),
            "height_m": [1.5, None, 2.0],
            "nothing": [None, None, None],
        },
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), None],
        crs="EPSG:4548",
    )


def said(path, **options) -> str:
    with pytest.raises(PlanDataError) as caught:
        read_layer(path, **options)
    message = str(caught.value)
    assert path.name in message
    assert "\n" in message  # what, and what to do
    return message


# Round trips


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_layer_comes_back_as_it_was_written(tmp_path, suffix):
    write_layer(mixed_frame(), tmp_path / f"a{suffix}")
    again = read_layer(tmp_path / f"a{suffix}")
    assert [None if pd.isna(name) else name for name in again["name"]] == ["绿地", None, "学校"]
    assert [None if pd.isna(flag) else bool(flag) for flag in again["flag"]] == [True, None, False]
    assert again["height_m"].isna().tolist() == [False, True, False]
    assert again.geometry.isna().tolist() == [False, False, True]
    assert again.geometry.iloc[0].equals(shapely.box(0, 0, 1, 1))
    assert again.crs.to_epsg() == 4548
    if suffix in {".gpkg", ".parquet", ".geojson"}:
        assert [None if pd.isna(one) else int(one) for one in again["osm_id"]] == [LONG_ID, None, 3]


def test_writing_twice_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_layers({"a": mixed_frame()}, tmp_path / f"{name}.gpkg")
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_a_table_without_geometry_comes_back(tmp_path, suffix):
    write_layer(pd.DataFrame({"statement_id": ["S1"], "text_zh": ["字"]}), tmp_path / f"statements{suffix}")
    again = read_layer(tmp_path / f"statements{suffix}")
    assert not isinstance(again, gpd.GeoDataFrame)
    assert again.to_dict("records") == [{"statement_id": "S1", "text_zh": "字"}]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_layer_without_rows_comes_back(tmp_path, suffix):
    write_layer(a_frame().iloc[:0], tmp_path / f"parcels{suffix}")
    assert len(read_layer(tmp_path / f"parcels{suffix}")) == 0


def test_a_geopackage_holds_several_layers(tmp_path):
    write_layers({"a": a_frame(), "b": a_frame(), "t": pd.DataFrame({"x": [1]})}, tmp_path / "p.gpkg")
    assert list(list_layers(tmp_path / "p.gpkg")) == ["a", "b", "t"]
    assert read_layer(tmp_path / "p.gpkg", "a")["name"].tolist() == ["绿地", "公園"]


def test_only_a_geopackage_holds_several_layers(tmp_path):
    with pytest.raises(PlanDataError, match="cannot hold several layers"):
        write_layers({"a": a_frame()}, tmp_path / "p.geojson")


def test_columns_named_like_the_ones_a_geopackage_adds_survive(tmp_path):
    write_layer(a_frame(fid=["x", "y"], geom=["a", "b"]), tmp_path / "p.gpkg")
    again = read_layer(tmp_path / "p.gpkg")
    assert again["fid"].tolist() == ["x", "y"]
    assert again["geom"].tolist() == ["a", "b"]


def test_coordinates_that_are_no_numbers_are_kept_for_validate_to_report(tmp_path):
    frame = a_frame().set_geometry([shapely.Point(math.nan, 1), shapely.Point(math.inf, 1)])
    write_layer(frame, tmp_path / "p.gpkg")
    again = read_layer(tmp_path / "p.gpkg").geometry
    assert len(again) == 2
    assert not np.isfinite(shapely.get_coordinates(again.to_numpy())[:, 0]).any()


@pytest.mark.long
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_polygon_of_a_million_corners_is_read(tmp_path, suffix):
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.column_stack([500_000 + 900 * np.cos(angle), 4_400_000 + 900 * np.sin(angle)])
    frame = gpd.GeoDataFrame({"name": ["round"]}, geometry=[shapely.Polygon(ring)], crs="EPSG:4548")
    write_layer(frame, tmp_path / f"p{suffix}")
    again = read_layer(tmp_path / f"p{suffix}")
    assert shapely.get_num_coordinates(again.geometry.iloc[0]) == 1_000_001
    assert again.geometry.area.iloc[0] == pytest.approx(math.pi * 900**2, rel=1e-6)


def test_a_layer_without_crs_is_read_without_one(tmp_path):
    for suffix in (".gpkg", ".parquet", ".shp", ".fgb"):
        write_layer(a_frame().set_crs(None, allow_override=True), tmp_path / f"p{suffix}")
        assert read_layer(tmp_path / f"p{suffix}").crs is None, suffix


def test_a_north_east_crs_is_stored_east_first(tmp_path):
    """EPSG:4548 lists north first; what is in the file is east first all the same."""
    for suffix in SUFFIXES:
        write_layer(a_frame(), tmp_path / f"p{suffix}")
        assert read_layer(tmp_path / f"p{suffix}").geometry.iloc[0].bounds[0] == 500_000, suffix


def test_a_ring_that_is_none_is_read_as_null_and_said(tmp_path):
    (tmp_path / "p.geojson").write_text(
        '{"type":"FeatureCollection","features":['
        '{"type":"Feature","properties":{"n":1},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}},'
        '{"type":"Feature","properties":{"n":2},"geometry":{"type":"Point","coordinates":[0,0]}}]}'
    )
    frame = read_layer(tmp_path / "p.geojson")
    assert frame["n"].tolist() == [1, 2]
    assert frame.geometry.isna().tolist() == [True, False]
    assert any("null" in one for one in frame.attrs["read_warnings"])


# Which layer


def test_the_layer_must_be_named_where_there_are_several(tmp_path):
    write_layers({"a": a_frame(), "b": a_frame()}, tmp_path / "p.gpkg")
    assert "holds 2 layers: a, b" in said(tmp_path / "p.gpkg")
    assert "has no layer 'c'; it has: a, b" in said(tmp_path / "p.gpkg", layer="c")


def test_a_layer_named_like_its_file_is_meant(tmp_path):
    write_layers({"p": a_frame(), "b": a_frame()}, tmp_path / "p.gpkg")
    assert len(read_layer(tmp_path / "p.gpkg")) == 2


# Bad files


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_file_is_said(tmp_path, suffix):
    assert "There is no file" in said(tmp_path / f"p{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_is_said(tmp_path, suffix):
    (tmp_path / f"p{suffix}").write_bytes(b"")
    assert "is an empty file" in said(tmp_path / f"p{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_of_that_name_is_said(tmp_path, suffix):
    (tmp_path / f"p{suffix}").mkdir()
    assert "is a folder" in said(tmp_path / f"p{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_random_bytes_are_said(tmp_path, suffix, capfd):
    (tmp_path / f"p{suffix}").write_bytes(np.random.default_rng(1).bytes(5000))
    assert "does not begin like" in said(tmp_path / f"p{suffix}")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_said_or_its_rest_is_read(tmp_path, suffix, share, capfd):
    path = tmp_path / f"p{suffix}"
    write_layer(pd.concat([a_frame()] * 200, ignore_index=True), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with contextlib.suppress(PlanDataError):
        assert len(read_layer(path)) <= 400
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_another_kind_under_this_ending_is_said(tmp_path, suffix):
    other = ".geojson" if suffix != ".geojson" else ".gpkg"
    write_layer(a_frame(), tmp_path / f"real{other}")
    shutil.copy(tmp_path / f"real{other}", tmp_path / f"p{suffix}")
    assert "of another kind than its name says" in said(tmp_path / f"p{suffix}")


def test_an_ending_that_is_not_known_is_said(tmp_path):
    (tmp_path / "p.dwg").write_bytes(b"AC1032")
    assert "of no kind that Blockplan reads" in said(tmp_path / "p.dwg")


def test_an_sqlite_file_that_is_no_geopackage_is_said(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "p.gpkg")) as base:
        base.execute("CREATE TABLE t (x)")
        base.commit()
    said(tmp_path / "p.gpkg")


@pytest.mark.parametrize(
    "content",
    [
        '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read other.gpkg"}',
        '{"type":"Topology","objects":{}}',
        '{"conformsTo":["http://www.opengis.net/spec/ogcapi-features-1/1.0"]}',
        '{"a": ' + "[" * 200_000,
        '{"type":"FeatureCollection","features":[' + '{"a":' * 100_000,
        "{}",
    ],
)
def test_no_other_driver_gets_to_read_a_json_file(tmp_path, content):
    write_layer(a_frame(), tmp_path / "other.gpkg")
    (tmp_path / "p.geojson").write_text(content)
    said(tmp_path / "p.geojson")


def test_a_file_that_nobody_may_read_is_said(tmp_path, monkeypatch):
    write_layer(a_frame(), tmp_path / "p.gpkg")

    def denied(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    assert "cannot be read: Permission denied" in said(tmp_path / "p.gpkg")


def test_two_columns_of_one_name_are_said(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "p.parquet")
    said(tmp_path / "p.parquet")


def test_a_column_of_bytes_is_refused_by_name(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": ["A"], "geometry": [b"\x01\xf0\x28"]}), tmp_path / "p.parquet")
    assert "holds bytes in column geometry" in said(tmp_path / "p.parquet")


@pytest.mark.long
@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.data())
def test_random_changes_are_refused_or_read_but_never_leak(tmp_path_factory, suffix, data):
    folder = tmp_path_factory.mktemp("files")
    path = folder / f"p{suffix}"
    write_layer(mixed_frame(), path)
    for file in sorted(folder.iterdir()):
        raw = bytearray(file.read_bytes())
        for _ in range(data.draw(st.integers(0, 4))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        file.write_bytes(raw[: data.draw(st.one_of(st.none(), st.integers(0, len(raw))))])
    with contextlib.suppress(PlanDataError):
        read_layer(path).astype(str)  # every value can be shown


def test_a_file_that_says_it_holds_more_features_than_it_has_bytes_for_is_refused(tmp_path):
    path = tmp_path / "p.fgb"
    write_layer(mixed_frame(), path)
    raw, counts = path.read_bytes(), []
    for at in range(len(raw)):
        path.write_bytes(raw[:at] + b"\x7f" + raw[at + 1 :])
        try:
            counts.append(pyogrio.read_info(path)["features"])
        except Exception:  # noqa: BLE001 (another byte than one of the number)
            continue
        if 10_000 < counts[-1] < 10_000_000:
            assert f"holds {counts[-1]:,} features, but has {len(raw):,} bytes" in said(path)
    assert any(10_000 < count < 10_000_000 for count in counts)


# Writing that fails


def test_what_cannot_be_written_leaves_the_old_file(tmp_path, monkeypatch):
    write_layer(a_frame(), tmp_path / "p.gpkg")
    before = (tmp_path / "p.gpkg").read_bytes()

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyogrio.write_dataframe", full)
    with pytest.raises(PlanDataError, match="No space left on device"):
        write_layers({"p": a_frame(name=["x", "y"])}, tmp_path / "p.gpkg")
    assert (tmp_path / "p.gpkg").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["p.gpkg"]


def test_a_geopackage_is_waited_for_once_before_it_takes_its_place(tmp_path, monkeypatch):
    waited, told = [], []

    def fsync(handle):
        waited.append((os.fstat(handle).st_size, (tmp_path / "plan.gpkg").exists()))

    def write(*arguments, **more):
        told.append(pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS"))
        write_dataframe(*arguments, **more)

    write_dataframe = pyogrio.write_dataframe
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(pyogrio, "write_dataframe", write)
    write_layers({"one": a_frame(), "two": a_frame()}, tmp_path / "plan.gpkg")
    assert waited == [((tmp_path / "plan.gpkg").stat().st_size, False)]
    assert told == [False, False]  # as pyogrio says OFF
    assert pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS") is None


@pytest.mark.long
def test_a_disk_that_fills_up_is_said_and_leaves_nothing(tmp_path):
    """The system lets the process write 100 kB into a file."""
    script = textwrap.dedent(f"""
        import resource, signal
        import numpy as np, geopandas as gpd, shapely
        from blockplan.errors import PlanDataError
        from blockplan.plan.files.formats import write_layers
        shapes = shapely.points(np.random.default_rng(1).random((20_000, 2)))
        frame = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4548")
        frame["number"] = np.random.default_rng(2).random(20_000)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            write_layers({{"p": frame}}, {str(tmp_path / "p.gpkg")!r})
        except PlanDataError as error:
            print(error)
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "cannot be written" in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_a_place_under_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PlanDataError, match="cannot be written"):
        write_layers({"p": a_frame()}, tmp_path / "file" / "p.gpkg")
