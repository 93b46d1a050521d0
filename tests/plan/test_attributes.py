import numpy as np
import pytest
from tests.support.town import edited, kinds, only, said, town

from blockplan.plan import validate


def test_a_declared_area_five_per_cent_off_is_a_fault_of_the_parcels_geometry():
    fault = only(edited(town(), "parcels", "E", declared_area_m2=10_500.0))
    assert (said(fault), fault.grade, fault.id) == ("pq-declared", "error", "E")
    assert (fault.measured, fault.unit, fault.aspect) == (500, "m2", "geometry")
    assert fault.message() == "E declares 10,500.0 m² but is drawn with 10,000.0 m² (+5.00 %)."
    assert fault.message("ja") == "E の申告面積は 10,500.0 m²、図上の面積は 10,000.0 m² です（+5.00 %）。"


@pytest.mark.parametrize(("declared", "found"), [(10_050, []), (10_051, ["pq-declared E"]), (np.nan, [])])
def test_a_declared_area_may_be_half_a_per_cent_off(declared, found):
    assert kinds(edited(town(), "parcels", "E", declared_area_m2=declared)) == found


def test_the_tolerance_of_declared_areas_is_a_parameter():
    plan = town(parameters={"declared_tolerance_share": 0.06})
    assert kinds(edited(plan, "parcels", "E", declared_area_m2=10_500)) == []


@pytest.mark.parametrize(("declared", "unit"), [(1.0, "ha"), (0.01, "km2"), (15.0, "mu")])
def test_areas_declared_in_another_unit_are_one_fault_of_the_column(declared, unit):
    fault = only(edited(town(), "parcels", declared_area_m2=declared))
    assert (said(fault), fault.aspect, len(fault.features)) == (
        f"pq-declared.{unit}-all",
        "declared_area_m2",
        9,
    )
    assert kinds(edited(town(), "parcels", "E", declared_area_m2=declared)) == [f"pq-declared.{unit} E"]


def test_a_ratio_in_per_cent_is_named_with_what_is_meant():
    fault = only(edited(town(), "parcels", "E", far=180.0))
    assert (said(fault), fault.grade, fault.aspect, fault.measured) == ("pq-far.percent", "error", "far", 180)
    assert fault.message() == "E has a floor area ratio of 180, which is a percentage: 1.8 is meant."
    assert fault.remedy() == "Write 1.8 in far of E: floor area over site area, not in percent."


def test_a_column_of_ratios_in_per_cent_is_one_fault():
    fault = only(edited(town(), "parcels", far=180.0))
    assert (said(fault), fault.id, len(fault.features)) == ("pq-far.percent-all", None, 9)
    assert fault.message() == "9 of 9 parcels give their floor area ratio in percent (first: A, 180 for 1.8)."


def test_more_floor_than_the_ratio_allows_is_a_fault_of_the_floor_area():
    fault = only(edited(town(), "parcels", "E", floor_area_m2=20_000.0))
    assert (said(fault), fault.aspect, fault.measured) == ("pq-far.above", "floor_area_m2", 2_000)
    assert fault.message() == "E has 20,000 m² of floor area; its ratio of 1.8 allows 18,000 m²."


def test_a_ratio_counts_to_the_digit_in_which_it_is_written():
    assert kinds(edited(town(), "parcels", "E", floor_area_m2=18_499.0)) == []
    assert kinds(edited(town(), "parcels", "E", floor_area_m2=18_700.0)) == ["pq-far.above E"]
    assert kinds(edited(town(), "parcels", "E", far=1.85, floor_area_m2=18_643.0)) == ["pq-far.above E"]


def test_less_floor_than_an_upper_ratio_is_sound_and_than_a_lower_one_is_not():
    assert kinds(edited(town(), "parcels", "E", floor_area_m2=9_000.0)) == []
    plan = edited(town(), "parcels", "E", floor_area_m2=9_000.0, far_kind="lower")
    assert kinds(plan) == ["pq-far.below E"]
    for kind in ("guide", "range"):
        assert kinds(edited(town(), "parcels", "E", floor_area_m2=30_000.0, far_kind=kind)) == []


def test_a_ratio_without_a_kind_is_an_upper_limit():
    plan = edited(town(), "parcels", far_kind=None)
    assert kinds(edited(plan, "parcels", "E", floor_area_m2=30_000.0)) == ["pq-far.above E"]


@pytest.mark.parametrize(
    ("column", "value", "case"),
    [
        ("green_ratio", 30.0, "percent"),
        ("coverage_ratio", 1.01, "percent"),
        ("green_ratio", 130.0, "ratio"),
        ("green_ratio", -0.1, "negative"),
        ("residents", -1.0, "negative"),
        ("height_m", -9999.0, "negative"),
    ],
)
def test_a_number_that_cannot_be_is_a_fault_of_its_column(column, value, case):
    fault = only(edited(town(), "parcels", "E", **{column: value}))
    assert (said(fault), fault.grade, fault.id, fault.aspect) == (f"pq-value.{case}", "error", "E", column)


