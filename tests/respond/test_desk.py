"""What people do at the desk is kept as entries, and what stands follows from them."""

import pytest
from tests.respond.made import CLERK, a_desk, a_record, an_answer, submit

from blockplan.errors import UsageError
from blockplan.respond import Desk

TWO_POINTS = "1. 希望在北侧增加绿地\n2. 停车位不够，请增加"


def test_an_opinion_is_cut_into_its_points_with_places_in_the_original():
    desk = a_desk(TWO_POINTS)
    assert [(segment.id, desk.text_of(segment)) for segment in desk.segments["O-1"]] == [
        ("O-1.1", "1. 希望在北侧增加绿地\n"),
        ("O-1.2", "2. 停车位不够，请增加"),
    ]


def test_a_desk_read_anew_from_the_record_stands_as_the_one_that_wrote_it():
    desk = a_desk(TWO_POINTS, "绿地太少，希望多一些公园")
    theme = desk.name_theme({"zh": "绿地"}, by=CLERK)
    desk.assign(["O-1.1", "O-2.1"], theme, by=CLERK)
    desk.answer_theme(theme, an_answer(), by=CLERK)
    desk.split("O-1.2", 20, by=CLERK)
    desk.fold(["O-1", "O-2"], by=CLERK)
    again = Desk(desk.record)
    for name in ("segments", "themes", "campaigns", "runs", "_theme_of", "_own"):
        assert getattr(again, name) == getattr(desk, name), name


def test_cutting_again_leaves_what_is_cut_alone():
    desk = a_desk(TWO_POINTS)
    before = len(desk.record.entries)
    assert desk.cut(by=CLERK) == 0
    assert len(desk.record.entries) == before


def test_the_parts_of_a_split_segment_keep_its_theme_and_its_own_answer():
    desk = a_desk("希望增加绿地。停车位也不够，请增加。")
    theme = desk.name_theme("green", by=CLERK)
    desk.assign(["O-1.1"], theme, by=CLERK)
    desk.answer_segment("O-1.1", an_answer("adopted"), by=CLERK)
    parts = desk.split("O-1.1", 7, by=CLERK)
    assert [part.id for part in parts] == ["O-1.2", "O-1.3"]
    assert [desk.text_of(part) for part in parts] == ["希望增加绿地。", "停车位也不够，请增加。"]
    assert all(desk.theme_of(part.id).id == theme for part in parts)
    assert all(desk.own_answer(part.id).kind == "adopted" for part in parts)


def test_a_segment_is_not_split_outside_itself_or_inside_a_character():
    desk = a_desk("e\u0301 as written, and more words")
    with pytest.raises(UsageError, match=r"goes from 0 to 29 and cannot be split at 1"):
        desk.split("O-1.1", 1, by=CLERK)
    with pytest.raises(UsageError, match="cannot be split at 29"):
        desk.split("O-1.1", 29, by=CLERK)


def test_merged_segments_keep_what_they_agree_on_only():
    desk = a_desk(TWO_POINTS)
    theme = desk.name_theme("all", by=CLERK)
    desk.assign(["O-1.1", "O-1.2"], theme, by=CLERK)
    desk.answer_segment("O-1.1", an_answer("adopted"), by=CLERK)
    whole = desk.merge(["O-1.2", "O-1.1"], by=CLERK)
    assert desk.text_of(whole) == TWO_POINTS
    assert desk.theme_of(whole.id).id == theme
    assert desk.own_answer(whole.id) is None


def test_segments_that_do_not_follow_each_other_are_not_merged():
    desk = a_desk("1. 绿地\n2. 停车\n3. 道路\n", "绿地太少，希望多一些公园")
    for names in (["O-1.1", "O-1.3"], ["O-1.1", "O-2.1"], ["O-1.1"]):
        with pytest.raises(UsageError, match="follow each other"):
            desk.merge(names, by=CLERK)


