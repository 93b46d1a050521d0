"""Places that fall short: the same as a tuple of them, put in order only when they are read."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import shapely

from blockplan.measure.measurement import Place
from blockplan.measure.places import WorstFirst
from blockplan.plan.model.derived import same


def some(value: list[float], *, most: bool = False, ids: str = "bca") -> WorstFirst:
    """Places that are so far off."""
    layer, names = np.array(["parcels"] * 3, dtype=object), np.array([*ids], dtype=object)
    spots = layer, names, shapely.points([[1, 2], [3, 4], [5, 6]])
    return WorstFirst(spots, np.arange(3), np.array(value), most)


def test_the_farthest_come_first_and_before_them_those_that_reach_nothing_equals_by_id() -> None:
    found = some([700.123, np.nan, 700.123], most=True)
    assert [(one.id, one.value) for one in found] == [("c", None), ("a", 700.12), ("b", 700.12)]
    assert found[0] == Place("parcels", "c", 3.0, 4.0, None)
    assert [one.id for one in found[:2]] == ["c", "a"]


def test_the_least_come_first_where_little_falls_short() -> None:
    assert [one.id for one in some([2.0, 1.0, 2.0])] == ["c", "a", "b"]


def test_they_are_equal_to_the_same_places_in_any_order_of_rows_and_to_a_tuple_of_them() -> None:
    found, again = some([1.0, 2.0, 3.0]), some([1.001, 2.0, 3.0])
    turned = WorstFirst(tuple(one[::-1] for one in found.spots), found.rows, found.value[::-1])
    assert found == again == turned == tuple(found)
    assert hash(found) == hash(tuple(found))
    assert found not in (some([1.1, 2.0, 3.0]), some([1.0, 2.0, 3.0], ids="bcd"), (), list(found))
    assert same(found, some([1.0, 2.0, 3.0]))
    assert not same(found, again)


def test_they_are_the_same_whatever_stands_beside_those_that_fall_short() -> None:
    few, value = np.array([0, 2]), np.array([1.0, 3.0])
    found = replace(some([1.0, 2.0, 3.0]), rows=few, value=value)
    layer, ids, point = found.spots
    other = replace(found, spots=(layer, ids, np.where([False, True, False], shapely.Point(9, 9), point)))
    moved = replace(found, spots=(layer, ids, np.where([True, False, False], shapely.Point(9, 9), point)))
    assert same(found, other)
    assert not same(found, moved)
    assert [one.id for one in found] == ["b", "a"]


def test_none_is_nothing() -> None:
    empty = np.empty(0, dtype=object)
    none = WorstFirst((empty, empty, empty), np.empty(0, dtype=np.intp), np.empty(0))
    assert not none
    assert none == ()
    assert not none.layers


def test_another_process_gets_the_places() -> None:
    found = some([1.0, 2.0, 3.0])
    assert pickle.loads(pickle.dumps(found)) == tuple(found)
    assert found.layers == {"parcels"}
