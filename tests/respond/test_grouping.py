"""Groups are proposed: every text has a place, the same seed gives the same, and what was run is told."""

import itertools
import json

import pytest

from blockplan.errors import UsageError
from blockplan.respond.grouping import propose_groups, standing_out
from blockplan.respond.seeding import assign_by_examples
from blockplan.respond.vectors import SentenceVectors, WordVectors, has_model

SUBJECTS = {
    "green": ["公园", "绿地", "树木", "花园"],
    "parking": ["停车位", "停车场", "充电桩", "车库"],
    "school": ["小学", "幼儿园", "老师", "学位"],
}
ASKS = ["{}、{}和{}", "{}，{}，{}少", "{}，{}，{}？", "{}，{}和{}远"]

needs_model = pytest.mark.skipif(not has_model(), reason="needs the extra [grouping]")


def opinions():
    """48 short texts on three subjects, and their subjects."""
    made = [
        (ask.format(*some), subject)
        for subject, words in SUBJECTS.items()
        for ask in ASKS
        for some in itertools.islice(itertools.permutations(words, 3), 0, 24, 6)
    ]
    return [text for text, _ in made], [subject for _, subject in made]


def purity(labels, truth):
    groups = {label: [t for at, t in zip(labels, truth, strict=True) if at == label] for label in set(labels)}
    return sum(max(map(members.count, members)) for members in groups.values()) / len(truth)


def test_every_text_is_in_one_group_and_subjects_are_told_apart_by_their_words():
    texts, truth = opinions()
    proposal = propose_groups(texts, k=3, embedder=WordVectors())
    assert sorted(member for group in proposal.groups for member in group.members) == list(range(len(texts)))
    assert [len(group.members) for group in proposal.groups] == sorted(
        (len(group.members) for group in proposal.groups), reverse=True
    )
    assert purity(proposal.labels(), truth) > 0.9


def test_the_same_seed_gives_the_same_proposal_and_the_run_says_what_it_was():
    texts, _ = opinions()
    one, other = (propose_groups(texts, k=3, seed=5, embedder=WordVectors()) for _ in range(2))
    assert one == other
    assert (one.run["seed"], one.run["k"], one.run["method"]) == (5, 3, "lsa+neighbours+k-means")
    assert {"numpy", "scipy"} <= set(one.run["versions"])
    assert json.loads(json.dumps(one.run)) == one.run


def test_a_number_of_groups_is_proposed_where_none_is_given():
    texts, _ = opinions()
    assert 2 <= propose_groups(texts, embedder=WordVectors()).run["k"] <= 10


@pytest.mark.parametrize("texts", [["one", "two"], ["same"] * 5, ["", " ", "绿地"], ["a", "b", "绿地太少"]])
def test_few_equal_and_empty_texts_are_grouped_too(texts):
    proposal = propose_groups(texts, embedder=WordVectors())
    assert sorted(member for group in proposal.groups for member in group.members) == list(range(len(texts)))


def test_more_groups_than_texts_and_a_single_text_are_refused():
    with pytest.raises(UsageError, match="2 texts cannot make 3 groups"):
        propose_groups(["a", "b"], k=3)
    with pytest.raises(UsageError, match="1 texts cannot be grouped"):
        propose_groups(["a"])


def test_a_few_examples_place_the_rest_and_what_lies_between_is_unsure():
    texts, truth = opinions()
    marked = {truth.index(subject) + at: subject for subject in SUBJECTS for at in (0, 5, 10)}
    texts.append("公园，停车场，小学")
    told, run = assign_by_examples(texts, marked, embedder=WordVectors())
    right = sum(found.theme == subject for found, subject in zip(told, truth, strict=False))
    assert right / len(truth) > 0.9
    assert all(told[at].theme == theme for at, theme in marked.items())
    assert run["themes"] == 3
    assert told[-1].probability < 0.7


def test_examples_of_one_theme_put_everything_there_and_none_is_refused():
    assert assign_by_examples(["a", "b"], {0: "T-1"}, embedder=WordVectors())[0][1].theme == "T-1"
    for examples in ({}, {7: "T-1"}):
        with pytest.raises(UsageError, match="at least one example"):
            assign_by_examples(["a", "b"], examples, embedder=WordVectors())


@pytest.mark.long
@needs_model
def test_the_sentence_model_groups_by_meaning_across_languages_and_tells_its_hash():
    texts, truth = opinions()
    texts += [
        "please build more parks",
        "公園や緑地を増やしてください",
        "more parking spaces",
        "駐車場が足りません",
    ]
    truth += ["green", "green", "parking", "parking"]
    proposal = propose_groups(texts, k=3, embedder=SentenceVectors())
    labels = proposal.labels()
    assert purity(labels, truth) > 0.9
    assert labels[-4] == labels[-3] == labels[0]
    assert proposal.run["method"] == "pca+k-means"
    assert len(proposal.run["model_sha256"]) == 64


@pytest.mark.long(50)
@needs_model
def test_many_texts_are_laid_out_by_their_neighbourhoods_and_the_seed_still_decides():
    texts, truth = opinions()
    texts, truth = texts + [text + "谢谢！" for text in texts] + [text * 2 for text in texts], truth * 3
    embedder = SentenceVectors()
    one, other = (propose_groups(texts, k=3, seed=1, embedder=embedder) for _ in range(2))
    assert one == other
    assert one.run["method"] == "umap+k-means"
    assert purity(one.labels(), truth) > 0.9


def test_words_that_say_nothing_of_a_subject_do_not_stand_out():
    groups = {
        "cars": ["Too many cars here now.", "The cars want too much room.", "Cars along the street, too."],
        "trees": ["We need trees.", "Trees are what we want.", "Some trees must be planted before."],
    }
    texts = [text for said in groups.values() for text in said]
    assert standing_out(texts, [[0, 1, 2], [3, 4, 5]]) == [["cars"], ["trees"]]