def test_a_name_of_a_segment_is_never_given_twice():
    desk = a_desk(TWO_POINTS)
    whole = desk.merge(["O-1.1", "O-1.2"], by=CLERK)
    parts = desk.split(whole.id, 5, by=CLERK)
    assert [whole.id, *(part.id for part in parts)] == ["O-1.3", "O-1.4", "O-1.5"]
    with pytest.raises(UsageError, match=r"no point 'O-1\.1' now"):
        desk.answer_segment("O-1.1", an_answer(), by=CLERK)


def test_an_answer_to_a_theme_reaches_all_its_segments_and_one_can_differ():
    desk = a_desk("绿地太少，希望多一些公园", "公园太小，希望扩大公园", "绿地里要有座椅和路灯")
    theme = desk.name_theme("green", by=CLERK)
    desk.assign(["O-1.1", "O-2.1", "O-3.1"], theme, by=CLERK)
    desk.answer_theme(theme, an_answer("adopted"), by=CLERK)
    desk.answer_segment("O-3.1", an_answer("outside_the_plan"), by=CLERK)
    assert [desk.answer_of(name).kind for name in ("O-1.1", "O-2.1", "O-3.1")] == [
        "adopted",
        "adopted",
        "outside_the_plan",
    ]


def test_a_segment_that_joins_an_answered_theme_has_its_answer_and_is_listed_as_come_later():
    desk = a_desk("绿地太少，希望多一些公园", "公园太小，希望扩大公园")
    theme = desk.name_theme("green", by=CLERK)
    desk.assign(["O-1.1"], theme, by=CLERK)
    desk.answer_theme(theme, an_answer("adopted"), by=CLERK)
    desk.assign(["O-2.1"], theme, by=CLERK)
    assert desk.answer_of("O-2.1").kind == "adopted"
    assert [segment.id for segment in desk.came_later(theme)] == ["O-2.1"]


def test_a_theme_that_is_merged_into_another_gives_it_its_segments():
    desk = a_desk("绿地太少，希望多一些公园", "公园太小，希望扩大公园")
    green, parks = desk.name_theme("green", by=CLERK), desk.name_theme("parks", by=CLERK)
    desk.assign(["O-1.1"], green, by=CLERK)
    desk.assign(["O-2.1"], parks, by=CLERK)
    desk.merge_themes(parks, green, by=CLERK)
    assert [segment.id for segment in desk.members(green)] == ["O-1.1", "O-2.1"]
    assert list(desk.themes) == [green]
    assert desk.name_theme("roads", by=CLERK) == "T-3"


def test_an_amended_opinion_is_cut_and_sorted_anew():
    desk = a_desk(TWO_POINTS)
    theme = desk.name_theme("green", by=CLERK)
    desk.assign(["O-1.1", "O-1.2"], theme, by=CLERK)
    desk.record.append("amended", {"opinion": "O-1", "text": "绿地太少，希望多一些公园"})
    again = Desk(desk.record)
    assert again.segments == {}
    assert again.cut(by=CLERK) == 1
    assert [segment.id for segment in again.segments["O-1"]] == ["O-1.3"]
    assert again.theme_of("O-1.3") is None


def test_what_is_not_there_is_refused_by_name():
    desk = a_desk(TWO_POINTS)
    with pytest.raises(UsageError, match="no theme 'T-9'"):
        desk.assign(["O-1.1"], "T-9", by=CLERK)
    with pytest.raises(UsageError, match=r"no point 'O-7\.1'"):
        desk.assign_all({"O-7.1": None}, by=CLERK)
    with pytest.raises(UsageError, match="got O-99"):
        desk.fold(["O-1", "O-99"], by=CLERK)


def test_folded_opinions_are_still_counted_one_by_one():
    record = a_record(*["反对这个方案，请停止建设"] * 3)
    desk = Desk(record)
    desk.cut(by=CLERK)
    desk.fold(["O-1", "O-2", "O-3"], by=CLERK)
    assert len(desk.open_segments()) == 3
    assert submit(record, "又一条") == "O-8"
