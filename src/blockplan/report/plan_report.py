"""
The report of a check as a document: the plan's sentences, what fails, each verdict, maps, tables, sources.

As a page it needs nothing else: fonts, styles and maps stand inside; no script, no outside request.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.plan import BASE
from blockplan.plan.model.faults import rows_said
from blockplan.report import charts, ledger, tables, trace
from blockplan.report.document import (
    Document,
    Listing,
    Note,
    Paragraph,
    Printed,
    Section,
    Sparkline,
    Table,
    Term,
    TextRun,
)
from blockplan.report.grouping import by_rule
from blockplan.report.maps import themes
from blockplan.report.needs import need_line, needs
from blockplan.report.office import TABLES, OfficeTable, explained
from blockplan.report.office.columns import paper_table
from blockplan.report.office.columns import said as office_said
from blockplan.report.office.workbook import EXPLAINED
from blockplan.report.renderers import html
from blockplan.report.verdict_sections import VerdictSections, inputs, part_runs
from blockplan.report.view import FORCES, View
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from blockplan.check.verdict import CheckResult, Outcome, StatementState, Verdict
    from blockplan.plan import Plan
    from blockplan.report.document import Block, Cell, Text
    from blockplan.report.ledger import DifferenceRow
    from blockplan.report.office.columns import Line

#: The finest step of a map on its A4 page.
FINEST_MM = 0.1
#: A table of the report has at most so many rows; tables.xlsx has them all.
MOST_ROWS = 200
#: The loads of single parcels are for the workbook; a report prints their sums.
SUMS_ONLY = ("loads",)
#: Failing and open verdicts that the summary says in full; faults; parts of a measure.
MOST_MISSED, MOST_FAULTS, MOST_PARTS = 14, 100, 24
#: More figures that agree than these are folded.
OPEN_AGREEING = 6


def page(plan: Plan, result: CheckResult, lang: str, in_force: Plan | None = None) -> str:
    """The report as the text of an HTML file; the same plan and result give the same bytes."""
    view = View(plan, result, Words(lang, NO_BREAK), in_force, FINEST_MM)
    document = report_document(view)
    frame = view.ground.frame
    return html.page(document, 0 if frame is None else 2 * frame.grain)


def report_document(view: View) -> Document:
    """The report of a check; a section without anything to say is left out."""
    report = ReportSections(view)
    makers = {
        "ledger": report.ledger, "summary": report.summary, "residents": report.residents,
        "verdicts": report.verdicts.by_pack, "readings": report.verdicts.by_reading,
        "details": report.verdicts.details, "landuse": report.land_use, "structure": report.structure,
        "reported": report.reported, "balance": report.office, "faults": report.faults,
        "definitions": report.definitions, "index": report.index, "reproduce": report.reproduce,
    }  # fmt: skip
    made = [Section(key, view.words(f"section.{key}"), tuple(make())) for key, make in makers.items()]
    opening = Section("head", "", tuple(report.head()))
    return Document(
        view.title, view.words.lang, view.plan.manifest.drawn_on,
        (opening, *(one for one in made if one.blocks)),
        subtitle=view.words("head.report"),
    )  # fmt: skip


class ReportSections:
    """The sections of one report, and the pieces that its summary shares."""

    def __init__(self, view: View) -> None:
        self.view, self.words, self.result = view, view.words, view.result
        self.verdicts = VerdictSections(view)

    def head(self) -> Iterator[Block]:
        """What was judged, when, by what."""
        words, manifest = self.words, self.view.plan.manifest
        if manifest.synthetic:
            said = TextRun(words("head.synthetic_title"), "strong"), TextRun(words("head.synthetic"))
            yield Paragraph(said, "alert")
        stands = f"{words(f'status.{manifest.status}')} | {words(f'level.{manifest.level}')}"
        for term, value in ((words("head.status"), stands), *self.view.facts):
            yield Term(term, value)
        if self.view.overrides:
            yield Term(words("head.overrides"), tuple(TextRun(one, "item") for one in self.view.overrides))
        yield self._hash()

    def _hash(self) -> Term:
        content = self.result.content_hash or self.view.plan.content_hash
        return Term(self.words("head.hash"), (TextRun(content, "code"),))

    # The ledger of statements

    def ledger(self) -> Iterator[Block]:
        """Every sentence of the plan's text, its state, and what carries it; text, table and drawing."""
        words, result = self.words, self.result
        yield Paragraph(words("ledger.lead" if result.statements else "statements.none"))
        yield from self.states()
        yield Section("differences", words("ledger.differences"), tuple(self._differences()))
        if result.statements:
            heads = self.words.heads("id", "state", "statement", "why", "bound_to")
            ids = tuple(f"statement-{one.statement_id}" for one in result.statements)
            table = Table(heads, tuple(map(self._statement, result.statements)), key=0, sign=1, ids=ids)
            yield Section("statements", words("ledger.sentences"), (table,))

    def states(self) -> Iterator[Term]:
        """How many statements are in which state."""
        for state, said, n in ledger.state_counts(self.result, self.words):
            yield Term(f"{tables.STATE_SYMBOLS[state]} {said}", self.words.number(n), tone=f"count {state}")

    @cached_property
    def _object_names(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for layer in ("areas", "zones", "structure", "stops", "facilities", "streets"):
            names = self.view.ground.names(layer)
            found |= {str(id_): str(name) for id_, name in names.items() if name}
        return found

    def _statement(self, statement: StatementState) -> tuple[Cell, ...]:
        words = self.words
        bonds = ledger.bonds(statement, words, self.verdicts.targets, self._object_names)
        return (
            statement.statement_id,
            (TextRun(self.view.state(statement.state), f"chip {statement.state}"),),
            words.pick(statement.text),
            words.pick(statement.why),
            tuple(
                run
                for bond in bonds
                for run in (TextRun(bond.said, "item", bond.target), TextRun(bond.code, "muted"))
            )
            or tables.DASH,
        )

    def _differences(self) -> Iterator[Block]:
        words, rows = self.words, ledger.difference_rows(self.result, self.words)
        if not rows:
            yield Paragraph(words("ledger.no_differences"))
            return
        yield Paragraph(words("ledger.differences_lead"))
        yield self.agreement()
        if odd := [row for row in rows if row.agreement != "agrees"]:
            yield self.difference_table(odd)
        if even := [row for row in rows if row.agreement == "agrees"]:
            title, table = words.count("ledger.agreeing", len(even)), self.difference_table(even)
            yield Section("agreeing", title, (table,), folded=len(even) > OPEN_AGREEING)

    def agreement(self) -> Paragraph:
        """How many figures differ, are open, and agree."""
        counts = ledger.agreement_counts(self.result, self.words)
        return self.verdicts.tally((TextRun(said, f"chip {code}"), n) for code, said, n in counts)

    def difference_table(self, rows: Iterable[DifferenceRow]) -> Table:
        """Text, table and drawing side by side."""
        words, known = self.words, {one.statement_id for one in self.result.statements}

        def cells(row: DifferenceRow) -> tuple[Cell, ...]:
            link = f"statement-{row.statement_id}" if row.statement_id in known else ""
            subject, agreement = [TextRun(row.subject)], [TextRun(row.outcome, f"chip {row.agreement}")]
            if row.note:
                subject.append(TextRun(row.note, "muted"))
            if row.tolerance:
                agreement.append(TextRun(words("ledger.tolerance", amount=row.tolerance), "muted"))
            figures = map(Printed, (row.said, row.tabled, row.drawn))
            named = (TextRun(row.statement_id or tables.DASH, link=link),)
            return (named, tuple(subject), *figures, tuple(agreement))

        heads = self.words.heads("id", "figure", "said", "tabled", "drawn", "agreement")
        return Table(heads, tuple(map(cells, rows)), key=0)

    # The summary

    def summary(self) -> Iterator[Block]:
        """How many verdicts pass, what fails and what cannot be told."""
        words, view, result = self.words, self.view, self.result
        if not result.verdicts:
            yield Paragraph(words("summary.nothing_judged"))
            return
        one_pack, n = len(view.packs) == 1, len(result.verdicts)
        several = words("summary.by_packs", n=words.number(n), packs=words.number(len(view.packs)))
        yield Paragraph(words.count("summary.lead", n) if one_pack else several, "lead")
        yield from self.counts(promised=one_pack)
        fail, unknown = view.of_outcome["fail"], view.of_outcome["unknown"]
        if not fail and not unknown and view.of_outcome["pass"]:
            yield Paragraph(words("summary.all_kept"), "lead")
        if errors := sum(found.grade == "error" for found in result.faults):
            link = TextRun(words("section.faults"), link="faults")
            yield Paragraph((TextRun(words.count("summary.see_faults", errors)), link), "alert")
        fail = sorted(fail, key=lambda verdict: FORCES.index(verdict.force))
        unsettled: dict[Outcome, tuple[str, Sequence[Verdict]]]
        unsettled = {"fail": ("missed", fail), "unknown": ("unknown", unknown)}
        for outcome, (key, found) in unsettled.items():
            if found:
                title = words(f"summary.{key}_title") if one_pack else tables.outcome_said(outcome, words)
                yield Section(key, title, tuple(self._unsettled(outcome, found, one_pack=one_pack)))

    def counts(self, *, promised: bool = False) -> Iterator[Term]:
        """How many verdicts come out how; of one pack as what the plan has `promised`."""
        words, kept = self.words, {"pass": "kept", "fail": "missed"}
        for outcome, found in self.view.of_outcome.items():
            if found or outcome != "not_applicable":
                key = f"summary.{kept.get(outcome, outcome)}" if promised else f"outcome.{outcome}"
                term = f"{tables.SYMBOLS[outcome]} {words(key)}"
                yield Term(term, words.number(len(found)), tone=f"count {outcome}")

    def _unsettled(self, outcome: str, found: Sequence[Verdict], *, one_pack: bool) -> Iterator[Block]:
        """What has to hold in full, the others by rule."""
        words, full = self.words, FORCES if one_pack else FORCES[:2]
        told = [verdict for verdict in found if verdict.force in full][:MOST_MISSED]
        if outcome == "unknown" and len(found) > 1:
            yield self._needs(found)
        for number, verdict in enumerate(told, 1):
            title = (
                TextRun(
                    f"{tables.SYMBOLS[outcome]} {self.view.titled(verdict)}",
                    link=self.verdicts.anchor(verdict),
                ),
                TextRun(f"{verdict.rule} | {self.verdicts.force(verdict)}", "muted"),
                self.verdicts.badge(verdict.confidence),
            )
            lines = self._why_missed(verdict) if outcome == "fail" else self._why_unknown(verdict)
            yield Section(f"{outcome}-{number}", title, tuple(lines))
        known = {(verdict.rule, verdict.scope_id) for verdict in told}
        rest = by_rule(one for one in found if (one.rule, one.scope_id) not in known)
        if rest:
            key = "besides" if outcome == "fail" else "besides_unknown"
            lead = words(f"summary.{key}", n=words.number(sum(group.number for group in rest)))
            items: list[Text] = []
            for group in rest:
                items += [self._named(verdict) for verdict in group.in_full]
                if (more := group.number - len(group.in_full)) > 0:
                    link = TextRun(tables.title(group.first, words), link=self.verdicts.anchor(group.first))
                    items.append((link, TextRun(words("packs.more", n=words.number(more)), "muted")))
            yield Listing(lead, tuple(items))

    def _needs(self, unknown: Sequence[Verdict]) -> Table:
        """What is missing, and how many verdicts wait for it."""
        words = self.words
        rows = tuple(
            (need_line(need, words), *(Printed(words.number(n)) for n in (len(need.verdicts), need.alone)))
            for need in needs(unknown, words)
        )
        return Table(tuple(words(f"needs.column.{key}") for key in ("what", "verdicts", "alone")), rows)

    def _named(self, verdict: Verdict) -> Text:
        row = self.view.row(verdict)
        said = f"{self.verdicts.force(verdict)} | {row.measured} / {row.required}"
        if verdict.outcome == "unknown":
            said = f"{self.verdicts.force(verdict)} | {self.view.needs(verdict.missing, 2)}"
        grade = self.verdicts.badge("C") if verdict.confidence == "C" else TextRun(
            verdict.confidence, f"badge {verdict.confidence}"
        )  # fmt: skip
        title = f"{tables.SYMBOLS[verdict.outcome]} {self.view.titled(verdict)}"
        return (TextRun(title, link=self.verdicts.anchor(verdict)), grade, TextRun(said, "muted"))

    def _why_missed(self, verdict: Verdict) -> Iterator[Block]:
        words, row = self.words, self.view.row(verdict)
        gap = tables.gap_said(verdict, words)
        said = [
            words("summary.asked", required=row.required, measured=row.measured, margin=row.margin, gap=gap)
        ]
        if verdict.affected_residents is not None:
            people = words.count("count.residents", verdict.affected_residents)
            n = words.number(verdict.affected_residents)
            said.append(words("summary.affected", residents=people, residents_n=n))
        elif verdict.where:
            places = words.count("count.places", len(verdict.where))
            said.append(words("summary.affected_places", places=places))
        yield Paragraph(words("list.sentences").join(said))
        if verdict.remedy:
            remedy = TextRun(words.pick(verdict.remedy.text))
            yield Paragraph((TextRun(words("summary.remedy").strip(), "strong"), remedy))

    def _why_unknown(self, verdict: Verdict) -> Iterator[Block]:
        words = self.words
        if verdict.doubts:
            found = (fault.message(words.lang) for fault in verdict.doubts)
            lead, said = words("summary.doubt"), words("list.sentences").join(found)
        else:
            lead, said = words("summary.needs"), self.view.needs(verdict.missing)
        if said:
            yield Paragraph((TextRun(lead.strip(), "strong"), TextRun(said)))

    # Residents and capacity

    def residents(self) -> Iterator[Block]:
        """The range of the residents, and how many each supply can carry."""
        words, people = self.words, self.result.residents
        for key in ("low", "central", "high"):
            said = words.number(getattr(people, key), 0)
            yield Term(words(f"residents.{key}"), said, tone=f"count people {key}")
        if people.central is None:
            needs = [words("summary.needs") + self.view.needs(people.missing)] if people.missing else []
            yield Paragraph(" ".join([words("residents.unknown"), *needs]), "alert")
        else:
            source = words.or_else(f"residents.sources.{people.source}", people.source or "")
            given = [words("residents.source", source=source)] if people.source else []
            yield Paragraph(words("list.sentences").join([words("residents.lead"), *given]))
        yield Paragraph(tables.capacity_sentence(self.result, words.lang), "lead")
        judged = [verdict for verdict in self._carrying.values() if verdict is not None]
        if any(verdict.force != "must" for verdict in judged):
            yield Paragraph(words("residents.musts"))
        if self._carrying:
            yield self._capacity()
        if is_known(people.central):
            yield Note(words("residents.central_line", n=words.number(people.central, 0)))

    @cached_property
    def _carrying(self) -> dict[str, Verdict | None]:
        """The rules that bound the residents, each with its first verdict."""
        judged = {verdict.rule: verdict for verdict in reversed(self.result.verdicts)}
        return {rule: judged.get(rule) for rule in self.result.capacity.by_rule}

    def _capacity(self) -> Table:
        words, found, central = self.words, self.result.capacity, self.result.residents.central
        most = 1.05 * max([1.0, *(n for n in (central, *found.by_rule.values()) if is_known(n))])
        rows: list[tuple[Cell, ...]] = []
        for rule, verdict in self._carrying.items():
            title, said, number = [TextRun(rule)], rule, found.by_rule[rule]
            if verdict is not None:
                title = [TextRun(tables.title(verdict, words), link=self.verdicts.anchor(verdict))]
                said = rule if verdict.force == "must" else f"{rule} | {self.verdicts.force(verdict)}"
            title.append(TextRun(said, "muted"))
            if verdict is not None:
                title.append(self.verdicts.badge(verdict.confidence))
            binds = rule == found.binding_rule
            carries = [TextRun(words.number(number))]
            if binds:
                carries.append(TextRun(words("residents.binds"), "late"))
            line = central / most if is_known(central) else None
            mark = charts.amount_mark(number / most if is_known(number) else 0, line, binds=binds)
            rows.append((tuple(title), Sparkline(mark), tuple(carries)))
        heads = (words("column.rule"), "", words("residents.carries"))
        return Table(heads, tuple(rows), title=words("residents.chart"), key=0, scale=Sparkline(" "))

    # Maps and tables of the plan

    def land_use(self) -> Iterator[Block]:
        """The land-use map and its closer views."""
        words, ground = self.words, self.view.ground
        whole = themes.land_use_map(ground)
        if whole is None:
            yield Paragraph(words("sheet.no_map"))
            return
        yield from map(self.verdicts.figure, (whole, *themes.land_use_details(ground)))
        if ground.unseen and ground.frame is not None:
            size = words.amount(3 * ground.frame.grain, "m")
            yield Note(words("map.unseen", n=words.number(ground.unseen), size=size))

    def structure(self) -> Iterator[Block]:
        """The structure map, of a plan that draws a structure."""
        if drawn := themes.structure_map(self.view.ground):
            yield self.verdicts.figure(drawn)

    def reported(self) -> Iterator[Block]:
        """Measures that no rule judges."""
        rows = tuple(map(self._reported, self.view.reported))
        yield Paragraph(self.words("reported.lead" if rows else "reported.none"))
        if rows:
            yield Table(self.words.heads("measure", "value", "parts"), rows, key=0)

    def _reported(self, row: tables.ReportedRow) -> tuple[Cell, ...]:
        aside = f"{row.id} | {row.source}" if row.source else row.id
        said = [TextRun(row.title, link=trace.measure_anchor(row.measure)), TextRun(aside, "muted")]
        if row.confidence:
            said.append(self.verdicts.badge(row.confidence))
        if row.definition:
            said.append(TextRun(row.definition, "muted"))
        value = [TextRun(row.value, "strong")]
        if row.sum:
            value.append(TextRun(row.sum, "muted"))
        if row.missing:
            value.append(TextRun(self.words("summary.needs") + self.view.few(row.missing), "item"))
        return tuple(said), tuple(value), part_runs(row.parts, MOST_PARTS, self.view) or tables.DASH

    def office(self) -> Iterator[Block]:
        """The office's tables that have a line, all but the first folded; then what their columns mean."""
        words, told = self.words, list[OfficeTable]()
        for name, make in TABLES.items():
            made = make(self.view)
            kept = [line for line in made.lines if name not in SUMS_ONLY or line.kind != "row"]
            if not kept:
                continue
            if not told:
                yield Paragraph(words("balance.lead"))
            shown = _first(kept)
            table = replace(paper_table(self.view, made, shown), title="")
            blocks: list[Block] = [*map(Paragraph, filter(None, [made.lead])), table, *map(Note, made.notes)]
            if len(kept) > len(shown):
                blocks.append(Note(words("balance.more", n=words.number(len(kept) - len(shown)))))
            title = TextRun(office_said(self.view, f"title.{name}"))
            rows = TextRun(words("balance.rows", n=words.number(len(kept))), "muted")
            yield Section(f"table-{name}", (title, rows), tuple(blocks), folded=bool(told))
            told.append(made)
        if not told:
            yield Paragraph(words("balance.none"))
            return
        heads = tuple(office_said(self.view, f"sources.{one}") for one in EXPLAINED)
        meanings = Table(heads, tuple(explained(self.view, told)))
        title = TextRun(office_said(self.view, "title.sources"))
        yield Section("table-sources", (title,), (meanings,), folded=True)

    def faults(self) -> Iterator[Block]:
        """The faults in the data."""
        words, found = self.words, self.result.faults
        if not found:
            yield Paragraph(words("faults.none"))
            return
        more = len(found) - MOST_FAULTS
        left = [words("faults.more", n=words.number(more))] if more > 0 else []
        yield Paragraph(" ".join([words("faults.lead"), *left]))
        rows: list[tuple[Cell, ...]] = []
        for fault in found[:MOST_FAULTS]:
            place = [
                words.or_else(f"layer.{fault.layer}", fault.layer),
                rows_said(fault.id or "", words.lang),
            ]
            if is_known(fault.x) and is_known(fault.y):
                place.append(f"({fault.x:.1f}, {fault.y:.1f})")
            grade = TextRun(words(f"grade.{fault.grade}"), f"chip {fault.grade}")
            subject, where = (grade, TextRun(fault.rule, "muted")), " ".join(filter(None, place))
            rows.append((subject, where, fault.message(words.lang), fault.remedy(words.lang)))
        yield Table(self.words.heads("grade", "place", "message", "remedy"), tuple(rows))

    # From a number to its source

    def definitions(self) -> Iterator[Block]:
        """Every measure that the report speaks of."""
        words, specs = self.words, trace.measures_of(self.result.verdicts, self.result.reported)
        rows = tuple(
            (
                (
                    TextRun(words.pick(one.title)),
                    TextRun(one.id, "code"),
                    TextRun(trace.unit_said(one, words), "muted"),
                ),
                words.pick(one.definition),
                inputs(one.id, self.view),
                trace.definition_source(one.id, words),
            )
            for one in specs
        )
        yield Paragraph(words("appendix.lead"))
        heads = self.words.heads("measure", "meaning", "inputs", "source")
        yield Table(heads, rows, key=0, ids=tuple(trace.measure_anchor(one.id) for one in specs))

    def index(self) -> Iterator[Block]:
        """Each number with its rule or measure, the layers it was read from, and its clause."""
        words = self.words
        rows: list[tuple[Cell, ...]] = []
        for group in (group for pack in self.view.packs for group in pack.rules):
            verdict = group.worst[0]
            value = [TextRun(self.view.row(verdict).measured)]
            if group.several:
                value.append(TextRun(words("packs.objects", n=words.number(group.number)), "muted"))
            rule: Text = (
                TextRun(tables.title(verdict, words), link=self.verdicts.anchor(group.first)),
                TextRun(group.rule, "code"),
            )
            id_ = verdict.measurement.id if verdict.measurement else ""
            clause = trace.source_short(verdict, words)
            rows.append((tuple(value), rule, *self._measured_of(id_, id_), clause, verdict.confidence))
        for row in self.view.reported:
            rule, source = (
                (TextRun(words("index.reported"), "muted"),),
                trace.definition_source(row.measure, words),
            )
            of = self._measured_of(row.measure, row.id)
            rows.append(((TextRun(row.value),), rule, *of, source or tables.DASH, tables.DASH))
        yield Paragraph(words("index.lead"))
        heads = self.words.heads("value", "rule", "measure", "layer", "clause", "confidence")
        yield Table(heads, tuple(rows), key=0)

    def _measured_of(self, measure: str, said: str) -> tuple[Text, str]:
        layers = self.words.join(
            one.said or self.words.join(one.fields) for one in trace.inputs(measure, self.words)
        )
        named = tables.measure_words(said, self.words)[0]
        return (TextRun(named or tables.DASH, link=trace.measure_anchor(measure)),), layers or tables.DASH

    def reproduce(self) -> Iterator[Block]:
        """The command that makes this report."""
        words, result = self.words, self.result
        scenario = "" if result.scenario == BASE else f" --scenario {result.scenario}"
        packs = "".join(f" --pack {pack}" for pack in result.packs)
        yield Paragraph(words("reproduce.lead"))
        yield Paragraph(
            f"blockplan check PLAN{scenario} --on {result.on}{packs} --lang {words.lang} --out report.html",
            "code",
        )
        yield Paragraph(words("reproduce.unknown"))
        yield self._hash()


def _first(lines: Sequence[Line]) -> Sequence[Line]:
    """The first rows of a long table, and its total."""
    if len(lines) <= MOST_ROWS:
        return lines
    return [*lines[:MOST_ROWS], *(line for line in lines[MOST_ROWS:] if line.kind == "total")]
