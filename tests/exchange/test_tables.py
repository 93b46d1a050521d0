"""Tables of places: columns, ids and amounts, and what is refused with which words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.tables import read_places, read_points, read_table


def csv(folder, text: str):
    path = folder / "places.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_ids_stand_as_text_and_amounts_as_numbers(tmp_path) -> None:
    found = read_places(csv(tmp_path, "id,demand\n007,3\nb,0\n"), "demand")
    assert found.ids == ["007", "b"]
    assert found.amount.tolist() == [3.0, 0.0]


def test_without_a_column_of_ids_the_row_number_stands_for_one(tmp_path) -> None:
    found = read_places(csv(tmp_path, "street,demand\nA,3\nB,4\n"), "demand")
    assert (found.ids, found.ids_from) == (["0", "1"], None)


def test_geojson_and_geopackage_are_read_and_the_layer_with_the_column_is_taken(tmp_path) -> None:
    homes = gpd.GeoDataFrame({"demand": [2, 5]}, geometry=[Point(0, 0), Point(1, 1)], crs="EPSG:4548")
    schools = gpd.GeoDataFrame({"id": ["s"], "capacity": [4]}, geometry=[Point(0, 0)], crs="EPSG:4548")
    homes.to_file(tmp_path / "town.gpkg", layer="homes")
    schools.to_file(tmp_path / "town.gpkg", layer="schools")
    assert read_places(tmp_path / "town.gpkg", "demand").amount.tolist() == [2, 5]
    assert read_places(tmp_path / "town.gpkg", "capacity").ids == ["s"]
    homes.to_crs("EPSG:4326").to_file(tmp_path / "homes.geojson")
    assert read_places(tmp_path / "homes.geojson", "demand").amount.tolist() == [2, 5]


def test_two_layers_with_the_column_are_not_chosen_between(tmp_path) -> None:
    frame = gpd.GeoDataFrame({"demand": [2]}, geometry=[Point(0, 0)], crs="EPSG:4548")
    for layer in ("homes", "flats"):
        frame.to_file(tmp_path / "town.gpkg", layer=layer)
    with pytest.raises(UsageError, match=r"holds 2 layers .*, and 2 layers \(homes, flats\) have"):
        read_places(tmp_path / "town.gpkg", "demand")
    assert len(read_places(tmp_path / "town.gpkg", "demand", layer="flats").ids) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,pupils\na,3\n", r"has no column 'demand'; it has: id, pupils"),
        ("id,demand\na,3\nb,-1\n", r"1 of 2 rows have no number of at least 0 .* row 2 has '-1'"),
        ("id,demand\na,\nb,1\n", r"row 1 has nothing"),
        ("id,demand\na,many\n", r"row 1 has 'many'"),
        ("id,demand\na,nan\n", r"row 1 has 'nan'"),
        ("id,demand\na,inf\n", r"row 1 has 'inf'"),
        ("id,demand\na,1\na,2\n", r"1 ids stand more than once \(first: 'a'\)"),
        ("id,demand\na,1\n,2\n", r"1 of 2 rows have no id \(first: row 2\)"),
        ("id,demand\n", r"holds no rows"),
        ("", r"cannot be read as CSV"),
    ],
)
def test_a_fault_of_a_table_is_told_with_its_row(tmp_path, text: str, said: str) -> None:
    with pytest.raises(PlanDataError, match=said):
        read_places(csv(tmp_path, text), "demand")


def test_points_of_a_csv_stand_at_lon_and_lat_and_an_unknown_count_is_nan(tmp_path) -> None:
    found = read_points(csv(tmp_path, "id,lon,lat,jobs\na,117,0.5,3\nb,117.1,0.5,\n"))
    assert (found.ids, found.place.iloc[0].x, found.place.crs.to_epsg()) == (["a", "b"], 117.0, 4326)
    assert found.counts["jobs"][0] == 3
    assert np.isnan(found.counts["jobs"][1])


def test_an_area_is_measured_from_a_point_inside_it(tmp_path) -> None:
    areas = gpd.GeoDataFrame({"residents": [7]}, geometry=[Point(500, 500).buffer(10)], crs="EPSG:4548")
    areas.to_parquet(tmp_path / "areas.parquet")
    assert read_points(tmp_path / "areas.parquet").place.iloc[0].within(areas.geometry[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,lon,lat\na,117,0\n", r"has no column to count \(jobs, population, residents, people\)"),
        ("id,lon,lat,jobs\na,117,,1\n", r"1 rows have no place \(first: row 1\)"),
        ("id,lon,lat,jobs\na,39,117,1\n", r"1 rows lie off the globe .*row 1"),
        ("id,lon,lat,jobs\na,117,0,-1\n", r"1 values of 'jobs' are no number of at least 0"),
        ("id,lon,lat,jobs\na,117,0,few\n", r"row 1 has 'few'"),
        ("id,x,y,jobs\na,117,0,1\n", r"has no geometry, and no columns lon and lat"),
        ("id,lon,lat,jobs\na,117,0,1\na,117,0,1\n", r"1 ids stand more than once"),
    ],
)
def test_a_fault_of_a_table_of_points_is_told(tmp_path, text: str, said: str) -> None:
    with pytest.raises(PlanDataError, match=said):
        read_points(csv(tmp_path, text))


def test_points_without_a_crs_are_refused(tmp_path) -> None:
    gpd.GeoDataFrame({"jobs": [7]}, geometry=[Point(5, 5)]).to_parquet(tmp_path / "points.parquet")
    with pytest.raises(PlanDataError, match="declares no CRS"):
        read_points(tmp_path / "points.parquet")


def test_a_file_that_is_not_there_or_not_utf8_is_told(tmp_path) -> None:
    with pytest.raises(PlanDataError, match="There is no file"):
        read_table(tmp_path / "none.csv")
    path = tmp_path / "old.csv"
    path.write_bytes("id,demand\nstraße,1\n".encode("latin-1"))
    with pytest.raises(PlanDataError, match="is not UTF-8"):
        read_table(path)
