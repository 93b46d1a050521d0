"""``blockplan measure transit`` as other programs call it."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from tests.support.call import program, run
from tests.support.feeds import calls, feed_at, zipped
from tests.support.stops import CRS, place


@pytest.fixture
def town(tmp_path):
    """A line of four stops, zipped, a street along it, and a point at each of three stops."""
    zipped(feed_at(tmp_path))
    where = [place(stop) for stop in range(4)]
    gpd.GeoDataFrame({"name": ["S"]}, geometry=[shapely.LineString(where)], crs=CRS).to_parquet(
        tmp_path / "streets.parquet"
    )
    gpd.GeoDataFrame(
        {"id": ["x", "y", "z"], "jobs": [1, 10, 100], "population": [5, 0, 0]},
        geometry=[shapely.Point(at) for at in where[:3]], crs=CRS,
    ).to_crs("EPSG:4326").to_file(tmp_path / "points.geojson")  # fmt: skip
    return tmp_path


def transit(folder, *more, call=run):
    return call(
        "measure", "transit", "--gtfs", folder / "line.zip", "--streets", folder / "streets.parquet",
        "--points", folder / "points.geojson", "--at", "2024-05-13T08:00", "--within", "5,10", *more,
    )  # fmt: skip


@pytest.mark.long
def test_the_document_has_definition_shares_points_and_what_was_interpolated(town) -> None:
    done = transit(town, "--json", call=program)
    assert done.returncode == 0, done.stderr  # where a machine is slow, stderr tells how far it is
    found = json.loads(done.stdout)
    shares = {(row["count"], row["within_min"]): row for row in found["shares"]}
    assert shares["jobs", 10.0]["mean_share"] == pytest.approx((111 + 110 + 100) / 3 / 111)
    assert shares["jobs", 10.0]["mean_share_weighted"] == pytest.approx(1)
    assert found["definition"]["day"] == "2024-05-13"
    assert found["definition"]["walking_km_per_h"] == 4
    assert found["definition"]["crs"] == CRS
    assert found["interpolated"] == 0
    assert found["points"][0]["id"] == "x"
    assert found["points"][0]["values"][0] == {
        "count": "jobs", "within_min": 5.0, "reached": 11.0, "share": 11 / 111, "by_percentile": {},
    }  # fmt: skip


@pytest.mark.long
def test_a_window_has_percentiles_and_the_matrix_goes_into_provision(town) -> None:
    matrix = town / "minutes.csv"
    done = transit(town, "--until", "2024-05-13T08:05", "--step", "1", "--matrix", matrix, "--json")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["shares"][0]["by_percentile"]) == {"25", "50", "75"}
    assert set(pd.read_csv(matrix).columns) == {"from_id", "to_id", "minutes"}
    points = town / "points.geojson"
    served = run(
        "measure", "provision", "--demand", points, "--demand-column", "population", "--supply", points,
        "--supply-column", "jobs", "--matrix", matrix, "--within", "10", "--json",
    )  # fmt: skip
    assert json.loads(served.stdout)["served"] == 1, served.stderr


def test_before_and_after_an_added_feed(town) -> None:
    feed_at(town, "new", stop_times=calls("t1,08:01:00,08:01:00,b,1", "t1,08:04:00,08:04:00,c,2"))
    found = json.loads(transit(town, "--add", town / "new", "--count", "jobs", "--json").stdout)
    assert [(row["id"], row["within_min"], row["gain"]) for row in found["changed"]] == [("y", 5.0, 100.0)]
    assert found["after"]["shares"][0]["mean_share"] > found["shares"][0]["mean_share"]
    assert "mean share after" in transit(town, "--add", town / "new").stdout


def test_a_line_drawn_in_toml_is_added(town) -> None:
    (town / "tram.toml").write_text(
        """[[line]]
first = "08:01"
last = "09:00"
headway_min = 10
stops = [{ id = "B", lon = 117.01, lat = 0, min = 0 }, { id = "C", lon = 117.02, lat = 0, min = 2 }]
""",
        encoding="utf-8",
    )
    found = json.loads(transit(town, "--add", town / "tram.toml", "--count", "jobs", "--json").stdout)
    gains = {(row["id"], row["within_min"]): row["gain"] for row in found["changed"]}
    assert gains == {("y", 5.0): 100, ("z", 5.0): 10, ("z", 10.0): 10}


def test_feeds_may_follow_one_another(town) -> None:
    zipped(feed_at(town, "other"))
    done = transit(town, "--gtfs", town / "other.zip", "--json")
    assert [feed["feed"] for feed in json.loads(done.stdout)["feeds"]] == ["line", "other"]
    done = run(
        "measure", "transit", "--gtfs", town / "line.zip", town / "other.zip", "--streets",
        town / "streets.parquet", "--points", town / "points.geojson", "--at", "2024-05-13T08:00", "--json",
    )  # fmt: skip
    assert [feed["feed"] for feed in json.loads(done.stdout)["feeds"]] == ["line", "other"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--at", "tomorrow"), "write it as 2019-05-13T14:00"),
        (("--at", "2024-05-13"), "write it as 2019-05-13T14:00"),
        (("--at", "2031-05-13T08:00"), "No trip runs on 2031-05-13"),
        (("--until", "2024-05-13T07:00"), "holds no departure"),
        (("--within", "ten"), "write it as 30,45,60"),
        (("--within", "0"), "The limits are"),
        (("--count", "cows"), "has no column 'cows'"),
        (("--points", "none.parquet"), "There is no file"),
        (("--gtfs", "none.zip"), "There is no feed at"),
        (("--walk-km-h", "0"), "makes no sense"),
        (("--matrix", "minutes.txt"), "neither .csv nor .parquet"),
    ],
)
def test_what_cannot_be_done_leaves_with_2(town, more, said) -> None:
    done = transit(town, *more, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.long
@pytest.mark.shared
def test_the_reference_city_reaches_what_an_independent_scan_found(shared) -> None:
    folder = shared / "porto-alegre"
    done = program(
        "measure", "transit", "--gtfs", folder / "gtfs_bus_eptc.zip", folder / "gtfs_rail_trensurb.zip",
        "--streets", folder / "streets.parquet", "--points", folder / "population_hex.parquet",
        "--at", "2019-05-13T14:00", "--within", "30,45,60", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    shares = [row["mean_share"] for row in found["shares"] if row["count"] == "jobs"]
    assert shares == pytest.approx([0.253, 0.605, 0.812], abs=0.02)
    assert found["interpolated"] == 125_271
