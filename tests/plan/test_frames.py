import pandas as pd
from tests.support.builders import a_plan, parcels_of

from blockplan.plan import Difference, Plan, with_scenario
from blockplan.plan.model.plan import tidied


def test_every_column_of_the_contract_is_there_and_unknown():
    parcels = a_plan(parcels_of("1401")).layer("parcels")
    assert pd.isna(parcels.at["A", "far"])
    assert parcels.at["A", "subblock_id"] is None
    assert parcels.at["A", "committed"] is pd.NA


def test_an_absent_layer_is_a_frame_without_rows_and_known_to_be_absent():
    plan = a_plan()
    assert len(plan.layer("facilities")) == 0
    assert "beds" in plan.layer("facilities")
    assert not plan.has_layer("facilities")


def test_a_number_that_is_no_number_is_unknown_and_a_fault():
    plan = a_plan(parcels_of("0701", "0701", residents=["1.5", "about 40"]))
    assert plan.layer("parcels").at["A", "residents"] == 1.5
    assert pd.isna(plan.layer("parcels").at["B", "residents"])
    (found,) = plan.read_faults
    assert (found.rule, found.layer, found.id, found.aspect) == ("pq-value", "parcels", "B", "residents")


def test_a_refused_value_stays_a_fault_under_a_scenario_and_after_an_edit_elsewhere():
    parcels = parcels_of("0701", "0701", residents=["many", "7"])
    other, corrected = parcels.iloc[[1]].assign(residents=8), parcels.iloc[[0]].assign(residents=5)
    base = a_plan(parcels)
    assert [found.id for found in base.under("b", tidied({"parcels": other})).read_faults] == ["A"]
    assert base.under("b", tidied({"parcels": corrected})).read_faults == ()
    assert [found.id for found in base.replace(facilities=pd.DataFrame()).read_faults] == ["A"]
    assert base.replace(parcels=parcels.assign(residents=[5, 7])).read_faults == ()


def test_a_value_that_is_refused_in_a_scenario_is_a_fault_of_the_scenario():
    parcels = parcels_of("0701", "0701", residents=[3, 7])
    known = a_plan(parcels, {"scenarios": {"b": "more"}})
    plan = Plan(
        known.manifest,
        known.layers,
        differences={"b": Difference({"parcels": parcels.iloc[[1]].assign(residents="lots")})},
    )
    assert plan.read_faults == ()
    assert [found.id for found in with_scenario(plan, "b").read_faults] == ["B"]


def test_blank_text_is_unknown_not_a_fault():
    plan = a_plan(parcels_of("0701", residents=[" "], owner=[""]))
    assert pd.isna(plan.layer("parcels").at["A", "residents"])
    assert plan.read_faults == ()


def test_numbers_as_ids_keep_no_decimal_point():
    parcels = parcels_of("0701", "1401").assign(parcel_id=[7.0, 8.0])
    assert list(a_plan(parcels).layer("parcels").index) == ["7", "8"]


def test_a_feature_without_id_is_named_by_its_row():
    parcels = parcels_of("0701", "1401").assign(parcel_id=["A", None])
    assert list(a_plan(parcels).layer("parcels").index) == ["A", "(row 2)"]


def test_flags_are_read_from_words_and_numbers():
    parcels = parcels_of("0701", "0701", "0701", committed=["yes", "0", None])
    assert a_plan(parcels).layer("parcels")["committed"].tolist() == [True, False, pd.NA]
