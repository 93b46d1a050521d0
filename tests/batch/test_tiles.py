"""A city in tiles gives the same metres as at one go, to the centimetre."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockplan.batch import walk_in_tiles
from blockplan.errors import UsageError
from blockplan.network import at_joins, join, walk, walking

CORNER, SIDE = np.array([500_000.0, 4_400_000.0]), 3_000.0


def a_city(seed, streets=60):
    """Streets at random in a square of 3 km: long and short ones, a bridge, one that nobody crosses."""
    random = np.random.default_rng(seed)
    starts = random.uniform(0, SIDE, (streets, 2))
    angle = random.choice([0, np.pi / 2, 0.3], streets) + random.normal(0, 0.05, streets)
    length = random.choice([150.0, 600.0, 2500.0], streets)
    ends = starts + np.stack([np.cos(angle), np.sin(angle)], axis=1) * length[:, None]
    lines = shapely.linestrings(np.stack([starts, ends], axis=1) + CORNER)
    barrier = np.where(np.arange(streets) == 0, "expressway", None)
    return gpd.GeoDataFrame(
        {
            "walk": random.random(streets) > 0.1,
            "barrier": barrier,
            "level": np.where(np.arange(streets) == 1, 1.0, 0.0),
        },
        geometry=lines,
        crs="EPSG:4548",
    )


def points(seed, count):
    random = np.random.default_rng(seed)
    return np.asarray(shapely.points(random.uniform(0, SIDE, (count, 2)) + CORNER), dtype=object)


def at_one_go(streets, origins, targets, limit_m, join_limit_m):
    network = walking(streets)
    ends = at_joins(join(network, targets, join_limit_m))
    return walk(network, join(network, origins, join_limit_m), ends, limit_m)


@pytest.mark.long
@given(
    seed=st.integers(0, 10_000),
    side_m=st.sampled_from([300.0, 777.0, 2_000.0]),
    limit_m=st.sampled_from([150.0, 500.0, 1_200.0]),
)
def test_any_tiles_give_the_metres_of_the_whole_city(seed, side_m, limit_m):
    streets, origins, targets = a_city(seed), points(seed + 1, 80), points(seed + 2, 12)
    whole = at_one_go(streets, origins, targets, limit_m, 100.0)
    tiled = walk_in_tiles(streets, origins, targets, limit_m=limit_m, side_m=side_m, workers=0)
    np.testing.assert_array_equal(tiled, whole)


def test_something_is_reached_and_something_is_not():
    reached = at_one_go(a_city(3), points(4, 80), points(5, 12), 1_200.0, 100.0)
    assert 0 < np.isfinite(reached).sum() < 80


@pytest.mark.long
def test_processes_give_the_same_as_one():
    city, origins, targets = a_city(7, 150), points(8, 200), points(9, 30)
    whole = at_one_go(city, origins, targets, 600.0, 100.0)
    np.testing.assert_array_equal(
        walk_in_tiles(city, origins, targets, limit_m=600.0, side_m=1_000.0, workers=2), whole
    )


@pytest.mark.long
@pytest.mark.filterwarnings("default::ResourceWarning")
@pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning")
def test_a_cluster_gives_the_same_as_one(address):
    city, origins, targets = a_city(7, 150), points(8, 200), points(9, 30)
    whole = at_one_go(city, origins, targets, 600.0, 100.0)
    np.testing.assert_array_equal(
        walk_in_tiles(city, origins, targets, limit_m=600.0, side_m=1_000.0, cluster=address), whole
    )


def test_streets_with_node_ids_meet_by_them_in_every_tile_or_in_none():
    city = a_city(7, 150)
    city["u"], city["v"] = [f"a{n}" for n in range(150)], [f"b{n}" for n in range(150)]
    origins, targets = points(8, 200), points(9, 30)
    for missing in (None, 149):
        if missing is not None:
            city.loc[missing, ["u", "walk"]] = [None, True]
        whole = at_one_go(city, origins, targets, 600.0, 100.0)
        tiled = walk_in_tiles(city, origins, targets, limit_m=600.0, side_m=700.0, workers=0)
        np.testing.assert_array_equal(tiled, whole)


def test_points_without_geometry_reach_nothing_and_no_points_give_nothing():
    city, targets = a_city(7), points(9, 5)
    origins = np.array([None, shapely.Point(), *points(8, 1)], dtype=object)
    assert np.isnan(walk_in_tiles(city, origins, targets, limit_m=500.0, workers=0)[:2]).all()
    assert len(walk_in_tiles(city, origins[:0], targets, limit_m=500.0, workers=0)) == 0
    assert np.isnan(walk_in_tiles(city, points(8, 3), targets[:0], limit_m=500.0, workers=0)).all()


@pytest.mark.parametrize("wrong", [{"limit_m": 0}, {"limit_m": np.nan}, {"limit_m": 5, "side_m": -1}])
def test_limits_that_make_no_tile_are_refused(wrong):
    with pytest.raises(UsageError, match="makes no tile"):
        walk_in_tiles(a_city(7), points(8, 1), points(9, 1), **wrong)
