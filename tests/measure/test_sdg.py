"""Open public space, and land taken against people gained."""

from __future__ import annotations

import math

import pytest
import shapely
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.missing import lines

OPEN, LAND = "open_space_share", "land_consumption_ratio"


def land(use: str, east: float, **more) -> dict:
    return {"land_use": use, "geometry": square(east, 0), **more}


def test_parks_squares_and_street_parcels_over_the_built_up_land() -> None:
    rows = [park(0), land("1403", 100), land("1207", 200), land("0701", 300), land("1701", 400)]
    found = one(plan_of(parcels=rows), OPEN, green_codes=["1401", "1403"])
    assert found.value == 0.75
    assert {part.scope: part.value for part in found.by} == {"open_space": 0.5, "streets": 0.25}
    assert found.definition["streets_from"] == "parcels"
    assert one(plan_of(parcels=rows), OPEN).value == 0.5


def test_without_street_parcels_the_land_between_red_lines_counts() -> None:
    street = {"red_line_width_m": 20, "geometry": shapely.LineString([(100, -10), (300, -10)])}
    rows = [park(0), land("0701", 100), land("0701", 200)]
    found = one(plan_of(parcels=rows, streets=[street]), OPEN)
    # 1 ha of park, 0.4 ha of street beside 3 ha of parcels.
    assert found.value == pytest.approx(1.4 / 3.4)
    assert found.definition["streets_from"] == "red_line_width_m"
    unsaid = plan_of(parcels=rows, streets=[street | {"red_line_width_m": None}])
    assert lines(one(unsaid, OPEN).missing) == ("streets.red_line_width_m of S-1",)
    assert lines(one(plan_of(parcels=rows), OPEN).missing) == ("streets: layer absent",)


def test_land_consumption_is_the_growth_of_land_over_the_growth_of_people() -> None:
    rows = [home(0, 300, existing_land_use="0701"), land("0901", 100, existing_land_use="0103")]
    found = one(plan_of(parcels=rows, manifest={"horizon": 2031}), LAND, earlier_residents=100)
    # From 1 ha to 2 ha, from 100 to 300 people.
    assert found.value == pytest.approx(1 / math.log(3))
    assert found.definition["land_rate_per_year"] == pytest.approx(0.1)
    assert found.definition["years"] == 10


def test_land_consumption_is_undefined_or_unknown_where_it_has_to_be() -> None:
    rows = [home(0, 300, existing_land_use="0701"), land("0901", 100, existing_land_use="0103")]
    plan = plan_of(parcels=rows)
    assert lines(one(plan, LAND).missing)[0].startswith("parameter earlier_residents")
    assert lines(one(plan, LAND, earlier_residents=300).missing)[0].startswith("undefined")
    fields = plan_of(parcels=[home(0, 300, existing_land_use="0103")])
    assert lines(one(fields, LAND, earlier_residents=100).missing)[0].startswith("nothing to divide by")
    unsaid = plan_of(parcels=[home(0, 300, existing_land_use="0701"), land("0901", 100)])
    assert lines(one(unsaid, LAND, earlier_residents=100).missing) == ("parcels.existing_land_use of P-2",)
