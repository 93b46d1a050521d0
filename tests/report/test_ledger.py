from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.handmade import result, text
from tests.support.html import outline
from tests.support.ledgers import reconciled

from blockplan.check.verdict import StatementState
from blockplan.report.ledger import agreement_counts, bonds, difference_rows, state_counts
from blockplan.report.plan_report import page
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.plan import Plan


def test_what_differs_stands_first() -> None:
    rows = difference_rows(reconciled(), Words("en"))
    assert [row.statement_id for row in rows] == ["S06", "S07", "S05"]
    assert [row.outcome for row in rows] == ["× differs", "? cannot be compared", "✓ agrees"]
    assert (rows[0].said, rows[0].tabled, rows[0].drawn) == ("3.62 km²", "–", "3.5 km²")
    assert [(code, n) for code, _, n in agreement_counts(reconciled(), Words("en"))] == [
        ("differs", 1), ("open", 1), ("agrees", 1),
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_opens_with_the_ledger(plan: Plan, lang: str) -> None:
    seen = outline(page(plan, result(), lang))
    sections = [attributes["id"] for tag, attributes in seen.elements if tag == "section"]
    assert [one for one in sections if one in {"ledger", "summary", "verdicts"}][:2] == ["ledger", "summary"]
    assert sections[0] == "ledger"


def test_every_difference_is_listed(plan: Plan) -> None:
    text_ = outline(page(plan, reconciled(), "en")).text
    for said in ("3.62 km²", "× differs", "? cannot be compared", "within ±0.05 km²"):
        assert said.replace(" km", "\N{NO-BREAK SPACE}km") in text_


def test_without_differences_the_report_says_so(plan: Plan) -> None:
    assert (
        "no difference between text, table and drawing is on record"
        in outline(page(plan, result(), "en")).text
    )


def test_a_statement_links_to_the_verdict_that_carries_it() -> None:
    statement = StatementState(
        "R01", "missed", "C", text("x", "x", "x"),
        ("rule:zone-edu", "layer:parcels", "object:core-n", "programme:incubator", "rule:absent", "odd",
         "measure:jobs>0", "manifest:authority"),
        text("x", "x", "x"),
    )  # fmt: skip
    found = bonds(statement, Words("en"), {"zone-edu": ("Education", "zone-edu-plan")}, {"core-n": "North"})
    assert [(one.said, one.code, one.target) for one in found] == [
        ("Education", "zone-edu", "zone-edu-plan"),
        ("layer: parcel", "parcels", ""),
        ("North", "core-n", ""),
        ("programme: incubator", "incubator", ""),
        ("rule (not judged here)", "absent", ""),
        ("", "odd", ""),
        ("Jobs", "jobs>0", "measure-jobs"),
        ("plan.toml", "authority", ""),
    ]


def test_states_are_counted_in_a_fixed_order() -> None:
    assert [(state, n) for state, _, n in state_counts(result(), Words("en"))] == [
        ("missed", 1), ("represented", 1),
    ]  # fmt: skip
