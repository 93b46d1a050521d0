"""Shapes that hold each other too deep, and views without end, are refused: their readers would not stop."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockplan.errors import PlanDataError
from blockplan.exchange.office.vectors import read_vectors
from blockplan.plan.files.formats import read_layer
from blockplan.plan.files.nesting import MOST_LEVELS, endless_view, too_deep

if TYPE_CHECKING:
    from pathlib import Path

COLLECTION, MULTIPOLYGON = 7, 6
TOLD = "in each other more than 1,000 deep"


def nested(levels: int, kind: int = COLLECTION, order: str = "<", beside: bytes = b"") -> bytes:
    """A point in collections in each other, each after a shape beside it."""
    count = 2 if beside else 1
    level = struct.pack(f"{order}BII", order == "<", kind, count) + beside
    return level * levels + shapely.to_wkb(shapely.Point(5, 4))


def square() -> gpd.GeoDataFrame:
    box = shapely.box(500_000, 4_400_000, 500_100, 4_400_100)
    return gpd.GeoDataFrame({"DKBH": ["A-01"]}, geometry=[box], crs=4548)


def geopackage(path: Path, wkb: bytes) -> Path:
    square().to_file(path, layer="land", geometry_type="Unknown")
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        (blob,) = base.execute("SELECT geom FROM land").fetchone()
        base.execute("UPDATE land SET geom = ?", (blob[:40] + wkb,))
        base.commit()
    return path


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [COLLECTION, MULTIPOLYGON, 1000 + COLLECTION, 0x80000000 + COLLECTION])
@pytest.mark.parametrize(
    "beside", [b"", shapely.to_wkb(shapely.Point(1, 2).buffer(1))], ids=["alone", "beside"]
)
def test_a_shape_is_too_deep_from_one_level_beyond_the_most(order: str, kind: int, beside: bytes) -> None:
    assert not too_deep(nested(MOST_LEVELS - 1, kind, order, beside))
    assert too_deep(nested(MOST_LEVELS, kind, order, beside))


def test_large_shapes_that_lie_side_by_side_are_not_deep() -> None:
    many = shapely.MultiPolygon(
        [shapely.Point(n, 0).buffer(0.3).difference(shapely.Point(n, 0).buffer(0.1)) for n in range(3000)]
    )
    whole = shapely.GeometryCollection(
        [many, shapely.MultiPoint([[0, 0], [1, 1]] * 5000), shapely.LineString([[0, 0], [1, 1]] * 5000)]
    )
    for shape in (many, whole, shapely.force_3d(whole), shapely.set_srid(whole, 4548)):
        for flavor in ("iso", "extended"):
            wkb = shapely.to_wkb(shape, flavor=flavor, include_srid=flavor == "extended")
            assert not too_deep(wkb)
            assert not too_deep(wkb[: len(wkb) // 2])


@given(st.binary(max_size=40), st.integers(0, 9 * MOST_LEVELS))
def test_bytes_that_are_no_shape_are_left_to_whoever_reads_them(some: bytes, at: int) -> None:
    whole = nested(MOST_LEVELS)
    assert too_deep(whole[:at] + some + whole[at:]) in {True, False}


def test_a_geopackage_of_shapes_too_deep_is_refused_by_plan_and_import(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "land.gpkg", nested(20_000))
    with pytest.raises(PlanDataError, match=TOLD):
        read_layer(path)
    with pytest.raises(PlanDataError, match=TOLD):
        read_vectors(path, path.name)


def test_a_geoparquet_file_of_shapes_too_deep_is_refused(tmp_path: Path) -> None:
    square().to_parquet(tmp_path / "land.parquet")
    table = pq.read_table(tmp_path / "land.parquet")
    at = table.column_names.index("geometry")
    deep = table.set_column(at, table.schema.field(at), pa.array([nested(20_000)], pa.binary()))
    pq.write_table(deep, tmp_path / "deep.parquet")
    with pytest.raises(PlanDataError, match=TOLD):
        read_layer(tmp_path / "deep.parquet")


ENDLESS = (
    "WITH c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE {while_}) "
    "SELECT n AS fid, {shape} AS geom FROM c"
)


def with_view(path: Path, rows: str, name: str = "v") -> Path:
    """A GeoPackage of one parcel, and a view that its list of layers names."""
    square().to_file(path, layer="land")
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"CREATE VIEW {name} AS {rows}")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
            (name, name),
        )
        base.commit()
    return path


@pytest.mark.long
@pytest.mark.parametrize(
    ("shape", "while_"),
    [
        ("NULL", "1"),
        ("ST_MakePoint(n, n)", "1"),
        ("NULL", "ST_X(n) IS NULL"),
        ("NULL", "ST_X(n) IS NOT NULL"),
    ],
    ids=["plain", "by a function of GDAL", "while it gives nothing", "while it gives something"],
)
def test_a_view_without_end_is_refused_and_not_read_for_ever(tmp_path: Path, shape: str, while_: str) -> None:
    path = with_view(tmp_path / "a.gpkg", ENDLESS.format(shape=shape, while_=while_))
    with pytest.raises(PlanDataError, match="'v', of whose rows no end"):
        read_layer(path, "land")
    with pytest.raises(PlanDataError, match="cannot be read: of the rows of its view v no end"):
        read_vectors(path, "a.gpkg")


@pytest.mark.parametrize(
    "rows", ["SELECT fid, DKBH FROM land", "SELECT ST_Area(geom) AS area FROM land", "SELECT * FROM gone"]
)
def test_other_views_leave_their_file_to_be_read(tmp_path: Path, rows: str) -> None:
    path = with_view(tmp_path / "a.gpkg", rows)
    assert endless_view(path) is None
    assert read_layer(path, "land")["DKBH"].tolist() == ["A-01"]
