"""
Verdicts as rows of words: for a terminal, for a page, for a sheet.

Every function takes plain records and a language and gives back strings;
nothing here computes a figure.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from blockplan.check.limits import margins
from blockplan.check.verdict import Required
from blockplan.check.words import CATALOG as CHECK_WORDS
from blockplan.figures import is_known
from blockplan.measure import MEASURES
from blockplan.measure.measurement import figure_unit, unit_of_figures
from blockplan.measure.missing import MANIFEST
from blockplan.plan.model.faults import rows_said
from blockplan.report import trace
from blockplan.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from blockplan.check.verdict import CheckResult, Outcome, Verdict
    from blockplan.measure.definition import NumberKey
    from blockplan.measure.measurement import Measurement
    from blockplan.measure.missing import Missing

#: Sign of each outcome, so that colour is never the only difference.
SYMBOLS = {"pass": "✓", "fail": "×", "unknown": "?", "not_applicable": "–"}
STATE_SYMBOLS = {"kept": "✓", "missed": "×", "represented": "✓", "not_evidenced": "?", "context": "–"}
COLUMNS = ("outcome", "rule", "title", "measured", "required", "margin", "who")
DASH = "–"
#: So many of the features that lack something are named in its line; the rest are counted.
FIRST_MISSING = 3
#: How many parcels are left out of a value, by a key of its definition; how the value is told then.
NOT_COUNTED: dict[NumberKey, str] = {
    "not_counted_parcels": "at_least",
    "users_not_counted_parcels": "at_most",
    "share_not_counted_parcels": "of_counted",
}
#: A space that a list of features leaves in a language that writes none there.
BETWEEN_HAN = re.compile(r"(?<=[\u3040-\u30ff\u4e00-\u9fff]) (?=[\u3040-\u30ff\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict in words; `outcome` is the code (``pass`` ...), `said` its symbol and word."""

    outcome: Outcome
    said: str
    rule: str
    title: str
    measured: str
    required: str
    margin: str
    who: str

    def cells(self) -> tuple[str, ...]:
        """The row in the order of `COLUMNS`."""
        return (self.said, self.rule, self.title, self.measured, self.required, self.margin, self.who)


def verdict_headers(lang: str) -> tuple[str, ...]:
    """Headings of the verdict table."""
    words = Words(lang)
    return words.heads(*COLUMNS)


def verdict_rows(result: CheckResult, lang: str) -> list[tuple[str, ...]]:
    """The verdict table: outcome, rule, title, measured, required, margin, who."""
    words = Words(lang)
    rules = Counter(verdict.rule for verdict in result.verdicts)
    rows = [(verdict, verdict_row(verdict, words)) for verdict in result.verdicts]
    return [
        (
            replace(row, title=f"{row.title} | {scope_said(one, words)}") if rules[one.rule] > 1 else row
        ).cells()
        for one, row in rows
    ]


def scope_said(verdict: Verdict, words: Words) -> str:
    """The object that a verdict judges, by its kind and id."""
    kind = words.or_else(f"scope.{verdict.scope_kind}", verdict.scope_kind)
    return f"{kind} {rows_said(verdict.scope_id, words.lang)}"


def verdict_row(verdict: Verdict, words: Words) -> VerdictRow:
    """One verdict in words."""
    return VerdictRow(
        verdict.outcome,
        outcome_said(verdict.outcome, words),
        verdict.rule,
        title(verdict, words),
        measured(verdict, words),
        required(verdict, words),
        DASH if verdict.outcome == "not_applicable" else margin_said(verdict, words),
        who(verdict, words),
    )


def title(verdict: Verdict, words: Words) -> str:
    """What a rule is called."""
    return words.pick(verdict.title)


def outcome_said(outcome: Outcome, words: Words) -> str:
    """Symbol and word of an outcome."""
    return f"{SYMBOLS[outcome]} {words(f'outcome.{outcome}')}"


def margin_said(verdict: Verdict, words: Words) -> str:
    """The margin with its sign; by its ends where the value is known by its own."""
    unit, ends = figure_unit(verdict.measurement, verdict.unit), margin_ends(verdict)
    return words.signed(verdict.margin, unit) if ends is None else words.signed_between(*ends, unit)


def gap_said(verdict: Verdict, words: Words) -> str:
    """How far what fails lies from what is required, without a sign."""
    unit, ends = figure_unit(verdict.measurement, verdict.unit), margin_ends(verdict)
    if ends is None:
        return words.signed(verdict.margin, unit).lstrip("+−")
    return words.gap_between(*ends, unit)


def margin_ends(verdict: Verdict) -> tuple[float, float] | None:
    """The ends of an unknown margin whose value is known by its own; None where they say nothing."""
    found = verdict.measurement
    if is_known(verdict.margin) or found is None or found.ends is None or not tells(found, verdict.unit):
        return None
    ends = margins(found.ends, verdict.required, verdict.tolerance or 0.0)
    return ends if any(map(math.isfinite, ends)) else None


def per_of(verdict: Verdict) -> float:
    """How many residents the verdict's value is counted per; 0 where it is not a rate."""
    return verdict.measurement.per if verdict.measurement is not None else 0.0


