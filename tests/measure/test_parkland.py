"""Green of a size for the residents."""

from __future__ import annotations

from tests.measure.conftest import home, one, park, plan_of, square

from blockplan.measure.missing import lines


def test_each_size_of_green_is_an_amount_of_its_own() -> None:
    # Parks of 9 ha, 1 ha and 0.25 ha; 1,000 residents.
    plan = plan_of(parcels=[park(0, 300), park(400), park(600, 50), home(800, 1000)])
    assert one(plan, "sized_green_per_resident").value == 102.5
    assert one(plan, "sized_green_per_resident", smallest_green_ha=1).value == 100
    assert one(plan, "sized_green_per_resident", smallest_green_ha=1, largest_green_ha=9).value == 10
    assert one(plan, "green_ha_per_1000").value == 10.25
    found = one(plan, "green_ha_per_100000", smallest_green_ha=9)
    assert (found.value, found.supply, found.per) == (900, 9, 100_000)


def test_kinds_narrow_the_greens_and_no_code_leaves_parcels_out() -> None:
    reserve = {"kind": "nature_reserve", "geometry": square(0, 200, 200)}
    plan = plan_of(parcels=[park(0), home(200, 1000)], greens=[reserve])
    found = one(plan, "green_ha_per_1000", green_codes=[], green_kinds=["nature_reserve"])
    assert (found.value, found.counted["greens"]) == (4, ("G-1",))
    unsaid = one(plan_of(parcels=[park(0), home(200, 1000)]), "green_ha_per_1000", green_codes=[])
    assert (unsaid.value, lines(unsaid.missing)) == (None, ("greens: layer absent",))


def test_nobody_to_divide_by_is_unknown_with_the_supply_beside() -> None:
    found = one(plan_of(parcels=[park(0)]), "green_ha_per_1000")
    assert (found.value, found.supply) == (None, 1)
