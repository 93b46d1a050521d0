"""
The summary for print as a document of two pages of A4: what a reviewer asks first.

It is fitted: the renderer takes the largest letters and the longest lists at which a page holds, and says how
many rows it left out. The date is the plan's own, so the same plan gives the same bytes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from blockplan.check.verdict import OUTCOMES
from blockplan.report import charts, ledger, readings, tables, trace
from blockplan.report.definitions import reading_name
from blockplan.report.document import (
    Document,
    Listing,
    Note,
    Paragraph,
    Printed,
    Section,
    Sparkline,
    Table,
    TextRun,
)
from blockplan.report.maps import themes
from blockplan.report.maps.drawing import FOOT_MM, MapSheet
from blockplan.report.plan_report import ReportSections
from blockplan.report.view import FORCES, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from blockplan.check.verdict import Verdict
    from blockplan.report.document import Block, Cell, Text

#: Room for the map, mm: beside what is said, below it.
MAP_MM, BELOW_MM = (58.0, 150.0), (118.0, 84.0)
#: Verdicts that pass are listed where a result holds no more verdicts than these.
MOST_PASSING = 40


def summary_document(view: View) -> Document:
    """The summary: how it stands on the first page, what fails and what it rests on on the second."""
    summary, words, manifest = _Summary(view), view.words, view.plan.manifest
    return Document(
        view.title, words.lang, manifest.drawn_on,
        (Section("one", "", tuple(summary.one())), Section("two", "", tuple(summary.two()))),
        subtitle=words("brief.title"), fitted=True,
    )  # fmt: skip


class _Summary(ReportSections):
    """The report in short."""

    def one(self) -> Iterator[Block]:
        """What was judged, how it stands, the plan's sentences, residents and capacity."""
        yield from self.head()
        below = self._has_room_below()
        yield from () if below else self._map(MAP_MM)
        yield self._part("promises", self.counts())
        yield self._part("ledger", self._statements())
        yield self._part("differences", self._differing())
        yield Section("residents", self.words("section.residents"), tuple(self._people()))
        yield from self._map(BELOW_MM) if below else ()

    def two(self) -> Iterator[Block]:
        """What fails, what is unknown, how far readings lie apart, what passes, packs and sources."""
        words = self.words
        yield self._part("fails", self._failing())
        if unknown := self.view.of_outcome["unknown"]:
            yield self._part("unknown", (Listing("", tuple(map(self._unknown, unknown))),))
        if self.view.coverage:
            yield self._part("readings", (self._readings(),))
        passing = self.view.of_outcome["pass"]
        if passing and len(self.result.verdicts) <= MOST_PASSING:
            rows = [self.view.named_row(verdict) for verdict in passing]
            cells = tuple((row.title, row.measured, row.required, row.margin) for row in rows)
            table = Table(self.words.heads("title", "measured", "required", "margin"), cells)
            yield Section("passing", tables.outcome_said("pass", words), (table,))
        if len(self.view.packs) > 1:
            yield Section("packs", words("packs.table"), (self._packs(),))
        yield self._part("confidence", self._sources())
        yield Note(words("brief.see"))

    def _part(self, key: str, blocks: Iterable[Block]) -> Section:
        return Section(key, self.words(f"brief.{key}"), tuple(blocks))

    def _has_room_below(self) -> bool:
        """Whether a map has more room below: the plan is no strip, and little is said of it above."""
        frame = self.view.ground.frame
        wide = frame is not None and frame.width * MAP_MM[1] > 2 * frame.height * MAP_MM[0]
        return wide and not self.result.statements and not self.result.capacity.by_rule

    def _map(self, room_mm: tuple[float, float]) -> Iterator[Block]:
        frame = self.view.ground.frame
        if frame is not None:
            sheet = MapSheet(frame, max(frame.width / room_mm[0], frame.height / (room_mm[1] - FOOT_MM)))
            drawn = themes.land_use_map(self.view.ground, sheet)
            yield from [self.verdicts.figure(drawn)] if drawn else []

    def _statements(self) -> Iterator[Block]:
        """What is missed or not evidenced, the others by their ids."""
        words, told = self.words, ("missed", "not_evidenced")
        yield from self.states()
        first = [one for state in told for one in self.result.statements if one.state == state]
        if not first:
            yield Paragraph(words("brief.none_missed" if self.result.statements else "statements.none"))
        else:
            rows = []
            for one in first:
                why = TextRun(words.pick(one.why), "muted")
                chip = TextRun(self.view.state(one.state), f"chip {one.state}")
                rows.append((one.statement_id, (chip,), (TextRun(words.pick(one.text)), why)))
            yield Table(self.words.heads("id", "state", "statement"), tuple(rows))
        for state, _, n in ledger.state_counts(self.result, words):
            if state not in told:
                said = words("brief.in_state", state=self.view.state(state), n=words.number(n))
                ids = words.join(one.statement_id for one in self.result.statements if one.state == state)
                yield Paragraph((TextRun(said, "strong"), TextRun(ids, "muted")))

    def _differing(self) -> Iterator[Block]:
        found = ledger.difference_rows(self.result, self.words)
        rows = [replace(row, note="") for row in found if row.agreement != "agrees"]
        yield self.difference_table(rows) if rows else Paragraph(self.words("brief.none_differ"))
        yield self.agreement()

    def _people(self) -> Iterator[Block]:
        """Residents and capacity, and the verdicts that turn within the range."""
        yield from self.residents()
        flips = []
        for verdict in self.result.verdicts:
            said = charts.flips(verdict, self.result.residents, self.words)
            if said and verdict.rule in self.result.capacity.by_rule:
                title = f"{self.view.titled(verdict)}{self.words('list.colon')}"
                flips.append((TextRun(title, "late"), TextRun(said)))
        if flips:
            yield Listing("", tuple(flips))

    def _failing(self) -> Iterator[Block]:
        found = sorted(self.view.of_outcome["fail"], key=lambda verdict: FORCES.index(verdict.force))
        if not found:
            yield Paragraph(self.words("brief.none_fail"))
            return
        heads = self.words.heads("title", "measured", "required", "margin", "remedy")
        yield Table(heads, tuple(map(self._fails, found)))

    def _fails(self, verdict: Verdict) -> tuple[Cell, ...]:
        row, remedy = self.view.row(verdict), verdict.remedy
        title = (
            TextRun(f"{tables.SYMBOLS['fail']} {self.view.titled(verdict)}", "chip fail"),
            TextRun(verdict.confidence, f"badge {verdict.confidence}"),
            TextRun(f"{verdict.rule} | {self.verdicts.force(verdict)}", "muted"),
        )
        who = (TextRun(row.who, "muted"),) if row.who != tables.DASH else ()
        remedied = (TextRun(self.words.pick(remedy.text), "strong"),) if remedy else ""
        return (title, row.measured, row.required, (TextRun(row.margin), *who), remedied)

    def _unknown(self, verdict: Verdict) -> Text:
        needs = (
            verdict.doubts[0].message(self.words.lang)
            if verdict.doubts
            else self.view.needs(verdict.missing, 2)
        )
        title = TextRun(f"{tables.SYMBOLS['unknown']} {self.view.titled(verdict)}", "chip unknown")
        return (title, TextRun(verdict.confidence, f"badge {verdict.confidence}"), TextRun(needs))

    def _readings(self) -> Table:
        """The share that each reading gives, below the verdict that hangs on it."""
        words = self.words
        rows: list[tuple[Cell, ...]] = []
        depths: list[int] = []
        for verdict in self.view.coverage:
            depths += [0, *(1 for _ in verdict.readings)]
            spread = TextRun(readings.spread(verdict, words), "muted")
            rows.append(((TextRun(self.view.titled(verdict), "strong"), spread), "", ""))
            for one in verdict.readings:
                mark = charts.share_mark(one.outcome, one.share, readings.required_share(verdict))
                said = f"{tables.SYMBOLS[one.outcome]} {words.share(one.share)}"
                chip = (TextRun(said, f"chip {one.outcome}"),)
                rows.append((reading_name(one, words), Sparkline(mark), chip))
        heads = (words("column.reading"), "", words("column.share_within"))
        return Table(heads, tuple(rows), depths=tuple(depths))

    def _packs(self) -> Table:
        words, packs = self.words, self.view.packs
        rows = [
            (self.view.pack_title(pack.id), *(Printed(words.number(len(pack.of(one)))) for one in OUTCOMES))
            for pack in packs
        ]
        said = (tables.outcome_said(one, words) for one in OUTCOMES)
        return Table((words("column.pack"), *said), tuple(rows))

    def _sources(self) -> Iterator[Block]:
        words, judged = self.words, [verdict for pack in self.view.packs for verdict in pack.judged]
        for grade in "ABC":
            n = sum(one.confidence == grade for one in judged)
            said = words.count("brief.of_confidence", n, said=words(f"confidence.{grade}"))
            yield Paragraph((TextRun(grade, f"badge {grade}"), TextRun(said)))
        papers = dict.fromkeys(one.source.get("document") for one in self.result.verdicts)
        if named := [trace.document_said(str(paper), words.lang) for paper in papers if paper]:
            yield Listing(f"{words('brief.documents')}{words('list.colon')}", tuple(named), joined=True)
