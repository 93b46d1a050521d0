"""Campaigns are folded, counted, and never swallow an opinion of their own."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.respond.campaigns import CampaignParams, find_campaigns
from blockplan.respond.vectors import SentenceVectors, WordVectors, has_model

LETTER = "我们是本小区的居民，坚决反对在小区北侧建设高楼，因为会遮挡阳光，也会增加交通压力，请取消这一方案。"
OTHERS = [
    "希望在河边增加一条步行道，并且种上树木，方便老人散步。",
    "建议把旧厂房改成图书馆，让孩子们放学后有地方去看书。",
]


def edited(text, seed, share=0.1):
    chance = random.Random(seed)
    return "".join(chance.choice("天地人和") if chance.random() < share else sign for sign in text)


def test_copies_and_edited_copies_are_folded_and_others_stay_apart():
    texts = [LETTER, OTHERS[0], LETTER, *(edited(LETTER, seed) for seed in range(4)), OTHERS[1]]
    [campaign] = find_campaigns(texts, embedder=WordVectors())
    assert campaign.members == (0, 2, 3, 4, 5, 6)
    assert campaign.copies == 2
    assert campaign.typical in (0, 2)


def test_signs_and_spaces_do_not_make_a_copy_another_opinion():
    [campaign] = find_campaigns(["反对！！", "反对", " 反 对。", "赞成"], embedder=WordVectors())
    assert (campaign.members, campaign.copies) == ((0, 1, 2), 3)


def test_short_texts_that_differ_in_the_word_that_counts_stay_apart():
    assert find_campaigns(["同意这个方案", "反对这个方案", "", "  ", "。"], embedder=WordVectors()) == []


@pytest.mark.long
def test_for_and_against_are_never_folded_however_alike_they_read():
    for embedder in [WordVectors(), *([SentenceVectors()] if has_model() else [])]:
        texts = [
            "我们全体居民坚决反对在小区北侧建设这座高楼的方案",
            "我们全体居民坚决支持在小区北侧建设这座高楼的方案",
            "我们全体居民都坚决反对在小区北侧建设这座高楼的方案！",
        ]
        assert [campaign.members for campaign in find_campaigns(texts, embedder=embedder)] == [(0, 2)]


@given(st.lists(st.sampled_from([LETTER, *OTHERS, "反对", "赞成", ""]), max_size=12))
def test_no_text_is_in_two_campaigns_and_equal_ones_are_in_one(texts):
    found = find_campaigns(texts, embedder=WordVectors())
    members = [member for campaign in found for member in campaign.members]
    assert len(members) == len(set(members))
    for text in set(texts) - {""}:
        at = [number for number, other in enumerate(texts) if other == text]
        homes = [campaign for campaign in found if at[0] in campaign.members]
        assert (len(at) > 1) <= bool(homes)
        assert all(set(at) <= set(campaign.members) for campaign in homes)


def test_more_that_hang_together_than_are_compared_at_once_are_folded_all_the_same():
    texts = [edited(LETTER, seed, 0.03) for seed in range(40)] + OTHERS
    few = find_campaigns(texts, embedder=WordVectors(), params=CampaignParams(largest=10))
    assert sum(len(campaign.members) for campaign in few) >= 20
    assert all(max(campaign.members) < 40 for campaign in few)


@pytest.mark.long
@pytest.mark.skipif(not has_model(), reason="needs the extra [grouping]")
def test_the_sentence_model_folds_the_same_request_in_other_words():
    texts = [
        "Please do not build the tower north of our homes: it takes away our sunlight.",
        "Do not build the tower to the north of our homes, it will take our sunlight away, please.",
        "The bus to the station should run every ten minutes in the evening.",
    ]
    [campaign] = find_campaigns(texts, embedder=SentenceVectors())
    assert campaign.members == (0, 1)
