"""Verdicts are matched by rule and object, measures by what they measured."""

import json

from tests.support.builders import a_plan
from tests.support.made_columns import a_column, a_comparison, a_measurement, a_verdict

from blockplan.check.verdict import Required
from blockplan.compare.columns import measure_rows, verdict_rows
from blockplan.plan.model.faults import Fault


def outcomes(*columns):
    return {
        (row.first.rule, row.first.scope_id): [v and v.outcome for v in row.verdicts]
        for row in verdict_rows(columns)
    }


def test_a_rule_with_several_objects_is_matched_object_by_object():
    one = a_column("a", *(a_verdict(scope=("block", id_)) for id_ in ("B1", "B2")))
    other = a_column("b", *(a_verdict("far", "fail", scope=("block", id_)) for id_ in ("B3", "B2")))
    assert outcomes(one, other) == {
        ("far", "B1"): ["pass", None],
        ("far", "B2"): ["pass", "fail"],
        ("far", "B3"): [None, "fail"],
    }


def test_a_rule_on_the_whole_plan_is_matched_whatever_the_plans_are_called():
    elsewhere = a_plan(manifest={"id": "elsewhere"})
    one = a_column("a", a_verdict())
    other = a_column("b", a_verdict("far", "fail", scope=("plan", "elsewhere")), plan=elsewhere)
    assert outcomes(one, other) == {("far", "small"): ["pass", "fail"]}


def test_a_rule_that_only_one_column_has_keeps_its_row_beside_the_rules_of_the_first():
    one = a_column("a", a_verdict("x"), a_verdict("y"))
    other = a_column("b", a_verdict("z"), a_verdict("y"), a_verdict("x", scope=("block", "B1")))
    assert list(outcomes(one, other)) == [("x", "small"), ("x", "B1"), ("y", "small"), ("z", "small")]


def test_two_verdicts_that_share_rule_and_object_are_both_kept():
    one = a_column("a", a_verdict(), a_verdict("far", "fail"))
    assert [[v.outcome for v in row.verdicts] for row in verdict_rows([one])] == [["pass"], ["fail"]]


def test_each_column_says_what_it_asks_and_how_strictly():
    one = a_column("a", a_verdict())
    other = a_column("b", a_verdict(required=Required("between", (1.5, 2.5)), force="target"))
    (row,) = a_comparison(one, other, a_column("c")).to_dict()["verdicts"]
    assert row["required"] == {"op": ">=", "value": 1.0}
    assert [cell["required"] for cell in row["by"]] == [
        {"op": ">=", "value": 1.0},
        {"op": "between", "value": [1.5, 2.5]},
        None,
    ]
    assert [cell["force"] for cell in row["by"]] == ["must", "target", None]
    assert [cell["judged"] for cell in row["by"]] == [True, True, False]
    assert row["differs"]


def test_what_a_rule_asks_of_no_parcel_is_null():
    asks_nothing = Required("<=", float("nan"))
    one = a_column("a", a_verdict(outcome="not_applicable", required=asks_nothing))
    said = a_comparison(one, a_column("b")).to_dict()
    assert [cell["required"] for cell in said["verdicts"][0]["by"]] == [{"op": "<=", "value": None}, None]
    json.dumps(said, allow_nan=False)


def test_a_measure_that_two_rules_share_has_one_row_that_names_both():
    shared = a_measurement()
    column = a_column("a", a_verdict("x", measurement=shared), a_verdict("y", measurement=shared))
    (row,) = measure_rows([column])
    assert (row.first.id, row.rules) == ("far", ("x", "y"))


def test_a_measure_under_two_parameters_has_two_rows():
    column = a_column(
        "a",
        a_verdict("x", measurement=a_measurement(limit_m=300)),
        a_verdict("y", measurement=a_measurement(limit_m=500)),
        reported=(a_measurement(limit_m=300), a_measurement("jobs", None)),
    )
    rows = measure_rows([column])
    assert [(row.first.id, row.rules) for row in rows] == [("far", ("x",)), ("far", ("y",)), ("jobs", ())]


def test_a_measure_of_an_object_names_it():
    column = a_column(
        "a",
        *(a_verdict("size", scope=("area", id_), measurement=a_measurement(area_id=id_)) for id_ in "NS"),
    )
    assert [row.scope for row in measure_rows([column])] == [("area", "N"), ("area", "S")]


def test_values_that_differ_by_rounding_are_the_same_and_a_missing_one_is_not():
    def differs(one, other):
        columns = [a_column("a", reported=(a_measurement("jobs", value),)) for value in (one, other)]
        (row,) = measure_rows(columns)
        return row.differs

    assert not differs(21.3, 21.300000001)
    assert differs(21.3, 21.301)
    assert differs(21.3, None)
    assert not differs(None, None)


def test_a_value_that_a_fault_puts_in_doubt_says_so():
    fault = Fault("tp-overlap", "error", "parcels", "A")
    doubted = a_verdict(outcome="unknown", measured=None, doubts=(fault,), measurement=a_measurement())
    one, other = a_column("a", a_verdict(measurement=a_measurement())), a_column("b", doubted)
    (row,) = a_comparison(one, other).to_dict()["measures"]
    assert [cell["in_doubt"] for cell in row["by"]] == [False, True]


def test_a_column_says_what_binds_and_how_its_verdicts_came_out():
    found = a_comparison(a_column("a", a_verdict(), a_verdict("y", "fail")), a_column("b", a_verdict()))
    column = found.to_dict()["columns"][0]
    assert column["outcomes"] == {"pass": 1, "fail": 1, "unknown": 0, "not_applicable": 0}
    assert (column["capacity"], column["binding_rule"], column["exit_code"]) == (40, "far", 1)
    assert column["drawn_ha"] == 2.0
