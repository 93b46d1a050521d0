"""What a plan does not say is told once for all verdicts that wait for it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from tests.support.random_plans import random_plan

from blockplan.check import check
from blockplan.measure.missing import Missing
from blockplan.portal.workspace.documents import verdict_documents
from blockplan.report.document import Listing, walk
from blockplan.report.needs import NO_CLIMATE_ZONE, need_line, needs
from blockplan.report.tables import missing_words
from blockplan.report.verdicts import verdict_document
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult, Verdict

RESIDENTS = Missing("parcels", "residents", ("P-1", "P-2"))
TREES = Missing("trees")
NOT_GIVEN = Missing(
    "parcels",
    "residents",
    ("P-1",),
    why="fault",
    values=(("rule", "pq-missing"), ("layer", "parcels"), ("aspect", "residents")),
)
WRONG = Missing(
    "parcels",
    "land_use",
    ("P-9",),
    why="fault",
    values=(("rule", "pq-code"), ("layer", "parcels"), ("aspect", "land_use")),
)


@pytest.fixture(scope="module")
def result() -> CheckResult:
    return check(random_plan(7, columns=6, rows=5), packs=["zone"])


def unknown(result: CheckResult, *missing: tuple[Missing, ...]) -> list[Verdict]:
    found = zip(result.verdicts, missing, strict=False)
    return [
        dataclasses.replace(one, outcome="unknown", measured=None, missing=lacks, notes=())
        for one, lacks in found
    ]


def test_the_thing_that_most_verdicts_wait_for_stands_first_with_those_that_lack_nothing_else(
    result: CheckResult,
) -> None:
    verdicts = unknown(result, (TREES,), (RESIDENTS,), (TREES, RESIDENTS), (TREES,))
    first, second = needs(verdicts, Words("en"))
    assert (first.said, len(first.verdicts), first.alone) == ("the plan has no layer trees", 3, 2)
    assert [one.rule for one in second.verdicts] == [verdicts[1].rule, verdicts[2].rule]
    assert (second.alone, second.ids) == (1, ("P-1", "P-2"))
    assert need_line(second, Words("en")).endswith("(parcels.residents), lacking in P-1, P-2")


def test_verdicts_that_are_known_wait_for_nothing(result: CheckResult) -> None:
    known = [dataclasses.replace(one, outcome="pass", missing=(TREES,)) for one in result.verdicts]
    assert needs(known, Words("en")) == []


def test_features_that_different_verdicts_lack_are_named_together_and_the_rest_counted(
    result: CheckResult,
) -> None:
    lacking = [Missing("parcels", "residents", (f"P-{at}",)) for at in range(5)]
    (need,) = needs(unknown(result, *((one,) for one in lacking)), Words("en"))
    assert need_line(need, Words("en")).endswith("lacking in P-0, P-1, P-2, 2 more")


def test_where_one_verdict_lacks_a_column_in_all_features_none_is_named(result: CheckResult) -> None:
    whole = Missing("parcels", "residents")
    (need,) = needs(unknown(result, (RESIDENTS,), (whole,)), Words("en"))
    assert (need.ids, need.more) == ((), 0)


def test_a_verdict_that_lacks_only_the_climate_zone_waits_for_that(result: CheckResult) -> None:
    (verdict,) = unknown(result, ())
    (need,) = needs([dataclasses.replace(verdict, notes=(NO_CLIMATE_ZONE,))], Words("en"))
    assert (need.said, need.ids, need.more, need.alone) == (NO_CLIMATE_ZONE["en"], (), 0, 1)


def test_a_gap_that_more_features_have_than_are_named_is_told_beside_the_values(result: CheckResult) -> None:
    of_all = dataclasses.replace(NOT_GIVEN, ids=())
    (verdict,) = unknown(result, (RESIDENTS, of_all))
    assert len(missing_words(verdict.missing, Words("en"))) == 2
    assert len(missing_words((RESIDENTS, NOT_GIVEN), Words("en"))) == 1


def test_a_fault_that_says_a_value_is_not_given_is_not_told_twice(result: CheckResult) -> None:
    (need,) = needs(unknown(result, (RESIDENTS, NOT_GIVEN), (NOT_GIVEN,)), Words("en"))
    assert (len(need.verdicts), need.alone) == (2, 2)


def test_a_faulty_value_keeps_its_rule_where_no_feature_lacks_the_column(result: CheckResult) -> None:
    (need,) = needs(unknown(result, (WRONG,)), Words("en"))
    assert need.said == "faulty land-use code in the layer parcels (pq-code)"
    empty = Missing("parcels", "land_use", ("P-8",))
    (need,) = needs(unknown(result, (WRONG,), (empty,)), Words("en"))
    assert (len(need.verdicts), need.ids) == (2, ("P-9", "P-8"))


def test_the_workbench_counts_what_verdicts_wait_for_as_the_report_does(result: CheckResult) -> None:
    empty = Missing("parcels", "land_use", ("P-8",))
    verdicts = unknown(result, (WRONG,), (empty,))
    (need,) = needs(verdicts, Words("en"))
    said = "land-use code of each parcel"
    told = [one["said"]["needs"] for one in verdict_documents(verdicts, "en")]
    assert told == [[{"said": said, "ids": [id_], "more": 0}] for id_ in ("P-9", "P-8")]
    assert need.said.startswith(said)
    (turned,) = verdict_documents(verdicts[:1], "en", verdicts)
    assert turned["said"]["needs"] == told[0]


def test_the_workbench_names_the_first_features_that_lack_something_and_no_column(
    result: CheckResult,
) -> None:
    many = Missing("parcels", "residents", tuple(f"P-{at}" for at in range(5)), 4)
    (verdict,) = verdict_documents(unknown(result, (many, Missing("plan.toml", "notice.start"))), "zh")
    assert verdict["said"]["needs"] == [
        {"said": "各地块的居住人口", "ids": ["P-0", "P-1", "P-2"], "more": 6},
        {"said": "公示首日", "ids": [], "more": 0},
    ]
    assert verdict["said"]["missing"][-1] == "公示首日"


@pytest.mark.parametrize("codes", [True, False])
def test_a_value_that_is_wrong_is_not_told_to_be_missing_besides(result: CheckResult, codes: bool) -> None:
    dropped = Missing("parcels", "land_use", ("P-9",))
    said = missing_words((dropped, WRONG), Words("en"), codes=codes)
    assert said == ["faulty land-use code of parcel P-9" + (" (pq-code)" if codes else "")]
    others = dataclasses.replace(dropped, ids=("P-8", "P-9"))
    assert missing_words((others, WRONG), Words("en"), codes=codes)[0] == "land-use code of parcel P-8"
    (need,) = needs(unknown(result, (dropped, WRONG)), Words("en"), codes=codes)
    assert need.said == "faulty land-use code in the layer parcels" + (" (pq-code)" if codes else "")


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_unknown_verdict_of_a_plan_without_its_columns_waits_for_something_that_is_listed(
    lang: str,
) -> None:
    plan = random_plan(3, columns=5, rows=4)
    parcels = plan.layer("parcels").assign(residents=None, floor_area_m2=None, dwellings=None)
    result = check(plan.replace(parcels=parcels), packs=["zone", "gb50180"])
    waiting = {
        (one.rule, one.scope_id) for one in result.verdicts if one.outcome == "unknown" and one.missing
    }
    assert waiting
    found = needs(result.verdicts, Words(lang))
    assert {(one.rule, one.scope_id) for need in found for one in need.verdicts} == waiting
    assert len({need.said for need in found}) == len(found)
    listed = [block for block in walk(verdict_document(result, lang).sections) if isinstance(block, Listing)]
    assert any(
        block.lead == Words(lang)("needs.head") + Words(lang)("list.colon").strip() for block in listed
    )
