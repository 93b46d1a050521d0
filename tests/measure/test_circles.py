"""Living circles: who and what lies in each, and that nothing of a tier is known where none is drawn."""

from __future__ import annotations

import pytest
import shapely
from tests.support.squares import home, one, park, plan_of, square

from blockplan.check import check
from blockplan.errors import UsageError
from blockplan.measure.missing import lines

#: A park of 6 ha and 80 m or more across, one as large and narrow, one of 1 ha, one of 0.4 ha.
WIDE = {"land_use": "1401", "geometry": square(0, 1000, 750, 80)}
NARROW = {"land_use": "1401", "geometry": square(0, 2000, 1000, 60)}
SQUARE = {"land_use": "1401", "geometry": square(0, 3000, 100)}
POCKET = {"land_use": "1401", "geometry": square(0, 4000, 80, 50)}
#: Smallest size (ha) and narrowest width (m) of the tier, and of the next higher one.
TIERS = {
    "15": {"park_smallest_ha": 5, "park_narrowest_m": 80},
    "10": {"park_smallest_ha": 1, "park_narrowest_m": 50, "higher_smallest_ha": 5, "higher_narrowest_m": 80},
    "5": {"park_smallest_ha": 0.4, "park_narrowest_m": 30, "higher_smallest_ha": 1, "higher_narrowest_m": 50},
}


def circle(shape: shapely.Polygon, tier: str | None = "15") -> dict:
    return {"tier": tier, "geometry": shape}


def wide_circles(*tiers: str) -> list[dict]:
    """One circle of each tier (of all three where none is named) that holds the whole town."""
    return [circle(square(-9000, -9000, 20_000), tier) for tier in tiers or TIERS]


def green(plan: object, tier: str) -> object:
    return one(plan, "circle_green_per_resident", tier=tier, **TIERS[tier])


def test_a_park_counts_for_the_highest_tier_only_whose_size_and_width_it_reaches() -> None:
    plan = plan_of(parcels=[home(0, 1000), WIDE, NARROW, SQUARE, POCKET], circles=wide_circles())
    found = {tier: green(plan, tier) for tier in TIERS}
    assert {tier: one_tier.definition["parks"] for tier, one_tier in found.items()} == {
        "15": ["P-2"],
        "10": ["P-3", "P-4"],
        "5": ["P-5"],
    }
    assert {tier: one_tier.value for tier, one_tier in found.items()} == {"15": 60, "10": 70, "5": 4}


@pytest.mark.parametrize(
    ("width", "tier"), [(80.0, "15"), (79.9, "10"), (50.0, "10"), (49.9, "5"), (29.9, None)]
)
def test_the_width_decides_the_tier_at_and_below_each_limit(width: float, tier: str | None) -> None:
    strip = {"land_use": "1401", "geometry": square(0, 1000, 60_000 / width, width)}
    plan = plan_of(parcels=[home(0, 1000), strip], circles=wide_circles())
    assert [name for name in TIERS if green(plan, name).value > 0] == ([tier] if tier else [])


def test_without_circles_nothing_of_a_tier_is_known_and_the_whole_plan_stands_beside_it() -> None:
    found = green(plan_of(parcels=[home(0, 1000), WIDE]), "15")
    assert (found.value, found.by, lines(found.missing)) == (None, (), ("circles: layer absent",))
    assert found.definition["whole_plan"] == 60
    size = one(plan_of(parcels=[home(0, 1000), WIDE], circles=[]), "circle_park_size", tier="15")
    assert (size.value, lines(size.missing), size.definition["whole_plan"]) == (
        None,
        ("circles: none of 15 minutes",),
        6,
    )


def test_a_circle_without_a_park_has_a_largest_one_of_nothing_and_no_width() -> None:
    plan = plan_of(parcels=[home(0, 1000), WIDE], circles=[circle(square(-10, -10, 300))])
    assert one(plan, "circle_park_size", tier="15").value == 0
    width = one(plan, "park_width", tier="15", park_smallest_ha=5)
    assert (width.value, lines(width.missing)) == (0, ())


