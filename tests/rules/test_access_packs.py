"""Rules on access, on towns whose distances can be reckoned: at the limit, beyond it, round a barrier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shapely
from tests.support.squares import home, park, plan_of, square

from blockplan.check import check
from blockplan.measure.missing import lines
from blockplan.plan import read

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan

TODAY = "2026-06-30"


def verdict(plan: Plan, rule: str, pack: str) -> Verdict:
    """The verdict of one rule on the whole plan."""
    return next(one for one in check(plan, [pack], TODAY).verdicts if one.rule == rule)


def outcome(plan: Plan, rule: str, pack: str) -> str:
    return verdict(plan, rule, pack).outcome


def figure(plan: Plan, id_: str, pack: str) -> Measurement:
    """A figure that a pack reports and does not judge."""
    return next(one for one in check(plan, [pack], TODAY).reported if one.id == id_)


def street(*spots: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"geometry": shapely.LineString(spots), **more}


def at(east: float, **more: Any) -> dict[str, Any]:
    return {"geometry": shapely.Point(east, 50), **more}


@pytest.mark.parametrize(
    ("pack", "rule", "metres", "side"),
    [
        ("green-access", "who-green", 300, 100),
        ("green-access", "k330300-dist", 300, 10),
        ("green-access", "angst-2", 300, 150),
        ("green-access", "angst-20", 2000, 450),
        ("green-access", "ags-doorstep", 200, 75),
        ("green-access", "ags-local", 300, 150),
        ("green-access", "ags-neighbourhood", 1000, 320),
    ],
)
def test_green_of_the_size_is_reached_at_the_limit_and_not_beyond(
    pack: str, rule: str, metres: float, side: float
) -> None:
    def town(away: float) -> Plan:
        # A home's point lies 50 m from where the home begins, at the height of the park's middle.
        green = {"land_use": "1401", "geometry": square(0, 50 - side / 2, side)}
        return plan_of(parcels=[green, home(side + away - 50, 100)])

    assert outcome(town(metres), rule, pack) == "pass"
    assert outcome(town(metres + 0.01), rule, pack) == "fail"


@pytest.mark.parametrize(
    ("pack", "rule", "side", "expected"),
    [
        ("green-access", "who-green", 70, "fail"),  # 0.49 ha
        ("green-access", "who-green", 71, "pass"),
        ("green-access", "angst-2", 141, "fail"),  # 1.99 ha
        ("green-access", "angst-2", 142, "pass"),
    ],
)
def test_a_green_below_or_above_its_size_does_not_count(
    pack: str, rule: str, side: float, expected: str
) -> None:
    green = {"land_use": "1401", "geometry": square(0, 0, side)}
    assert outcome(plan_of(parcels=[green, home(side, 100)]), rule, pack) == expected


@pytest.mark.parametrize(
    ("side", "metres"), [(250, 1000), (224, 1000), (223, 500), (100, 500), (99, 300), (64, 300)]
)
def test_a_park_has_the_radius_of_its_size_and_the_share_within_it_is_reported(
    side: float, metres: float
) -> None:
    def town(away: float) -> Plan:
        green = {"land_use": "1401", "geometry": square(0, 50 - side / 2, side)}
        return plan_of(parcels=[green, home(side + away - 50, 100)])

    assert figure(town(metres), "gbt51346-radius", "gbt51346").value == 1
    assert figure(town(metres + 0.01), "gbt51346-radius", "gbt51346").value == 0


def test_a_park_below_the_smallest_size_has_no_radius() -> None:
    green = {"land_use": "1401", "geometry": square(0, 0, 63)}
    assert figure(plan_of(parcels=[green, home(63, 100)]), "gbt51346-radius", "gbt51346").value == 0


def test_a_private_green_helps_nobody() -> None:
    garden = {"kind": "park", "access": "private", "geometry": square(100, 0)}
    found = verdict(plan_of(parcels=[home(0, 10)], greens=[garden]), "who-green", "green-access")
    assert (found.outcome, found.measured, found.affected_residents) == ("fail", 0, 10)


def test_a_half_mile_is_walked_round_a_barrier() -> None:
    # 804.67 m from the home's point to the park's edge along the street.
    def town(east: float, *more: dict[str, Any]) -> Plan:
        ways = [street((0, 50), (1100, 50)), *more]
        return plan_of(parcels=[park(0), home(east - 50, 100)], streets=ways)

    assert outcome(town(100 + 804.67), "tpl-10", "green-access") == "pass"
    assert outcome(town(100 + 804.7), "tpl-10", "green-access") == "fail"
    wall = street((300, -100), (300, 200), barrier="wall", walk=False)
    found = verdict(town(500, wall), "tpl-10", "green-access")
    assert (found.outcome, found.measured) == ("fail", 0)
    assert {one.id: one.share for one in found.readings}["line_edge"] == 1


def test_nine_of_ten_dwellings_are_enough_for_civic_space() -> None:
    def town(far: int) -> Plan:
        near, beyond = home(100, 1, dwellings=100 - far), home(2000, 1, dwellings=far)
        return plan_of(parcels=[park(0), near, beyond], streets=[street((0, 50), (3000, 50))])

    assert outcome(town(10), "leed-civic", "green-access") == "pass"
    assert outcome(town(11), "leed-civic", "green-access") == "fail"
    assert outcome(town(5), "bess-open", "green-access") == "pass"
    assert outcome(town(6), "bess-open", "green-access") == "fail"


def test_more_than_four_fifths_of_the_residential_land_and_not_just_that() -> None:
    # Parcels of 1 ha; the park of 1 ha reaches 500 m.
    rows = [{"land_use": "0701", "residents": 10, "geometry": square(100 * at, 0)} for at in range(1, 6)]
    rows[-1]["geometry"] = square(2000, 0)
    assert verdict(plan_of(parcels=[park(0), *rows]), "gb55014-cover", "gb55014").measured == 0.8
    assert outcome(plan_of(parcels=[park(0), *rows]), "gb55014-cover", "gb55014") == "fail"
    more = [*rows, {"land_use": "0702", "geometry": square(0, 100)}]
    assert outcome(plan_of(parcels=[park(0), *more]), "gb55014-cover", "gb55014") == "pass"


def test_land_that_is_half_in_reach_of_a_park_counts_half() -> None:
    # The park's edge is at 100, so the first 500 m of the parcel are within reach.
    def town(length: float) -> Plan:
        land = {"land_use": "0701", "residents": 10, "geometry": square(100, 0, length, 100)}
        return plan_of(parcels=[park(0), land])

    assert outcome(town(526), "bj-mp-parkaccess", "bj") == "pass"
    assert outcome(town(527), "bj-mp-parkaccess", "bj") == "fail"
    assert verdict(town(1000), "bj-mp-parkaccess", "bj").measured == pytest.approx(0.5, abs=1e-4)


def test_each_class_of_park_has_to_exceed_three_square_metres() -> None:
    # 10 ha and 1 ha of park: 3 m2 each for 33,333.3 and 3,333.3 residents.
    def town(people: float) -> Plan:
        large = {"land_use": "1401", "geometry": square(1000, 0, 1000, 100)}
        return plan_of(parcels=[large, park(0), home(400, people)])

    assert outcome(town(10_000), "gb55014-type", "gb55014") == "pass"
    assert outcome(town(33_334), "gb55014-type", "gb55014") == "fail"
    assert outcome(town(3_333), "gb55014-type-community", "gb55014") == "pass"
    assert outcome(town(3_334), "gb55014-type-community", "gb55014") == "fail"
    assert outcome(town(13_750), "gb55014-park", "gb55014") == "fail"  # 8.0 m2 exactly
    assert outcome(town(13_749), "gb55014-park", "gb55014") == "pass"


#: Rule -> service, radius in metres, what makes a facility the one that is meant, and what makes it none.
RADII: dict[str, tuple[str, float, dict[str, Any], list[dict[str, Any]]]] = {
    "junior-secondary": ("secondary_school", 1000, {"level": "junior"}, [{"level": "senior"}]),
    "primary": ("nine_year_school", 500, {}, []),
    "health-centre": ("clinic", 1000, {"floor_area_m2": 1700}, [{"floor_area_m2": 1699}]),
    "culture-centre": ("culture", 1000, {"floor_area_m2": 3000}, [{"floor_area_m2": 2999}]),
    "sports-large": ("sport", 1000, {"site_area_m2": 3150}, [{"site_area_m2": 3149}]),
    "sports-medium": ("sport", 500, {"site_area_m2": 1310}, [{"site_area_m2": 1309}, {"site_area_m2": 2461}]),
    "market": ("market", 500, {}, []),
    "culture-room": (
        "culture",
        500,
        {"floor_area_m2": 250},
        [{"floor_area_m2": 249}, {"floor_area_m2": 1201}],
    ),
    "court-small": ("sport", 300, {"site_area_m2": 770}, [{"site_area_m2": 769}, {"site_area_m2": 1311}]),
    "fitness": ("sport", 300, {"site_area_m2": 150}, [{"site_area_m2": 149}, {"site_area_m2": 751}]),
    "kindergarten": ("kindergarten", 300, {}, []),
    "daycare": ("day_care", 300, {}, []),
    "health-station": (
        "clinic",
        300,
        {"floor_area_m2": 120},
        [{"floor_area_m2": 119}, {"floor_area_m2": 271}],
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("rule", RADII)
def test_a_service_radius_ends_where_it_says(rule: str) -> None:
    service, metres, meant, others = RADII[rule]

    def judged(away: float, **more: Any) -> str:
        facilities = [at(50 + away, service=service, **more)]
        plan = plan_of(parcels=[home(0, 100)], facilities=facilities)
        return outcome(plan, f"gb50180-f-{rule}", "gb50180")

    assert judged(metres, **meant) == "pass"
    assert judged(metres + 0.01, **meant) == "fail"
    assert [judged(0, **other) for other in others] == ["fail"] * len(others)
    # A facility that does not say what it is could be the one that is meant.
    assert judged(0, **dict.fromkeys(meant)) == ("unknown" if meant else "pass")


@pytest.mark.long
@pytest.mark.parametrize(
    ("rule", "service", "size", "low", "high"),
    [
        ("nursing-home", "nursing_home", "floor_area_m2", 7000, 17500),
        ("nursing-home-land", "nursing_home", "site_area_m2", 3500, 22000),
        ("nursing-home-beds", "nursing_home", "beds", 200, 500),
        ("kindergarten-floor", "kindergarten", "floor_area_m2", 3150, 4550),
        ("kindergarten-land", "kindergarten", "site_area_m2", 5240, 7580),
        ("daycare-floor", "day_care", "floor_area_m2", 350, 750),
    ],
)
def test_each_facility_has_the_size_that_the_annex_gives(
    rule: str, service: str, size: str, low: float, high: float
) -> None:
    for amount, expected in (
        (low - 1, "fail"),
        (low, "pass"),
        (high, "pass"),
        (high + 1, "fail"),
        (None, "unknown"),
    ):
        # A nursing home without a number of beds is a fault that would put the verdict in doubt.
        facility = at(50, service=service, **{"beds": 300, size: amount})
        plan = plan_of(parcels=[home(0, 100)], facilities=[facility])
        assert outcome(plan, f"gb50180-f-{rule}", "gb50180") == expected, amount


def test_stops_have_their_radius_too() -> None:
    for rule, modes, metres in (("rail", "subway", 800), ("bus", "bus", 500)):
        for away, expected in ((metres, "pass"), (metres + 0.01, "fail")):
            plan = plan_of(parcels=[home(0, 100)], stops=[at(50 + away, modes=modes)])
            assert outcome(plan, f"gb50180-f-{rule}", "gb50180") == expected


def test_half_the_people_and_jobs_within_300_m_of_a_bus() -> None:
    def town(jobs: float) -> Plan:
        office = {"land_use": "0902", "jobs": jobs, "geometry": square(3000, 0)}
        return plan_of(parcels=[home(0, 100), office], stops=[at(350, modes="bus")])

    assert outcome(town(100), "gbt51328-bus300", "gbt51328") == "pass"
    assert outcome(town(101), "gbt51328-bus300", "gbt51328") == "fail"
    assert outcome(town(11), "gbt51328-bus500", "gbt51328") == "pass"
    assert outcome(town(12), "gbt51328-bus500", "gbt51328") == "fail"


def test_public_transport_is_walked_to_and_either_kind_will_do() -> None:
    ways = [street((0, 50), (3000, 50))]

    def town(modes: str, away: float) -> Plan:
        stops = [at(50 + away, modes=modes)]
        return plan_of(parcels=[home(0, 100, dwellings=40)], streets=ways, stops=stops)

    for modes, metres in (("tram", 400), ("rail", 800)):
        assert outcome(town(modes, metres), "leed-transit", "tod") == "pass"
        assert outcome(town(modes, metres + 0.1), "leed-transit", "tod") == "fail"
    for modes, metres in (("bus", 500), ("subway", 1000)):
        assert figure(town(modes, metres), "sdg1121", "sdg11").value == 1
        assert figure(town(modes, metres + 0.1), "sdg1121", "sdg11").value == 0


def test_without_the_layer_a_verdict_is_unknown_and_says_which() -> None:
    plan = plan_of(parcels=[home(0, 100, dwellings=40), park(100)])
    for rule, pack, layer in (
        ("leed-transit", "tod", "stops"),
        ("tpl-10", "green-access", "streets"),
        ("k330300-view", "green-access", "trees"),
        ("k330300-canopy", "green-access", "canopy"),
        ("gb50180-f-market", "gb50180", "facilities"),
        ("sh-15min", "living-circle", "facilities"),
    ):
        found = verdict(plan, rule, pack)
        assert found.outcome == "unknown", rule
        assert any(f"{layer}: layer absent" in line for line in lines(found.missing)), (
            rule,
            lines(found.missing),
        )


def test_trees_are_counted_at_every_home() -> None:
    trees = [{"geometry": shapely.Point(50 + step, 90)} for step in range(3)]
    plan = plan_of(parcels=[home(0, 100)], trees=trees)
    assert outcome(plan, "k330300-view", "green-access") == "pass"
    two = plan_of(parcels=[home(0, 100)], trees=trees[:2])
    found = verdict(two, "k330300-view", "green-access")
    assert (found.outcome, found.measured, found.affected_residents) == ("fail", 2, 100)
    canopy = [{"geometry": square(0, 0, 30, 100)}]
    plan = plan_of(boundary=[{"geometry": square(0, 0)}], parcels=[home(0, 100)], canopy=canopy)
    assert outcome(plan, "k330300-canopy", "green-access") == "pass"


@pytest.mark.long
def test_the_reference_plan_reaches_what_its_table_of_supplies_says(repo: Path) -> None:
    plan = read(repo / "examples" / "demonstration-zone")
    packs = ["green-access", "gb55014", "tod", "gbt51346", "iso37120", "sdg11", "bj", "blocksnet"]
    found = check(plan, packs, TODAY)
    said = {one.rule: one for one in found.verdicts}
    shown = {one.id: one.value for one in found.reported}
    # 106.5 ha of parks for 50,000 residents; 68.5 ha in three parks of 20 ha and more; 500 nursing beds.
    assert said["ags-capacity"].measured == pytest.approx(2.13, abs=0.001)
    assert said["gb55014-park"].measured == pytest.approx(21.3, abs=0.01)
    assert said["gb55014-type"].measured == pytest.approx(13.7, abs=0.01)
    assert said["blocksnet-nursing-home"].measured == pytest.approx(10)
    assert said["bj-mp-parkaccess"].outcome == "pass"
    # No park is between 5 and 20 ha, and none of 100 ha is drawn.
    assert said["angst-100"].outcome == "unknown"
    # 112 ha of parks and squares, and 198 ha of streets.
    assert shown["iso37120-rec"] == pytest.approx(22.4, abs=0.01)
    built = 950 - 24.5 - 66 - 73.4
    assert shown["sdg1171"] == pytest.approx((112 + 198) / built, abs=0.001)
