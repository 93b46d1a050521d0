"""A service that imported data do not hold is unknown, and no failure with zero beds."""

from __future__ import annotations

import pytest
from tests.support.squares import home, one, plan_of, square

from blockplan.check import check
from blockplan.measure.missing import lines

SAID = "facilities: the data hold none of nursing_home, and nothing says that they hold all there are"
OSM = {"format": "osm", "source": "town.osm.pbf"}


def town(imported: dict | None, service: str = "clinic"):
    return plan_of(
        boundary=[{"geometry": square(0, 0)}],
        parcels=[home(0, 1000)],
        facilities=[{"service": service, "beds": 10, "geometry": square(0, 0, 10)}],
        greens=[{"kind": "park", "geometry": square(0, 0, 10)}],
        manifest={} if imported is None else {"imported": imported},
    )


def test_beds_that_an_openstreetmap_extract_does_not_hold_are_unknown() -> None:
    found = one(town(OSM), "nursing_beds_per_1000")
    assert (found.value, found.supply, lines(found.missing)) == (None, None, (SAID,))
    assert found.ends == (0, float("inf"))


def test_access_to_a_service_that_the_data_do_not_hold_is_unknown() -> None:
    found = one(town(OSM), "service_access", services=("nursing_home",), access_limit_m=500)
    assert (found.value, lines(found.missing), found.ends) == (None, (SAID,), (0, 1))
    found = one(town(OSM, "nursing_home"), "service_access", services=("nursing_home",), access_limit_m=500)
    assert found.value == 1


@pytest.mark.parametrize("imported", [None, {"format": "layers"}, {**OSM, "complete": True}])
def test_a_plan_that_draws_its_facilities_has_none_of_a_service_that_it_does_not_draw(imported) -> None:
    plan = town(imported)
    assert one(plan, "nursing_beds_per_1000").value == 0
    assert one(plan, "service_access", services=("nursing_home",), access_limit_m=500).value == 0


def test_any_plan_may_say_that_its_facilities_are_not_complete() -> None:
    assert lines(one(town({"complete": False}), "nursing_beds_per_1000").missing) == (SAID,)


def test_a_kind_of_green_that_the_data_do_not_hold_is_unknown_and_bounds_no_population() -> None:
    reserves = {"green_codes": (), "green_kinds": ("nature_reserve",), "smallest_green_ha": 0}
    found = one(town(OSM), "green_ha_per_1000", **reserves)
    said = "greens: the data hold none of this kind, and nothing says that they hold all there are"
    assert (found.value, found.supply, lines(found.missing)) == (None, None, (said,))
    assert check(town(OSM), ["green-access"]).capacity.by_rule["angst-lnr"] is None
    assert one(town(None), "green_ha_per_1000", **reserves).value == 0


def test_what_the_data_hold_of_a_service_counts() -> None:
    assert one(town(OSM, "nursing_home"), "nursing_beds_per_1000").value == 10