def test_each_circle_has_its_own_green_and_people() -> None:
    plan = plan_of(
        parcels=[home(0, 1000), home(5000, 500), WIDE],
        circles=[circle(square(-100, -100, 2000)), circle(square(4000, -100, 2000))],
    )
    found = green(plan, "15")
    assert [(part.scope, part.value, part.residents) for part in found.by] == [
        ("circle:C-1", 60, 1000),
        ("circle:C-2", 0, 500),
    ]
    assert found.value == 40


def test_a_verdict_of_a_circle_names_its_own_parks_and_not_those_of_all() -> None:
    plan = plan_of(
        parcels=[home(0, 1000), home(5000, 500), WIDE],
        circles=[circle(square(-100, -100, 2000)), circle(square(4000, -100, 2000))],
    )
    rules = {"gb50180-green15": (["P-3"], []), "gb50180-park15-area": ({"P-3": 6.0}, {})}
    verdicts = check(plan, ["gb50180"]).verdicts
    for rule, parks in rules.items():
        own = [one.definition["parks"] for one in verdicts if one.rule == rule]
        assert own == list(parks), rule


def test_circles_of_another_tier_do_not_count() -> None:
    plan = plan_of(parcels=[home(0, 1000), WIDE], circles=[circle(square(-100, -100, 2000), "5")])
    assert lines(green(plan, "15").missing) == ("circles: none of 15 minutes",)
    assert [part.scope for part in green(plan, "5").by] == ["circle:C-1"]


def test_a_circle_without_a_tier_could_be_the_one_asked_for() -> None:
    plan = plan_of(parcels=[home(0, 1000), WIDE], circles=[circle(square(0, 0, 2000), None)])
    assert (green(plan, "15").value, lines(green(plan, "15").missing)) == (None, ("circles.tier of C-1",))
    assert lines(one(plan, "circle_size", tier="15").missing) == ("circles.tier of C-1",)
    assert one(plan, "circle_park_size", tier="15").value is None


@pytest.mark.parametrize("name", ["circle_residents", "circle_dwellings", "circle_size", "circle_walk"])
def test_people_size_and_walk_of_a_circle_are_unknown_where_none_is_drawn(name: str) -> None:
    plan = plan_of(parcels=[home(0, 1000, dwellings=400)], streets=[])
    assert one(plan, name, tier="15").value is None
    assert "circles: layer absent" in lines(one(plan, name, tier="15").missing)
    assert lines(one(plan, name).missing)[0] == "parameter tier: 15, 10 or 5"
    drawn = plan_of(parcels=[home(0, 1000, dwellings=400)], circles=[], streets=[])
    assert lines(one(drawn, name, tier="10").missing) == ("circles: none of 10 minutes",)


def test_people_dwellings_and_size_of_a_circle() -> None:
    plan = plan_of(
        parcels=[home(0, 1000, dwellings=400), home(500, 70, dwellings=30)],
        circles=[circle(square(0, 0, 200)), circle(square(0, 0, 600))],
    )
    values = {
        name: [part.value for part in one(plan, name, tier="15").by]
        for name in ("circle_residents", "circle_dwellings", "circle_size")
    }
    assert values == {
        "circle_residents": [1000, 1070],
        "circle_dwellings": [400, 430],
        "circle_size": [4, 36],
    }
    assert one(plan, "circle_residents", tier="15").value == 1035


def test_a_home_without_residents_stated_makes_the_circle_unknown() -> None:
    plan = plan_of(parcels=[home(0, None)], circles=[circle(square(0, 0, 200))])
    found = one(plan, "circle_residents", tier="15")
    assert (found.by[0].value, lines(found.by[0].missing)) == (None, ("parcels.residents of P-1",))


