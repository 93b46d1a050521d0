"""Which parcels belong to a land use, and how missing things are named."""

from __future__ import annotations

import math

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.support.squares import one, plan_of, square

from blockplan.measure.inputs.columns import Asked, absent, areas_m2, of_codes, points, total
from blockplan.measure.inputs.feature_points import four_cornered
from blockplan.measure.missing import Missing, lines, unknown
from blockplan.plan import validate


def parcels(*uses: tuple[str | None, str | None]) -> object:
    return plan_of(
        parcels=[{"land_use": use, "land_use_list": name, "geometry": square(0, 0)} for use, name in uses]
    )


def test_a_code_below_the_one_asked_for_belongs_to_it() -> None:
    chosen, missing = of_codes(parcels(("080403", None), ("0805", "cn2023")), ("0804",))
    assert chosen.tolist() == [True, False]
    assert missing == ()


def test_a_code_of_another_list_counts_by_its_national_meaning() -> None:
    chosen, _ = of_codes(parcels(("G1", "gb50137"), ("R21", "gb50137")), ("1401",))
    assert chosen.tolist() == [True, False]


def test_a_code_too_coarse_to_tell_is_missing_not_absent() -> None:
    chosen, missing = of_codes(parcels(("08", None), ("0701", None)), ("080403", "080404"))
    assert not chosen.any()
    assert lines(missing) == ("parcels.land_use in more detail (for 080403, 080404) of P-1",)


def test_a_parcel_without_land_use_is_missing() -> None:
    missing = of_codes(parcels((None, None), ("0701", None)), ("1401",))[1]
    assert lines(missing) == ("parcels.land_use of P-1",)


def test_a_code_that_no_list_knows_is_itself() -> None:
    chosen, missing = of_codes(parcels(("X9", None), ("X9", "town-list")), ("X9",))
    assert chosen.all()
    assert missing == ()
    assert not of_codes(parcels(("X9", None)), ("1401",))[0].any()


def test_many_missing_features_are_named_in_part_and_counted() -> None:
    (found,) = unknown(Missing("parcels", "residents"), [f"P-{number}" for number in range(30)], 31)
    assert (found.layer, found.column, len(found.ids), found.more) == ("parcels", "residents", 20, 10)
    assert len(found.lines()) == 21
    assert found.lines()[-1] == "parcels.residents of 10 more"


def test_parcels_without_a_row_on_planned_land_are_as_good_as_absent() -> None:
    boundary = [{"geometry": square(0, 0)}]
    bare = plan_of(boundary=boundary, parcels=[])
    assert lines(absent(bare, "parcels")) == ("parcels: no rows, though the boundary encloses land",)
    assert absent(bare, "boundary") == ()
    assert lines(absent(plan_of(boundary=boundary), "parcels")) == ("parcels: layer absent",)
    assert absent(plan_of(parcels=[]), "parcels") == ()
    assert one(bare, "parks_large").value is None
    assert one(bare, "education_land_per_1000").value is None


def test_a_code_of_the_older_list_without_a_twin_is_what_lies_below_it_or_open() -> None:
    older = [(code, "gb50137") for code in ("R1", "R2", "R3", "A3", "B3", "S3")]
    plan = parcels(*older)
    for codes, told in (
        (("07",), [True, True, True, False, False, False]),
        (("08",), [False, False, False, True, False, False]),
        (("09",), [False, False, False, False, True, False]),
        (("12",), [False, False, False, False, False, True]),
    ):
        chosen, missing = of_codes(plan, codes)
        assert (chosen.tolist(), missing) == (told, ()), codes
    chosen, missing = of_codes(plan, ("0804",))
    assert (chosen.any(), lines(missing)) == (False, ("parcels.land_use in more detail (for 0804) of P-4",))
    assert len(lines(of_codes(plan, ("0701", "0703"))[1])) == 3


def test_residential_land_of_the_older_list_is_residential_and_noted_where_it_leaves_a_class_open() -> None:
    plan = plan_of(
        boundary=[{"geometry": square(0, 0)}],
        parcels=[
            {
                "land_use": "R2",
                "land_use_list": "gb50137",
                "residents": 10,
                "geometry": square(0, 0, 100, 80),
            },
            {"land_use": "G1", "land_use_list": "gb50137", "geometry": square(0, 80, 100, 20)},
        ],
    )
    assert one(plan, "land_share", land_codes=["07"]).value == 0.8
    (noted,) = [one_ for one_ in validate(plan) if one_.case.startswith("coarse")]
    assert (noted.grade, noted.id) == ("note", "P-1")
    assert "070102, 0702" in noted.message("en")


def test_a_row_is_worked_out_when_it_is_asked_for_and_only_once() -> None:
    squares, made = Asked.none(4, np.nan), []

    def square_of(rows: np.ndarray) -> np.ndarray:
        made.append(rows.tolist())
        return rows**2.0

    assert squares.of(np.array([False, True, False, True]), square_of).tolist() == [1, 9]
    assert squares.of(np.array([3, 1, 2]), square_of).tolist() == [9, 1, 4]
    assert squares.of(None, square_of).tolist() == [0, 1, 4, 9]
    assert made == [[1, 3], [2], [0]]


def test_rows_of_a_layer_are_what_the_whole_layer_says_of_them() -> None:
    bow = square(0, 0).boundary.interpolate([0, 0.25, 0.75, 0.5, 0], normalized=True)
    plan = plan_of(
        parcels=[{"geometry": one} for one in (square(0, 0), shapely.Polygon(bow), None, square(200, 0, 50))]
    )
    few = np.array([3, 1])
    some, spots = areas_m2(plan, "parcels", few), points(plan, "parcels", few)
    assert some.tolist() == areas_m2(plan, "parcels")[few].tolist()
    assert (
        spots.tolist()
        == points(plan, "parcels")[few].tolist()
        == points(plan.replace(), "parcels")[few].tolist()
    )


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 2.0**40, 2.0**52]),
    st.booleans(),
    st.sampled_from([200, 3000]),
)
def test_whole_numbers_and_others_add_up_to_what_they_are_exactly(
    seed: int, size: float, whole: bool, count: int
) -> None:
    random = np.random.default_rng(seed)
    numbers = random.uniform(-size, size, count) * 10.0 ** random.integers(-20, 3, count)
    numbers = np.rint(numbers) if whole else numbers
    assert total(numbers).hex() == math.fsum(numbers.tolist()).hex()


def test_a_sum_of_nothing_is_zero_and_of_the_unknown_unknown() -> None:
    assert total(np.full(100, -0.0)).hex() == math.fsum([-0.0] * 100).hex()
    for known in (50, 5000):
        assert math.isnan(total(np.array([1.5] * known + [np.nan])))
        assert total(np.array([1.5] * known + [np.inf])) == np.inf


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=4),
        min_size=100,
        max_size=100,
    ),
    st.sampled_from([0.01, 1.0, 1e4]),
)
def test_a_convex_plot_is_valid_and_holds_its_middle_and_no_other_is_called_convex(
    corners: list[list[tuple[int, int]]], metre: float
) -> None:
    drawn = np.array([shapely.Polygon(np.array(four) * metre + 4e6) for four in corners], dtype=object)
    convex = four_cornered(drawn)
    assert shapely.is_valid(drawn[convex]).all()
    assert shapely.contains(drawn[convex], shapely.centroid(drawn[convex])).all()
    if metre >= 1:
        cornered = shapely.get_num_coordinates(shapely.convex_hull(drawn)) == 5
        assert (convex == shapely.is_valid(drawn) & cornered).all()
