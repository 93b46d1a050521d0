import pytest
from tests.support.town import edited, kinds, only, said, town


def test_a_code_and_a_name_that_differ_are_a_fault_that_names_both_codes():
    fault = only(edited(town(), "parcels", "F", land_use_name="防护绿地"))
    assert (said(fault), fault.grade, fault.id) == ("pq-code.differs", "error", "F")
    assert (fault.features, fault.aspect) == ((("parcels", "F"),), "land_use")
    assert fault.values["codes"] == ["1401", "1402"]
    assert fault.message() == "F has the code 1401 (公园绿地) but the name 防护绿地, which is 1402."
    assert fault.message("zh") == "F 的代码为 1401（公园绿地），名称却是“防护绿地”（1402）。"


@pytest.mark.parametrize(
    "name", ["公园绿地", "Park green space", "park  green space", "绿地与开敞空间用地", None, ""]
)
def test_a_name_in_any_language_or_of_a_wider_class_agrees(name):
    assert kinds(edited(town(), "parcels", "F", land_use_name=name)) == []


def test_a_name_of_a_narrower_class_differs_for_a_rule_may_count_only_that():
    fault = only(
        edited(edited(town(), "parcels", "H", land_use="0804"), "parcels", "H", land_use_name="中小学用地")
    )
    assert (said(fault), fault.values["codes"]) == ("pq-code.differs", ["0804", "080403"])


def test_a_name_that_no_list_knows_is_a_note():
    fault = only(edited(town(), "parcels", "F", land_use_name="big green"))
    assert (said(fault), fault.grade) == ("pq-code.name", "note")


def test_an_unknown_code_is_an_error():
    fault = only(edited(town(), "parcels", "E", land_use="9999"))
    assert (said(fault), fault.grade, fault.aspect) == ("pq-code.unknown", "error", "land_use")
    assert fault.message() == "E has the land use 9999, which the list cn2023 does not know."


def test_a_code_that_lost_its_zero_says_so():
    fault = only(edited(town(), "parcels", "E", land_use="902"))
    assert (said(fault), fault.values["codes"]) == ("pq-code.zero", ["0902", "902"])
    assert fault.message() == "E has the land use 902; the list cn2023 has 0902: a leading zero was lost."


def test_a_parcel_without_a_code_is_an_error():
    assert kinds(edited(town(), "parcels", "E", land_use=None)) == ["pq-code.missing E"]


def test_codes_of_another_list_are_known_once_the_list_is_named():
    assert kinds(edited(town(), "parcels", "E", land_use="B2", land_use_list="gb50137")) == []
    assert kinds(edited(town(), "parcels", "E", land_use="B2")) == ["pq-code.unknown E"]
    assert kinds(edited(town(), "parcels", "E", land_use_list="utopia")) == ["pq-code.list E"]


def test_a_whole_column_of_unknown_codes_is_one_fault():
    fault = only(edited(town(), "parcels", land_use="X9", land_use_name=None))
    assert (said(fault), fault.id, len(fault.features)) == ("pq-code.unknown-all", None, 9)


def test_a_strange_code_among_the_permitted_is_a_warning():
    assert kinds(edited(town(), "parcels", "E", permitted="0901, 0802")) == []
    fault = only(edited(town(), "parcels", "E", permitted="0901，077"))
    assert (said(fault), fault.grade, fault.aspect) == ("pq-code.other", "warning", "permitted")


def test_a_value_that_no_rule_knows_is_one_note_for_all_that_have_it():
    fault = only(edited(town(), "streets", **{"class": "boulevard"}))
    assert (said(fault), fault.grade, len(fault.features)) == ("pq-value.unknown", "note", 4)
    assert kinds(edited(town(), "stops", "t-1", modes="subway, ferry")) == ["pq-value.unknown t-1"]
    assert kinds(edited(town(), "facilities", "hospital", service="temple")) == ["pq-value.unknown hospital"]
