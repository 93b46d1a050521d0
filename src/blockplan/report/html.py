"""
The report as one HTML file that needs nothing else.

Fonts, styles and maps stand inside; no script, no outside request. The same
plan and result give the same bytes.
"""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

import blockplan
from blockplan.plan import BASE
from blockplan.report import definitions, fonts, reachmaps, rulemaps, tables, themes
from blockplan.report.drawing import definitions as ground_definitions
from blockplan.report.features import residents_at
from blockplan.report.ground import Ground
from blockplan.report.words import Words, is_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from blockplan.check.verdict import CheckResult, ReadingOutcome, StatementState, Verdict
    from blockplan.plan import Plan
    from blockplan.plan.faults import Fault
    from blockplan.report.drawing import Drawing

MOST_PLACES = 40
MOST_MISSING = 4
MOST_CHANGED = 6
NO_BREAK = "\N{NO-BREAK SPACE}"
WITHIN = re.compile(r"within_([0-9.]+)m")
PLAIN_UNIT = re.compile(r"(?<![\w])(k?m)2\b", re.ASCII)
HOLLOW = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.DOTALL)


def page(plan: Plan, result: CheckResult, lang: str) -> str:
    """The report as the text of an HTML file."""
    view = View(plan, result, Words(lang, NO_BREAK))
    environment = Environment(
        loader=PackageLoader("blockplan.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    body = environment.get_template("report.html.j2").render(view=view, w=view.words, tables=tables)
    faces = _font_faces(_characters(body), lang)
    style = (
        resources.files("blockplan.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    )
    running = f'@page {{ @top-left {{ content: "{css_text(view.title)}"; }} }}\n'
    return body.replace("/*STYLE*/", f"{faces}{style}{running}", 1)


@dataclass
class View:
    """What the template shows, in the language of `words`; it formats and never computes a figure."""

    plan: Plan
    result: CheckResult
    words: Words

    @cached_property
    def ground(self) -> Ground:
        """The plan as a base for maps."""
        return Ground(self.plan, self.words)

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
            ("authority", manifest.authority),
            ("drawn_on", words.day(manifest.drawn_on)),
            ("on", words.day(result.on)),
            ("scenario", self.scenario),
            ("notice", period),
            ("horizon", str(manifest.horizon or "")),
            ("packs", words.join(result.packs)),
            ("crs", manifest.crs),
        ]
        return [(words(f"head.{key}"), value) for key, value in found if value]

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
    def divided(self) -> list[Verdict]:
        """Verdicts that pass, and would not under some other reading."""
        return [
            verdict
            for verdict in self.of_outcome["pass"]
            if any(reading.outcome == "fail" for reading in verdict.readings)
        ]

    @property
    def errors(self) -> list[Fault]:
        """Faults that put verdicts in doubt."""
        return [found for found in self.result.faults if found.grade == "error"]

    def few(self, lines: Sequence[str]) -> str:
        """The first of some lines about missing data in words, and how many more there are."""
        said = [tables.missing_words(line, self.words) for line in lines]
        rest = len(said) - MOST_MISSING
        more = [self.words("list.more", n=rest)] if rest > 0 else []
        return self.words.join([*said[:MOST_MISSING], *more])

    def row(self, verdict: Verdict) -> tables.VerdictRow:
        """A verdict in words."""
        return tables.verdict_row(verdict, self.words)

    def anchor(self, verdict: Verdict) -> str:
        """Name of a verdict's section."""
        return anchor(f"{verdict.rule}-{verdict.scope_id}")

    def maps(self, verdict: Verdict) -> list[Drawing]:
        """The maps of a verdict: its places where it does not pass, and whom another reading changes."""
        id_ = f"map-{self.anchor(verdict)}"
        found = [] if verdict.outcome == "pass" else rulemaps.rule_maps(self.ground, verdict, id_)
        other = reachmaps.reading_map(self.ground, verdict, f"{id_}-reading")
        return [*found, other] if other else found

    def definition(self, verdict: Verdict) -> list[str]:
        """How a verdict's figure was measured."""
        return definitions.definition_sentences(verdict, self.words)

    @cached_property
    def _notes(self) -> definitions.Notes:
        return definitions.rule_notes(self.result.packs)

    def parameters(self, verdict: Verdict) -> list[tuple[str, str, str]]:
        """Parameters that a verdict used."""
        return definitions.parameters(verdict, self.words, self._notes)

    def source(self, verdict: Verdict) -> str:
        """Where a rule stands, in one line."""
        source, words = verdict.source, self.words
        parts = [str(source[key]) for key in ("document",) if source.get(key)]
        if source.get("clause"):
            parts.append(f"{words('rules.clause')} {source['clause']}")
        if source.get("page"):
            parts.append(f"{words('rules.page')} {source['page']}")
        if source.get("published"):
            parts.append(f"{words('rules.published')} {words.day(str(source['published']))}")
        if source.get("address"):
            parts.append(str(source["address"]))
        return "; ".join(parts)

    def readings(self, verdict: Verdict) -> list[dict[str, str]]:
        """The readings of a verdict as rows."""
        words = self.words
        return [
            {
                "name": definitions.reading_name(reading, words),
                "id": reading.id,
                "share": words.share(reading.share),
                "outcome": reading.outcome,
                "said": tables.outcome_said(reading.outcome, words),
                "weight": words.or_else(f"weight.{reading.weight}", reading.weight),
                "changed": self._changed(reading),
            }
            for reading in verdict.readings
        ]

    def _changed(self, reading: ReadingOutcome) -> str:
        """How many places change sides under a reading, and the first of them."""
        if not is_known(reading.share):
            return self.words("value.unknown")
        if not reading.changed:
            return tables.DASH
        first = self.words.join(reading.changed[:MOST_CHANGED])
        rest = len(reading.changed) - MOST_CHANGED
        more = self.words("list.separator") + self.words("list.more", n=rest) if rest > 0 else ""
        said = self.words.count("count.places", len(reading.changed))
        return self.words("list.note", said=said, note=f"{first}{more}")

    def spread(self, verdict: Verdict) -> str:
        """How far the readings lie apart."""
        shares = [reading.share for reading in verdict.readings if reading.share is not None]
        if len(shares) < 2:
            return ""
        low, high = self.words.share(min(shares)), self.words.share(max(shares))
        return self.words("detail.same" if low == high else "detail.spread", low=low, high=high)

    def places(self, verdict: Verdict) -> list[dict[str, str]]:
        """The places that a verdict points at, worst first, as rows."""
        words = self.words
        unit = "m" if is_known(verdict.definition.get("limit_m")) else verdict.unit
        far = words("detail.unreachable") if unit == "m" else words("value.unknown")
        return [
            {
                "id": place.id,
                "layer": words.or_else(f"layer.{place.layer}", place.layer),
                "value": words.amount(place.value, unit) if is_known(place.value) else far,
                "residents": words.number(residents_at(self.plan, place)),
            }
            for place in verdict.where[:MOST_PLACES]
        ]

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
        shown = [number for number in carried.values() if number is not None]
        top = max([*shown, self.result.residents.central or 0, 1]) * 1.05
        return [
            {
                "rule": rule,
                "title": self._rule_title(rule),
                "residents": self.words.number(number),
                "percent": round(100 * number / top, 2) if number is not None else 0,
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

    def _rule_title(self, rule: str) -> str:
        try:
            return self.words.pick(self.result.verdict(rule).title)
        except KeyError:
            return rule

    @property
    def capacity_sentence(self) -> str:
        """The largest population, and what binds."""
        return tables.capacity_sentence(self.result, self.words.lang)

    @cached_property
    def reported(self) -> list[tables.ReportedRow]:
        """Reported measures as rows."""
        return [tables.reported_row(one, self.words, self.part_name) for one in self.result.reported]

    def part_name(self, scope: str) -> str:
        """What a part of a measure is called: an area, a station, an element, a class of street."""
        words = self.words
        if "/" in scope:
            return " × ".join(self.part_name(part) for part in scope.split("/"))
        near = WITHIN.fullmatch(scope)
        if near:
            return words("part.within", limit=words.amount(float(near[1]), "m"))
        bare = scope.rsplit(":", maxsplit=1)[-1]
        for layer in ("areas", "zones", "structure", "stops"):
            names = self.ground.names(layer)
            if bare in names.index:
                found = names.loc[bare]
                return str(found if isinstance(found, str) else found.iloc[0]) or bare
        for key in (f"part.{bare}", f"street.{bare}", f"layer.{bare}"):
            if words.known(key):
                return words(key)
        known = [share for share in self.ground.balance if share.code == bare]
        return self.ground.use_name(known[0].list_name, bare) if known else bare

    @cached_property
    def statement_counts(self) -> list[tuple[str, str, str]]:
        """State, its word with symbol, and how many statements are in it."""
        states = [statement.state for statement in self.result.statements]
        return [
            (state, self.state(state), self.words.number(states.count(state)))
            for state in tables.STATE_SYMBOLS
            if state in states
        ]

    def state(self, state: str) -> str:
        """Symbol and word of a statement's state."""
        return f"{tables.STATE_SYMBOLS[state]} {self.words(f'state.{state}')}"

    def statement_text(self, statement: StatementState) -> str:
        """A statement in the report's language."""
        return self.words.pick(statement.text)

    @cached_property
    def balance_rows(self) -> Sequence[dict[str, str]]:
        """The land balance as rows."""
        words = self.words
        return [
            {
                "code": share.code or tables.DASH,
                "name": self.ground.use_name(share.list_name, share.code).removeprefix(f"{share.code} "),
                "ha": words.number(share.ha, 2),
                "share": words.share(share.share),
                "parcels": words.number(share.parcels),
                "colour": share.colour,
            }
            for share in self.ground.balance
        ]

    @property
    def balance_total(self) -> dict[str, str]:
        """The sum of the land balance."""
        rows = self.ground.balance
        return {
            "ha": self.words.number(sum(row.ha for row in rows), 2),
            "parcels": self.words.number(sum(row.parcels for row in rows)),
        }

    @property
    def command(self) -> str:
        """The command that makes this report."""
        lang, result = self.words.lang, self.result
        scenario = "" if result.scenario == BASE else f" --scenario {result.scenario}"
        packs = "".join(f" --pack {pack}" for pack in result.packs)
        return f"blockplan check PLAN{scenario} --on {result.on}{packs} --lang {lang} --out report.html"

    def typeset(self, said: str) -> str:
        """A sentence of another room with the signs of its units as a page writes them: m², km²."""
        return PLAIN_UNIT.sub("\\1\N{SUPERSCRIPT TWO}", said)

    def fault_place(self, found: Fault) -> str:
        """Layer, id and coordinates of a fault."""
        parts = [self.words.or_else(f"layer.{found.layer}", found.layer), found.id or ""]
        if is_known(found.x) and is_known(found.y):
            parts.append(f"({found.x:.1f}, {found.y:.1f})")
        return " ".join(part for part in parts if part)


def anchor(said: str) -> str:
    """A text as the id of an element: what HTML, CSS and a link all take."""
    return re.sub(r"[^A-Za-z0-9]+", "-", said).strip("-").lower() or "x"


def css_text(said: str) -> str:
    """A text inside a CSS string: everything but letters, digits and spaces is escaped."""
    return "".join(
        character if character.isalnum() or character == " " else f"\\{ord(character):06x}"
        for character in said
    )


def _characters(body: str) -> str:
    return html.unescape(HOLLOW.sub(" ", body))


def _font_faces(text: str, lang: str) -> str:
    return "".join(
        f"@font-face{{font-family:'{fonts.FAMILY}';font-weight:{weight};font-style:normal;"
        f"src:url(data:font/woff2;base64,{base64.b64encode(data).decode('ascii')}) format('woff2')}}\n"
        for weight, data in fonts.embedded(text, lang).items()
    )