def test_the_walk_goes_from_the_farthest_home_over_the_street_to_the_middle() -> None:
    # The street runs 10 m south of both homes' points; the middle of the circle is (500, 0).
    plan = plan_of(
        parcels=[home(0, 10, north=-40), home(300, 10, north=-40)],
        streets=[{"class": "local", "geometry": shapely.LineString([(0, 0), (1000, 0)])}],
        circles=[circle(square(0, -500, 1000))],
    )
    found = one(plan, "circle_walk", tier="15")
    assert found.value == pytest.approx(460, abs=0.02)
    assert found.by[0].residents == 20


def test_a_home_that_cannot_walk_to_the_middle_is_named() -> None:
    plan = plan_of(
        parcels=[home(0, 10), home(800, 10)],
        streets=[
            {"class": "local", "geometry": shapely.LineString([(0, 50), (100, 50)])},
            {"class": "local", "geometry": shapely.LineString([(500, 50), (1000, 50)])},
        ],
        circles=[circle(square(0, -450, 1000))],
    )
    found = one(plan, "circle_walk", tier="15")
    assert (found.value, lines(found.missing)) == (None, ("streets: no way on foot to the middle of P-1",))


def test_land_is_cut_at_the_edge_of_the_circle() -> None:
    plan = plan_of(parcels=[home(0, 10), park(100)], circles=[circle(square(50, 0, 100))])
    assert one(plan, "circle_land_share", tier="15", land_codes=["0701"]).by[0].value == pytest.approx(0.5)
    assert one(plan, "circle_land_share", tier="15", land_codes=["14"]).value == pytest.approx(0.5)
    assert lines(one(plan, "circle_land_share", tier="15").missing)[0].startswith("parameter land_codes")


def shop(east: float, floor: float | None = 5000, use: str = "0901") -> dict:
    return {"land_use": use, "floor_area_m2": floor, "geometry": square(east, 0)}


def test_facility_land_and_floor_are_counted_per_thousand_residents() -> None:
    plan = plan_of(parcels=[home(0, 2000), shop(100), shop(200, use="0803")], circles=wide_circles("15"))
    asked = {"tier": "15", "land_codes": ["09", "0803"]}
    assert one(plan, "circle_facility_land_per_1000", **asked).value == 10_000
    assert one(plan, "circle_facility_floor_per_1000", **asked).value == 5000


def hosted(parcel: str | None, service: str, **more: object) -> dict:
    return {"service": service, "parcel_id": parcel, "geometry": shapely.Point(5, 5), **more}


def land(plan: object, tier: str, own: list[str], higher: list[str] | None = None, **more: object) -> object:
    """Land for 1,000 people of the parcels that hold a facility of the tier, and none of a higher one."""
    asked = {"land_codes": ["09"], "tier_facilities": own, "higher_facilities": higher or [], **more}
    return one(plan, "circle_facility_land_per_1000", tier=tier, **asked)


def test_a_parcel_counts_for_the_highest_tier_of_its_facilities_and_once() -> None:
    plan = plan_of(
        parcels=[home(0, 1000), shop(100), shop(200), shop(300)],
        facilities=[hosted("P-2", "market"), hosted("P-3", "market"), hosted("P-3", "nursing_home")],
        circles=wide_circles("15", "10"),
    )
    # Nothing stands on P-4, so no tier has it.
    assert land(plan, "15", ["nursing_home"]).value == 10_000
    assert land(plan, "10", ["market"], ["nursing_home"]).value == 10_000
    assert land(plan, "10", ["market"]).value == 20_000


