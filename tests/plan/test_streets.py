import pytest
import shapely
from tests.support.builders import X, Y
from tests.support.town import edited, frame, kinds, line, only, said, town


def with_street(*spots, plan=None, **columns):
    plan = plan or town()
    streets = frame(
        {
            "street_id": ["s-1", "s-2", "s-3", "s-4", "new"],
            "class": "local",
            "level": [0, 0, 0, 0, 0.0],
            **columns,
        },
        [*plan.layer("streets").geometry, line(*spots)],
    )
    return plan.replace(streets=streets)


def test_an_end_that_stops_just_short_of_a_street_is_a_warning_at_the_end():
    fault = only(with_street((0.5, 1.5), (0.5, 1.004)))
    assert (said(fault), fault.grade, fault.id) == ("pq-streets", "warning", "new")
    assert (fault.x, fault.y) == (pytest.approx(X + 50), pytest.approx(Y + 100.4))
    assert (fault.measured, fault.unit) == (pytest.approx(0.4), "m")
    assert fault.features == (("streets", "new"), ("streets", "s-1"))
    assert fault.message() == (
        "new ends 0.40 m short of s-1: on the map they meet, in the network they do not."
    )


def test_an_end_a_few_metres_short_is_a_note_and_a_dead_end_is_nothing():
    fault = only(with_street((0.5, 1.5), (0.5, 1.02)))
    assert (said(fault), fault.grade) == ("pq-streets.doubt", "note")
    assert kinds(with_street((0.5, 1.5), (0.5, 1.1))) == []


def test_how_near_is_too_near_is_a_parameter():
    plan = town(parameters={"street_snap_m": 0.1, "street_doubt_m": 0.2})
    assert kinds(with_street((0.5, 1.5), (0.5, 1.004), plan=plan)) == []


def test_an_end_on_a_street_joins_it_without_a_common_vertex():
    assert kinds(with_street((0.5, 1.5), (0.5, 1.0))) == []
    assert kinds(with_street((0.5, 1.5), (0.5, 1.00005))) == []


def test_an_end_that_runs_past_a_street_has_crossed_it():
    assert kinds(with_street((0.5, 1.5), (0.5, 0.995))) == []


def test_two_ends_that_face_each_other_are_one_fault():
    plan = edited(town(), "streets", "s-3", line((1.005, 2), (4, 2)))
    plan = edited(plan, "streets", "s-4", line((1, 1), (1, 1.5)))
    assert kinds(plan) == ["pq-streets s-2"]


def test_a_street_under_a_bridge_does_not_have_to_join_it():
    assert kinds(with_street((0.5, 1.5), (0.5, 1.004), level=[0, 0, 0, 0, -1.0])) == []


def test_a_bridge_joins_the_street_that_leads_to_it_end_to_end():
    assert kinds(edited(town(), "streets", "s-3", level=1.0)) == []
    plan = edited(town(), "streets", "s-3", line((1.005, 2), (4, 2)), level=1.0)
    plan = edited(plan, "streets", "s-4", line((1, 1), (1, 1.5)))
    assert kinds(plan) == ["pq-streets s-2"]


def test_a_street_in_parts_is_looked_at_part_by_part():
    parts = shapely.MultiLineString([line((0.5, 1.5), (0.5, 1.2)), line((0.5, 1.2), (0.5, 1.0))])
    assert kinds(edited(town(), "streets", "s-2", parts)) == []


def test_a_closed_street_has_no_ends():
    assert kinds(with_street((0.5, 1.005), (0.6, 1.2), (0.4, 1.2), (0.5, 1.005))) == []


def test_two_streets_that_leave_the_extent_side_by_side_are_sound():
    assert kinds(with_street((-1, 1.005), (0.5, 1.3))) == []
