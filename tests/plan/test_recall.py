"""What was worked out before stands for rows that are the same, and for no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockplan.plan.model import recall as recall_module
from blockplan.plan.model import recall_beside as beside_module
from blockplan.plan.model.recall import (
    TURNS_KEPT,
    Recall,
    by_row,
    by_rows_of,
    by_run,
    largest,
    once,
    recalling,
)
from blockplan.plan.model.recall_beside import (
    by_nearest,
    by_neighbours,
    by_others,
    pairs_between,
    pairs_within,
)

if TYPE_CHECKING:
    import pytest

ROWS = 400


def points(count: int = ROWS) -> Any:
    return np.asarray(shapely.points(np.arange(count), 0.0), dtype=object)


def squares(side: int = 12) -> Any:
    row, column = np.divmod(np.arange(side * side), side)
    return np.asarray(shapely.box(column, row, column + 1.0, row + 1.0), dtype=object)


def places_of(shapes: Any) -> tuple[Any, ...]:
    return shapely.get_x(shapes), shapely.get_y(shapes)


def corners_of(shapes: Any) -> tuple[Any, ...]:
    return shapely.get_coordinates(shapely.buffer(shapes, 1.0, quad_segs=1), return_index=True)


def unmatched(shapes: Any) -> Any:
    return ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))


def test_what_tells_a_long_array_from_others_is_worked_out_once_as_long_as_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    digest = recall_module._digest
    monkeypatch.setattr(recall_module, "_digest", lambda array: told.append(len(array)) or digest(array))
    recall, shapes = Recall(), points()
    for _ in range(3):
        with recalling(recall):
            assert once("first", lambda: 1, shapes) == once("second", lambda: 1, shapes)
    assert told == [ROWS]
    for _ in range(2):
        with recalling(recall):
            once("first", lambda: 1, points(ROWS - 1))
    with recalling(recall):
        once("first", lambda: 1, shapes)
    assert told == [ROWS, ROWS - 1, ROWS - 1, ROWS]


def test_objects_are_told_by_where_they_lie_however_their_array_does() -> None:
    names = np.array([["a", "b"], ["c", "d"]], dtype=object)
    assert recall_module.addresses(names).tolist() == [[id(one) for one in row] for row in names]
    assert (recall_module.addresses(names[::-1, 0]) == [id("c"), id("a")]).all()
    assert recall_module.addresses(names[:0]).shape == (0, 2)


#: An edit: what is done, and at which of the rows (as a share of them).
edits = st.tuples(st.sampled_from(["other", "gone", "new", "moved", "twice"]), st.floats(0, 0.999))


def edited(shapes: Any, kind: str, share: float) -> Any:
    row = int(share * len(shapes))
    anew = shapes.copy()
    if kind == "gone":
        return np.delete(anew, row)
    if kind == "new":
        return np.concatenate([anew[:row], [shapely.Point(share, 1.0)], anew[row:]])
    if kind == "moved":
        return np.roll(anew, row)
    anew[row] = shapely.Point(share, 2.0) if kind == "other" else anew[-1]
    return anew


@given(st.lists(st.lists(edits, max_size=3), max_size=6))
def test_whatever_rows_come_go_or_change_the_answer_is_that_of_asking_afresh(
    steps: list[list[tuple[str, float]]],
) -> None:
    recall, now = Recall(), points()
    for step in [[], *steps]:
        for kind, share in step:
            now = edited(now, kind, share)
        with recalling(recall):
            one, many = by_row("places", places_of, now), by_rows_of("corners", corners_of, now)
        for found, afresh in ((one, places_of(now)), (many, corners_of(now))):
            assert all(np.array_equal(here, there) for here, there in zip(found, afresh, strict=True))


@given(st.lists(st.tuples(st.integers(0, 143), st.floats(-0.4, 0.4)), max_size=8))
def test_a_shape_that_changed_is_held_against_its_neighbours_again(moves: list[tuple[int, float]]) -> None:
    recall, now = Recall(), squares()
    for row, step in [(0, 0.0), *moves]:
        now = now.copy()
        now[row] = shapely.affinity.translate(now[row], step, 0.0)
        with recalling(recall):
            found = by_neighbours("unmatched", unmatched, now)
        assert np.array_equal(found, unmatched(now))


def metres_to(points: Any, shapes: Any) -> Any:
    return shapely.distance(points[:, None], shapes).min(axis=1)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["home moved", "home gone", "moved", "gone", "new", "turned"]), st.integers(0, 28)
        ),
        max_size=8,
    )
)
def test_the_nearest_of_shapes_that_came_went_or_moved_is_found_anew(steps: list[tuple[str, int]]) -> None:
    recall, homes = Recall(), np.asarray(shapely.centroid(squares()), dtype=object)
    greens = np.asarray(shapely.buffer(squares()[::5], 0.4), dtype=object)
    for kind, number in [("turned", 0), *steps]:
        at = number % max(len(greens) - 1, 1)
        homes, greens = homes.copy(), greens.copy()
        if kind == "home moved":
            homes[number] = shapely.Point(number / 3, 7.3)
        elif kind == "home gone":
            homes = np.delete(homes, number)
        elif kind == "moved":
            greens[at] = shapely.affinity.translate(greens[at], 0.7, 0.2)
        elif kind == "gone" and len(greens) > 1:
            greens = np.delete(greens, at)
        elif kind == "new":
            greens = np.concatenate([greens[:at], [shapely.box(at, 0, at + 0.3, 0.2)], greens[at:]])
        elif kind == "turned":
            greens = greens[::-1].copy()
        with recalling(recall):
            found = by_nearest("metres", metres_to, homes, greens)
        assert np.array_equal(found, metres_to(homes, greens))


def test_only_points_as_near_to_a_shape_that_changed_are_asked_about_again() -> None:
    asked: list[int] = []

    def look(points: Any, shapes: Any) -> Any:
        asked.append(len(points))
        return metres_to(points, shapes)

    recall, homes = Recall(), np.asarray(shapely.centroid(squares()), dtype=object)
    greens = squares()[::5]
    after = greens.copy()
    after[3] = shapely.box(3.2, 1.2, 3.8, 1.8)
    with recalling(recall):
        by_nearest("metres", look, homes, greens)
        by_nearest("metres", look, homes, after)
    assert asked[0] == 144
    assert asked[1] < 10


def nearest_of_touching(shapes: Any, others: Any) -> Any:
    """The number, in their order, of the first other whose box touches each shape; and how many do."""
    one, other = shapely.STRtree(others).query(shapes)
    first = np.full(len(shapes), np.inf)
    np.minimum.at(first, one, shapely.get_x(shapely.centroid(others))[other])
    return first + np.bincount(one, minlength=len(shapes))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 143), st.sampled_from(["moved", "gone", "new", "turned"]), st.integers(0, 29)
        ),
        max_size=8,
    )
)
def test_a_shape_is_held_against_others_that_came_went_or_changed_beside_it(
    steps: list[tuple[int, str, int]],
) -> None:
    recall, now = Recall(), squares()
    others = np.asarray(shapely.buffer(squares()[::5], 0.4), dtype=object)
    for row, kind, number in [(0, "moved", 0), *steps]:
        now = now.copy()
        now[row] = shapely.affinity.translate(now[row], 0.3, 0.0)
        at = number % max(len(others), 1)
        if kind == "gone":
            others = np.delete(others, at)
        elif kind == "new":
            others = np.concatenate([others[:at], [shapely.box(row / 12, 0, row / 12 + 1, 3)], others[at:]])
        elif kind == "turned":
            others = others[::-1].copy()
        with recalling(recall):
            found = by_others("near", nearest_of_touching, now, others)
        assert np.array_equal(found, nearest_of_touching(now, others))


def test_only_shapes_beside_another_that_changed_are_held_against_the_others_again() -> None:
    asked: list[int] = []

    def look(shapes: Any, others: Any) -> Any:
        asked.append(len(shapes))
        return nearest_of_touching(shapes, others)

    recall, shapes, others = Recall(), squares(), squares()[::5]
    after = others.copy()
    after[3] = shapely.box(0.2, 0.2, 0.4, 0.4)
    with recalling(recall):
        by_others("near", look, shapes, others)
        by_others("near", look, shapes, after)
    assert asked == [144, 10]  # nine round the one that went, and the one round that which came


@given(st.lists(st.lists(edits, max_size=3), max_size=6))
def test_pairs_of_shapes_within_a_distance_are_those_that_are_found_afresh(
    steps: list[list[tuple[str, float]]],
) -> None:
    recall, shapes = Recall(), squares()
    for step in [[], *steps]:
        for kind, share in step:
            shapes = edited(shapes, kind, share)
        with recalling(recall):
            found = set(zip(*pairs_within(shapes, 4.0), strict=True))
        assert found == set(zip(*pairs_within(shapes, 4.0), strict=True))


@given(st.lists(st.tuples(st.booleans(), edits), max_size=6))
def test_pairs_of_spots_and_shapes_that_came_went_or_moved_are_those_found_afresh(
    steps: list[tuple[bool, tuple[str, float]]],
) -> None:
    recall, spots, shapes = Recall(), np.asarray(shapely.centroid(squares()), dtype=object), squares(6)
    for at, (kind, share) in [(False, ("other", 0.0)), *steps]:
        spots, shapes = (edited(spots, kind, share), shapes) if at else (spots, edited(shapes, kind, share))
        with recalling(recall):
            found = pairs_between("spots beside", spots, shapes, 0.6)
        assert [one.tolist() for one in found] == [
            one.tolist() for one in pairs_between("spots beside", spots, shapes, 0.6)
        ]


def test_of_spots_and_shapes_only_those_that_changed_are_held_against_each_other_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []
    beside = beside_module._beside
    monkeypatch.setattr(
        beside_module,
        "_beside",
        lambda spots, shapes, metres: (
            asked.append((len(spots), len(shapes))) or beside(spots, shapes, metres)
        ),
    )
    recall, spots, shapes = Recall(), np.asarray(shapely.centroid(squares()), dtype=object), squares()
    other = shapes.copy()
    other[30] = shapely.box(100.0, 100.0, 101.0, 101.0)
    with recalling(recall):
        pairs_between("spots beside", spots, shapes, 0.1)
        pairs_between("spots beside", spots, shapes, 0.1)
        pairs_between("spots beside", spots, other, 0.1)
        pairs_between("spots beside", np.delete(spots, 9), shapes, 0.1)
    # The place that is new is beside nothing; the old one is beside its own spot and no other.
    assert asked == [(144, 144), (0, 144), (0, 1), (0, 144), (1, 1)]


def test_rows_asked_about_before_more_of_them_are_still_known() -> None:
    asked: list[int] = []

    def look(shapes: Any) -> Any:
        asked.append(len(shapes))
        return shapely.get_x(shapes)

    recall, all_ = Recall(), points(2 * ROWS)
    some = all_[: ROWS + 1]
    with recalling(recall):
        by_row("x", look, some)
        by_row("x", look, all_)
    with recalling(recall):
        by_row("x", look, some[1:])
    assert asked == [ROWS + 1, ROWS - 1]


@given(st.lists(st.tuples(st.booleans(), edits), max_size=6))
def test_runs_of_rows_that_came_went_or_changed_are_those_that_are_found_afresh(
    steps: list[tuple[bool, tuple[str, float]]],
) -> None:
    def told(heads: Any, sizes: Any, shapes: Any) -> list[Any]:
        ends = np.cumsum(sizes)
        return [(head, *shapes[end - size : end]) for head, size, end in zip(heads, sizes, ends, strict=True)]

    recall, shapes, heads = Recall(), points(60), np.array([f"run {number}" for number in range(20)], object)
    for more, (kind, share) in [(False, ("other", 0.0)), *steps]:
        shapes = edited(shapes, kind, share)
        heads = np.roll(heads, 1) if more else heads
        sizes = np.bincount(np.arange(len(shapes)) // 4, minlength=len(heads))[: len(heads)]
        sizes[-1] += len(shapes) - sizes.sum()
        with recalling(recall):
            found = by_run("runs", told, heads, sizes, shapes)
        assert found == told(heads, sizes, shapes)


def test_only_the_runs_with_a_row_or_a_head_that_differs_are_asked_about_again() -> None:
    asked: list[list[str]] = []

    def told(heads: Any, sizes: Any, shapes: Any) -> list[tuple[str, int, int]]:
        asked.append(heads.tolist())
        return [(head, size, len(shapes)) for head, size in zip(heads.tolist(), sizes.tolist(), strict=True)]

    recall, shapes = Recall(), points(40)
    heads, sizes = np.array(["a", "b", "c", "d", "e"], dtype=object), np.array([10, 0, 10, 10, 10])
    other = shapes.copy()
    other[25] = shapely.Point(1.0, 1.0)
    named = heads.copy()
    named[4] = "f"
    with recalling(recall):
        by_run("runs", told, heads, sizes, shapes)
        by_run("runs", told, heads, sizes, other)
        by_run("runs", told, named, sizes, other)
        by_run("runs", told, named, np.array([10, 0, 10, 9, 11]), other)
    # A run without rows has nothing by which it could be known.
    assert asked == [["a", "b", "c", "d", "e"], ["b", "d"], ["b", "f"], ["b", "d", "f"]]


def test_the_largest_number_asked_for_stands_while_a_session_asks() -> None:
    recall = Recall()
    assert largest("limits", 500.0, "streets") == 500.0
    with recalling(recall):
        assert largest("limits", 500.0, "streets") == 500.0
        assert largest("limits", 800.0, "streets") == 800.0
    with recalling(recall):
        assert largest("limits", 300.0, "streets") == 800.0
        assert largest("limits", 300.0, "other streets") == 300.0
    assert largest("limits", 300.0, "streets") == 300.0


def test_only_the_rows_that_differ_are_asked_about_again() -> None:
    asked: list[int] = []

    def look(shapes: Any) -> Any:
        asked.append(len(shapes))
        return shapely.get_x(shapes)

    recall, before = Recall(), points()
    after = before.copy()
    after[7] = shapely.Point(1.0, 1.0)
    with recalling(recall):
        by_row("x", look, before)
        by_row("x", look, after)
        by_row("x", look, np.delete(after, 100))
    assert asked == [ROWS, 1]


def test_the_same_rows_beside_something_else_are_asked_about_again() -> None:
    recall, here = Recall(), points()
    with recalling(recall):
        near = by_row("far", lambda at: shapely.distance(at, shapely.Point(0, 0)), here, fixed=(0.0,))
        far = by_row("far", lambda at: shapely.distance(at, shapely.Point(9, 0)), here, fixed=(9.0,))
    assert near[9] == 9.0
    assert far[9] == 0.0


def test_zero_and_minus_zero_and_unknown_are_told_apart_by_their_bits() -> None:
    recall, numbers = Recall(), np.zeros(ROWS)
    with recalling(recall):
        by_row("sign", np.signbit, numbers)
        numbers = numbers.copy()
        numbers[3], numbers[4] = -0.0, np.nan
        assert by_row("sign", np.signbit, numbers)[3]


def test_without_a_session_the_function_is_called() -> None:
    asked: list[int] = []

    def count(rows: Any) -> Any:
        asked.append(len(rows))
        return rows

    for _ in range(2):
        by_row("count", count, points())
    assert asked == [ROWS, ROWS]


def test_what_is_made_once_is_made_again_from_other_things_and_let_go_in_time() -> None:
    recall, made = Recall(), []

    def make() -> int:
        made.append(1)
        return len(made)

    with recalling(recall):
        assert [once("n", make, "a", np.arange(3)) for _ in range(2)] == [1, 1]
        assert once("n", make, "a", np.arange(4)) == 2
    for count in range(5, 8 + TURNS_KEPT):
        with recalling(recall):
            once("n", make, "a", np.arange(count))
    with recalling(recall):
        assert once("n", make, "a", np.arange(3)) == TURNS_KEPT + 6


def test_what_every_sixth_edit_asks_for_is_still_there() -> None:
    recall, made = Recall(), []

    def make() -> int:
        made.append(1)
        return len(made)

    for count in (3, 5, 6, 7, 8, 9, 10, 3):
        with recalling(recall):
            found = once("n", make, "a", np.arange(count))
    assert found == 1


def test_a_judging_that_asks_nothing_of_a_function_lets_what_it_found_be() -> None:
    recall, asked = Recall(), []

    def count(rows: Any) -> Any:
        asked.append(len(rows))
        return rows

    whole = points()
    with recalling(recall):
        by_row("count", count, whole)
    for _ in range(5):
        with recalling(recall):
            by_row("another", count, points(20))
    del asked[:]
    with recalling(recall):
        by_row("count", count, edited(whole, "other", 0.5))
    assert asked == [1]


def test_rows_that_come_in_two_places_are_the_only_ones_asked_about() -> None:
    recall, asked = Recall(), []

    def count(one: Any, other: Any) -> Any:
        asked.append(len(one))
        return shapely.get_x(one) + shapely.get_x(other)

    some = np.repeat(points(10), 10)  # each beside ten others: neither column tells the rows apart alone
    beside = np.tile(points(10), 10)
    with recalling(recall):
        by_row("count", count, some, beside)
        anew = [np.insert(column, [30, 90], points(2)) for column in (some, beside)]
        found = by_row("count", count, *anew)
    assert asked == [100, 2]
    assert found.tolist() == (shapely.get_x(anew[0]) + shapely.get_x(anew[1])).tolist()