def test_a_share_in_per_cent_says_what_is_meant():
    fault = only(edited(town(), "parcels", "E", green_ratio=30.0))
    assert fault.message() == "green_ratio of E of parcels is 30; it is a share from 0 to 1, so 0.3 is meant."


def test_a_column_of_shares_in_per_cent_is_one_fault():
    fault = only(edited(town(), "parcels", green_ratio=30.0))
    assert (said(fault), len(fault.features)) == ("pq-value.percent-all", 9)


def test_levels_may_be_below_zero():
    assert kinds(edited(town(), "streets", "s-1", level=-1.0)) == []


def test_industry_shares_add_up_to_one_at_most():
    shares = {f"industry_{name}_share": 0.3 for name in ("health", "manufacturing", "digital")}
    assert kinds(edited(town(), "parcels", "B", **shares, industry_services_share=0.1)) == []
    fault = only(edited(town(), "parcels", "B", **shares, industry_services_share=0.3))
    assert (said(fault), fault.measured) == ("pq-value.sum", pytest.approx(1.2))


def test_a_nursing_home_without_beds_is_an_error_and_a_hospital_without_is_none():
    fault = only(edited(town(), "facilities", "nursing", beds=np.nan))
    assert (said(fault), fault.grade) == ("pq-missing.beds", "error")
    assert (fault.features, fault.aspect) == ((("facilities", "nursing"),), "beds")
    assert fault.message() == "nursing is a nursing home without a number of beds."
    assert fault.remedy() == "Fill in beds of nursing; an unknown number is not counted as zero."
    assert kinds(edited(town(), "facilities", "hospital", beds=np.nan)) == []


def test_the_services_that_need_beds_are_a_parameter():
    plan = town(parameters={"nursing_services": ["nursing_home", "hospital"]})
    assert kinds(edited(plan, "facilities", "hospital", beds=np.nan)) == ["pq-missing.beds hospital"]


def test_a_culture_centre_without_floor_area_is_an_error():
    assert kinds(edited(town(), "facilities", "culture", floor_area_m2=np.nan)) == [
        "pq-missing.floor culture"
    ]


def test_a_school_without_places_is_a_note():
    fault = only(edited(town(), "facilities", "school", places=np.nan))
    assert (said(fault), fault.grade, fault.id) == ("pq-missing.places", "note", "school")
    assert fault.message("en") == "Schools and kindergartens without a number of places: 1 (first: school)."


def test_homes_without_residents_are_an_error_only_where_residents_are_counted_by_parcel():
    plan = edited(town(), "parcels", "A", residents=np.nan)
    assert kinds(plan) == ["pq-missing.residents A"]
    plan = edited(town(residents={"source": "given", "total": 300}), "parcels", "A", residents=np.nan)
    assert kinds(plan) == []


def test_residents_without_any_home_are_a_warning():
    fault = only(edited(town(), "parcels", "A", dwellings=0.0))
    assert (said(fault), fault.grade) == ("pq-household.none", "warning")
    assert fault.message() == "A of parcels has 100 residents and no dwelling."
    assert kinds(edited(town(), "parcels", "A", dwellings=np.nan)) == []
    assert kinds(edited(town(), "parcels", "A", dwellings=9.0)) == ["pq-household.crowded A"]


def test_a_word_where_a_number_should_be_is_reported_from_reading():
    found = validate(edited(town(), "parcels", "E", far="high"))
    assert [said(fault) for fault in found] == ["pq-value"]
    assert found[0].message() == (
        "far of E of parcels is 'high', which cannot be read as number; it counts as unknown."
    )


@pytest.mark.parametrize(
    ("lang", "message", "column"),
    [
        ("zh", "nursing（养老机构）没有床位数。", "nursing 的床位数（beds）；"),
        ("ja", "nursing（介護施設）に床数がありません。", "nursing の床数（beds）を"),
        ("en", "nursing is a nursing home without a number of beds.", "beds of nursing;"),
    ],
)
def test_services_and_columns_are_named_in_the_readers_language(lang: str, message: str, column: str) -> None:
    fault = only(edited(town(), "facilities", "nursing", beds=np.nan))
    assert fault.message(lang) == message
    assert column in fault.remedy(lang)
    assert "）（" not in only(edited(town(), "facilities", "culture", floor_area_m2=np.nan)).remedy(lang)


def test_a_column_that_holds_no_number_is_named_with_its_layer() -> None:
    faults = validate(edited(town(), "facilities", "nursing", beds="many"))
    (fault,) = (one for one in faults if one.rule == "pq-value")
    assert fault.message("zh") == "设施 nursing 的床位数为“many”，无法按数值读取，按未知处理。"
