"""What a plan takes of a parcel: whole, a part, nothing, or unknown."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely
from tests.support.builders import SIDE, X, Y, a_plan, parcels_of, square

from blockplan.plan import landuse
from blockplan.report.public.landtake import PUBLIC, land_takes, public_kind


def one(use: str | None, **columns: Any) -> Any:
    """The take of a parcel that is planned as `use`, with what else its row says."""
    table = parcels_of(str(use), "0701", **{name: [value, None] for name, value in columns.items()})
    if use is None:
        table["land_use"] = [None, "0701"]
    return land_takes(a_plan(table))[0]


def layer(id_column: str, shape: Any, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({id_column: ["x"], **columns}, geometry=[shape], crs="EPSG:4548")


def test_a_field_that_becomes_a_park_is_taken_whole() -> None:
    take = one("1401", existing_land_use="0103")
    assert (take.state, take.kind, take.area_m2) == ("whole", "green", SIDE * SIDE)


def test_a_park_that_is_one_today_is_not_taken() -> None:
    take = one("1401", existing_land_use="1401")
    assert (take.state, take.why, take.area_m2) == ("none", "same_use", 0.0)


@pytest.mark.parametrize("status", ["existing", "kept"])
def test_what_stays_is_not_taken_even_without_a_use_today(status: str) -> None:
    assert one("1207", status=status).why == "stays"


def test_public_land_whose_use_today_is_not_said_is_unknown() -> None:
    take = one("1207")
    assert (take.state, take.why, take.area_m2) == ("unknown", "no_existing_use", None)


def test_a_parcel_without_planned_use_is_unknown() -> None:
    assert one(None, existing_land_use="0701").state == "unknown"


def test_homes_are_not_taken_where_nothing_lies_on_them() -> None:
    take = one("0701", existing_land_use="0103")
    assert (take.state, take.why, take.area_m2, take.pieces) == ("none", "private_use", 0.0, ())


def test_red_lines_take_the_strip_that_lies_between_them() -> None:
    line = shapely.LineString([(X, Y + 5), (X + SIDE, Y + 5)])
    streets = layer("street_id", line, red_line_width_m=20.0, **{"class": "local"})
    take = land_takes(a_plan(parcels_of("0701", "0902"), streets=streets))[0]
    assert (take.state, take.area_m2) == ("part", 15.0 * SIDE)
    assert [(piece.kind, piece.id, piece.status) for piece in take.pieces] == [("street", "x", None)]


def test_a_footpath_is_told_from_a_street() -> None:
    line = shapely.LineString([(X, Y + 50), (X + SIDE, Y + 50)])
    streets = layer("street_id", line, red_line_width_m=6.0, **{"class": "path"})
    take = land_takes(a_plan(parcels_of("0701", "0902"), streets=streets))[0]
    assert (take.pieces[0].kind, take.area_m2) == ("path", 6.0 * SIDE)


def test_a_strip_narrower_than_a_metre_is_inexact_drawing() -> None:
    line = shapely.LineString([(X, Y - 9.5), (X + SIDE, Y - 9.5)])
    streets = layer("street_id", line, red_line_width_m=20.0, **{"class": "local"})
    assert land_takes(a_plan(parcels_of("0701", "0902"), streets=streets))[0].state == "none"


def test_a_street_without_stated_red_lines_leaves_the_take_unknown() -> None:
    line = shapely.LineString([(X, Y + 50), (X + SIDE, Y + 50)])
    plan = a_plan(parcels_of("0701", "0902"), streets=layer("street_id", line, **{"class": "local"}))
    first, second = land_takes(plan)
    assert (first.state, first.area_m2, first.pieces[0].area_m2) == ("unknown", None, None)
    assert second.state == "none"


def test_overlapping_takers_count_once() -> None:
    half = shapely.box(X, Y, X + 50, Y + SIDE)
    plan = a_plan(
        parcels_of("0701", "0902"),
        greens=layer("green_id", half),
        water=layer("id", half, status="existing"),
    )
    take = land_takes(plan)[0]
    assert take.area_m2 == 50 * SIDE
    assert {(piece.kind, piece.status) for piece in take.pieces} == {("green", None), ("water", "existing")}


def test_a_parcel_without_geometry_is_unknown() -> None:
    table = parcels_of("0701", "0902")
    table["geometry"] = [None, square(1)]
    assert land_takes(a_plan().replace(parcels=table))[0].why == "not_drawn"


def test_the_classes_of_public_land_are_classes_of_the_list() -> None:
    assert all(landuse().known(code) for codes in PUBLIC.values() for code in codes)
    assert public_kind("G1", "gb50137") == "green"
