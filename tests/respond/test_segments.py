"""Segments cover the text, and stand where people would cut it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.errors import UsageError
from blockplan.respond.segments import FINENESS, PAIRS, split

PIECES = st.sampled_from(
    ["希望增加绿地", "。", "！", "？", "；", "：", "\n", "\r\n", "1.", "2、", "（1）", "①", "一、", "・",
     "「", "」", "“", "”", "(", ")", '"', " ", "反对", "道路が狭い", "e.g. ", "Mr. Wu ", "We object. ", "3.5",
     "\u3000", "\u0301", "\U0001f469\u200d\U0001f467", "第二，"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=200))


def cut(text, fineness="point"):
    return [text[start:end] for start, end in split(text, fineness)]


@given(TEXTS, st.sampled_from(FINENESS))
def test_joining_the_segments_gives_the_text_back(text, fineness):
    places = split(text, fineness)
    assert "".join(text[start:end] for start, end in places) == text
    assert all(start < end for start, end in places) or places == [(0, 0)]


@given(TEXTS, st.sampled_from(FINENESS))
def test_nothing_is_cut_between_cr_and_lf_or_inside_a_decimal_number(text, fineness):
    for start, _ in split(text, fineness)[1:]:
        assert text[start - 1 : start + 1] != "\r\n"
        assert not (
            text[start - 1] in ".．" and text[start].isdigit() and text[start - 2 : start - 1].isdigit()
        )


@given(
    st.sampled_from(sorted(PAIRS.items())),
    st.lists(st.sampled_from(["绿地。", "好！\n", "ok. ", "1.5", "\n2. "]), max_size=8).map("".join),
    st.sampled_from(FINENESS),
)
def test_nothing_is_cut_inside_quotation_marks_or_brackets(pair, inner, fineness):
    text = f"他说：先是这样。{pair[0]}{inner}{pair[1]}然后那样。希望得到答复，谢谢各位。"
    opened, closed = text.index(pair[0]), text.rindex(pair[1])
    assert all(not opened < start <= closed for start, _ in split(text, fineness))


def test_a_list_is_cut_at_its_numbers_and_the_lead_in_stays_with_the_first():
    assert cut("意见如下：1、增加绿地；2、容积率降到1.5以下。3、保留3.5米步道。") == [
        "意见如下：1、增加绿地；",
        "2、容积率降到1.5以下。",
        "3、保留3.5米步道。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "一、绿地太少|二、道路太窄",
        "（一）绿地太少\n|（二）道路太窄",
        "(1)绿地太少\n|(2)道路太窄",
        "①绿地太少；|②道路太窄",
        "第一，绿地太少。|第二，道路太窄。",
        "１．緑地が少ない\n|２．道路が狭い",
        "ア．緑地が少ない\n|イ．道路が狭い",
        "・ 緑地が少ない\n|・ 道路が狭い",
        "a) more trees\n|b) fewer cars",
        "• more trees\n|• fewer cars",
        "1. more trees 3.5 m high |2. fewer cars",
    ],
)
def test_numbers_and_bullets_of_many_styles_begin_a_segment(text):
    assert cut(text.replace("|", "")) == text.split("|")


def test_a_short_item_of_a_list_stands_by_itself():
    assert cut("1. 反对\n2. 增加公共厕所和停车位\n") == ["1. 反对\n", "2. 增加公共厕所和停车位\n"]


def test_a_greeting_goes_with_what_follows_and_a_name_with_what_went_before():
    text = "尊敬的领导：\n您好！\n希望在北侧增加一处公园。\n张某"
    assert cut(text) == [text]


def test_thanks_a_name_and_a_day_below_go_with_what_went_before():
    points = [
        "1. 希望在北侧增加一处公园\n",
        "2. 停车位不够，请增加\n恳请领导尽快答复！\n报告人：小区全体业主\n2026年3月1日",
    ]
    assert cut("".join(points)) == points


def test_a_list_inside_an_item_of_another_list_stays_with_it():
    points = [
        "一、违反招标条例第三十二条：\n（一）就同一项目提供有差别的信息；\n（二）设定的条件与合同履行无关；\n",
        "二、请依法查处，并公布结果。",
    ]
    assert cut("".join(points)) == points
    assert len(cut("1. 绿地太少\n• 北侧没有\n• 南侧也没有\n2. 停车位不够")) == 2


def test_house_numbers_after_a_colon_are_no_list():
    text = "涉及范围：1、2号楼和3.5米宽的通道，居民都不同意。"
    assert cut(text, "sentence") == [text]


def test_sentences_of_three_languages_are_told_apart():
    assert cut("绿地太少了，希望增加。道路也太窄了，请拓宽！", "sentence") == [
        "绿地太少了，希望增加。",
        "道路也太窄了，请拓宽！",
    ]
    assert cut("緑地が少ないと思います。道路を広げてください。", "sentence") == [
        "緑地が少ないと思います。",
        "道路を広げてください。",
    ]
    assert cut("See Art. 5 and the 3.5 m path, e.g. the west one. Mr. Wu agrees with us!", "sentence") == [
        "See Art. 5 and the 3.5 m path, e.g. the west one. ",
        "Mr. Wu agrees with us!",
    ]


def test_a_quoted_sentence_that_goes_on_is_not_cut():
    text = "説明会では「問題はない。」と言われました。"
    assert cut(text, "sentence") == [text]


def test_an_opening_bracket_that_nobody_closes_holds_nothing_together():
    assert len(cut("（绿地太少了，希望增加。道路也太窄了，请拓宽！", "sentence")) == 2


def test_an_opinion_without_words_has_one_segment():
    assert split("") == [(0, 0)]
    assert split(" \n ") == [(0, 3)]


def test_an_unknown_fineness_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="choose from whole, point, sentence"):
        split("x", "word")
