"""An answer has a known kind and a reason, and what it says of the plan is in the plan."""

import pytest

import blockplan as bp
from blockplan.errors import UsageError
from blockplan.respond import KINDS, Answer, PlanChange, answer_from, faults_of
from blockplan.respond.answers import change_of


@pytest.fixture(scope="module")
def plan(reference):
    return bp.read(reference)


def changed(plan, id_, **values):
    parcels = plan.layer("parcels").copy()
    for column, value in values.items():
        parcels.loc[id_, column] = value
    return plan.replace(parcels=parcels)


def first_parcel(plan):
    parcels = plan.layer("parcels")
    return str(parcels.index[parcels["height_m"].notna()][0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_is_read_back_as_it_was_written(kind):
    change = PlanChange("parcels", "P-1", "height_m", 24.0, 18.0, "abc")
    answer = Answer(kind, {"zh": "理由", "en": "why"}, ({"layer": "parcels", "id": "P-1"},), (change,))
    assert answer_from(answer.to_dict()) == answer


@pytest.mark.parametrize("reason", [None, "", "  ", {}, {"zh": " "}])
def test_an_answer_without_a_reason_is_refused(reason):
    with pytest.raises(UsageError, match="has no reason"):
        answer_from({"kind": "adopted", "reason": reason})


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"'refused' is not known\. Take one of: adopted, adopted_in_part"):
        answer_from({"kind": "refused", "reason": "x"})


def test_a_change_that_lacks_a_part_is_refused_by_its_name():
    with pytest.raises(UsageError, match="lacks plan_version, new"):
        answer_from(
            {
                "kind": "adopted",
                "reason": "x",
                "changes": [{"layer": "a", "id": 1, "column": "c", "old": None}],
            }
        )


def test_a_change_that_the_plans_bear_out_has_no_fault(plan):
    id_ = first_parcel(plan)
    old = float(plan.layer("parcels").at[id_, "height_m"])
    after = changed(plan, id_, height_m=old - 6)
    change = PlanChange("parcels", id_, "height_m", old, old - 6, after.content_hash)
    answer = Answer("adopted", "lower", ({"layer": "parcels", "id": id_},), (change,))
    assert faults_of(answer, plan, after) == []


def test_each_part_of_a_change_that_the_plans_do_not_bear_out_is_named(plan):
    id_ = first_parcel(plan)
    old = float(plan.layer("parcels").at[id_, "height_m"])
    after = changed(plan, id_, height_m=old - 6)
    wrong_old = PlanChange("parcels", id_, "height_m", old + 1, old - 6, after.content_hash)
    wrong_new = PlanChange("parcels", id_, "height_m", old, old - 5, after.content_hash)
    wrong_plan = PlanChange("parcels", id_, "height_m", old, old - 6, "0" * 64)
    nowhere = PlanChange("parcels", "P-none", "height_m", 1.0, old, after.content_hash)
    said = [
        faults_of(Answer("adopted", "x", (), (change,)), plan, after)
        for change in (wrong_old, wrong_new, wrong_plan, nowhere)
    ]
    assert "in the plan on notice it is" in said[0][0]
    assert "in the changed plan it is" in said[1][0]
    assert "the answer names the plan 000" in said[2][0]
    assert len(said[3]) == 2


def test_a_linked_object_that_no_plan_has_is_named(plan):
    answer = Answer("noted", "x", ({"layer": "parcels", "id": "P-none"}, {"layer": "moon", "id": "1"}))
    assert faults_of(answer, plan) == [
        "parcels P-none: no such object in the plan",
        "moon 1: no such object in the plan",
    ]


def test_an_adoption_that_names_no_change_says_so():
    assert Answer("adopted", "x").says_no_change
    assert not Answer("noted", "x").says_no_change
    assert not Answer("adopted", "x", ({"layer": "parcels", "id": "P-1"},)).says_no_change


def test_a_change_written_by_hand_holds_numbers_and_words_by_what_they_are():
    change = change_of(["parcels", "P-1", "far", "2.5", "null", "v2"])
    assert (change["old"], change["new"], change["plan_version"]) == (2.5, None, "v2")
    change = change_of(["parcels", "P-1", "land_use", "R2", "0701", "v2"])
    assert (change["old"], change["new"]) == ("R2", "0701")
