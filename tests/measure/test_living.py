"""Mix of uses, jobs and dwellings, parking, blocks."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import home, one, park, plan_of, square

from blockplan.measure.missing import lines


def built(east: float, use: str, floor: float | None, **more: object) -> dict:
    return {"land_use": use, "floor_area_m2": floor, "geometry": square(east, 0), **more}


def test_the_mix_is_none_for_one_use_and_whole_for_all_alike() -> None:
    alike = [built(100 * at, use, 500) for at, use in enumerate(("0701", "0802", "0902", "1001", "1101"))]
    alike[0]["residents"] = 1
    assert one(plan_of(parcels=alike), "land_use_mix").value == pytest.approx(1)
    assert one(plan_of(parcels=[built(0, "0902", 500)]), "land_use_mix").value == 0
    two = plan_of(parcels=[built(0, "0902", 300), built(100, "1001", 100)])
    wanted = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(5)
    assert one(two, "land_use_mix").value == pytest.approx(wanted)
    assert one(two, "land_use_mix", mix_codes=["09", "10"]).value == pytest.approx(
        wanted * math.log(5) / math.log(2)
    )
    assert lines(one(two, "land_use_mix", mix_codes=["09"]).missing) == (
        "parameter mix_codes: at least two classes",
    )


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3).filter(any))
def test_the_mix_lies_between_none_and_whole(floors: list[int]) -> None:
    uses = zip(("0802", "0902", "1001"), floors, strict=True)
    plan = plan_of(parcels=[built(100 * at, use, floor) for at, (use, floor) in enumerate(uses)])
    assert 0 <= one(plan, "land_use_mix").value <= 1


def test_jobs_people_and_floor_are_counted_for_each_dwelling() -> None:
    plan = plan_of(
        parcels=[
            home(0, 230, dwellings=100, floor_area_m2=9000),
            built(100, "1001", 7500, jobs=150),
            park(200),
        ]
    )
    assert one(plan, "jobs_housing").value == 1.5
    assert one(plan, "dwelling_size").value == 90
    assert one(plan, "persons_per_dwelling").value == 2.3


def test_housing_without_dwellings_is_unknown_and_none_at_all_is_not_divided_by() -> None:
    plan = plan_of(parcels=[home(0, 230, floor_area_m2=9000)])
    for name in ("jobs_housing", "dwelling_size", "persons_per_dwelling"):
        assert lines(one(plan, name).missing) == ("parcels.dwellings of P-1",), name
    assert one(plan_of(parcels=[built(0, "1001", 1, jobs=1)]), "jobs_housing").value is None


@pytest.mark.parametrize(("spaces", "value"), [(45, 0.45), (44, 0.44), (60, 0.6)])
def test_parking_is_counted_for_every_hundred_square_metres(spaces: float, value: float) -> None:
    plan = plan_of(parcels=[built(0, "090101", 10_000, parking_spaces=spaces), built(100, "0902", 1)])
    assert one(plan, "parking_per_floor", parking_codes=["090101"]).value == pytest.approx(value)


def test_parking_of_a_service_is_that_of_the_parcel_it_stands_on() -> None:
    market = {"service": "market", "parcel_id": "P-1", "geometry": square(0, 0, 10).centroid}
    plan = plan_of(parcels=[built(0, "0702", 1000, parking_spaces=3)], facilities=[market])
    assert one(plan, "parking_per_floor", services=["market"]).value == pytest.approx(0.3)
    assert one(plan, "parking_per_floor", services=["clinic"]).value is None
    bare = plan_of(parcels=[built(0, "0702", 1000)], facilities=[market])
    assert lines(one(bare, "parking_per_floor", services=["market"]).missing) == (
        "parcels.parking_spaces of P-1",
    )


def test_a_coarse_code_could_be_a_shop() -> None:
    plan = plan_of(parcels=[built(0, "09", 1000, parking_spaces=3)])
    (missing,) = lines(one(plan, "parking_per_floor", parking_codes=["090101"]).missing)
    assert missing == "parcels.land_use in more detail (for 090101) of P-1"


def test_blocks_have_their_drawn_size() -> None:
    plan = plan_of(blocks=[{"geometry": square(0, 0, 1000)}, {"geometry": square(1000, 0, 2000, 1500)}])
    found = one(plan, "block_size")
    assert [(part.scope, part.value) for part in found.by] == [("block:B-1", 1), ("block:B-2", 3)]
    assert found.value == 2
    nowhere = one(plan_of(blocks=[{"geometry": None}]), "block_size")
    assert (nowhere.by[0].value, lines(nowhere.missing)) == (None, ("blocks.geometry of B-1",))


def test_subblocks_of_the_size_asked_for_have_their_residents() -> None:
    plan = plan_of(
        parcels=[home(0, 900), home(100, 200), home(500, 50)],
        subblocks=[{"geometry": square(0, 0, 200)}, {"geometry": square(400, 0, 300)}],
    )
    asked = {"subblock_smallest_ha": 2, "subblock_largest_ha": 4}
    found = one(plan, "subblock_residents", **asked)
    assert [(part.scope, part.value) for part in found.by] == [("subblock:S-1", 1100)]
    assert len(one(plan, "subblock_residents").by) == 2
    assert lines(
        one(plan, "subblock_residents", subblock_smallest_ha=20, subblock_largest_ha=40).missing
    ) == ("subblocks: none of 20 to 40 ha",)
