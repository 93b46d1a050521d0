import pytest
from tests.support.town import edited, kinds, line, only, said, town

from blockplan.plan import validate


def says(plan, id_="T-1", zh=None, en=None, ja=None, **columns):
    return edited(plan, "statements", id_, text_zh=zh, text_en=en, text_ja=ja, **columns)


def test_a_text_that_differs_from_the_drawing_is_one_fault_of_text_and_object():
    text = {"zh": "西区约0.04平方公里。", "en": "The west covers 0.04 km2.", "ja": "西地区は約4ヘクタール。"}
    fault = only(says(town(), bound_to="object:west", **text))
    assert (said(fault), fault.grade, fault.layer, fault.id) == ("pq-text", "error", "statements", "T-1")
    assert fault.features == (("statements", "T-1"), ("areas", "west"))
    assert fault.aspect == "geometry"
    assert (fault.measured, fault.unit) == (pytest.approx(-10_000), "m2")
    assert (
        fault.message() == "Statement T-1 says 0.04平方公里 (zh), but west of areas is drawn with 0.0300 km²."
    )


def test_one_language_that_differs_is_one_fault_and_not_also_a_difference_of_languages():
    text = {"zh": "西区约0.03平方公里。", "en": "The west covers 0.036 km2.", "ja": "西地区は約3ヘクタール。"}
    fault = only(says(town(), bound_to="object:west", **text))
    assert (said(fault), fault.values["language"], fault.values["said"]) == ("pq-text", "en", "0.036 km2")


def test_a_text_is_held_to_the_precision_it_states():
    assert kinds(says(town(), bound_to="object:west", en="West: 3 ha.")) == []
    assert kinds(says(town(), bound_to="object:west", en="West: 3.0 ha.")) == []
    assert kinds(says(town(), bound_to="object:west", en="West: 3.1 ha.")) == ["pq-text T-1"]


def test_the_length_of_a_line_is_held_against_the_text():
    assert kinds(says(town(), "T-2", en="three hundred metres", bound_to="object:belt")) == []
    fault = only(edited(town(), "structure", "belt", line((1, 0), (1, 2))))
    assert (said(fault), fault.id) == ("pq-text", "T-2")
    assert fault.message() == "Statement T-2 says 三百米 (zh), but belt of structure is drawn with 200.00 m."


def test_the_sum_of_the_areas_may_be_stated():
    assert kinds(says(town(), en="The areas come to 9 ha; others say 9.57 or about 10 ha.")) == []
    assert kinds(says(town(), en="The areas come to 8 ha.")) == ["pq-text T-1"]


def test_in_a_list_of_areas_every_one_must_fit():
    fault = only(says(town(), en="West and east: 3 and 7 ha."))
    assert (said(fault), fault.values["object"], fault.values["said"]) == ("pq-text", "east", "7 ha")


def test_a_text_about_something_else_is_not_held_against_the_area():
    assert (
        kinds(says(town(), bound_to="object:west", en="4,000 m of paths in 2035, for 50,000 people.")) == []
    )
    assert kinds(says(town(), bound_to="rule:zone-green", en="20 m2 of green for everybody.")) == []


def test_sizes_that_differ_between_languages_are_an_error():
    fault = only(says(town(), "T-3", zh="半径500米。", en="A radius of 500 m.", ja="半径800メートル。"))
    assert (said(fault), fault.grade, fault.id) == ("pq-text.languages", "error", "T-3")
    assert fault.message() == "Statement T-3 says 500米 in zh, but not in ja."


def test_numbers_that_differ_between_languages_are_a_warning():
    fault = only(says(town(), "T-3", zh="至2035年。", en="Until 2030.", ja="2035年まで。"))
    assert (said(fault), fault.grade) == ("pq-text.numbers", "warning")


def test_words_and_digits_and_units_may_differ_between_languages():
    plan = says(town(), "T-3", zh="九公里，每人20平方米，5万人。", en="Nine km, 20 m2 each, 50,000 people.",
                ja="9キロ、1人当たり20㎡、5万人。")  # fmt: skip
    assert kinds(plan) == []


def test_a_language_that_is_not_there_is_not_compared():
    assert kinds(says(town(), "T-3", en="Until 2030.")) == []


def test_a_core_is_never_held_against_a_size():
    plan = edited(town(), "structure", "core", town().layer("areas").geometry["east"])
    assert kinds(says(plan, bound_to="object:core, object:west", en="A core in the west of 3 ha.")) == []
    assert not validate(says(plan, bound_to="object:core", en="A core of 1 ha."))
