"""A proposal on a page, in files, on a terminal: how good it is, what changes, flips and stays unmet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from tests.support.builders import a_plan, parcels_of, square

from blockplan.errors import UsageError
from blockplan.propose import Change, SearchAnswer, Unmet, conclude
from blockplan.propose.changes import new_feature
from blockplan.propose.proposal import Proof, unmet_rules
from blockplan.report.proposal.page import ProposalWords, proposal_document, write_proposal
from blockplan.report.renderers.html import page as page_of
from blockplan.report.words import Words

CHANGES = (
    Change("parcels", "C", "land_use", "16", "1401"),
    *new_feature(
        "facilities", "N-1", {"service": "nursing_home", "beds": 9, "geometry": square(0).centroid.wkt}
    ),
)


def proposal(**said):
    plan = a_plan(parcels_of("1401", "0701", "16", residents=[None, 900, None]), {"packs": ["zone"]})
    whole = {
        "kind": "repair", "changes": CHANGES, "objective": 2.0, "unit": "change",
        "sense": "min", "bound": 2.0,
        "unmet": (Unmet("zone-edu", 3585.6, "m2"),), "parameters": {"objective": "count"},
    }  # fmt: skip
    return conclude(plan, SearchAnswer(**whole | said))


def test_features_are_numbered_in_the_order_of_the_changes():
    view = ProposalWords.of(proposal(), Words("en"))
    assert [(one.number, one.id, one.said) for one in view.features] == [
        ("1", "C", "16 Reserve land (left blank) → 1401 Park green space, 1 ha"),
        ("2", "N-1", "new, service Nursing home, beds 9"),
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "Proved: of 0 permitted moves, with how they act together, none keep every must rule"),
        ({"bound": 1.0}, "nothing can be better than 1 change (gap 50%)"),
        ({"objective": 0.0, "bound": 5.0}, "nothing can be better than 5 changes."),
        ({"bound": None}, "No bound is known"),
        ({"objective": None, "bound": None, "changes": ()}, "Nothing was found."),
        ({"bound": 1.0, "ended": "interrupted"}, "Ended early: the best found until then."),
        (
            {"objective": 0.0, "bound": 0.0, "changes": ()},
            "No permitted change puts right",
        ),
        ({"bound": 1.0, "changes": (), "ended": "interrupted"}, "No change was found that is better"),
        (
            {"kind": "layout", "objective": 0.0, "bound": 0.0, "changes": ()},
            "No change was found that is better",
        ),
    ],
)
def test_how_good_it_is_stands_in_words_and_never_better_than_it_is(said, expected):
    shown = " ".join(ProposalWords.of(proposal(**said), Words("en")).standing)
    assert expected in shown
    assert ("Proved" in shown) == (
        said.get("bound", 2.0) in (2.0, 0.0) and said.get("objective", 2.0) is not None
    )


def test_the_worth_of_uses_is_not_said_as_if_it_were_an_area():
    made = proposal(kind="landuse", objective=139.72, unit="ha")
    said = {
        lang: ProposalWords.of(made, Words(lang)).headline.replace("\xa0", " ") for lang in ("en", "zh", "ja")
    }
    assert said == {
        "en": "Land use: worth 139.7 ha of fully suitable land",
        "zh": "用地布局方案：总效益折合完全适宜用地 139.7 公顷",
        "ja": "土地利用案：総合評価 139.7 ha（完全適地換算）",
    }


def test_only_a_repair_says_that_no_change_is_needed():
    made = proposal(objective=0.0, bound=0.0, changes=(), unmet=())
    kept = replace(made.after, verdicts=())
    for kind, needed in (("repair", True), ("layout", False), ("site", False)):
        found = replace(made, answer=replace(made.answer, kind=kind), before=kept, after=kept)
        said = ProposalWords.of(found, Words("en")).standing
        assert ("No change is needed." in said) == needed
        assert ("No change was found that is better than the plan as it is." in said) != needed


def test_what_stands_against_a_proof_is_said_in_words_of_the_reader():
    proof = Proof(against=("cuts_offered: 3", "effects_added_up: zone-edu", "of_another_version: 1"))
    made = proposal(bound=1.0, proof=proof)
    title = made.after.verdict("zone-edu").title["en"]
    said = ProposalWords.of(made, Words("en")).standing[0]
    assert f"what changes do to “{title}” was only added up" in said
    assert "only 3 were on offer" in said
    assert "of_another_version: 1" in said  # a reason that has no words stays as it is


def test_where_nothing_can_be_cut_off_no_number_of_parts_is_said_to_have_been_tried():
    made = proposal(bound=1.0, proof=Proof(against=("cuts_offered: 0",)))
    said = {lang: ProposalWords.of(made, Words(lang)).standing[0] for lang in ("en", "zh", "ja")}
    assert "no part that could be cut off was found" in said["en"]
    assert not [one for one in said.values() if "0" in one]


def test_a_must_rule_that_only_became_unknown_is_counted_so_and_leaves_with_1():
    # The only home gets a use of which nobody knows how many people it houses.
    changes = (Change("parcels", "B", "residents", 900.0, None),)
    made = proposal(changes=changes, unmet=())
    was, now = (
        {one.rule: one.outcome for one in result.verdicts if one.force == "must"}
        for result in (made.before, made.after)
    )
    assert (was["zone-edu"], now["zone-edu"]) == ("fail", "unknown")
    counts = [list(found.values()) for found in (was, now)]
    said = " ".join(ProposalWords.of(made, Words("en")).standing)
    before, after = (found.count("unknown") for found in counts)
    assert after > before
    assert f"must verdicts that cannot be judged: {before} before, {after} after" in said
    assert made.exit_code == 1


def test_what_a_rule_lacks_that_cannot_be_judged_is_said_in_the_readers_language():
    made = proposal(unmet=())
    changes = (Change("parcels", "B", "residents", 900.0, None),)
    after = proposal(changes=changes, unmet=()).after
    unmet = [one for one in unmet_rules(after) if one.demand.startswith("zone-edu:")]
    answer = replace(made.answer, unmet=tuple(unmet))
    view = ProposalWords.of(replace(made, answer=answer), Words("zh"))
    assert view.unmet == ["无法判定：千人基础教育用地：地块 B 的居住人口"]
    for lang, said in (("en", "Unknown: "), ("ja", "判定不能：")):
        view = ProposalWords.of(replace(made, answer=answer), Words(lang))
        assert [line.startswith(said) for line in view.unmet] == [True]


def test_verdicts_that_flip_stand_before_and_after():
    flips = ProposalWords.of(proposal(), Words("en")).flips
    assert flips[0][:2] == ("◆", "zone-beds Beds in nursing facilities per 1,000 residents")
    assert flips[0][2] == "? unknown not known"
    assert flips[0][3] == "✓ pass 10 beds per 1,000 residents"


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en", "ja"])
def test_the_page_shows_both_maps_and_every_change_in_each_language(lang):
    shown = page_of(proposal_document(proposal(), lang))
    assert 'id="plate-1-before-sheet"' in shown
    assert 'id="plate-1-after-sheet"' in shown
    assert "N-1" in shown
    assert "<script" not in shown
    assert page_of(proposal_document(proposal(), lang)) == shown


def test_the_folder_holds_the_same_three_files_and_they_agree(tmp_path):
    made = proposal()
    names = [path.name for path in write_proposal(made, tmp_path / "new" / "out")]
    assert names == ["proposal.json", "changes.csv", "proposal.html"]
    document = json.loads((tmp_path / "new" / "out" / "proposal.json").read_text(encoding="utf-8"))
    rows = list(
        csv.DictReader(io.StringIO((tmp_path / "new" / "out" / "changes.csv").read_text("utf-8-sig")))
    )
    assert [row["column"] for row in rows] == [one["column"] for one in document["changes"]]
    assert document["proved"] is True
    assert {one["rule"] for one in document["verdicts_after"]} == {
        one["rule"] for one in document["verdicts_before"]
    }


def test_a_place_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("here")
    with pytest.raises(UsageError, match="no folder can be written"):
        write_proposal(proposal(), tmp_path / "file")
    assert (tmp_path / "file").read_text() == "here"


def test_the_page_shows_by_which_command_it_is_taken_over_in_part():
    assert "--as NAME [--only ID]" in page_of(proposal_document(proposal(), "en"))
