"""Residents gained and lost by parcel, places that begin or cease to fall short."""

import pytest
from tests.builders import X, Y, a_plan, parcels_of
from tests.compare.made import a_column, a_comparison, a_place, a_verdict

from blockplan.compare.side_by_side import residents_changes


def moved(before, after):
    return [(one.id, one.old, one.new, one.gain) for one in residents_changes("x", before, after)]


def test_parcels_that_gain_and_lose_residents_are_named():
    before = a_plan(parcels_of("0701", "0701", "0701", residents=[10, 20, 30]))
    after = a_plan(parcels_of("0701", "0701", "0701", residents=[10, 25, 18]))
    assert moved(before, after) == [("B", 20, 25, 5), ("C", 30, 18, -12)]


def test_a_number_that_is_unknown_on_one_side_is_not_called_a_gain():
    before = a_plan(parcels_of("0701", residents=[None]))
    after = a_plan(parcels_of("0701", residents=[7]))
    assert moved(before, after) == [("A", None, 7, None)]
    assert moved(before, before) == []


def test_a_parcel_that_a_plan_does_not_draw_has_nobody_there_and_says_so():
    before = a_plan(parcels_of("0701", residents=[10]))
    after = a_plan(parcels_of("0701", "0701", residents=[10, 5]))
    (one,) = residents_changes("x", before, after)
    assert one.to_dict() == {
        "column": "x",
        "layer": "parcels",
        "id": "B",
        "old": 0.0,
        "new": 5.0,
        "old_drawn": False,
        "new_drawn": True,
    }


def test_residents_that_come_from_floor_area_are_compared_as_such():
    keys = {"residents": {"source": "floor_area", "floor_area_per_person_m2": 40}}
    before = a_plan(parcels_of("0701", floor_area_m2=[400.0]), keys)
    after = a_plan(parcels_of("0701", floor_area_m2=[800.0]), keys)
    assert moved(before, after) == [("A", 10, 20, 10)]


def places(one, other):
    found = a_comparison(a_column("a", one), a_column("b", other))
    return [(row["id"], row["change"]) for row in found.to_dict()["places_changed"]]


def test_places_that_appear_and_vanish_are_told():
    one = a_verdict(outcome="fail", where=(a_place("A"), a_place("B")))
    other = a_verdict(outcome="fail", where=(a_place("B"), a_place("C")))
    assert places(one, other) == [("C", "appears"), ("A", "vanishes")]


def test_every_place_of_a_promise_that_is_kept_again_vanishes():
    assert places(a_verdict(outcome="fail", where=(a_place("A"),)), a_verdict()) == [("A", "vanishes")]


@pytest.mark.parametrize("outcome", ["unknown", "not_applicable"])
def test_an_outcome_that_says_nothing_lets_no_place_vanish(outcome):
    assert places(a_verdict(outcome="fail", where=(a_place("A"),)), a_verdict(outcome=outcome)) == []


def test_a_place_of_a_plan_in_another_crs_is_brought_into_the_first():
    parcels = parcels_of("1401", "0701", residents=[None, 12])
    here = a_plan(parcels)
    there = a_plan(manifest={"crs": "EPSG:4549"})
    there = there.replace(**{name: frame.to_crs("EPSG:4549") for name, frame in here.layers.items()})
    point = there.layer("parcels").geometry.loc["B"].representative_point()
    failing = a_verdict(outcome="fail", where=(a_place("B", point.x, point.y),))
    found = a_comparison(a_column("a", a_verdict(), plan=here), a_column("b", failing, plan=there))
    (row,) = found.to_dict()["places_changed"]
    assert (row["x"], row["y"]) == (pytest.approx(X + 150, abs=0.01), pytest.approx(Y + 50, abs=0.01))
