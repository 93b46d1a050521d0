"""
A plan and its result in the language of the reader.

Report, sheets, summary and the office's tables all speak through `View`. It formats and looks up, and never
computes a figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from blockplan.figures import hectare_decimals
from blockplan.measure.indicators.land import boundary_m2
from blockplan.measure.inputs.columns import areas_m2
from blockplan.plan import BASE, landuse
from blockplan.plan.model.codes import LISTS
from blockplan.plan.model.faults import rows_said
from blockplan.report import definitions, readings, tables
from blockplan.report.features import residents_by_id
from blockplan.report.grouping import PackGroup, by_pack, pack_words, packs_said
from blockplan.report.maps.basemap import Ground
from blockplan.report.reference_system import crs_said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.measure.missing import Missing
    from blockplan.plan import Plan
    from blockplan.report.words import Words

MOST_MISSING = 4
#: Stands for the object of a rule that judges each one of a kind, where one figure is judged for them all.
NO_OBJECT = "*"
FORCES = ("must", "should", "target", "comparator")
WITHIN = re.compile(r"within_([0-9.]+)m")


def ha_decimals(plan: Plan) -> int:
    """Decimals of the hectares of a plan, by its planned land; where no boundary is drawn, its parcels."""
    return hectare_decimals(boundary_m2(plan) or float(np.nansum(areas_m2(plan, "parcels"))))


@dataclass
class View:
    """
    What pages and papers show, in the language of `words`.

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

    @cached_property
    def ha_decimals(self) -> int:
        """Decimals of hectares, alike in all tables and legends of the plan."""
        return ha_decimals(self.plan)

    @property
    def title(self) -> str:
        """The plan's title."""
        return self.words.pick(self.plan.manifest.title) or self.plan.manifest.id

    @property
    def drawn_on(self) -> str:
        """The day of the plan, said not to be stated where its import had to take its own."""
        manifest = self.plan.manifest
        return self.words("head.no_day") if manifest.day_is_assumed else self.words.day(manifest.drawn_on)

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
            ("drawn_on", self.drawn_on),
            ("on", words.day(result.on)),
            ("scenario", self.scenario),
            ("notice", period),
            ("horizon", str(manifest.horizon or "")),
            ("packs", packs_said(result.packs, self._titles, words)),
            ("crs", crs_said(self.plan, words)),
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
        if name == BASE:
            return self.words("head.base")
        said = self.plan.manifest.scenario_titles_in(self.words.lang).get(name)
        return self.words("list.note", said=name, note=said) if said and said != name else name

    @cached_property
    def of_outcome(self) -> dict[str, list[Verdict]]:
        """Verdicts by outcome."""
        return {
            outcome: [verdict for verdict in self.result.verdicts if verdict.outcome == outcome]
            for outcome in tables.SYMBOLS
        }

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

    def pack_title(self, pack: str) -> str:
        """The title of a pack; its id where it has none."""
        return self.words.pick(self._titles.get(pack)) or pack

    @cached_property
    def _titles(self) -> Mapping[str, Mapping[str, str]]:
        return self.result.pack_titles or pack_words(self.result.packs).titles

    def named_row(self, verdict: Verdict) -> tables.VerdictRow:
        """A verdict in words, where its title has to say which object it judges."""
        return replace(self.row(verdict), title=self.titled(verdict))

    def titled(self, verdict: Verdict) -> str:
        """The title of a verdict, set apart from the object it judges: ``Size of one block | block B-03``."""
        title, scope = tables.title(verdict, self.words), self.scope(verdict)
        return f"{title} | {scope}" if scope and scope.casefold() not in title.casefold() else title

    def scope(self, verdict: Verdict) -> str:
        """The object that a verdict judges: ``block B-03``; "" for the whole plan."""
        if verdict.scope_kind in {"plan", "city"} or verdict.scope_id == NO_OBJECT:
            return ""
        name = self.part_name(verdict.scope_id)
        kind = self.words.or_else(f"scope.{verdict.scope_kind}", verdict.scope_kind)
        return f"{kind} {name}" if name == rows_said(verdict.scope_id, self.words.lang) else name

    @cached_property
    def coverage(self) -> list[Verdict]:
        """The verdicts that other readings stand beside; those that hang on the reading first."""
        found = [verdict for verdict in self.result.verdicts if len(verdict.readings) > 1]
        return sorted(found, key=lambda one: (not readings.hangs_on_reading(one), FORCES.index(one.force)))

    def people_at(self, verdict: Verdict, id_: str) -> float | None:
        """Residents of a home that a verdict speaks of; None where the plan does not say."""
        return self._people(self.layer_of(verdict, id_)).get(id_)

    def layer_of(self, verdict: Verdict, id_: str) -> str:
        """The layer, of those a verdict starts from, that holds a home; "" for none."""
        return next((layer for layer in verdict.layers_of_homes if id_ in self._people(layer)), "")

    def _people(self, layer: str) -> Mapping[str, float | None]:
        if layer not in self._people_of:
            self._people_of[layer] = residents_by_id(self.plan, layer)
        return self._people_of[layer]

    @cached_property
    def _people_of(self) -> dict[str, Mapping[str, float | None]]:
        return {}

    def state(self, state: str) -> str:
        """Symbol and word of a statement's state."""
        return f"{tables.STATE_SYMBOLS[state]} {self.words(f'state.{state}')}"

    @cached_property
    def reported(self) -> list[tables.ReportedRow]:
        """Reported measures as rows."""
        return [self.reported_row(one) for one in self.result.reported]

    def reported_row(self, measurement: Measurement) -> tables.ReportedRow:
        """A measurement in words."""
        return tables.reported_row(measurement, self.words, self.part_name)

    def _limited(self, scope: str) -> str:
        """A part that is set off by a number: within 500 m, at least 3 kinds; "" for any other."""
        near = WITHIN.fullmatch(scope)
        if near:
            return self.words("part.within", limit=self.words.amount(float(near[1]), "m"))
        kind, _, number = scope.partition(":")
        if kind == "at_least":
            return self.words.count("part.at_least", int(number))
        return self.words("part.in_range") if scope == "within" else ""

    def part_name(self, scope: str) -> str:
        """What a part of a measure is called: an area, a station, an element, a class of street."""
        words = self.words
        if "/" in scope:
            return " × ".join(self.part_name(part) for part in scope.split("/"))
        if "|" in scope:
            return " / ".join(self.part_name(part) for part in scope.split("|"))
        limited = self._limited(scope)
        if limited:
            return limited
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
        return self.ground.use_name(known[0], bare) if known else rows_said(bare, words.lang)
