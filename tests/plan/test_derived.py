"""What was worked out of a plan stands after an edit where what it was worked out from comes out the same."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.town import town

from blockplan.measure.inputs.columns import coded
from blockplan.plan import Difference
from blockplan.plan.model.derived import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.plan import Plan

SCHOOLS = ("080403",)
WATER = ("1301",)
#: Values that differ by a kind, a sign or a length.
LOOK_ALIKE: tuple[object, ...] = (
    *(0.0, -0.0, 0, 1.0, "0", "", None, (0.0,), (-0.0,), ("a", 0.0), ("a", 0), ["a", 0.0], (), [], {}),
    *({"a": 0.0}, {"a": -0.0}, {"b": 0.0}, {"a": 0.0, "b": 1.0}, {"b": 1.0, "a": 0.0}),
)


@dataclass(frozen=True)
class Two:
    one: object
    other: object


def schools(plan: Plan, times: list[int]) -> int:
    """How many parcels are planned for schools, noting each time that they are counted."""

    def count() -> int:
        times.append(1)
        return int(coded(plan, SCHOOLS).chosen.sum())

    return plan.cached("schools", count)


def edited(plan: Plan, use: str) -> Plan:
    anew = plan.layer("parcels").copy()
    anew.loc[anew.index[0], "land_use"] = use
    return plan.edited({"parcels": anew}, [("parcels", "land_use")])


def test_what_rests_on_the_schools_is_not_counted_again_where_an_office_turns_into_a_shop() -> None:
    times: list[int] = []
    plan = edited(town(), "0901")
    before = schools(plan, times)
    after = edited(plan, "0902")
    assert schools(after, times) == before
    assert len(times) == 1
    assert coded(after, SCHOOLS) is coded(plan, SCHOOLS)


def test_what_rests_on_the_schools_is_counted_again_where_a_parcel_becomes_one() -> None:
    times: list[int] = []
    plan = edited(town(), "0901")
    before = schools(plan, times)
    assert schools(edited(plan, SCHOOLS[0]), times) == before + 1
    assert len(times) == 2


def test_a_scenario_takes_over_what_it_leaves_as_it_is() -> None:
    times: list[int] = []
    plan = edited(town(), "0901")
    before, chosen = schools(plan, times), coded(plan, SCHOOLS)
    same_again = plan.under("as_drawn", Difference({}))
    assert (schools(same_again, times), coded(same_again, SCHOOLS)) == (before, chosen)
    assert len(times) == 1
    assert same_again.content_hash != plan.content_hash  # it says of which scenario it is


def test_a_scenario_is_counted_again_where_its_rows_differ() -> None:
    times: list[int] = []
    plan = edited(town(), "0901")
    before = schools(plan, times)
    rows = plan.layer("parcels").iloc[[0]].assign(land_use=SCHOOLS[0])
    assert schools(plan.under("one_more", Difference({"parcels": rows})), times) == before + 1
    assert schools(plan, times) == before


def test_what_was_given_is_told_by_itself_and_not_by_what_it_holds() -> None:
    plan, one, other = town(), [1], [1]

    def held(given: list[int]) -> int:
        return plan.cached("held", lambda: id(given), given=(given,))

    assert held(one) == id(one)
    assert held(other) == id(other)


def test_what_hangs_on_something_given_stays_in_the_process_where_that_is() -> None:
    plan, given = town(), [1]
    plan.cached("held", lambda: "here", given=(given,))
    plan.cached("plain", lambda: "here")
    there = pickle.loads(pickle.dumps(plan))
    assert there.cached("held", lambda: "there", given=(given,)) == "there"
    assert there.cached("plain", lambda: "there") == "here"
    handed = [there]  # so this hangs on all that was asked before
    assert there.cached("more", lambda: len(handed)) == 1
    assert plan.cached("held", lambda: "there", given=(given,)) == "here"


def test_what_rests_on_something_left_in_another_process_is_worked_out_again_after_an_edit() -> None:
    plan = edited(town(), "0901")

    def counted(of: Plan, given: tuple[str, ...]) -> int:
        return of.cached("count", lambda: int(coded(of, given).chosen.sum()), given=(given,))

    def twice(of: Plan) -> int:
        return of.cached("twice", lambda: 2 * counted(of, SCHOOLS))

    before = twice(plan)
    there = pickle.loads(pickle.dumps(plan))
    after = edited(there, SCHOOLS[0])
    assert counted(after, SCHOOLS) == before / 2 + 1
    assert twice(after) == before + 2


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (1, 1.0, False),
        (0.0, -0.0, False),
        (float("nan"), float("nan"), False),
        (True, 1, False),
        ((1, (2.0, "a")), (1, (2.0, "a")), True),
        ((1, 2), [1, 2], False),
        ((1, 2), (1, 2, 3), False),
        ([f"P{n}" for n in range(20)], [f"P{n}" for n in range(20)], True),
        ([f"P{n}" for n in range(20)], [f"P{n}" for n in (*range(19), 20)], False),
        ([str(n) for n in range(20)], [*map(str, range(19)), 19], False),
        ([(str(n), "P") for n in range(20)], [(str(n), "P") for n in range(20)], True),
        (
            [(str(n), "P") for n in range(20)],
            [("0", "P", "1"), ("P",), *((str(n), "P") for n in range(2, 20))],
            False,
        ),
        ([(n, "P") for n in range(20)], [(float(n), "P") for n in range(20)], False),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([0.0]), np.array([-0.0]), False),
        (np.array([1]), np.array([1.0]), False),
        (np.array(["a", None], dtype=object), np.array(["a", None], dtype=object), True),
        (np.array([shapely.Point(0, 1)]), np.array([shapely.Point(0, 1)]), True),
        (np.array([shapely.Point(0, 1)]), np.array([shapely.Point(0, 2)]), False),
        (Two(1, "a"), Two(1, "a"), True),
        (Two(1, "a"), Two(1, "b"), False),
        (object(), object(), False),
    ],
    ids=lambda one: repr(one).partition(" at 0x")[0],  # as another process calls it
)
def test_two_values_are_the_same_to_the_last_bit_or_they_are_not(
    one: object, other: object, *, alike: bool
) -> None:
    assert same(one, other) is alike
    assert same(one, one)


def test_long_rows_are_the_same_where_each_thing_is_whether_or_not_it_is_the_same_object() -> None:
    row = (*map(str, range(1000)), 1.0, (2, 3))
    assert same(row, (*map(str, range(1000)), 1.0, (2, 3)))
    assert not same(row, (*map(str, range(1000)), 1, (2, 3)))
    assert not same(row, (*row[:-1], (2, 4)))
    assert not same(row, (*row[1:], row[0]))
    assert not same(row, [*row])


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (float, 0.0, -0.0),
        (float, np.nan, 0.0),
        (np.float32, 1.0, 2.0),
        (np.int64, 1, 2),
        (bool, True, False),
        ("U5", "a", "b"),
        ("U2", "a", "b"),
        (complex, 1, 1j),
        ("M8[s]", 1, 2),
    ],
)
def test_long_arrays_are_the_same_where_their_bytes_are(kind: Any, one: object, other: object) -> None:
    row = np.full(40, one).astype(kind)
    changed = row.copy()
    changed[7] = np.array([other]).astype(kind)[0]
    assert same(row, row.copy())
    assert not same(row, changed)
    assert same(changed[::2], changed.copy()[::2])
    assert same(np.array([row, row]).T, np.array([row, row]).T)
    assert not same(np.array([row, row]).T, np.array([row, changed]).T)


@given(st.data())
def test_many_values_told_together_are_the_same_where_each_by_itself_is(data: Any) -> None:
    few = data.draw(st.lists(st.sampled_from(LOOK_ALIKE), min_size=1, max_size=3))
    row = data.draw(st.lists(st.sampled_from(few), min_size=16, max_size=20))
    other = [copy.deepcopy(one) for one in row]
    for place in data.draw(st.lists(st.integers(0, len(row) - 1), max_size=2)):
        other[place] = copy.deepcopy(data.draw(st.sampled_from(LOOK_ALIKE)))
    assert same(row, other) is all(map(same, row, other))


@pytest.mark.parametrize("one", [0.0, (1, "a"), ("a", (0.0, None)), {"P1": 0.0}, {}, [], [{"P1": [0.0, 1]}]])
def test_long_rows_of_one_kind_are_told_apart_by_the_sign_of_a_zero(one: object) -> None:
    row = [copy.deepcopy(one) for _ in range(20)]
    assert same(row, copy.deepcopy(row))
    assert not same(row, [*copy.deepcopy(row[1:]), -0.0])
    if isinstance(one, dict) and one:
        assert not same(row, [*copy.deepcopy(row[1:]), {"P1": -0.0}])
        assert not same(row, [*copy.deepcopy(row[1:]), {"P2": 0.0}])


def test_what_stands_after_an_edit_is_not_told_anew_what_it_reads() -> None:
    plan = edited(town(), "0901")
    schools(plan, [])
    after = edited(plan, "0902")
    schools(after, [])
    assert after.reads_of("schools") is plan.reads_of("schools")


def test_what_stands_reads_what_its_source_came_to_read_in_an_edit() -> None:
    beds = ("facilities", "beds")

    def shop(some: Plan) -> bool:
        return bool(some.layer("parcels")["land_use"].iloc[0] == "0902")

    def resting(some: Plan) -> int:
        def source() -> int:
            return some.cached("beds of shops", lambda: 7, [beds]) if shop(some) else 7

        return some.cached("resting", lambda: some.cached("source", source) + 1)

    plan = edited(town(), "0901")
    resting(plan)
    after = edited(plan, "0902")
    resting(after)
    assert beds not in plan.reads_of("resting")
    assert beds in after.reads_of("resting")


def way(plan: Plan) -> int:
    """Something worked out of what its caller had asked for by then."""
    handed = [coded(plan, WATER).chosen]
    return plan.cached("way", lambda: 100 + int(handed[0].sum()))


def farthest(plan: Plan) -> int:
    """Something that asks for the way only where there is land for water supply."""
    return plan.cached("farthest", lambda: way(plan) if coded(plan, WATER).chosen.any() else 0)


@pytest.mark.parametrize("asked", [(farthest, way), (way, farthest)])
def test_two_things_that_each_came_to_ask_for_the_other_are_told_after_every_edit(
    asked: tuple[Callable[[Plan], int], ...],
) -> None:
    plan = edited(town(), "0901")
    assert (farthest(plan), way(plan)) == (0, 100)  # without such land the way hangs on the farthest
    for use in (WATER[0], "0902", WATER[0], WATER[0], "09"):
        plan = edited(plan, use)
        count = int(coded(plan, WATER).chosen.sum())
        found = {one: one(plan) for one in asked}
        assert found == {way: 100 + count, farthest: 100 + count if count else 0}
