"""Changes put in place, taken back, picked, and refused where they do not start from what the plan has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.builders import a_plan, parcels_of

from blockplan.check import check
from blockplan.errors import PlanDataError, UsageError
from blockplan.plan import read
from blockplan.plan.model.plan import Plan
from blockplan.propose.changes import (
    Change,
    apply,
    changed_frames,
    inseparable,
    new_feature,
    picked,
    value_of,
)
from blockplan.propose.takeover import on_top

if TYPE_CHECKING:
    from pathlib import Path

USE = Change("parcels", "A", "land_use", "1401", "0804")
STOP = new_feature("stops", "S-9", {"modes": "bus", "geometry": "POINT (500050 4400050)"})


def test_a_change_gives_one_value_and_leaves_the_given_plan_alone() -> None:
    plan = a_plan()
    changed = apply(plan, [USE])
    assert list(changed.layer("parcels")["land_use"]) == ["0804", "0701"]
    assert list(plan.layer("parcels")["land_use"]) == ["1401", "0701"]


def test_order_kinds_and_geometry_of_a_layer_stay() -> None:
    plan = a_plan(parcels_of("1401", "0701", "0701", residents=[None, 12, 3], committed=[True, False, None]))
    frame, changed = plan.layer("parcels"), apply(plan, [USE]).layer("parcels")
    assert list(changed.index) == ["A", "B", "C"]
    assert changed.dtypes.to_dict() == frame.dtypes.to_dict()
    assert changed.geometry.geom_equals(frame.geometry).all()
    assert changed.crs == frame.crs


def test_a_feature_is_there_once_its_id_is_given_and_gone_once_it_is_null() -> None:
    plan = a_plan()
    with_stop = apply(plan, STOP)
    assert value_of(with_stop, "stops", "S-9", "modes") == "bus"
    assert with_stop.layer("stops").geometry["S-9"].x == 500_050
    without = apply(with_stop, [Change("stops", "S-9", "stop_id", "S-9", None)])
    assert list(without.layer("stops").index) == []


def test_two_changes_of_one_value_follow_one_another() -> None:
    changed = apply(a_plan(), [USE, Change("parcels", "A", "land_use", "0804", "0805")])
    assert value_of(changed, "parcels", "A", "land_use") == "0805"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            Change("parcels", "A", "land_use", "0701", "0804"),
            r"'A', land_use: the plan has '1401', the change",
        ),
        (Change("parcels", "Z", "land_use", None, "0804"), "parcels 'Z' is not there"),
        (new_feature("parcels", "A", {})[0], "parcel_id: the plan has 'A', the change starts from nothing"),
        (Change("parks", "A", "kind", None, "x"), "names the layer 'parks', which no plan has"),
        (Change("boundary", "(row 1)", "name", "all", "x"), "have no ids"),
    ],
)
def test_a_change_that_does_not_start_from_the_plan_is_refused_with_its_place(
    change: Change, said: str
) -> None:
    with pytest.raises(PlanDataError, match=said):
        apply(a_plan(), [change])


def test_a_geometry_that_is_no_wkt_is_refused() -> None:
    with pytest.raises(PlanDataError, match="no WKT: 'POINT"):
        apply(a_plan(), new_feature("stops", "S-9", {"geometry": "POINT (1"}))
    with pytest.raises(PlanDataError, match="no WKT: 'POINT"):
        picked(new_feature("parcels", "Z", {"geometry": "POINT (1"}), ["Z"])


def test_a_change_of_an_outline_that_was_drawn_otherwise_since_is_refused_in_each_language() -> None:
    plan = a_plan()
    outline = plan.layer("parcels").geometry["A"]
    turned = outline.reverse().wkt
    assert apply(plan, [Change("parcels", "A", "geometry", turned, outline.buffer(-3).wkt)])
    moved = apply(plan, [Change("parcels", "A", "geometry", turned, outline.buffer(-1).wkt)])
    with pytest.raises(PlanDataError, match="'A', geometry: it is drawn otherwise") as refused:
        apply(moved, [Change("parcels", "A", "geometry", outline.wkt, None)])
    assert "图形" in refused.value.text["zh"]
    assert "図形" in refused.value.text["ja"]


def test_a_scenario_of_the_changes_is_the_changed_plan() -> None:
    plan = a_plan()
    changes = (USE, *STOP, Change("parcels", "B", "parcel_id", "B", None))
    under = plan.under("proposed", on_top(plan, plan, changes))
    assert _hash_of_layers(under) == _hash_of_layers(apply(plan, changes))


def test_changes_are_picked_by_feature_and_strange_names_refused() -> None:
    assert picked((USE, *STOP), ["parcels:A"]) == (USE,)
    assert picked((USE, *STOP), ["S-9"]) == STOP
    with pytest.raises(
        UsageError, match=r"does not touch 'B'. It touches, among others: parcels:A, stops:S-9"
    ):
        picked((USE, *STOP), ["B"])


def test_what_stands_on_a_new_parcel_is_picked_with_it_where_no_parcel_was() -> None:
    square = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))"
    parcel = new_feature("parcels", "B1", {"geometry": square})
    school = new_feature("facilities", "S-B1", {"parcel_id": "B1", "geometry": "POINT (4 4)"})
    assert picked((*parcel, *school), ["S-B1"]) == (*parcel, *school)


def test_a_parcel_and_what_stands_on_it_are_said_to_be_inseparable() -> None:
    parcel = new_feature("parcels", "B1", {"geometry": "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))"})
    school = new_feature("facilities", "S-B1", {"parcel_id": "B1", "geometry": "POINT (4 4)"})
    assert inseparable((USE, *STOP, *parcel, *school)) == [{("parcels", "B1"), ("facilities", "S-B1")}]
    assert inseparable((USE, *STOP)) == []


def _hash_of_layers(plan: Plan) -> str:
    return Plan(plan.manifest, plan.layers).content_hash


def changes_of_many_kinds(plan: Plan) -> list[tuple[Change, ...]]:
    """Uses, sizes, shapes, features that come and go."""
    parcel, other = plan.layer("parcels").index[:2]
    facility, stop, street = (plan.layer(one).index[0] for one in ("facilities", "stops", "streets"))
    spot = plan.layer("parcels").geometry.iloc[5].representative_point().wkt
    made = {"service": "kindergarten", "places": 300.0, "site_area_m2": 4000.0, "geometry": spot}
    wide = plan.layer("parcels").geometry.iloc[0].buffer(-3).wkt

    def now(layer: str, id_: str, column: str, new: object) -> Change:
        return Change(layer, id_, column, value_of(plan, layer, id_, column), new)

    return [
        (now("parcels", parcel, "land_use", "1401"), now("parcels", other, "land_use", "0804")),
        (now("parcels", parcel, "geometry", wide), now("parcels", other, "residents", 900)),
        new_feature("facilities", "F-new", made) + STOP,
        (now("facilities", facility, "facility_id", None), now("stops", stop, "stop_id", None)),
        (now("streets", street, "street_id", None),),
    ]


@pytest.mark.long
def test_a_changed_plan_is_judged_as_one_that_was_read_so(reference: Path) -> None:
    plan = read(reference, scenario="b")
    check(plan)
    for changes in changes_of_many_kinds(plan):
        anew = plan.replace(**changed_frames(plan, changes))
        kept, fresh = check(apply(plan, changes)), check(anew)
        assert kept.content_hash == fresh.content_hash
        assert [one.to_dict() for one in kept.verdicts] == [one.to_dict() for one in fresh.verdicts]
