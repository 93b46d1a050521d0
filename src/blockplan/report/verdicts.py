"""The verdicts of a result as a document: what `blockplan check` shows, and writes as PDF or DOCX."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from blockplan.check.scopes import EVERY
from blockplan.check.words import say
from blockplan.report.definitions import override_lines
from blockplan.report.document import Document, Listing, Note, Paragraph, Section, Table, Term
from blockplan.report.parcelwise import block_lines
from blockplan.report.tables import capacity_sentence, missing_words, verdict_headers, verdict_rows
from blockplan.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.plan import Plan
    from blockplan.report.document import Block

#: The remark of a verdict on living circles that the plan does not draw.
NO_CIRCLE = say("note.no_circle")
#: The remark of a verdict that hangs on the climate zone, which the plan does not say.
NO_CLIMATE_ZONE = say("note.each_class")
#: How many of the things that are missing for one verdict are listed.
SHOWN_MISSING = 4


def verdict_document(
    result: CheckResult, lang: str, title: str = "", *, plan: Plan | None = None, ids: bool = True
) -> Document:
    """
    The verdict table, what would put right what fails, what is missing, and the capacity.

    Parameters
    ----------
    title
        What the plan is called; its id where this is empty.
    plan
        The plan that was judged: what a rule said of each parcel is then told block by block.
    ids
        Whether rules, layers and columns bear their ids; else titles alone, for who reads no plan files.
    """
    words = Words(lang)
    judged = words(
        "verdicts.judged",
        plan=result.plan, scenario=result.scenario, on=result.on, packs=words.join(result.packs),
    )  # fmt: skip
    return Document(
        title or result.plan,
        lang,
        dt.date.fromisoformat(result.on),
        (
            Section("verdicts", "", (_table(result, words, ids=ids),)),
            Section("rest", "", tuple(_rest(result, words, plan, ids=ids))),
        ),
        subtitle=judged,
    )


def _table(result: CheckResult, words: Words, *, ids: bool) -> Table:
    standing = [f"{words(f'force.{verdict.force}')} {verdict.confidence}" for verdict in result.verdicts]
    first = 2 if ids else 1
    rows = tuple(
        (*row[:first], said, *row[2:])
        for verdict, row, said in zip(
            result.verdicts, verdict_rows(result, words.lang), standing, strict=True
        )
        if not without_circle(verdict)
    )
    heads = verdict_headers(words.lang)
    return Table((*heads[:first], words("column.standing"), *heads[2:]), rows, sign=0)


def _rest(result: CheckResult, words: Words, plan: Plan | None, *, ids: bool) -> Iterator[Block]:
    for verdict in result.verdicts:
        named = _where(verdict, verdict.rule if ids else words.pick(verdict.title))
        if verdict.outcome == "fail" and verdict.remedy is not None:
            yield Term(named, words.pick(verdict.remedy.text))
        if plan is not None and verdict.judged is not None and verdict.outcome in {"fail", "unknown"}:
            yield Listing(named, tuple(block_lines(verdict, plan, words)))
        if verdict.outcome == "unknown":
            yield Term(named, _why_unknown(verdict, words, ids=ids))
    if left := [verdict.rule for verdict in result.verdicts if without_circle(verdict)]:
        key = "circles.none" if ids else "circles.none_told"
        yield Note(words(key, n=words.number(len(left)), first=left[0]))
    yield Paragraph(capacity_sentence(result, words.lang))
    if result.overrides:
        yield Listing(f"{words('head.overrides')}:", tuple(override_lines(result.overrides, words)))
    for found in result.faults:
        if found.rule == "pq-parameter":  # it is the judging itself that a misspelt name changes
            yield Note(f"{found.message(words.lang)} {found.remedy(words.lang)}")
    errors = sum(found.grade == "error" for found in result.faults)
    if errors:
        yield Note(words.count("verdicts.errors" if ids else "verdicts.errors_told", errors))


def _where(verdict: Verdict, rule: str) -> str:
    """The rule, and the block, subblock or parcel that it was asked of."""
    of_a_place = verdict.scope_kind in {"block", "subblock", "parcel"} and verdict.scope_id != EVERY
    return f"{rule} {verdict.scope_id}" if of_a_place else rule


def _why_unknown(verdict: Verdict, words: Words, *, ids: bool) -> str:
    """What is missing for an unknown verdict; where nothing is, that it hangs on the climate zone."""
    if not verdict.missing and NO_CLIMATE_ZONE in verdict.notes:
        return words.pick(NO_CLIMATE_ZONE)
    return _some(missing_words(verdict.missing, words, codes=ids))


def without_circle(verdict: Verdict) -> bool:
    """Whether a rule does not apply because the plan draws no living circle of its tier."""
    return verdict.outcome == "not_applicable" and any(
        isinstance(note, Mapping) and note == NO_CIRCLE for note in verdict.notes
    )


def _some(lines: Sequence[str]) -> str:
    """The first few of many lines, and how many more there are (the report and the JSON have all of them)."""
    more = f"; + {len(lines) - SHOWN_MISSING}" if len(lines) > SHOWN_MISSING else ""
    return "; ".join(lines[:SHOWN_MISSING]) + more
