"""
What the pages show: a plan and its result in the language of the reader.

The HTML report, the sheet and the two-page summary all speak through `View`. It formats and looks up, and
never computes a figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import blockplan
from blockplan.figures import is_known
from blockplan.plan import BASE, landuse
from blockplan.plan.model.codes import LISTS
from blockplan.report import charts, definitions, ledger, readings, tables, trace
from blockplan.report.features import residents_by_id
from blockplan.report.grouping import (
    PackGroup,
    PackWords,
    RuleGroup,
    anchors,
    by_pack,
    by_rule,
    pack_words,
    packs_said,
)
from blockplan.report.maps import reachmaps, rulemaps, themes
from blockplan.report.maps.basemap import Ground
from blockplan.report.maps.drawing import definitions as ground_definitions
from blockplan.report.public import verdict_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from blockplan.check.verdict import CheckResult, StatementState, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.measure.missing import Missing
    from blockplan.plan import Plan
    from blockplan.plan.model.faults import Fault
    from blockplan.report.maps.drawing import Drawing
    from blockplan.report.words import Words

MOST_PLACES = 24
MOST_MISSING = 4
#: Failing and open verdicts that the summary says in full.
MOST_MISSED = 14
#: A report draws so many verdicts on maps; what breaks a promise goes first.
MOST_MAPS = 16
#: Stands for the object of a rule that judges each one of a kind, where one figure is judged for them all.
NO_OBJECT = "*"
FORCES = ("must", "should", "target", "comparator")
WITHIN = re.compile(r"within_([0-9.]+)m")


@dataclass
class View:
    """
    What the template shows, in the language of `words`; it formats and never computes a figure.

    `finest_mm` is that of its `Ground`.
    """

    plan: Plan
    result: CheckResult
    words: Words
    in_force: Plan | None = None
    finest_mm: float = 0.0

    @cached_property
    def in_force_view(self) -> View | None:
        """The plan that this one is compared with: the one in force, else a scenario's plan as drawn."""
        before = self.in_force
        if before is None and self.result.scenario != BASE:
            before = self.plan.base
        return None if before is None else replace(self, plan=before, in_force=None)

    @cached_property
    def ground(self) -> Ground:
        """The plan as a base for maps."""
        return Ground(self.plan, self.words, self.finest_mm)

    @property
    def title(self) -> str:
        """The plan's title."""
        return self.words.pick(self.plan.manifest.title) or self.plan.manifest.id

    @property
    def version(self) -> str:
        """Version of the program."""
        return blockplan.__version__

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """The head of the report: what was judged, when, by what."""
        manifest, words, result = self.plan.manifest, self.words, self.result
        notice = manifest.notice
        period = (
            words("head.period", start=words.day(notice.start), end=words.day(notice.end)) if notice else ""
        )
        found = [
            ("authority", words.pick(manifest.authority)),
            ("drawn_on", words.day(manifest.drawn_on)),
            ("on", words.day(result.on)),
            ("scenario", self.scenario),
            ("notice", period),
            ("horizon", str(manifest.horizon or "")),
            ("packs", packs_said(result.packs, self._titles, words)),
            ("crs", manifest.crs),
        ]
        return [(words(f"head.{key}"), value) for key, value in found if value]

    @cached_property
    def overrides(self) -> list[str]:
        """What the plan sets to another value than it has by itself, a line each."""
        return definitions.override_lines(self.result.overrides, self.words)

    @property
    def scenario(self) -> str:
        """The scenario that was judged."""
        name = self.result.scenario
        said = self.words("head.base") if name == BASE else self.plan.manifest.scenarios.get(name, "")
        return self.words("list.note", said=name, note=said) if said else name

    @cached_property
    def of_outcome(self) -> dict[str, list[Verdict]]:
        """Verdicts by outcome."""
        return {
            outcome: [verdict for verdict in self.result.verdicts if verdict.outcome == outcome]
            for outcome in tables.SYMBOLS
        }

    @property
    def open_verdicts(self) -> list[Verdict]:
        """Verdicts that fail, then those that cannot be told."""
        return [*self.of_outcome["fail"], *self.of_outcome["unknown"]]

    @property
    def missed(self) -> list[Verdict]:
        """The failing verdicts that a summary says in full: what has to hold first, at most so many."""
        ordered = sorted(self.of_outcome["fail"], key=lambda verdict: FORCES.index(verdict.force))
        full = FORCES if len(self.packs) == 1 else FORCES[:2]
        return [verdict for verdict in ordered if verdict.force in full][:MOST_MISSED]

    @property
    def missed_besides(self) -> list[RuleGroup]:
        """The failing verdicts that a summary only names, by rule."""
        return self._besides(self.of_outcome["fail"], self.missed)

    @property
    def unknown_few(self) -> list[Verdict]:
        """The open verdicts that a summary says in full."""
        full = FORCES if len(self.packs) == 1 else FORCES[:2]
        return [verdict for verdict in self.of_outcome["unknown"] if verdict.force in full][:MOST_MISSED]

    @property
    def unknown_besides(self) -> list[RuleGroup]:
        """The open verdicts that a summary only names, by rule."""
        return self._besides(self.of_outcome["unknown"], self.unknown_few)

    def _besides(self, verdicts: Sequence[Verdict], told: Sequence[Verdict]) -> list[RuleGroup]:
        known = {(verdict.rule, verdict.scope_id) for verdict in told}
        return by_rule(one for one in verdicts if (one.rule, one.scope_id) not in known)

    @property
    def sections(self) -> list[str]:
        """The sections of the report, in order."""
        order = ["ledger", "summary", "residents", "verdicts", *(["readings"] if self.coverage else [])]
        order += ["details", "landuse", "structure", "reported", "balance", "faults", "definitions", "index"]
        return [*order, "reproduce"]

    @property
    def errors(self) -> list[Fault]:
        """Faults that put verdicts in doubt."""
        return [found for found in self.result.faults if found.grade == "error"]

    def needs(self, missing: Sequence[Missing], most: int | None = None) -> str:
        """The first of what is missing in words (at most so many), and how many more there are."""
        return self.few(tables.missing_words(missing, self.words)[:most])

    def few(self, said: Sequence[str]) -> str:
        """The first of some lines about missing data, and how many more there are."""
        rest = len(said) - MOST_MISSING
        more = [self.words("list.more", n=rest)] if rest > 0 else []
        return self.words.join([*said[:MOST_MISSING], *more])

    def row(self, verdict: Verdict) -> tables.VerdictRow:
        """A verdict in words."""
        return tables.verdict_row(verdict, self.words)

    # Packs, rules, verdicts

    @cached_property
    def packs(self) -> list[PackGroup]:
        """The verdicts by pack."""
        return by_pack(self.result.packs, self.result.verdicts)

    @cached_property
    def pack_words(self) -> PackWords:
        """What the packs say of themselves and their rules."""
        return pack_words(self.result.packs)

    def pack_title(self, pack: str) -> str:
        """The title of a pack; its id where it has none."""
        return self.words.pick(self._titles.get(pack)) or pack

    @cached_property
    def _titles(self) -> Mapping[str, Mapping[str, str]]:
        return self.result.pack_titles or self.pack_words.titles

    def publisher(self, pack: str) -> str:
        """Who publishes a pack; "" where it is not known."""
        return self.words.pick(self.pack_words.publishers.get(pack))

    @cached_property
    def not_applicable(self) -> list[RuleGroup]:
        """The rules that do not speak of the plan."""
        return [group for group in by_rule(self.result.verdicts) if group.outcome == "not_applicable"]

    @cached_property
    def _anchors(self) -> dict[tuple[str, str], str]:
        named = anchors(self.result.verdicts)
        for group in by_rule(self.result.verdicts):
            rule = named[group.rule, group.first.scope_id]
            named |= {(one.rule, one.scope_id): rule for one in group.worst[len(group.shown) :]}
        return named

    def named_row(self, verdict: Verdict) -> tables.VerdictRow:
        """A verdict in words, where its title has to say which object it judges."""
        return replace(self.row(verdict), title=self.titled(verdict))

    def titled(self, verdict: Verdict) -> str:
        """The title of a verdict, set apart from the object it judges: ``Size of one block | block B-03``."""
        title, scope = tables.title(verdict, self.words), self.scope(verdict)
        return f"{title} | {scope}" if scope and scope.casefold() not in title.casefold() else title

    def anchor(self, verdict: Verdict) -> str:
        """Name of a verdict's section; that of its rule where the page only counts it."""
        return self._anchors[verdict.rule, verdict.scope_id]

    @cached_property
    def targets(self) -> dict[str, tuple[str, str]]:
        """Rule -> its title and the name of its section."""
        return {
            group.rule: (tables.title(group.first, self.words), self.anchor(group.first))
            for group in by_rule(self.result.verdicts)
        }

    def scope(self, verdict: Verdict) -> str:
        """The object that a verdict judges: ``block B-03``; "" for the whole plan."""
        if verdict.scope_kind in {"plan", "city"} or verdict.scope_id == NO_OBJECT:
            return ""
        name = self.part_name(verdict.scope_id)
        kind = self.words.or_else(f"scope.{verdict.scope_kind}", verdict.scope_kind)
        return f"{kind} {name}" if name == verdict.scope_id else name

    def confidence(self, verdict: Verdict) -> str:
        """How well the source of a rule was read, in words."""
        return self.words(f"confidence.{verdict.confidence}")

    # Margins and readings

    def margins(self, pack: PackGroup) -> list[dict[str, Any]]:
        """The margins of a pack's verdicts, as rows of a chart; rules in order, of each the worst first."""
        scale = charts.scale_of(pack.judged)
        return [self._margin(verdict, scale) for group in pack.rules for verdict in group.in_full]

    def _margin(self, verdict: Verdict, scale: float) -> dict[str, Any]:
        residents, words = self.result.residents, self.words
        relative, range_ = charts.relative_margin(verdict), charts.spread(verdict, residents)
        return {
            "verdict": verdict,
            "title": self.titled(verdict),
            "sign": tables.SYMBOLS[verdict.outcome],
            "said": tables.outcome_said(verdict.outcome, words),
            "margin": tables.margin_said(verdict, words),
            "relative": "" if relative is None or not relative else self._percent(relative),
            "turn": charts.flips(verdict, residents, words),
            "range": range_ is not None,
            "mark": charts.margin_mark(verdict.outcome, relative, range_, scale),
        }

    def _percent(self, relative: float) -> str:
        return ("+" if relative > 0 else "−") + self.words.share(abs(relative))

    @cached_property
    def coverage(self) -> list[Verdict]:
        """The verdicts that other readings stand beside; those that hang on the reading first."""
        found = [verdict for verdict in self.result.verdicts if len(verdict.readings) > 1]
        return sorted(found, key=lambda one: (not readings.hangs_on_reading(one), FORCES.index(one.force)))

    def readings(self, verdict: Verdict) -> list[readings.ReadingRow]:
        """The readings of a verdict as rows."""
        return readings.reading_rows(verdict, self.words, self.people_at)

    def people_at(self, verdict: Verdict, id_: str) -> float | None:
        """Residents of a home that a verdict speaks of; None where the plan does not say."""
        return self._people(self.layer_of(verdict, id_)).get(id_)

    def layer_of(self, verdict: Verdict, id_: str) -> str:
        """The layer, of those a verdict starts from, that holds a home; "" for none."""
        start = verdict.definition.get("from") or ("buildings", "parcels")
        layers = start if isinstance(start, list | tuple) else (start,)
        return next((str(layer) for layer in layers if id_ in self._people(str(layer))), "")

    def _people(self, layer: str) -> Mapping[str, float | None]:
        if layer not in self._people_of:
            self._people_of[layer] = residents_by_id(self.plan, layer)
        return self._people_of[layer]

    @cached_property
    def _people_of(self) -> dict[str, Mapping[str, float | None]]:
        return {}

    # Maps of verdicts

    @cached_property
    def _mapped(self) -> frozenset[tuple[str, str]]:
        """The verdicts that get a map: of each rule that does not pass the worst, once a measure."""
        found: dict[str, tuple[str, str]] = {}
        groups = sorted(by_rule(self.open_verdicts), key=lambda group: FORCES.index(group.first.force))
        for group in groups:
            verdict = group.worst[0]
            measured = verdict.measurement.id if verdict.measurement is not None else verdict.rule
            same = f"{measured} {verdict.definition.get('parameters')} {verdict.outcome}"
            found.setdefault(same, (verdict.rule, verdict.scope_id))
        return frozenset(list(found.values())[:MOST_MAPS])

    def maps(self, verdict: Verdict) -> list[Drawing]:
        """The maps of a verdict that does not pass: its places, its supplies, or what it counted."""
        if (verdict.rule, verdict.scope_id) not in self._mapped:
            return []
        return rulemaps.rule_maps(self.ground, verdict, f"map-{self.anchor(verdict)}")

    @cached_property
    def _reading_mapped(self) -> frozenset[tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for verdict in self.coverage:
            changes = "|".join(f"{one.id} {one.changed}" for one in verdict.readings)
            found.setdefault(changes, (verdict.rule, verdict.scope_id))
        return frozenset(list(found.values())[: MOST_MAPS // 4])

    def reading_maps(self, verdict: Verdict) -> list[Drawing]:
        """The places that another reading changes."""
        if (verdict.rule, verdict.scope_id) not in self._reading_mapped:
            return []
        drawn = reachmaps.reading_map(self.ground, verdict, f"map-{self.anchor(verdict)}-reading")
        return [drawn] if drawn else []

    @cached_property
    def appendix(self) -> list[trace.MeasureEntry]:
        """The definitions of all measures that the report speaks of."""
        return trace.appendix(self.result.verdicts, self.result.reported, self.words)

    def parameters(self, verdict: Verdict) -> list[definitions.ParameterRow]:
        """Parameters that a verdict used."""
        return definitions.parameters(verdict, self.words, self.pack_words.parameters(verdict.rule))

    # The ledger

    def bonds(self, statement: StatementState) -> list[ledger.Bond]:
        """What carries a statement."""
        return ledger.bonds(statement, self.words, self.targets, self._object_names)

    @cached_property
    def _object_names(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for layer in ("areas", "zones", "structure", "stops", "facilities", "streets"):
            names = self.ground.names(layer)
            found |= {str(id_): str(name) for id_, name in names.items() if name}
        return found

    def state(self, state: str) -> str:
        """Symbol and word of a statement's state."""
        return f"{tables.STATE_SYMBOLS[state]} {self.words(f'state.{state}')}"

    # The words of a verdict

    def definition(self, verdict: Verdict) -> list[str]:
        """How a verdict's figure was measured."""
        return definitions.definition_sentences(verdict, self.words)

    def places(self, verdict: Verdict) -> list[dict[str, str]]:
        """The places that a verdict points at, worst first, as rows."""
        return verdict_words.rows(verdict, self.plan, self.words, MOST_PLACES)

    def more_places(self, verdict: Verdict) -> int:
        """How many places are left out of the list."""
        return max(0, len(verdict.where) - MOST_PLACES)

    @cached_property
    def land_use(self) -> list[Drawing]:
        """The land-use map and its closer views."""
        whole = themes.land_use_map(self.ground)
        return [whole, *themes.land_use_details(self.ground)] if whole else []

    @cached_property
    def structure(self) -> Drawing | None:
        """The structure map."""
        return themes.structure_map(self.ground)

    @property
    def definitions(self) -> Markup:
        """Pieces that the maps refer to; asked for after the maps."""
        return ground_definitions(self.ground)

    @cached_property
    def capacity_bars(self) -> list[dict[str, Any]]:
        """The residents that each supply can carry, with the length of its bar in percent."""
        carried = self.result.capacity.by_rule
        targets = self.targets
        grades = {verdict.rule: verdict.confidence for verdict in self.result.verdicts}
        forces = {verdict.rule: verdict.force for verdict in self.result.verdicts}
        shown = [number for number in carried.values() if number is not None]
        top = max([*shown, self.result.residents.central or 0, 1]) * 1.05
        return [
            {
                "rule": rule,
                "title": targets[rule][0] if rule in targets else rule,
                "target": targets[rule][1] if rule in targets else "",
                "residents": self.words.number(number),
                "percent": round(100 * number / top, 2) if number is not None else 0,
                "confidence": grades.get(rule, ""),
                "force": forces[rule] if forces.get(rule, "must") != "must" else "",
                "binds": rule == self.result.capacity.binding_rule,
            }
            for rule, number in carried.items()
        ]

    @property
    def central_percent(self) -> float | None:
        """Where the central number of residents stands on the scale of the bars."""
        central = self.result.residents.central
        if central is None or not is_known(central):
            return None
        shown = [number for number in self.result.capacity.by_rule.values() if number is not None]
        return round(100 * central / (max([*shown, central, 1]) * 1.05), 2)

    @property
    def capacity_sentence(self) -> str:
        """The largest population, and what binds."""
        return tables.capacity_sentence(self.result, self.words.lang)

    @cached_property
    def reported(self) -> list[tables.ReportedRow]:
        """Reported measures as rows."""
        return [self.reported_row(one) for one in self.result.reported]

    def reported_row(self, measurement: Measurement) -> tables.ReportedRow:
        """A measurement in words."""
        return tables.reported_row(measurement, self.words, self.part_name)

    def part_name(self, scope: str) -> str:
        """What a part of a measure is called: an area, a station, an element, a class of street."""
        words = self.words
        if "/" in scope:
            return " × ".join(self.part_name(part) for part in scope.split("/"))
        if "|" in scope:
            return " / ".join(self.part_name(part) for part in scope.split("|"))
        near = WITHIN.fullmatch(scope)
        if near:
            return words("part.within", limit=words.amount(float(near[1]), "m"))
        bare = scope.rsplit(":", maxsplit=1)[-1]
        for layer in ("areas", "zones", "structure", "stops"):
            names = self.ground.names(layer)
            if bare in names.index:
                found = names.loc[bare]
                return str(found if isinstance(found, str) else found.iloc[0]) or bare
        for key in (f"{kind}.{bare}" for kind in ("part", "street", "service", "programme", "layer")):
            if words.known(key):
                return words(key)
        lists = dict.fromkeys(share.list_name for share in self.ground.balance)
        known = [name for name in lists if name in LISTS and landuse(name).known(bare)]
        return self.ground.use_name(known[0], bare) if known else bare

    @property
    def command(self) -> str:
        """The command that makes this report."""
        lang, result = self.words.lang, self.result
        scenario = "" if result.scenario == BASE else f" --scenario {result.scenario}"
        packs = "".join(f" --pack {pack}" for pack in result.packs)
        return f"blockplan check PLAN{scenario} --on {result.on}{packs} --lang {lang} --out report.html"

    def typeset(self, said: str) -> str:
        """A sentence of another room with the signs of its units as a page writes them: m², km²."""
        return tables.typeset(said)

    def fault_place(self, found: Fault) -> str:
        """Layer, id and coordinates of a fault."""
        parts = [self.words.or_else(f"layer.{found.layer}", found.layer), found.id or ""]
        if is_known(found.x) and is_known(found.y):
            parts.append(f"({found.x:.1f}, {found.y:.1f})")
        return " ".join(part for part in parts if part)
