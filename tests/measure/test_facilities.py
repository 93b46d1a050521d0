"""Sizes of facilities against a range."""

from __future__ import annotations

import pytest
import shapely
from tests.support.squares import one, plan_of

from blockplan.errors import UsageError
from blockplan.measure.missing import lines

RANGE = "facilities_in_range"


def kindergarten(east: float, floor: float | None, **more) -> dict:
    return {
        "service": "kindergarten", "floor_area_m2": floor, "geometry": shapely.Point(east, 0), **more
    }  # fmt: skip


def asked(*rows: dict, **more):
    size = {"facility_at_least": 3150, "facility_at_most": 4550}
    return one(plan_of(facilities=list(rows)), RANGE, services=["kindergarten"], **size | more)


def test_both_ends_of_the_range_are_in_it_and_what_lies_outside_is_named() -> None:
    found = asked(*(kindergarten(at, floor) for at, floor in enumerate((3150, 4550, 3149.9, 4551))))
    assert found.value == 0.5
    assert {part.scope: part.value for part in found.by} == {"below": 0.25, "within": 0.5, "above": 0.25}
    assert [(place.id, place.value, place.x) for place in found.places] == [
        ("F-3", 3149.9, 2),
        ("F-4", 4551, 3),
    ]
    assert asked(kindergarten(0, 9000), facility_at_most=0).value == 1


def test_a_size_that_is_not_said_is_unknown_and_no_facility_is_nothing_to_measure() -> None:
    assert lines(asked(kindergarten(0, 4000), kindergarten(1, None)).missing) == (
        "facilities.floor_area_m2 of F-2",
    )
    assert lines(asked().missing)[0].startswith("nothing to measure")
    assert lines(one(plan_of(), RANGE, services=["market"]).missing) == ("facilities: layer absent",)
    assert one(plan_of(facilities=[kindergarten(0, 4000)]), RANGE).value is None


def test_the_size_may_be_another_column() -> None:
    home = {"service": "nursing_home", "beds": 200, "geometry": shapely.Point(0, 0)}
    beds = {"services": ["nursing_home"], "facility_size": "beds", "facility_at_least": 200}
    assert one(plan_of(facilities=[home]), RANGE, **beds).value == 1
    with pytest.raises(UsageError, match="facility_size may be: floor_area_m2"):
        one(plan_of(facilities=[home]), RANGE, services=["nursing_home"], facility_size="rooms")
