import pickle

import pandas as pd
from tests.support.town import edited, frame, kinds, only, said, spot, town, without

from blockplan.plan import validate


def test_an_id_that_two_features_bear_is_one_fault():
    stops = frame({"stop_id": ["t-1", "t-1"], "modes": "bus"}, [spot(1, 1), spot(2, 1)])
    fault = only(town().replace(stops=stops))
    assert (said(fault), fault.grade, fault.id, fault.aspect) == ("pq-id", "error", "t-1", "stop_id")
    assert fault.message() == "2 features of stops bear the id t-1."


def test_a_feature_without_an_id_is_a_fault_named_by_its_row():
    fault = only(edited(town(), "stops", "t-1", stop_id=None))
    assert (said(fault), fault.id) == ("pq-id.missing", "(row 1)")
    assert fault.message() == "(row 1) of stops has no stop_id."
    for lang in ("zh", "ja"):
        assert "(row" not in fault.message(lang) + fault.remedy(lang)


def test_features_without_ids_are_one_fault():
    fault = only(edited(town(), "streets", street_id=None))
    assert (said(fault), fault.id, len(fault.features)) == ("pq-id.missing-many", None, 4)
    assert fault.message("en").endswith(": (row 1), (row 2), (row 3), (row 4).")
    assert fault.message("zh").endswith("：第 1 行、第 2 行、第 3 行、第 4 行。")
    assert ", " not in fault.message("ja")


def test_a_building_on_a_parcel_that_is_not_there_is_a_fault():
    fault = only(edited(town(), "buildings", "b-A", parcel_id="Z"))
    assert (said(fault), fault.id, fault.aspect) == ("pq-reference", "b-A", "parcel_id")
    assert fault.message() == "b-A of buildings names Z in parcel_id, but parcels has no such feature."
    assert fault.remedy() == "Correct parcel_id of b-A, or add Z to parcels."


def test_a_block_that_was_renamed_is_one_fault_for_all_its_parcels():
    fault = only(edited(town(), "blocks", "K", block_id="K2"))
    assert (said(fault), len(fault.features)) == ("pq-reference.many", 9)


def test_what_stood_on_a_parcel_that_was_taken_out_lies_in_the_gap():
    assert kinds(without(town(), "parcels", "A")) == ["pq-cover parcels"]


def test_parcels_named_in_a_plan_without_parcels_are_one_fault():
    plan = town()
    bare = {name: layer for name, layer in plan.layers.items() if name != "parcels"}
    assert kinds(type(plan)(plan.manifest, bare)) == [
        "pq-reference.layer buildings",
        "pq-layer.parcels parcels",
    ]


def test_a_parcel_that_lost_its_id_is_not_also_a_missing_parent():
    assert kinds(edited(town(), "parcels", "A", parcel_id=None)) == ["pq-id.missing (row 1)"]


def test_a_core_in_an_area_that_is_not_there_is_a_fault():
    assert kinds(edited(town(), "structure", "core", area_id="north")) == ["pq-reference core"]


def test_a_statement_bound_to_what_is_not_there_is_a_warning():
    fault = only(without(town(), "structure", "belt"))
    assert (said(fault), fault.grade, fault.id, fault.aspect) == (
        "pq-reference.bound",
        "warning",
        "T-2",
        "bound_to",
    )
    assert fault.message() == "Statement T-2 is bound to object:belt, which the plan does not have."
    assert kinds(edited(town(), "statements", "T-3", bound_to="layer:rivers")) == ["pq-reference.bound T-3"]
    assert kinds(edited(town(), "statements", "T-3", bound_to="the belt")) == ["pq-reference.binding T-3"]
    assert kinds(edited(town(), "statements", "T-3", bound_to="measure:jobs=>2")) == [
        "pq-reference.binding T-3"
    ]
    assert kinds(edited(town(), "statements", "T-3", bound_to="measure:jobs>=2, manifest:level=block")) == []
    assert kinds(edited(town(), "statements", "T-3", bound_to="layer:water,programme:incubator")) == []


def test_a_plan_of_one_table_of_statements_is_no_crash():
    plan = town()
    statements = pd.DataFrame({"statement_id": ["T"], "bound_to": [None]})
    bare = type(plan)(plan.manifest, {"statements": statements})
    assert kinds(bare) == ["pq-layer boundary", "pq-layer.parcels parcels"]


def test_a_plan_can_be_kept_in_a_file_with_what_was_found_of_its_names():
    plan = edited(town(), "buildings", "b-A", parcel_id="Z")
    found = validate(plan)
    assert validate(pickle.loads(pickle.dumps(plan))) == found
