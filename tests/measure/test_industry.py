"""Industries on two areas of 1 ha each: floor area, jobs, rank, location quotient, distance from the core."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from tests.support.squares import one, plan_of, square

from blockplan.measure.missing import lines


def works(east: float, floor: float | None, *shares: float | None, **more: Any) -> dict[str, Any]:
    """An industrial parcel with shares of health, manufacturing, digital and services."""
    columns = ("health", "manufacturing", "digital", "services")
    stated = {f"industry_{name}_share": share for name, share in zip(columns, shares, strict=True)}
    return {"land_use": "1001", "floor_area_m2": floor, "geometry": square(east, 0), **stated, **more}


#: West: 6,000 m2, two thirds of it health. East: 4,000 m2, three quarters of it manufacturing.
WEST = works(0, 6000, 2 / 3, 0, 1 / 3, 0, jobs=100)
EAST = works(2000, 4000, 0.25, 0.75, 0, 0)
AREAS = [{"area_id": "west", "geometry": square(0, 0)}, {"area_id": "east", "geometry": square(2000, 0)}]
CORES = [
    {"element_id": "cw", "role": "core", "area_id": "west", "geometry": shapely.Point(50, 50)},
    {"element_id": "ce", "role": "core", "area_id": "east", "geometry": shapely.Point(3100, 50)},
]


def town(*parcels: dict[str, Any]) -> Any:
    return plan_of(
        parcels=[*parcels, {"land_use": "1401", "geometry": square(500, 0)}], areas=AREAS, structure=CORES
    )


def parts(found: Any) -> dict[str, float | None]:
    return {part.scope: part.value for part in found.by}


def test_floor_area_is_that_of_the_parcels_that_state_industries() -> None:
    found = one(town(WEST, EAST), "industry_floor_area")
    assert found.value == 10_000
    assert parts(found) == pytest.approx(
        {"health": 5000, "manufacturing": 3000, "digital": 2000, "services": 0}
    )


def test_jobs_go_to_industries_by_their_floor_and_are_reckoned_where_none_are_stated() -> None:
    found = one(town(WEST, EAST), "industry_jobs", floor_area_per_job_m2={"1001": 80})
    # 100 stated in the west; 4,000 m2 at 80 m2 are 50 in the east.
    assert found.value == 150
    assert parts(found) == pytest.approx(
        {"health": 200 / 3 + 12.5, "manufacturing": 37.5, "digital": 100 / 3, "services": 0}
    )


@pytest.mark.parametrize(
    ("focus", "rank"), [("health", 1), ("manufacturing", 2), ("digital", 3), ("services", 4)]
)
def test_the_rank_of_an_industry_is_one_where_none_is_larger(focus: str, rank: int) -> None:
    assert one(town(WEST, EAST), "industry_focus_rank", focus_industry=focus).value == rank


def test_industries_of_one_size_share_the_better_rank() -> None:
    found = one(town(works(0, 1000, 0.4, 0.4, 0.2, 0)), "industry_focus_rank", focus_industry="manufacturing")
    assert found.value == 1


def test_an_industry_that_is_none_is_refused_by_name() -> None:
    found = one(town(WEST), "industry_focus_rank", focus_industry="steel")
    assert found.value is None
    assert "'steel'" in lines(found.missing)[0]


def test_the_location_quotient_is_the_share_in_the_area_over_the_share_in_the_plan() -> None:
    found = one(town(WEST, EAST), "industry_location_quotient")
    # Health: 2/3 of the west, 1/4 of the east, half of the plan.
    by = parts(found)
    assert by["area:west/health"] == pytest.approx(4 / 3)
    assert by["area:east/health"] == pytest.approx(0.5)
    assert by["area:east/manufacturing"] == pytest.approx(2.5)
    assert by["area:west/services"] is None  # the plan has none, so there is no quotient
    assert (found.value, found.definition["strongest_area"]) == (pytest.approx(4 / 3), "west")


def test_an_industry_belongs_to_the_core_of_the_area_that_holds_most_of_it() -> None:
    # The east's core stands 1,050 m from the middle of the east's parcel.
    found = one(town(WEST, EAST), "industry_near_cores")
    assert found.definition["core_of_sector"] == {"health": "cw", "manufacturing": "ce", "digital": "cw"}
    assert parts(found) == {
        "health": pytest.approx(0.8), "manufacturing": 0.0, "digital": 1.0, "services": None
    }  # fmt: skip
    assert found.value == pytest.approx(0.6)  # 4,000 of health and 2,000 of digital, of 10,000 m2
    assert one(town(WEST, EAST), "industry_near_cores", core_sector_m=1050).value == pytest.approx(0.9)


@pytest.mark.parametrize(
    "name",
    [
        "industry_floor_area",
        "industry_jobs",
        "industry_focus_rank",
        "industry_location_quotient",
        "industry_near_cores",
    ],
)
def test_a_share_left_empty_beside_another_makes_the_mix_unknown(name: str) -> None:
    found = one(town(WEST, works(2000, 4000, 0.25, None, 0.75, 0)), name)
    assert found.value is None
    assert lines(found.missing) == ("parcels.industry_manufacturing_share of P-2",)


def test_jobs_stand_beside_each_area() -> None:
    found = one(town(WEST, EAST), "jobs", floor_area_per_job_m2={"1001": 80})
    assert parts(found) == {"stated": 100, "reckoned": 50, "area:west": 100, "area:east": 50}
