"""Every number that a sheet prints of a verdict is one that ``check --json`` gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.town import town

from blockplan.check import check
from blockplan.plan import read
from blockplan.report.sheets.facts import Facts
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.plan import Plan

#: What units say in figures of their own, and how many parcels a note in brackets says were not counted.
OF_UNITS = re.compile(r"1,000|100,000|100 (?:平方米|m²)|10,000 m²|[²³]|（[^）]*）|\([^)]*\)")
#: A number as it is printed.
PRINTED = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")


def numbers(said: str) -> list[tuple[float, float]]:
    """Numbers of a text, each with half of its last digit."""
    found = [one.replace(",", "").replace("−", "-") for one in PRINTED.findall(OF_UNITS.sub("", said))]
    return [(float(one), 0.5 * 10.0 ** -len(one.partition(".")[2])) for one in found]


def given(verdict: dict[str, Any]) -> list[float]:
    """What the document says was measured: the value, else between which numbers it lies."""
    between = verdict["definition"].get("lies_between", ()) if verdict["measured"] is None else ()
    known = [one for one in (verdict["measured"], *between) if one is not None]
    return [*known, *(100 * one for one in known if verdict["unit"] == "1")]


def unsaid(plan: Plan) -> list[tuple[str, str, str]]:
    """Rule, language and words of each number on a sheet that the document of all packs does not give."""
    result = check(plan, packs=["all"])
    told = {(one["rule"], one["scope"]["id"]): one for one in result.to_dict()["verdicts"]}
    return [
        (verdict.rule, lang, row.measured)
        for lang in LANGUAGES
        for verdict, row in Facts(View(plan, result, Words(lang))).verdicts
        for number, half in numbers(row.measured)
        if not any(abs(number - one) <= half + 1e-9 for one in given(told[verdict.rule, verdict.scope_id]))
    ]


@pytest.mark.long
def test_sheets_of_a_town_print_no_number_of_a_verdict_that_the_document_lacks() -> None:
    assert unsaid(town()) == []


@pytest.mark.long
def test_sheets_of_the_reference_plan_print_no_number_of_a_verdict_that_the_document_lacks(
    reference: Path,
) -> None:
    assert unsaid(read(reference)) == []
