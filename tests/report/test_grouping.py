from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.grouped import many, of_many
from tests.support.handmade import verdict
from tests.support.html import outline

from blockplan.report.grouping import anchors, by_pack, by_rule
from blockplan.report.plan_report import page

if TYPE_CHECKING:
    from blockplan.plan import Plan


def test_verdicts_stand_by_pack_and_by_rule_with_the_worst_first() -> None:
    packs = by_pack([f"pack{n}" for n in range(10)], many())
    assert [pack.id for pack in packs] == [f"pack{n}" for n in range(10)]
    first = packs[0].rules[0]
    assert (first.rule, first.outcome, len(first.verdicts)) == ("p0-each", "fail", 5)
    assert [one.outcome for one in first.worst] == ["fail", "fail", "unknown", "pass", "pass"]
    assert [one.margin for one in first.worst][:2] == [-3.5, -0.5]
    assert all(group.outcome != "not_applicable" for pack in packs for group in pack.rules)


def test_rules_keep_the_order_in_which_they_were_given() -> None:
    assert [group.rule for group in by_rule(many(1, 3))] == ["p0-each", "p0-r0", "p0-r1"]


def test_sections_of_places_that_are_named_in_other_scripts_are_told_apart() -> None:
    named = [verdict("r", "pass", scope_id=name) for name in ("北", "南", "北 1")]
    names = anchors(named)
    assert len(set(names.values())) == 3
    assert all(name.isascii() for name in names.values())


@pytest.mark.long
def test_a_hundred_and_fifty_verdicts_make_a_page_whose_links_all_lead_somewhere(plan: Plan) -> None:
    found = of_many()
    assert len(found.verdicts) == 150
    text_ = page(plan, found, "en")
    seen = outline(text_)
    assert seen.faults == []
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(one["href"]) for one in seen.all("a", "use")} <= {f"#{id_}" for id_ in ids}
    assert len(text_) < 2_000_000
    assert "150 verdicts by 10 rule packs" in seen.text
    for one in found.verdicts:
        assert one.rule in seen.text


@pytest.mark.long
def test_rules_that_do_not_apply_stand_in_one_table_with_the_reason(plan: Plan) -> None:
    text_ = outline(page(plan, of_many(), "en")).text
    table = text_[text_.index("Rules that do not apply") :]
    assert table.count("A city's figure.") == sum(one.outcome == "not_applicable" for one in many())