def measured(verdict: Verdict, words: Words) -> str:
    """
    What the plan gives; told apart from the limit where it differs from it by little.

    An unknown value is told by what is known of it: between which ends it lies.
    """
    if verdict.outcome == "not_applicable":
        return DASH
    if not is_known(verdict.measured) and verdict.measurement is not None:
        return value_said(verdict.measurement, words, verdict.unit)
    limits = (
        verdict.required.value if isinstance(verdict.required.value, tuple) else (verdict.required.value,)
    )
    near = (
        min(limits, key=lambda limit: abs(limit - verdict.measured)) if is_known(verdict.measured) else None
    )
    unit = figure_unit(verdict.measurement, verdict.unit)
    shown = words.rate(verdict.measured, unit, per_of(verdict), than=near)
    return shown if verdict.measurement is None else counted_at_least(shown, verdict.measurement, words)


def tells(measurement: Measurement, unit: str) -> bool:
    """Whether the ends of an unknown value say anything: no share from 0 to 1, no amount from 0 up."""
    low, high = measurement.ends or (0.0, math.inf)
    return low > 0 or high < (1.0 if figure_unit(measurement, unit) == "1" else math.inf)


def value_said(measurement: Measurement, words: Words, unit: str) -> str:
    """The value of a measure; an unknown one by its ends, "not known" where these say nothing."""
    ends, told = measurement.ends, tells(measurement, unit)
    unit, per = figure_unit(measurement, unit), measurement.per
    if is_known(measurement.value) or ends is None:
        shown = counted_at_least(words.rate(measurement.value, unit, per), measurement, words)
        return _estimate_told(shown, measurement, words)
    if told and math.isfinite(ends[1]):
        return words.per(words.required(Required("between", ends), unit), per)
    return words.required(Required(">=", ends[0]), unit, per) if told else words.unknown


def required(verdict: Verdict, words: Words) -> str:
    """What the rule asks, with the distance where it is about reach."""
    unit = figure_unit(verdict.measurement, verdict.unit)
    if verdict.measurement is None:  # not applicable: places are called as the services of the rule call them
        services = verdict.chosen.get("services", ())
        unit = unit_of_figures("", verdict.unit, services)
    said = words.required(verdict.required, unit, per_of(verdict))
    if verdict.unit == "1" and verdict.reach is not None:
        return words("required.within", required=said, limit=words.amount(verdict.reach.limit_m, "m"))
    # "Everyone" are people who reach something; of places that have a size all are meant.
    return words("required.all") if said == words("required.everyone") else said


def who(verdict: Verdict, words: Words) -> str:
    """Who or what falls short: residents where they are known, else places."""
    if verdict.outcome != "fail":
        return DASH
    if verdict.judged is not None:
        kind, counts = verdict.judged.each.layer, verdict.judged.counts
        named = words.pick(CHECK_WORDS.text(f"each.{kind}"))
        return words("count.judged", n=counts["fail"], all=sum(counts.values()), kind=named)
    if is_known(verdict.affected_residents):
        return words.count("count.residents", verdict.affected_residents or 0.0)
    return words.count("count.places", len(verdict.where)) if verdict.where else DASH


def missing_words(missing: Iterable[Missing], words: Words, *, codes: bool = True) -> list[str]:
    """
    All that is missing, in words: a line a thing, with the first features that lack it, each once.

    With `codes` layers and columns bear their names in a plan's files.
    """
    return list(
        dict.fromkeys(
            BETWEEN_HAN.sub("", line)
            for one in together(missing)
            for line in _missing_lines(one, words, codes=codes)
        )
    )


def together(missing: Iterable[Missing]) -> list[Missing]:
    """
    What is missing, each thing once with all features that lack it.

    A fault that says no more than that a value is not given goes with the value; a value that a fault says is
    wrong is not told to be missing besides.
    """
    found: dict[tuple[Missing, bool], Missing] = {}
    for one in dict.fromkeys(missing):
        key = replace(one, ids=(), more=0), bool(one.ids)
        there = found.get(key)
        if there is not None:
            one = replace(one, ids=tuple(dict.fromkeys([*there.ids, *one.ids])), more=there.more + one.more)  # noqa: PLW2901
        found[key] = one
    empty = {(one.layer, one.column): one.ids for one in found.values() if one.column and not one.why}

    def told_already(fault: Missing) -> bool:
        lacking = empty.get((fault.layer, fault.column)) if is_not_given(fault) else None
        if lacking is None or not lacking:
            return lacking is not None
        return bool(fault.ids) and not fault.more and {*fault.ids} <= {*lacking}

    kept = [one for one in found.values() if one.why != "fault" or not told_already(one)]
    wrong = {
        (one.layer, one.column, id_)
        for one in kept
        if one.why == "fault" and not is_not_given(one)
        for id_ in one.ids
    }
    return [left for one in kept if (left := _without(one, wrong)) is not None] if wrong else kept


def _without(one: Missing, wrong: Container[tuple[str, str, str]]) -> Missing | None:
    """An empty column without the features in which a fault says what is wrong; None if none is left."""
    if one.why or not one.ids:
        return one
    ids = tuple(id_ for id_ in one.ids if (one.layer, one.column, id_) not in wrong)
    return replace(one, ids=ids) if ids else one if one.more else None


