"""
The verdicts of a result as a document: what `blockplan check` shows, and writes as PDF or DOCX.

What a rule said of each parcel, as a person reads 3,000 of them: block by block, the worst first. The block
of a parcel is the one that it names, else the one that it lies in, else the part of its number before the
last hyphen (``QY-01-03`` is of ``QY-01``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.check.scopes import EVERY
from blockplan.check.verdict import FAIL, PASS, UNKNOWN
from blockplan.check.words import say
from blockplan.measure.measurement import figure_unit
from blockplan.plan.model.faults import rows_said
from blockplan.report.definitions import override_lines
from blockplan.report.document import Document, Listing, Note, Paragraph, Section, Table, Term
from blockplan.report.needs import Need, need_line, needs
from blockplan.report.tables import capacity_sentence, verdict_headers, verdict_rows
from blockplan.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult, Outcome, Verdict
    from blockplan.plan import Plan
    from blockplan.report.document import Block

#: The remark of a verdict on living circles that the plan does not draw.
NO_CIRCLE = say("note.no_circle")
#: So many of the things that are missing are listed, and so many of the rules that wait for one.
SHOWN_NEEDS, SHOWN_RULES = 12, 4


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
        named = _where(verdict, verdict.rule if ids else words.pick(verdict.title), words.lang)
        if verdict.outcome == "fail" and verdict.remedy is not None:
            yield Term(named, words.pick(verdict.remedy.text))
        if plan is not None and verdict.judged is not None and verdict.outcome in {"fail", "unknown"}:
            yield Listing(named, tuple(block_lines(verdict, plan, words)))
    if lines := [_need_line(need, words, ids=ids) for need in needs(result.verdicts, words, codes=ids)]:
        more = [words("list.more", n=words.number(len(lines) - SHOWN_NEEDS))][: len(lines) > SHOWN_NEEDS]
        yield Listing(words("needs.head") + words("list.colon").strip(), (*lines[:SHOWN_NEEDS], *more))
    if left := [verdict.rule for verdict in result.verdicts if without_circle(verdict)]:
        key = "circles.none" if ids else "circles.none_told"
        yield Note(words(key, n=words.number(len(left)), first=left[0]))
    yield Paragraph(capacity_sentence(result, words.lang))
    if result.overrides:
        yield Listing(
            words("head.overrides") + words("list.colon").strip(),
            tuple(override_lines(result.overrides, words)),
        )
    for found in result.faults:
        if found.rule == "pq-parameter":  # it is the judging itself that a misspelt name changes
            yield Note(f"{found.message(words.lang)} {found.remedy(words.lang)}")
    errors = sum(found.grade == "error" for found in result.faults)
    if errors:
        yield Note(words.count("verdicts.errors" if ids else "verdicts.errors_told", errors))


def _where(verdict: Verdict, rule: str, lang: str) -> str:
    """The rule, and the block, subblock or parcel that it was asked of."""
    of_a_place = verdict.scope_kind in {"block", "subblock", "parcel"} and verdict.scope_id != EVERY
    return f"{rule} {rows_said(verdict.scope_id, lang)}" if of_a_place else rule


def _need_line(need: Need, words: Words, *, ids: bool) -> str:
    """A thing that is missing, how many verdicts wait for it, and which rules they are of."""
    waiting = words.count("needs.verdicts", len(need.verdicts))
    rules = list(dict.fromkeys(verdict.rule for verdict in need.verdicts))
    if ids:
        more = [words("list.more", n=words.number(len(rules) - SHOWN_RULES))][: len(rules) > SHOWN_RULES]
        waiting = words("needs.of_rules", n=waiting, rules=words.join([*rules[:SHOWN_RULES], *more]))
    return words("needs.line", what=need_line(need, words), waiting=waiting)


def without_circle(verdict: Verdict) -> bool:
    """Whether a rule does not apply because the plan draws no living circle of its tier."""
    return verdict.outcome == "not_applicable" and any(
        isinstance(note, Mapping) and note == NO_CIRCLE for note in verdict.notes
    )


#: So many blocks are told on a terminal.
TOLD = 5
#: Layers whose features name the parcel that they stand on.
ON_PARCELS = ("buildings", "facilities")


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block: how many of its parcels fail, are unknown and pass, the worst of them and its margin."""

    block: str
    fail: int
    unknown: int
    passed: int
    worst: str
    margin: str

    @property
    def outcome(self) -> Outcome:
        """The worst outcome in the block."""
        return "fail" if self.fail else "unknown" if self.unknown else "pass"

    @property
    def number(self) -> int:
        """How many are judged."""
        return self.fail + self.unknown + self.passed


