"""What every parcel has by itself, reckoned by hand."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import one, plan_of, square

from blockplan.measure.missing import lines


def street(*points: tuple[float, float], width_m: float = 20.0) -> dict[str, Any]:
    return {"geometry": shapely.LineString(points), "red_line_width_m": width_m}


PARCEL = {"land_use": "0902", "geometry": square(0, 0)}
SOUTH = street((-50, -10), (150, -10))


def frontage(*streets: dict[str, Any]) -> float | None:
    return one(plan_of(parcels=[PARCEL], streets=list(streets)), "parcel_frontage").value


def test_a_parcel_fronts_a_street_along_its_side_and_no_farther() -> None:
    assert frontage(SOUTH) == pytest.approx(100.0)
    assert frontage(SOUTH, street((-10, -50), (-10, 150))) == pytest.approx(200.0)


def test_an_edge_that_lies_in_two_strips_of_street_counts_once() -> None:
    second = street((-50, -12), (150, -12), width_m=24)
    across = street((40, -60), (60, 0))
    assert frontage(SOUTH, second) == pytest.approx(100.0)
    assert frontage(SOUTH, SOUTH, across) == pytest.approx(100.0, abs=0.2)


def test_an_edge_beside_road_parcels_that_overlap_counts_once() -> None:
    roads = [{"land_use": "1207", "geometry": square(east, -20, 80, 20)} for east in (-20, 40)]
    found = one(plan_of(parcels=[PARCEL, *roads]), "parcel_frontage")
    assert found.value == pytest.approx(100.0)


def test_a_parcel_of_a_coarse_use_lacks_a_finer_code_and_not_a_use() -> None:
    """0901 may be a mall (090101): what helps is the finer code, whatever else the parcel does not say."""
    plan = plan_of(parcels=[
        {"parcel_id": "A", "land_use": "0901", "parking_spaces": 10, "floor_area_m2": 1000,
         "geometry": square(0, 0)},
        {"parcel_id": "B", "land_use": "0901", "geometry": square(200, 0)},
        {"parcel_id": "C", "land_use": None, "geometry": square(400, 0)},
    ])  # fmt: skip
    found = one(plan, "parcel_parking", parcel_codes=["090101"])
    assert lines(found.missing) == (
        "parcels.land_use of C",
        "parcels.land_use in more detail (for 090101) of A",
        "parcels.land_use in more detail (for 090101) of B",
    )
    assert found.each.unsure.all()
