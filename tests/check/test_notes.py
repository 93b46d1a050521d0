"""What would put a failed rule right, in things that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from blockplan.check.instruments import House
from blockplan.check.notes import remedy_for
from blockplan.check.packs import load
from blockplan.check.verdict import Remedy, Required
from blockplan.measure.measurement import Measurement, Place

if TYPE_CHECKING:
    from blockplan.check.rules import Rule

RULES = {rule.id: rule for pack in load(["all"], House().measures()) for rule in pack.rules}


def asked(rule: str, op: str, value: object, measurement: Measurement, people: float = 1000.0) -> Remedy:
    found = remedy_for(RULES[rule], Required(op, value), measurement, people, {})  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_share_of_sports_grounds_asks_for_square_metres_of_them() -> None:
    definition = {"land_ha": 0.6, "of_ha": 10.0}
    share = Measurement("park_sport_share", 0.06, "1", definition, supply=6_000.0)
    remedy = asked("gb50180-park-sport", "between", (0.1, 0.15), share)
    assert (remedy.amount, remedy.unit) == (4_000, "m2")
    assert remedy.text["en"] == "4,000 m² more sports grounds in parks."
    none = Measurement("park_sport_share", 0.0, "1", {"land_ha": 0.0, "of_ha": 10.0}, supply=0.0)
    assert asked("gb50180-park-sport", "between", (0.1, 0.15), none).amount == 10_000


def test_parking_for_floor_area_asks_for_whole_spaces() -> None:
    found = Measurement("parking_per_floor", 0.3, "space", {"floor_area_m2": 5_000.0}, supply=15.0)
    remedy = asked("gb50180-parking-shopping", ">=", 0.45, found)
    assert (remedy.amount, remedy.unit) == (8, "space")  # 22.5 are needed, and 15 are there
    assert remedy.text["en"] == "8 more parking spaces."


def test_facilities_outside_a_range_are_counted() -> None:
    places = (Place("facilities", "F-1", 0.0, 0.0, 900.0),)
    found = Measurement("facilities_in_range", 0.5, "1", {"facilities": 2}, places=places)
    remedy = asked("gb50180-f-daycare-floor", ">=", 1.0, found)
    assert (remedy.amount, remedy.unit) == (1, "facility")
    assert remedy.text["en"] == "Bring 1 facility into the range."


@pytest.mark.parametrize(
    ("rule", "unit", "value", "op", "limit", "said"),
    [
        ("gb50180-tier5-pop", "person", 4_999.2, "between", (5_000, 12_000), "1 more resident."),
        ("gb50180-tier5-dw", "dwelling", 1_000.0, "between", (1_500, 4_000), "500 more dwellings."),
        ("k330300-view", "tree", 2.0, ">=", 3.0, "1 more tree in view."),
        ("gb50180-park15-area", "ha", 4.991, ">=", 5.0, "Enlarge the largest park by 0.01 ha."),
        ("gb50180-roads", "km/km2", 7.6, ">=", 8.0, "0.4 km/km² more streets."),
    ],
)
def test_what_is_counted_is_asked_for_in_whole_ones(
    rule: str, unit: str, value: float, op: str, limit: object, said: str
) -> None:
    found = Measurement(RULES[rule].measure, value, unit)
    assert asked(rule, op, limit, found).text["en"] == said


def test_a_ratio_is_no_percentage_and_a_share_may_have_to_fall() -> None:
    rule = _named(RULES["gb50180-height"], "floor_area_ratio")
    high = Measurement("floor_area_ratio", 2.6, "1")
    remedy = remedy_for(rule, Required("<=", 2.5), high, None, {})
    assert remedy is not None
    assert remedy.text["en"] == "the tallest housing: it has to fall by 0.1."
    assert remedy.text["ja"].endswith("をあと 10 ポイントだけ下げる。")
    share = Measurement("stop_access", 0.6, "1")
    remedy = remedy_for(rule, Required("<=", 0.5), share, None, {})
    assert remedy is not None
    assert remedy.text["en"] == "the tallest housing: the share has to fall by 10 percentage points."


def test_no_remedy_asks_for_nothing() -> None:
    beds = Measurement("nursing_beds_per_1000", 9.49999998, "bed", supply=9.49999998, per=1000)
    assert asked("zone-beds", ">=", 9.5, beds).amount == 1


def _named(rule: Rule, measure: str) -> Rule:
    return rule.model_copy(update={"measure": measure, "unit": "1"})


def test_green_of_a_street_block_asks_for_the_green_of_all_who_live_there() -> None:
    none = Measurement("block_green_per_resident", 0.0, "m2", supply=0.0)
    remedy = asked("gb50180-blkgreen", ">=", 0.5, none, 300)
    assert (remedy.amount, remedy.text["en"]) == (150, "150 m² more concentrated green.")
