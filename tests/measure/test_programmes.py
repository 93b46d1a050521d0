"""Programmes: counts, floor area, and who walks to one."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import one, plan_of, square

from blockplan.measure.missing import lines


def programme(
    kind: str | None, floor: float | None = 100.0, east: float = 50.0, **more: Any
) -> dict[str, Any]:
    return {"kind": kind, "floor_area_m2": floor, "geometry": shapely.Point(east, 50), **more}


def parts(found: Any) -> dict[str, float | None]:
    return {part.scope: part.value for part in found.by if part.value}


SOME = [
    programme("incubator", 300, firm_category="specialised_new"),
    programme("university_unit", 200),
    programme("shared_laboratory", 50, firm_category="little_giant"),
    programme("talent_housing", 1000),
    programme("wine_cellar", 7),
]


def test_programmes_are_counted_and_summed_by_kind_a_kind_of_ones_own_too() -> None:
    plan = plan_of(programmes=SOME)
    count, floor = one(plan, "programmes_count"), one(plan, "programme_floor_area")
    assert (count.value, floor.value) == (5, 1557)
    assert parts(count) == {
        "incubator": 1, "university_unit": 1, "shared_laboratory": 1, "talent_housing": 1, "wine_cellar": 1
    }  # fmt: skip
    assert parts(floor)["talent_housing"] == 1000
    assert {part.scope: part.value for part in count.by}["pilot_test"] == 0


def test_joint_floor_area_is_that_of_the_kinds_in_which_universities_and_firms_meet() -> None:
    found = one(plan_of(programmes=SOME), "joint_floor_area")
    assert (found.value, parts(found)) == (250, {"university_unit": 200, "shared_laboratory": 50})
    assert one(plan_of(programmes=SOME), "joint_floor_area", joint_kinds=["university_unit"]).value == 200


def test_floor_area_is_kept_for_a_kind_of_firm_where_a_programme_names_one() -> None:
    found = one(plan_of(programmes=SOME), "firm_floor_area")
    assert (found.value, parts(found)) == (350, {"specialised_new": 300, "little_giant": 50})


def test_a_programme_without_kind_or_floor_area_makes_the_sums_unknown() -> None:
    assert lines(one(plan_of(programmes=[programme(None)]), "programmes_count").missing) == (
        "programmes.kind of P-1",
    )
    assert one(plan_of(programmes=[programme("incubator", None)]), "programme_floor_area").value is None
    assert one(plan_of(programmes=[programme("incubator", None)]), "joint_floor_area").value == 0


def street(*points: tuple[float, float]) -> dict[str, Any]:
    return {"class": "local", "walk": True, "geometry": shapely.LineString(points)}


def research(east: float, floor: float) -> dict[str, Any]:
    return {"land_use": "0802", "floor_area_m2": floor, "geometry": square(east, 0)}


def test_the_share_of_floor_area_within_a_walk_of_a_programme_follows_streets() -> None:
    # A street along the south edge, 50 m from every middle. From the middle at 750 to the programme at 50
    # it is 50 + 700 + 50 = 800 m on foot and 700 m by line; from that at 850, 900 m and 800 m.
    plan = plan_of(
        parcels=[research(700, 3000), research(800, 1000), {"land_use": "0701", "geometry": square(0, 0)}],
        streets=[street((0, 0), (1000, 0))],
        programmes=[programme("incubator"), programme("talent_housing", east=850)],
    )
    found = one(plan, "programmes_within_800m")
    assert found.value == 0.75
    assert parts(found) == {"on_foot": 0.75, "line": 1.0}
    assert [place.id for place in found.places] == ["P-2"]
    # Housing is no part of the ecosystem unless it is said to be.
    everything = one(plan, "programmes_within_800m", ecosystem_kinds=["incubator", "talent_housing"])
    assert everything.value == 1.0
    assert one(plan, "programmes_within_800m", programme_limit_m=799).value == 0.0


def test_a_programme_without_a_place_of_its_own_stands_on_its_parcel() -> None:
    placed = {"kind": "incubator", "floor_area_m2": 1.0, "geometry": None, "parcel_id": "P-1"}
    plan = plan_of(parcels=[research(0, 10)], streets=[street((0, 0), (100, 0))], programmes=[placed])
    assert one(plan, "programmes_within_800m").value == 1.0
    strays = plan_of(programmes=[placed | {"parcel_id": "gone"}]).layer("programmes")
    lost = one(plan.replace(programmes=strays), "programmes_within_800m")
    assert lines(lost.missing) == ("programmes.geometry of P-1",)


def test_a_plan_without_programmes_has_a_share_of_zero_and_without_the_layer_none() -> None:
    parcels, streets = [research(0, 10)], [street((0, 0), (100, 0))]
    assert (
        one(plan_of(parcels=parcels, streets=streets, programmes=[]), "programmes_within_800m").value == 0.0
    )
    found = one(plan_of(parcels=parcels, streets=streets), "programmes_within_800m")
    assert lines(found.missing) == ("programmes: layer absent",)


def test_a_programme_on_research_land_counts_once_in_the_share_of_research() -> None:
    offices = {"land_use": "0902", "floor_area_m2": 6000.0, "geometry": square(100, 0)}
    plan = plan_of(
        parcels=[research(0, 3000), offices, {"land_use": "1401", "geometry": square(200, 0)}],
        programmes=[
            programme("incubator", 500, parcel_id="P-1"),
            programme("ip_service", 900, parcel_id="P-2"),
            programme("talent_housing", 400, parcel_id="P-2"),
        ],
    )
    found = one(plan, "research_programme_share")
    assert found.value == pytest.approx((3000 + 900) / 9000)
    assert parts(found) == pytest.approx({"research": 3000 / 9000, "programmes_elsewhere": 900 / 9000})


def test_built_land_that_states_no_floor_area_makes_the_share_unknown() -> None:
    plan = plan_of(parcels=[research(0, 10), {"land_use": "0902", "geometry": square(100, 0)}], programmes=[])
    assert lines(one(plan, "research_programme_share").missing) == ("parcels.floor_area_m2 of P-2",)
