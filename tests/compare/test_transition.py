"""Land by use before and after: everything that one of two plans draws, counted once."""

from collections import Counter
from itertools import pairwise

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import X, Y, a_plan, parcels_of, square

from blockplan.compare.side_by_side import drawn_ha
from blockplan.compare.transition import SMALLEST_PIECE_M2, TransitionUse, land, overlay, transitions
from blockplan.plan import read
from blockplan.units import M2_PER_HA

HOMES, PARK = TransitionUse("cn2023", "0701"), TransitionUse("cn2023", "1401")


def drawn(shapes, uses):
    parcels = parcels_of(*uses)
    return a_plan(parcels.set_geometry(list(shapes), crs=parcels.crs))


def found(before, after):
    return {(row.was, row.now): round(row.ha, 6) for row in transitions("x", before, after)}


def test_land_that_keeps_its_use_stands_on_the_diagonal():
    plan = a_plan(parcels_of("0701", "1401", "0701"))
    assert found(plan, plan) == {(HOMES, HOMES): 2.0, (PARK, PARK): 1.0}


def test_land_that_only_one_plan_draws_has_no_use_on_the_other_side():
    before = drawn([square(0), square(1)], ["0701", "1401"])
    after = drawn([square(1), square(2)], ["1401", "0701"])
    assert found(before, after) == {(HOMES, None): 1.0, (PARK, PARK): 1.0, (None, HOMES): 1.0}


def test_land_without_a_use_is_told_from_land_that_is_not_drawn():
    before = drawn([square(0)], [None])
    after = drawn([square(0), square(1)], ["0701", None])
    rows = [row.to_dict() for row in transitions("x", before, after)]
    said = [(row["from"], row["from_drawn"], row["to"], row["to_drawn"]) for row in rows]
    assert said == [(None, True, "0701", True), (None, False, None, True)]


def test_the_same_code_of_two_lists_is_not_the_same_use():
    before = a_plan(parcels_of("R2", land_use_list=["gb50137"]))
    after = a_plan(parcels_of("R2", land_use_list=["elsewhere"]))
    assert found(before, after) == {(TransitionUse("gb50137", "R2"), TransitionUse("elsewhere", "R2")): 1.0}


def test_land_drawn_twice_counts_once_as_that_of_the_first_parcel():
    both = [shapely.box(X, Y, X + 100, Y + 100), shapely.box(X + 50, Y, X + 150, Y + 100)]
    plan = drawn(both, ["0701", "1401"])
    assert found(plan, plan) == {(HOMES, HOMES): 1.0, (PARK, PARK): 0.5}
    assert drawn_ha(plan) == pytest.approx(1.5)


def test_a_parcel_whose_outline_crosses_itself_still_counts_its_land():
    bow = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    assert found(drawn([bow], ["0701"]), drawn([bow], ["0701"])) == {(HOMES, HOMES): 0.5}


def test_parcels_that_share_an_id_are_all_counted():
    parcels = parcels_of("0701", "1401").assign(parcel_id="A")
    assert found(a_plan(parcels), a_plan(parcels)) == {(HOMES, HOMES): 1.0, (PARK, PARK): 1.0}


def test_a_plan_without_parcels_gives_and_takes_everything():
    empty, full = a_plan(parcels_of("0701")), a_plan(parcels_of("0701", "1401"))
    nothing = empty.replace(parcels=empty.layer("parcels").iloc[:0])
    assert found(full, nothing) == {(HOMES, None): 1.0, (PARK, None): 1.0}
    assert found(nothing, full) == {(None, HOMES): 1.0, (None, PARK): 1.0}
    assert found(nothing, nothing) == {}


def test_the_pieces_that_change_are_kept_for_the_map():
    before = drawn([square(0)], ["0701"])
    after = drawn(
        [shapely.box(X, Y, X + 100, Y + 25), shapely.box(X, Y + 25, X + 100, Y + 100)], ["1401", "0701"]
    )
    (piece,) = overlay(before, after).changed[HOMES, PARK]
    assert piece.equals(shapely.box(X, Y, X + 100, Y + 25))


cuts = st.lists(st.floats(0.02, 0.98), max_size=4, unique=True)
codes = st.sampled_from(["0701", "1401", "16", None])


@st.composite
def strips(draw):
    """A rectangle, cut into strips across and along, each with a use."""
    west, south = draw(st.integers(0, 3)) * 40.0, draw(st.integers(0, 3)) * 40.0
    xs, ys = sorted([0.0, 1.0, *draw(cuts)]), sorted([0.0, 1.0, *draw(cuts)])
    shapes = [
        shapely.box(X + west + 300 * a, Y + south + 200 * c, X + west + 300 * b, Y + south + 200 * d)
        for a, b in pairwise(xs)
        for c, d in pairwise(ys)
    ]
    return drawn(shapes, [draw(codes) for _ in shapes])


@pytest.mark.long
@given(strips(), strips())
def test_the_rows_add_up_to_what_each_plan_draws_of_each_use(before, after):
    rows = transitions("x", before, after)
    # Rounding along borders goes with a neighbour: the plan before adds up to the last figure, the plan
    # after to less than the smallest piece for each parcel.
    lost = (len(before.layer("parcels")) + len(after.layer("parcels"))) * SMALLEST_PIECE_M2 / M2_PER_HA
    for side, plan, slack in (("was", before, 1e-9), ("now", after, lost)):
        sums, drawn_of = Counter(), Counter()
        for row in rows:
            if (use := getattr(row, side)) is not None:
                sums[use.code] += row.ha
        for use, shape in zip(land(plan).uses, plan.layer("parcels").geometry, strict=True):
            drawn_of[use.code] += shape.area / M2_PER_HA
        for code in sums.keys() | drawn_of.keys():
            assert sums[code] == pytest.approx(drawn_of[code], abs=slack)
        assert sum(sums.values()) == pytest.approx(drawn_ha(plan), abs=slack)
    assert [row for row in rows if row.ha <= 0] == []


@pytest.mark.long
@given(strips(), strips())
def test_turning_the_comparison_round_turns_the_matrix(before, after):
    there, back = found(before, after), found(after, before)
    turned = {(now, was): ha for (was, now), ha in back.items()}
    for key in there.keys() | turned.keys():
        assert there.get(key, 0.0) == pytest.approx(turned.get(key, 0.0), abs=0.01)


def test_the_reference_scenarios_reconcile_with_the_drawn_areas(reference):
    plan, other = read(reference), read(reference, "c")
    rows = transitions("c", plan, other)
    assert sum(row.ha for row in rows if row.was) == pytest.approx(drawn_ha(plan), abs=1e-6)
    assert sum(row.ha for row in rows if row.now) == pytest.approx(drawn_ha(other), abs=1e-6)
    assert all(row.was and row.now for row in rows)
