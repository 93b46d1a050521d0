import geopandas as gpd
import pytest
import shapely

from blockplan.errors import PlanDataError
from blockplan.plan.model.crs import plan_crs, same_crs, to_plan_crs


def points(x: float, y: float, crs: str | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=crs)


@pytest.mark.parametrize("text", ["EPSG:4548", "epsg:4548", " EPSG:32650 ", "EPSG:3067"])
def test_projected_codes_in_metres_are_taken(text):
    assert plan_crs(text).is_projected


def test_local_is_a_grid_without_crs():
    assert plan_crs("local") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("EPSG:4326", "is in degrees"),
        ("EPSG:4490", "EPSG:4534"),
        ("EPSG:2263", "US survey foot"),
        ("EPSG:3857", "areas grow with the latitude"),
        ("EPSG:4978", "is no map projection"),
        ("EPSG:99999999", "names no known"),
        ("nonsense", "names no known"),
        ("", "names no known"),
    ],
)
def test_what_gives_no_metres_is_refused_with_advice(text, said):
    with pytest.raises(PlanDataError, match=said):
        plan_crs(text)


def test_a_height_beside_the_map_is_left_out():
    assert plan_crs("EPSG:32650+5773").to_epsg() == 32650


def test_all_cgcs2000_zones_are_taken_whatever_their_order_of_axes():
    for code in range(4502, 4555):
        assert plan_crs(f"EPSG:{code}") is not None


def test_degrees_become_east_and_north():
    """A place 1 degree west of the central meridian lies west of 500,000 m east."""
    placed = to_plan_crs(points(116.0, 40.0, "EPSG:4326"), plan_crs("EPSG:4548")).geometry.iloc[0]
    assert 414_000 < placed.x < 415_000
    assert 4_429_000 < placed.y < 4_431_000


def test_the_plans_own_crs_under_another_order_of_axes_stays_in_place():
    other = points(414_000, 4_430_000, plan_crs("EPSG:4548").to_wkt("WKT1_GDAL"))
    placed = to_plan_crs(other, plan_crs("EPSG:4548"))
    assert (placed.geometry.iloc[0].x, placed.geometry.iloc[0].y) == (414_000, 4_430_000)
    assert placed.crs.to_epsg() == 4548


def test_a_frame_without_crs_is_taken_to_be_in_the_plans():
    assert to_plan_crs(points(1, 2, None), plan_crs("EPSG:4548")).crs.to_epsg() == 4548


def test_degrees_in_a_local_plan_are_refused():
    with pytest.raises(PlanDataError, match=r"layer parcels is in degrees .* local grid"):
        to_plan_crs(points(116, 40, "EPSG:4326"), None, "layer parcels")


def test_a_local_plan_keeps_coordinates_as_they_are():
    assert to_plan_crs(points(1, 2, "EPSG:4548"), None).crs is None


def test_two_crs_are_the_same_whatever_the_order_of_axes():
    assert same_crs(None, None)
    assert not same_crs(None, plan_crs("EPSG:4548"))
    assert not same_crs(plan_crs("EPSG:4547"), plan_crs("EPSG:4548"))


def test_a_refused_crs_is_told_in_three_languages() -> None:
    with pytest.raises(PlanDataError) as told:
        plan_crs("EPSG:4326")
    assert set(told.value.text or {}) == {"zh", "en", "ja"}
    assert "以度为单位" in (told.value.text or {})["zh"]
    assert "度単位" in (told.value.text or {})["ja"]
