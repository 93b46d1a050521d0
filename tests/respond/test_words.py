"""Wording compared by short runs of characters."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from blockplan.respond.grouping import standing_out
from blockplan.respond.vectors import letters, plain, runs_of, tfidf


def test_width_case_and_signs_make_no_difference():
    assert plain("ＧＲＥＥＮ（绿地）!!") == plain("green 绿地") == "green 绿地"
    assert letters("停车位，太少。") == letters("停车位 太少") == "停车位太少"


def test_no_run_crosses_a_sign():
    assert set(runs_of("绿地，停车")) == {"绿地", "停车"}


def test_a_rare_run_weighs_more_than_a_common_one_and_rows_have_length_one():
    matrix = tfidf(["绿地太少", "绿地太远", "太少太远"], share=1.0)
    assert np.allclose(np.sqrt(matrix.multiply(matrix).sum(axis=1)), 1)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_any_texts_have_weights(texts):
    matrix = tfidf(texts)
    assert matrix.shape[0] == len(texts)
    assert np.isfinite(matrix.toarray()).all()


def test_a_word_that_one_opinion_repeats_does_not_stand_out():
    texts = ["停车位太贵，张三说", "张三又说停车位少", "停车位不够用", "绿地太少", "绿地太远"]
    parking, _ = standing_out(texts, [[0, 1, 2], [3, 4]], sources=["O-1", "O-1", "O-2", "O-3", "O-4"])
    assert parking == ["停车位"]


def test_the_words_of_a_group_stand_out_in_it_and_in_two_of_its_texts_or_more():
    texts = [
        "希望增加公园绿地",
        "公园绿地太少了",
        "停车位不够用",
        "停车位太贵，张三说",
        "more trees please",
        "trees are few",
    ]
    green, parking, trees = standing_out(texts, [[0, 1], [2, 3], [4, 5]])
    assert green[0] == "公园绿地"
    assert parking[0] == "停车位"
    assert trees == ["trees"]
    assert not any("张三" in word for word in parking)
