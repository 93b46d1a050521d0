"""
The verdicts of a report as sections: by pack with their margins, by reading, each with its origin.

What leads to a verdict asks `VerdictSections.anchor` for the id of its section.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from blockplan.check.verdict import OUTCOMES
from blockplan.figures import is_known
from blockplan.report import charts, definitions, readings, tables, trace
from blockplan.report.document import (
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
from blockplan.report.grouping import anchors, by_rule, pack_words
from blockplan.report.maps import reachmaps, rulemaps
from blockplan.report.public import verdict_words
from blockplan.report.verdicts import blocks_by_parcel
from blockplan.report.view import FORCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from blockplan.check.verdict import Outcome, Verdict
    from blockplan.report.document import Block, Cell, Figure
    from blockplan.report.grouping import PackGroup, PackWords, RuleGroup
    from blockplan.report.maps.drawing import Drawing
    from blockplan.report.view import View

#: So many places, blocks, parts and missing things of a verdict stand in the page.
MOST_PLACES, MOST_BLOCKS, MOST_PARTS, MOST_MISSING = 24, 40, 60, 12
#: Longer lists than these are folded: of places, parts, parameters, readings.
OPEN_PLACES, OPEN_PARTS, OPEN_PARAMETERS, OPEN_READINGS = 12, 9, 3, 3
#: A report draws so many verdicts on maps; what breaks a promise goes first.
MOST_MAPS = 16


class VerdictSections:
    """The sections on verdicts of one report."""

    def __init__(self, view: View) -> None:
        self.view, self.words = view, view.words

    # What the other sections lead to

    @cached_property
    def _anchors(self) -> dict[tuple[str, str], str]:
        verdicts = self.view.result.verdicts
        named = anchors(verdicts)
        for group in by_rule(verdicts):
            rule = named[group.rule, group.first.scope_id]
            named |= {(one.rule, one.scope_id): rule for one in group.worst[len(group.shown) :]}
        return named

    def anchor(self, verdict: Verdict) -> str:
        """Id of a verdict's section; that of its rule where the page only counts it."""
        return self._anchors[verdict.rule, verdict.scope_id]

    @cached_property
    def targets(self) -> dict[str, tuple[str, str]]:
        """Rule -> its title and the id of its section."""
        return {
            group.rule: (tables.title(group.first, self.words), self.anchor(group.first))
            for group in by_rule(self.view.result.verdicts)
        }

    # Pieces of a line

    def chip(self, outcome: Outcome) -> TextRun:
        """The sign and the word of an outcome."""
        return TextRun(tables.outcome_said(outcome, self.words), f"chip {outcome}")

    def tally(self, counts: Iterable[tuple[TextRun, int]]) -> Paragraph:
        """How many there are of each outcome, in one line."""
        runs = ((chip, TextRun(self.words.number(n), "strong")) for chip, n in counts)
        return Paragraph(tuple(run for pair in runs for run in pair))

    def badge(self, grade: str) -> TextRun:
        """How well the source of a rule was read."""
        return TextRun(f"{grade} {self.words(f'confidence.{grade}')}", f"badge {grade}")

    def force(self, verdict: Verdict) -> str:
        """What a rule asks for: it must, it should ..."""
        return self.words(f"force.{verdict.force}")

    def left_out(self, group: RuleGroup, shown: Sequence[Verdict], title: str = "") -> Iterator[Block]:
        """How many verdicts of a rule a page leaves out."""
        if group.number > len(shown):
            numbers = [self.words.number(n) for n in (group.number - len(shown), len(shown))]
            said = TextRun(self.words("packs.left_out", n=numbers[0], shown=numbers[1]), "muted")
            yield Paragraph((TextRun(title, link=self.anchor(group.first)), said) if title else (said,))

    def figure(self, drawing: Drawing) -> Figure:
        """A map with its scale and where its data come from."""
        return drawing.figure(self.words.pick(self.view.plan.manifest.attribution))

    # Verdicts by pack

    def by_pack(self) -> Iterator[Block]:
        """The verdicts of each pack, and the rules that do not apply."""
        words, view = self.words, self.view
        yield Paragraph(words("rules.lead"))
        if len(view.packs) > 1:
            yield self._packs()
        for number, pack in enumerate(view.packs, 1):
            if pack.rules:
                aside = " | ".join(filter(None, (pack.id, words.pick(self._written.publishers.get(pack.id)))))
                title = (TextRun(view.pack_title(pack.id)), TextRun(aside, "muted"))
                yield Section(f"pack-{number}", title, tuple(self._pack(pack, number)))
        groups = [group for group in by_rule(view.result.verdicts) if group.outcome == "not_applicable"]
        if groups:
            rows = tuple(self._does_not_apply(group.first) for group in groups)
            table = Table(
                self.words.heads("rule", "title", "required", "why", "confidence"), rows, key=0,
                ids=tuple(self.anchor(group.first) for group in groups),
            )  # fmt: skip
            yield Section("not-applicable", words("packs.not_applicable"), (table,))

    def _does_not_apply(self, verdict: Verdict) -> tuple[Cell, ...]:
        words = self.words
        return (
            (TextRun(verdict.rule), TextRun(self.view.pack_title(verdict.pack), "muted")),
            (TextRun(tables.title(verdict, words)), TextRun(trace.source_short(verdict, words), "muted")),
            tables.required(verdict, words),
            words.pick(verdict.notes[0]) if verdict.notes else tables.DASH,
            (self.badge(verdict.confidence),),
        )

    def _packs(self) -> Table:
        words, view = self.words, self.view
        rows = []
        for number, pack in enumerate(view.packs, 1):
            counts: list[Cell] = [Printed(words.number(len(pack.of(key)))) for key in OUTCOMES]
            if pack.must_fail:
                must = TextRun(words("packs.must", n=words.number(pack.must_fail)), "muted")
                counts[1] = (TextRun(str(counts[1]), "late"), must)
            grades = tuple(
                TextRun(f"{grade} {words.number(n)}", f"badge {grade}")
                for grade in "ABC"
                if (n := pack.of_confidence(grade))
            )
            title = (TextRun(view.pack_title(pack.id), link=f"pack-{number}"), TextRun(pack.id, "muted"))
            rows.append((title, *counts, grades))
        said = (tables.outcome_said(key, words) for key in OUTCOMES)
        heads = (words("column.pack"), *said, words("column.confidence"))
        return Table(heads, tuple(rows), title=words("packs.table"), key=0)

    @cached_property
    def _written(self) -> PackWords:
        return pack_words(self.view.result.packs)

    def _pack(self, pack: PackGroup, number: int) -> Iterator[Block]:
        words = self.words
        if pack.document:
            yield Paragraph(f"{words('rules.source')}: {trace.document_said(pack.document, words.lang)}")
        counts = ((self.chip(key), len(pack.of(key))) for key in OUTCOMES[:3])
        yield self.tally((chip, n) for chip, n in counts if n)
        heads = self.words.heads("outcome", "title", "measured", "required", "margin", "who", "confidence")
        yield Table(heads, tuple(self._rule(pack, group) for group in pack.rules), sign=0, key=1)
        yield Section(f"margins-{number}", words("margins.title"), tuple(self._margins(pack)))

    def _rule(self, pack: PackGroup, group: RuleGroup) -> tuple[Cell, ...]:
        words, view, verdict, worst = self.words, self.view, group.first, group.worst[0]
        row = view.row(worst)
        stands = trace.clause(verdict, words) if pack.document else trace.source_short(verdict, words)
        title, measured, margin = view.titled(verdict), row.measured, row.margin
        if group.several:
            title, margin = tables.title(verdict, words), words("packs.worst", margin=margin)
            counts = [
                f"{tables.SYMBOLS[key]} {words.number(group.count(key))}"
                for key in ("fail", "unknown", "pass")
                if group.count(key)
            ]
            measured = words.join([words("packs.objects", n=words.number(group.number)), *counts])
        return (
            (self.chip(group.outcome),),
            (
                TextRun(title, link=self.anchor(verdict)),
                TextRun(f"{verdict.rule} | {self.force(verdict)} | {stands}", "muted"),
            ),
            measured,
            row.required,
            margin,
            row.who,
            (self.badge(verdict.confidence),),
        )

    def _margins(self, pack: PackGroup) -> Iterator[Block]:
        words, residents, scale = self.words, self.view.result.residents, charts.scale_of(pack.judged)
        rows: list[tuple[Cell, ...]] = []
        ranges, opens = False, False
        for verdict in (one for group in pack.rules for one in group.in_full):
            relative, spread = charts.relative_margin(verdict), charts.spread(verdict, residents)
            ends = charts.open_ends(verdict)
            ranges, opens = ranges or spread is not None, opens or ends is not None
            said = [
                (tables.outcome_said(verdict.outcome, words), "strong"),
                (tables.margin_said(verdict, words), ""),
                (self._percent(relative) if relative else "", "muted"),
                (charts.flips(verdict, residents, words), "late"),
            ]
            at, span = (relative, spread) if ends is None else (ends.nearest, ends)
            mark = charts.margin_mark(verdict.outcome, at, span, scale)
            title = (
                TextRun(self.view.titled(verdict), link=self.anchor(verdict)),
                TextRun(verdict.rule, "muted"),
            )
            rows.append((title, Sparkline(mark), tuple(TextRun(one, tone) for one, tone in said if one)))
        lead = [
            words(f"margins.{key}")
            for key, told in (("lead", True), ("range", ranges), ("open", opens))
            if told
        ]
        yield Note(words("list.sentences").join(lead))
        heads = (words("column.title"), "", words("column.margin"))
        yield Table(heads, tuple(rows), key=0, scale=Sparkline(charts.margin_axis(words, scale)))
        for group in pack.rules:
            yield from self.left_out(group, group.in_full, tables.title(group.first, words))

    def _percent(self, relative: float) -> str:
        return ("+" if relative > 0 else "−") + self.words.share(abs(relative))

    # Readings

    def by_reading(self) -> Iterator[Block]:
        """Who gains from which reading; nothing where no verdict has several."""
        words = self.words
        if self.view.coverage:
            yield Paragraph(words("readings.lead"))
        for at, verdict in enumerate(self.view.coverage):
            title = (TextRun(self.view.titled(verdict)), TextRun(verdict.rule, "muted"))
            blocks = tuple(self._readings(verdict))
            yield Section(f"readings-{self.anchor(verdict)}", title, blocks, folded=at >= OPEN_READINGS)

    def _readings(self, verdict: Verdict) -> Iterator[Block]:
        words = self.words
        lead = [
            TextRun(words("readings.required", required=tables.required(verdict, words))),
            TextRun(readings.spread(verdict, words)),
        ]
        if readings.hangs_on_reading(verdict):
            lead.append(TextRun(words("readings.hangs"), "late"))
        yield Paragraph(tuple(lead))
        rows = []
        for at, one in enumerate(verdict.readings):
            aside = [one.id, words.or_else(f"weight.{one.weight}", one.weight)]
            said = [TextRun(words.share(one.share), "strong"), self.chip(one.outcome)]
            if at:
                for key, side in zip(
                    ("gained", "lost"), readings.sides(verdict, one, self.view.people_at), strict=True
                ):
                    who = readings.side_said(side, words) if is_known(one.share) else words.unknown
                    said.append(TextRun(f"{words(f'readings.{key}')} {who}", "item"))
            else:
                aside.append(words("detail.judging"))
            name = TextRun(definitions.reading_name(one, words)), TextRun(" | ".join(aside), "muted")
            mark = charts.share_mark(one.outcome, one.share, readings.required_share(verdict))
            rows.append((name, Sparkline(mark), tuple(said)))
        heads = (words("column.reading"), "", words("column.share_within"))
        yield Table(heads, tuple(rows), key=0, scale=Sparkline(charts.share_axis(words)))
        if (verdict.rule, verdict.scope_id) in self._reading_mapped:
            id_ = f"map-{self.anchor(verdict)}-reading"
            drawn = reachmaps.reading_map(self.view.ground, verdict, id_)
            yield from [self.figure(drawn)] if drawn else []

    @cached_property
    def _reading_mapped(self) -> frozenset[tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for verdict in self.view.coverage:
            changes = "|".join(f"{one.id} {one.changed}" for one in verdict.readings)
            found.setdefault(changes, (verdict.rule, verdict.scope_id))
        return frozenset(list(found.values())[: MOST_MAPS // 4])

    # Each verdict

    def details(self) -> Iterator[Block]:
        """Each rule with its figures, what they were measured of, and where it stands."""
        words, view = self.words, self.view
        yield Paragraph(words("detail.lead"))
        if not (view.of_outcome["fail"] or view.of_outcome["unknown"]):
            yield Paragraph(words("detail.none_open"))
        for number, pack in enumerate(view.packs, 1):
            title = (TextRun(view.pack_title(pack.id)), TextRun(pack.id, "muted"))
            if pack.rules:
                yield Section(f"details-{number}", title, tuple(map(self._detail, pack.rules)))

    def _detail(self, group: RuleGroup) -> Section:
        words, verdict, row = self.words, group.first, self.view.row(group.first)
        plain = group.outcome == "pass" or (
            len(self.view.packs) > 1 and verdict.force not in {"must", "should"}
        )
        title = tables.title(verdict, words) if group.several else self.view.titled(verdict)
        runs = [self.chip(group.outcome), TextRun(title), TextRun(verdict.rule, "muted")]
        if plain:
            several = words("packs.objects", n=words.number(group.number))
            asked = f"{words('trace.asked', required=row.required)} | {self.force(verdict)}"
            aside = several if group.several else f"{row.measured} | {asked}"
            runs += [TextRun(aside, "muted"), self.badge(verdict.confidence)]
        blocks = self._many(group) if group.several else self._single(verdict)
        return Section(self.anchor(verdict), tuple(runs), tuple(blocks), folded=plain)

    def _single(self, verdict: Verdict) -> Iterator[Block]:
        words, row = self.words, self.view.row(verdict)
        for key in ("measured", "required", "margin", "who"):
            yield Term(words(f"column.{key}"), (TextRun(getattr(row, key), "strong"),))
        yield from self._open_points(verdict)
        yield from self._origin(verdict)
        yield from self._other_readings(verdict)
        yield from self._maps(verdict)
        yield from self._blocks(verdict)
        yield from self._places(verdict)

    def _many(self, group: RuleGroup) -> Iterator[Block]:
        rows, ids = [], []
        for verdict in group.shown:
            row = self.view.row(verdict)
            named = self.view.scope(verdict) or verdict.scope_id
            rows.append((named, (self.chip(row.outcome),), row.measured, row.required, row.margin, row.who))
            ids.append("" if verdict == group.first else self.anchor(verdict))
        heads = self.words.heads("object", "outcome", "measured", "required", "margin", "who")
        yield Table(heads, tuple(rows), key=0, sign=1, ids=tuple(ids))
        yield from self.left_out(group, group.shown)
        for verdict in group.in_full:
            if verdict.outcome in {"fail", "unknown"}:
                named = self.view.scope(verdict) or verdict.scope_id
                blocks = (
                    *self._open_points(verdict), *self._other_readings(verdict), *self._counted(verdict),
                    *self._maps(verdict), *self._places(verdict),
                )  # fmt: skip
                title = f"{named}: {tables.outcome_said(verdict.outcome, self.words)}"
                yield Section(f"object-{self.anchor(verdict)}", title, blocks, folded=True)
        yield from self._origin(group.first, several=True)

    def _open_points(self, verdict: Verdict) -> Iterator[Block]:
        words = self.words
        lines = [
            f"{one.message(words.lang)} {one.remedy(words.lang)}" for one in verdict.doubts
        ] or tables.missing_words(verdict.missing, words)
        if lines:
            more = len(lines) - MOST_MISSING
            left = [words("list.more", n=words.number(more))] if more > 0 else []
            yield Listing(words("detail.missing"), (*lines[:MOST_MISSING], *left))
        if verdict.remedy:
            said = TextRun(words.pick(verdict.remedy.text), "strong")
            yield Paragraph((TextRun(words("detail.remedy"), "muted"), said), "remedy")
        for note in verdict.notes:
            yield Note(words.pick(note))

    def _origin(self, verdict: Verdict, *, several: bool = False) -> Iterator[Block]:
        words = self.words
        yield Term(words("rules.source"), words("list.clauses").join(trace.source_parts(verdict, words)))
        yield Term(words("column.confidence"), (self.badge(verdict.confidence),))
        yield Term(words("rules.force"), self.force(verdict))
        if verdict.measurement is not None:
            id_ = verdict.measurement.id
            said = words("list.sentences").join([*definitions.definition_sentences(verdict, words), ""])
            yield Term(
                words("detail.definition"),
                (TextRun(said.strip()), TextRun(id_, "code", trace.measure_anchor(id_))),
            )
            if read := inputs(id_, self.view):
                yield Term(words("trace.inputs"), read)
            if not several:
                yield from self._sum(verdict)
        if chosen := definitions.parameters(verdict, words, self._written.parameters(verdict.rule)):
            table = Table(self.words.heads("parameter", "value", "open_point", "meaning"), chosen, key=0)
            key, n = "rules.parameters", len(chosen)
            yield self._counted_section("parameters", verdict, key, (table,), n, OPEN_PARAMETERS)

    def _sum(self, verdict: Verdict) -> Iterator[Block]:
        """The sum behind a figure, its parts, and what was counted."""
        words, measurement = self.words, verdict.measurement
        if measurement is None:
            return
        if done := trace.division(verdict, self.view.result.residents, words):
            yield Term(words("trace.division"), done)
        parts = self.view.reported_row(measurement).parts
        if len(parts) > OPEN_PARTS:
            listed = (Listing("", tuple(run.text for run in part_runs(parts, MOST_PARTS, self.view))),)
            yield self._counted_section("parts", verdict, "column.parts", listed, len(parts), OPEN_PARTS)
        elif parts:
            yield Term(words("column.parts"), part_runs(parts, MOST_PARTS, self.view))
        yield from self._counted(verdict)

    def _counted(self, verdict: Verdict) -> Iterator[Block]:
        words = self.words
        for one in trace.counted(verdict.measurement, words):
            more = [words("list.more", n=words.number(one.more))] if one.more else []
            title = f"{words('trace.counted')}: {one.said} {words.number(one.number)}"
            ids = (Paragraph(", ".join([*one.ids, *more])),)
            yield Section(f"counted-{self.anchor(verdict)}-{one.layer}", title, ids, folded=True)

    def _other_readings(self, verdict: Verdict) -> Iterator[Block]:
        if len(verdict.readings) > 1:
            link = TextRun(self.words("detail.readings"), link=f"readings-{self.anchor(verdict)}")
            yield Paragraph((link, TextRun(readings.spread(verdict, self.words))))

    def _maps(self, verdict: Verdict) -> Iterator[Block]:
        """The maps of a verdict that does not pass: its places, its supplies, or what it counted."""
        if (verdict.rule, verdict.scope_id) in self._mapped:
            id_ = f"map-{self.anchor(verdict)}"
            yield from map(self.figure, rulemaps.rule_maps(self.view.ground, verdict, id_))

    @cached_property
    def _mapped(self) -> frozenset[tuple[str, str]]:
        """The verdicts that get a map: of each rule that does not pass the worst, once a measure."""
        found: dict[str, tuple[str, str]] = {}
        unsettled = [*self.view.of_outcome["fail"], *self.view.of_outcome["unknown"]]
        for group in sorted(by_rule(unsettled), key=lambda group: FORCES.index(group.first.force)):
            verdict = group.worst[0]
            measured = verdict.measurement.id if verdict.measurement is not None else verdict.rule
            same = f"{measured} {verdict.chosen} {verdict.outcome}"
            found.setdefault(same, (verdict.rule, verdict.scope_id))
        return frozenset(list(found.values())[:MOST_MAPS])

    def _blocks(self, verdict: Verdict) -> Iterator[Block]:
        words, found = self.words, blocks_by_parcel(verdict, self.view.plan, self.words)
        if len(found) < 2:
            return
        rows = tuple(
            (
                row.block or words("parcelwise.elsewhere"),
                *(Printed(words.number(n)) for n in (row.fail, row.unknown, row.passed)),
                Printed(row.margin),
                row.worst,
            )
            for row in found[:MOST_BLOCKS]
        )
        heads = self.words.heads("block", "fail", "unknown", "pass", "margin", "worst")
        blocks: list[Block] = [Note(words("parcelwise.lead")), Table(heads, rows, key=0)]
        if len(found) > MOST_BLOCKS:
            blocks.append(Note(words("parcelwise.more", n=words.number(len(found) - MOST_BLOCKS))))
        yield Section(f"blocks-{self.anchor(verdict)}", words("parcelwise.by_block"), tuple(blocks))

    def _places(self, verdict: Verdict) -> Iterator[Block]:
        """The places that a verdict points at, worst first."""
        words, more = self.words, len(verdict.where) - MOST_PLACES
        if not verdict.where:
            return
        lead = [words("detail.worst_first")]
        lead += [words("detail.more_places", n=words.number(more))] if more > 0 else []
        rows = tuple(
            (row["id"], row["layer"], Printed(row["value"]), Printed(row["residents"]))
            for row in verdict_words.rows(verdict, self.view.plan, words, MOST_PLACES)
        )
        heads = self.words.heads("id", "layer", verdict_words.head(verdict), "residents")
        blocks = (Note(" ".join(lead)), Table(heads, rows, key=0))
        counted = words.count("count.places", len(verdict.where))
        title = (TextRun(words("detail.places")), TextRun(counted, "strong"))
        folded = len(verdict.where) > OPEN_PLACES
        yield Section(f"places-{self.anchor(verdict)}", title, blocks, folded=folded)

    def _counted_section(
        self, kind: str, verdict: Verdict, key: str, blocks: tuple[Block, ...], number: int, most: int
    ) -> Section:
        """A section whose title says how many there are, folded where they are more than `most`."""
        title = (TextRun(self.words(key)), TextRun(self.words.number(number), "strong"))
        return Section(f"{kind}-{self.anchor(verdict)}", title, blocks, folded=number > most)


def part_runs(parts: Sequence[tuple[str, str]], most: int, view: View) -> tuple[TextRun, ...]:
    """The parts of a measurement, an item each, and how many more there are."""
    more = [TextRun(view.words("list.more", n=len(parts) - most), "item")] if len(parts) > most else []
    return (*(TextRun(f"{name} {value}", "item") for name, value in parts[:most]), *more)


def inputs(id_: str, view: View) -> tuple[TextRun, ...]:
    """The layers and columns that a measure reads, an item each, with the names to find them by."""
    return tuple(
        run
        for one in trace.inputs(id_, view.words)
        for run in (
            TextRun(view.words.named_columns(one.said, one.fields), "item"),
            TextRun(one.found_by, "code"),
        )
    )