def blocks_by_parcel(verdict: Verdict, plan: Plan, words: Words) -> list[BlockRow]:
    """A rule's parcels block by block, those with the most that fail first; none for any other rule."""
    judged = verdict.judged
    if judged is None or not len(judged.rows) or judged.each.layer == "blocks":
        return []
    names = np.array([str(name or "") for name in _blocks_of(plan, judged.each.layer)[judged.rows]])
    known, of = np.unique(names, return_inverse=True)
    count = {
        one: np.bincount(of[judged.outcome == one], minlength=len(known)) for one in (FAIL, UNKNOWN, PASS)
    }
    margin = np.where(judged.outcome == UNKNOWN, np.nan, judged.margin)
    order = np.lexsort((judged.ids.astype(str), np.nan_to_num(margin, nan=np.inf), of))
    worst = order[np.unique(of[order], return_index=True)[1]]
    unit = figure_unit(verdict.measurement, verdict.unit)
    rows = [
        BlockRow(
            str(known[at]),
            int(count[FAIL][at]),
            int(count[UNKNOWN][at]),
            int(count[PASS][at]),
            str(judged.ids[worst[at]]),
            "–" if np.isnan(margin[worst[at]]) else words.signed(float(margin[worst[at]]), unit),
        )
        for at in range(len(known))
    ]
    depth = {row.block: float(np.nan_to_num(margin[worst[at]], nan=np.inf)) for at, row in enumerate(rows)}
    return sorted(rows, key=lambda row: (-row.fail, -row.unknown, depth[row.block], row.block))


def block_lines(verdict: Verdict, plan: Plan, words: Words) -> Iterator[str]:
    """The worst blocks, a line each, and how many more have something that does not pass."""
    rows = [row for row in blocks_by_parcel(verdict, plan, words) if row.outcome != "pass"]
    for row in rows[:TOLD]:
        yield words(
            "parcelwise.line",
            block=row.block or words("parcelwise.elsewhere"),
            n_fail=row.fail,
            n_unknown=row.unknown,
            n=row.number,
            worst=f"{row.worst} {row.margin}",
        )
    if len(rows) > TOLD:
        yield words("parcelwise.more", n=len(rows) - TOLD)


def _blocks_of(plan: Plan, layer: str) -> NDArray[Any]:
    """The block of each feature of a layer."""
    if layer == "parcels":
        return plan.cached("blocks of parcels", lambda: _blocks_of_parcels(plan))
    of = dict(zip(plan.layer("parcels").index, _blocks_of(plan, "parcels"), strict=True))
    hosts = plan.layer(layer)["parcel_id"] if layer in ON_PARCELS else [None] * len(plan.layer(layer))
    return np.array([*(of.get(host) for host in hosts), None], dtype=object)[:-1]


def _blocks_of_parcels(plan: Plan) -> NDArray[Any]:
    from blockplan.measure.inputs.parts import pieces  # noqa: PLC0415 (it brings in shapely's trees)

    frame = plan.layer("parcels")
    found = frame["subblock_id"].where(frame["subblock_id"].notna(), frame["block_id"]).to_numpy(dtype=object)
    for layer in ("subblocks", "blocks"):
        lacking = np.array([not isinstance(name, str) for name in found], dtype=bool)
        if lacking.any() and plan.has_layer(layer):
            lies = pieces(plan, layer)
            inside = np.full(len(found), None, dtype=object)
            names = plan.layer(layer).index.to_numpy(dtype=object)
            inside[lies.parcel] = names[lies.part]
            found = np.where(lacking, inside, found)
    return np.array(
        [
            *(
                name if isinstance(name, str) else str(id_).rpartition("-")[0]
                for name, id_ in zip(found, frame.index, strict=True)
            ),
            None,
        ],
        dtype=object,
    )[:-1]
