"""What lies beside a parcel and across the street, on squares that can be checked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from tests.support.builders import SIDE, X, Y, a_plan, parcels_of, square
from tests.support.town import town

from blockplan.measure.inputs.neighbours import neighbours

if TYPE_CHECKING:
    from blockplan.plan import Plan


def said(plan: Plan, id_: str) -> dict[str, str]:
    """Neighbour -> beside or across, with the street between."""
    found, names = neighbours(plan), list(plan.layer("parcels").index)
    streets = list(plan.layer("streets").index)
    row = names.index(id_)
    return {
        names[found.other[at]]: (
            f"across {streets[found.street[at]] if found.street[at] >= 0 else '?'}"
            if found.across[at]
            else f"beside {found.edge_m[at]:.0f} m"
        )
        for at in range(*found.of(row).indices(len(found.one)))
    }


def street(*points: tuple[float, float]) -> gpd.GeoDataFrame:
    line = shapely.LineString([(X + x, Y + y) for x, y in points])
    return gpd.GeoDataFrame({"street_id": ["s"], "class": "local"}, geometry=[line], crs="EPSG:4548")


def test_parcels_that_share_an_edge_are_beside_each_other_and_corners_do_not_count() -> None:
    grid = gpd.GeoDataFrame(
        {"parcel_id": list("ABCD"), "land_use": "0701"},
        geometry=[square(0), square(1), square(0, 1), square(1, 1)],
        crs="EPSG:4548",
    )
    assert said(a_plan(grid), "A") == {"B": "beside 100 m", "C": "beside 100 m"}


def test_an_edge_along_which_a_street_runs_is_a_street() -> None:
    assert said(town(), "A") == {"B": "beside 100 m", "D": "across s-1"}
    assert said(town(), "E")["D"] == "across s-4"


def test_land_of_streets_parts_two_sides_and_both_name_it_as_neighbour() -> None:
    plan = a_plan(parcels_of("0701", "1207", "0902"))
    assert said(plan, "A") == {"B": "beside 100 m"}
    narrow = parcels_of("0701", "1207", "0902")
    narrow["geometry"] = [
        square(0),
        shapely.box(X + SIDE, Y, X + SIDE + 30, Y + SIDE),
        shapely.box(X + SIDE + 30, Y, X + 2 * SIDE, Y + SIDE),
    ]
    assert said(a_plan(narrow), "A") == {"B": "beside 100 m", "C": "across ?"}
    assert said(a_plan(narrow, streets=street((115, -10), (115, 110))), "C") == {
        "A": "across s",
        "B": "beside 100 m",
    }


def test_a_gap_without_a_street_is_no_street() -> None:
    apart = parcels_of("0701", "0902")
    apart["geometry"] = [square(0), shapely.box(X + SIDE + 20, Y, X + 2 * SIDE, Y + SIDE)]
    assert said(a_plan(apart), "A") == {}


def test_the_parcel_diagonally_across_a_crossing_does_not_face_this_one() -> None:
    cells = {"A": (0, 0), "B": (120, 0), "C": (0, 120), "D": (120, 120)}
    table = gpd.GeoDataFrame(
        {"parcel_id": list(cells), "land_use": "0701"},
        geometry=[shapely.box(X + x, Y + y, X + x + 100, Y + y + 100) for x, y in cells.values()],
        crs="EPSG:4548",
    )
    lines = [[(110, -20), (110, 240)], [(-20, 110), (240, 110)]]
    streets = gpd.GeoDataFrame(
        {"street_id": ["v", "h"], "class": "local"},
        geometry=[shapely.LineString([(X + x, Y + y) for x, y in line]) for line in lines],
        crs="EPSG:4548",
    )
    assert said(a_plan(table, streets=streets), "A") == {"B": "across v", "C": "across h"}


def test_nobody_is_across_a_street_behind_a_third_parcel() -> None:
    strip = parcels_of("0701", "0701", "0701")
    strip["geometry"] = [shapely.box(X + x, Y, X + x + w, Y + SIDE) for x, w in ((0, 20), (40, 10), (60, 20))]
    plan = a_plan(strip, streets=street((30, -10), (30, 110)))
    assert said(plan, "A") == {"B": "across s"}


@pytest.mark.parametrize("kind", ["none", "crossed"])
def test_a_parcel_without_sound_geometry_stops_nobody(kind: str) -> None:
    table = parcels_of("0701", "0902")
    bow = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    table["geometry"] = [None if kind == "none" else bow, square(1)]
    found = neighbours(a_plan().replace(parcels=table))
    assert len(found.first) == 3
