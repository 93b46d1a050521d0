"""Which parcels belong to a land use, and how missing things are named."""

from __future__ import annotations

from tests.measure.conftest import one, plan_of, square

from blockplan.measure.columns import absent, of_codes, unknown


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
    assert missing == ("parcels.land_use in more detail (for 080403, 080404) of P-1",)


def test_a_parcel_without_land_use_is_missing() -> None:
    assert of_codes(parcels((None, None), ("0701", None)), ("1401",))[1] == ("parcels.land_use of P-1",)


def test_a_code_that_no_list_knows_is_itself() -> None:
    chosen, missing = of_codes(parcels(("X9", None), ("X9", "town-list")), ("X9",))
    assert chosen.all()
    assert missing == ()
    assert not of_codes(parcels(("X9", None)), ("1401",))[0].any()


def test_many_missing_features_are_named_in_part_and_counted() -> None:
    lines = unknown("parcels.residents", [f"P-{number}" for number in range(30)], 31)
    assert len(lines) == 21
    assert lines[-1] == "parcels.residents of 10 more"


def test_parcels_without_a_row_on_planned_land_are_as_good_as_absent() -> None:
    boundary = [{"geometry": square(0, 0)}]
    bare = plan_of(boundary=boundary, parcels=[])
    assert absent(bare, "parcels") == ("parcels: no rows, though the boundary encloses land",)
    assert absent(bare, "boundary") == ()
    assert absent(plan_of(boundary=boundary), "parcels") == ("parcels: layer absent",)
    assert absent(plan_of(parcels=[]), "parcels") == ()
    assert one(bare, "parks_large").value is None
    assert one(bare, "education_land_per_1000").value is None
