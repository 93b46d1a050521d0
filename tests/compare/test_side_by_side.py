from __future__ import annotations

import pytest
import shapely
from tests.support.builders import X, Y, a_plan, parcels_of
from tests.support.made_columns import a_column, a_comparison, a_place, a_verdict

from blockplan.compare import compare
from blockplan.compare.changes import changes
from blockplan.compare.side_by_side import residents_changes
from blockplan.compare.transition import transitions
from blockplan.errors import UsageError
from blockplan.plan import Difference, Plan, with_scenario, write


def moved(rows):
    """(code before, code after) -> hectares of the land that changes use."""
    return {(row.was and row.was.code, row.now and row.now.code): row.ha for row in rows if not row.stays}


def two_scenarios():
    parcels = parcels_of("1401", "0701", "16", residents=[None, 12, None])
    plan = a_plan(parcels, {"scenarios": {"a": "as drawn", "b": "homes"}, "packs": ["zone"]})
    homes = parcels.iloc[[2]].assign(land_use="0701", residents=30)
    return Plan(
        plan.manifest, plan.layers, differences={"a": Difference({}), "b": Difference({"parcels": homes})}
    )


def test_land_that_changes_use_is_counted_in_hectares():
    plan = two_scenarios()
    assert moved(transitions("b", plan, with_scenario(plan, "b"))) == {("16", "0701"): pytest.approx(1.0)}


def test_a_parcel_that_is_divided_keeps_the_part_that_keeps_its_use():
    before = a_plan(parcels_of("0701"))
    halves = parcels_of("0701", "1401").assign(parcel_id=["A1", "A2"])
    halves = halves.set_geometry(
        [shapely.box(X, Y, X + 100, Y + 40), shapely.box(X, Y + 40, X + 100, Y + 100)], crs=halves.crs
    )
    rows = transitions("x", before, before.replace(parcels=halves))
    assert moved(rows) == {("0701", "1401"): pytest.approx(0.6)}
    assert [(row.was.code, row.ha) for row in rows if row.stays] == [("0701", pytest.approx(0.4))]


def test_what_changed_is_told_by_row_and_column():
    plan = two_scenarios()
    (row,) = changes("b", plan, with_scenario(plan, "b"))
    assert (row.layer, row.id, row.kind) == ("parcels", "C", "changed")
    assert {name: (old, new) for name, old, new in row.fields} == {
        "land_use": ("16", "0701"),
        "residents": (None, 30.0),
    }


def test_rows_that_come_and_go_are_told():
    before = a_plan(parcels_of("0701", "1401"))
    after = before.replace(parcels=parcels_of("0701", "1401", "16").iloc[[0, 2]])
    gone, come = changes("x", before, after)
    assert (gone.id, gone.kind, come.id, come.kind) == ("B", "removed", "C", "added")
    assert ("land_use", "1401", None) in gone.fields
    assert ("land_use", None, "16") in come.fields
    assert ("geometry", None, "Polygon 10000.0 m2") in come.fields


def test_one_name_is_compared_with_the_plan_as_drawn():
    found = compare(two_scenarios(), ["b"])
    assert [column.id for column in found.columns] == ["base", "b"]
    document = found.to_dict()
    assert [row["by"][1]["value"] for row in document["measures"] if row["id"] == "residents"] == [42.0]
    assert [(row["column"], row["from"], row["to"], row["ha"]) for row in document["transition_ha"]] == [
        ("b", "0701", "0701", pytest.approx(1.0)),
        ("b", "1401", "1401", pytest.approx(1.0)),
        ("b", "16", "0701", pytest.approx(1.0)),
    ]


def test_several_names_are_compared_with_the_first():
    found = compare(two_scenarios(), ["b", "a"])
    assert [column.id for column in found.columns] == ["b", "a"]
    assert list(moved(found.transitions)) == [("0701", "16")]


def test_another_plan_is_named_by_its_folder(tmp_path):
    write(a_plan(parcels_of("1401", "0802")), tmp_path / "other")
    found = compare(two_scenarios(), ["base", str(tmp_path / "other")])
    assert found.columns[1].plan.layer("parcels").at["B", "land_use"] == "0802"


def test_a_name_that_is_nothing_says_what_there_is():
    with pytest.raises(
        UsageError, match=r"'nowhere' is neither a scenario of plan small, nor a proposal, nor a plan"
    ):
        compare(two_scenarios(), ["nowhere"])
    with pytest.raises(UsageError, match=r"Name at least one scenario .* base, a, b"):
        compare(two_scenarios(), [])


def test_one_name_given_twice_is_compared_with_the_plan_as_drawn():
    assert [column.id for column in compare(two_scenarios(), ["b", "b"]).columns] == ["base", "b"]


def test_the_plan_as_drawn_is_not_compared_with_itself_alone():
    with pytest.raises(UsageError, match=r"cannot be compared with itself alone.*there are: a, b"):
        compare(two_scenarios(), ["base"])


def test_the_same_plan_in_another_crs_has_not_changed(tmp_path):
    plan = two_scenarios()
    elsewhere = {layer: frame.to_crs("EPSG:4549") for layer, frame in plan.layers.items()}
    write(a_plan(manifest={"crs": "EPSG:4549"}).replace(**elsewhere), tmp_path / "moved")
    found = compare(plan, ["base", str(tmp_path / "moved")])
    assert (found.changes, moved(found.transitions)) == ((), {})


def test_a_plan_on_the_earth_is_not_laid_over_one_that_is_nowhere(tmp_path):
    here = a_plan(parcels_of("1401").set_crs(None, allow_override=True), {"crs": "local"})
    write(here, tmp_path / "local")
    with pytest.raises(UsageError, match=r"CRS of one is local, of the other EPSG:4548"):
        compare(two_scenarios(), ["base", str(tmp_path / "local")])


def moved_people(before, after):
    return [(one.id, one.old, one.new, one.gain) for one in residents_changes("x", before, after)]


def test_parcels_that_gain_and_lose_residents_are_named():
    before = a_plan(parcels_of("0701", "0701", "0701", residents=[10, 20, 30]))
    after = a_plan(parcels_of("0701", "0701", "0701", residents=[10, 25, 18]))
    assert moved_people(before, after) == [("B", 20, 25, 5), ("C", 30, 18, -12)]


def test_a_number_that_is_unknown_on_one_side_is_not_called_a_gain():
    before = a_plan(parcels_of("0701", residents=[None]))
    after = a_plan(parcels_of("0701", residents=[7]))
    assert moved_people(before, after) == [("A", None, 7, None)]
    assert moved_people(before, before) == []


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
    assert moved_people(before, after) == [("A", 10, 20, 10)]


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