@pytest.mark.parametrize(
    ("floor", "of_centre", "of_station"), [(1700, 10_000, 0), (1699, 0, 10_000), (None, None, None)]
)
def test_a_clinic_is_a_centre_or_a_station_by_its_floor_area(
    floor: float | None, of_centre: float | None, of_station: float | None
) -> None:
    plan = plan_of(
        parcels=[home(0, 1000), shop(100)],
        facilities=[hosted("P-2", "clinic", floor_area_m2=floor)],
        circles=wide_circles("15", "5"),
    )
    centre = land(plan, "15", ["clinic:floor=1700-"])
    station = land(plan, "5", ["clinic:floor=-1699"], ["clinic:floor=1700-"])
    assert (centre.value, station.value) == (of_centre, of_station)
    if floor is None:
        assert lines(centre.missing) == ("facilities.floor_area_m2 of F-1",)


def test_a_facility_of_the_tier_without_its_parcel_could_stand_on_any() -> None:
    plan = plan_of(
        parcels=[home(0, 1000), shop(100)],
        facilities=[hosted(None, "market", geometry=None)],
        circles=wide_circles("10"),
    )
    assert lines(land(plan, "10", ["market"]).missing) == ("facilities.parcel_id of F-1",)
    assert land(plan, "10", ["nursing_home"]).value == 0


def test_a_plan_without_facilities_cannot_tell_the_land_of_a_tier() -> None:
    plan = plan_of(parcels=[home(0, 1000), shop(100)], circles=wide_circles("10"))
    assert lines(land(plan, "10", ["market"]).missing) == ("facilities: layer absent",)


def test_a_facility_of_a_tier_that_cannot_be_read_is_refused() -> None:
    plan = plan_of(parcels=[home(0, 1000)], facilities=[], circles=wide_circles("10"))
    with pytest.raises(UsageError, match="'clinic:beds=5' is no facility of a tier"):
        land(plan, "10", ["clinic:beds=5"])


def test_a_shop_without_floor_area_makes_the_floor_unknown_and_not_the_land() -> None:
    plan = plan_of(parcels=[home(0, 1000), shop(100, None)], circles=wide_circles("15"))
    asked = {"tier": "15", "land_codes": ["09"]}
    assert lines(one(plan, "circle_facility_floor_per_1000", **asked).missing) == (
        "parcels.floor_area_m2 of P-2",
    )
    assert one(plan, "circle_facility_land_per_1000", **asked).value == 10_000


def test_a_circle_where_nobody_lives_is_not_divided_by() -> None:
    plan = plan_of(
        parcels=[home(0, 1000), WIDE], circles=[circle(square(0, 900, 800)), circle(square(0, 0, 200))]
    )
    found = green(plan, "15")
    assert lines(found.by[0].missing) == ("residents: nobody lives in the circle",)
    assert [part.value for part in found.by] == [None, 0]


def test_what_was_read_holds_parks_circles_and_homes() -> None:
    house = {"parcel_id": "P-1", "residents": 1000, "geometry": square(0, 0, 20)}
    plan = plan_of(
        parcels=[home(0, 1000), WIDE], buildings=[house], circles=[circle(square(-100, -100, 2000))]
    )
    counted = green(plan, "15").counted
    assert {layer: set(names) for layer, names in counted.items() if names} == {
        "parcels": {"P-1", "P-2"},
        "buildings": {"B-1"},
        "circles": {"C-1"},
    }


def test_dwellings_and_floor_without_a_place_could_lie_in_any_circle() -> None:
    lost = {**home(0, 10, dwellings=5), "geometry": None}
    plan = plan_of(parcels=[home(0, 1000, dwellings=400), lost], circles=[circle(square(0, 0, 200))])
    assert lines(one(plan, "circle_dwellings", tier="15").missing) == ("parcels.geometry of P-2",)
    plan = plan_of(
        parcels=[home(0, 1000), {**shop(0), "geometry": None}], circles=[circle(square(0, 0, 200))]
    )
    found = one(plan, "circle_facility_floor_per_1000", tier="15", land_codes=["09"])
    assert (found.value, lines(found.by[0].missing)) == (None, ("parcels.geometry of P-2",))