def is_not_given(one: Missing) -> bool:
    """Whether this is a fault that says only that a value is not given."""
    return one.why == "fault" and ("rule", "pq-missing") in one.values


def _missing_lines(one: Missing, words: Words, *, codes: bool) -> list[str]:
    """One thing that is missing: in this page's words where it has some, else in those of its own room."""
    layer = words.layer(one.layer)
    # What a parcel lacks may be a feature of another layer: its buildings.
    field = words.or_else(f"field.{one.column}", words.layer(one.column))
    said = dict(one.values) | {
        "layer": layer,
        "field": field,
        "code": f"{one.layer}.{one.column}",
        "at": one.layer,
    }
    rest = max(len(one.ids) - FIRST_MISSING, 0) + one.more
    more = [words("list.more", n=words.number(rest))] if rest > 0 else []
    meant = [rows_said(words.join([*one.ids[:FIRST_MISSING], *more]), words.lang)] if one.ids else []
    if one.why and not words.known(f"missing.{one.why}"):
        return one.said(words.lang, meant)
    why = f"{one.why}_told" if one.why and not codes and words.known(f"missing.{one.why}_told") else one.why
    if meant:
        return [words(f"missing.{why or 'feature'}", id=meant[0], **said)]
    if why:
        return [words(f"missing.{why}_all", **said)]
    if one.layer == MANIFEST:
        return [_key_said(one.column, words, codes=codes)]
    if not one.column:
        return [words("missing.layer" if codes else "missing.layer_told", layer=layer, code=one.layer)]
    return [words("missing.column" if codes else "missing.column_told", **said)]


def _key_said(key: str, words: Words, *, codes: bool) -> str:
    """A key that plan.toml lacks: in words, with `codes` its name there behind."""
    told = f"missing.manifest_told.{key}"
    if not words.known(told):
        return words("missing.manifest", key=key)
    return words("missing.manifest_named", what=words(told), key=key) if codes else words(told)


def capacity_sentence(result: CheckResult, lang: str) -> str:
    """The largest population the supplies carry, and the rule that binds."""
    words, capacity = Words(lang), result.capacity
    if not capacity.by_rule:
        return words("residents.no_limit")
    if capacity.residents is None or capacity.binding_rule is None:
        return words("residents.capacity_unknown")
    try:
        rule = words.pick(result.verdict(capacity.binding_rule).title)
    except KeyError:
        rule = capacity.binding_rule
    return words(
        "residents.capacity",
        residents=words.count("count.residents", capacity.residents),
        residents_n=words.number(capacity.residents),
        rule=rule,
    )


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A reported measure in words: name, value, parts, what is missing."""

    id: str
    title: str
    definition: str
    value: str
    parts: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    measure: str = ""
    confidence: str = ""
    source: str = ""
    sum: str = ""


def reported_row(measurement: Measurement, words: Words, name: Callable[[str], str] = str) -> ReportedRow:
    """A measurement in words; `name` says what a part is called."""
    registered, source = measurement.measure, measurement.document
    title, definition = measure_words(registered, words)
    title = words.pick(measurement.title) or title
    said = words.join(str(source[key]) for key in ("document", "clause") if source.get(key))
    unit = figure_unit(measurement, measurement.unit)
    shown = value_said(measurement, words, measurement.unit)
    missing = tuple(missing_words(measurement.missing, words))
    parts = tuple((name(part.scope), words.amount(part.value, unit)) for part in measurement.by)
    done = trace.quotient(measurement, words)
    return ReportedRow(
        measurement.id,
        title,
        definition,
        shown,
        parts,
        missing,
        registered,
        measurement.confidence,
        said,
        done,
    )


def counted_at_least(shown: str, measurement: Measurement, words: Words) -> str:
    """
    A value in words, with how many parcels without a ratio of jobs are left out of it, if any.

    It is the least or the most that there is then, or a share of those that are counted.
    """
    for key, bound in NOT_COUNTED.items():
        if is_known(measurement.value) and (out := measurement.number(key)):
            return words(f"measured.{bound}", amount=shown, n=words.number(out))
    return shown


def jobs_estimated(measurement: Measurement) -> int:
    """On how many parcels a count of jobs follows from floor area."""
    known = is_known(measurement.value) and measurement.id == "jobs"
    return int(measurement.number("reckoned_parcels") or 0) if known else 0


def _estimate_told(shown: str, measurement: Measurement, words: Words) -> str:
    """A count of jobs in words, with how many parcels' jobs are estimated, and by what."""
    if not (out := jobs_estimated(measurement)):
        return shown
    by = "assumed" if measurement.assumes else "estimated"
    return words(f"measured.{by}", amount=shown, n=words.number(out))


def measure_words(id_: str, words: Words) -> tuple[str, str]:
    """Title and definition of a measure in words; its id and "" where the registry has none."""
    spec = MEASURES.get(id_)
    if spec is None:
        return id_, ""
    return words.pick(spec.title), words.pick(spec.definition)
