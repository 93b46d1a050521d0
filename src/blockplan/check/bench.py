"""
A plan on the bench: verdicts, statements and measures, each found once and kept with the plan.

After an edit only what hangs on it is found again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from blockplan.check import instruments, notes, scopes
from blockplan.check.accuracy import about_ends, accounted, accuracy, is_no_use, settle
from blockplan.check.copies import changed
from blockplan.check.doubts import TEXT_AGAINST_DRAWING, Suspected, doubted, doubts, text_faults
from blockplan.check.limits import compare, decide, limit_on, margin
from blockplan.check.notes import affected_by, remedy_for
from blockplan.check.parameters import (
    RuleChoices,
    about_overrides,
    choices,
    chosen,
    of_verdict,
)
from blockplan.check.scopes import Applicability
from blockplan.check.statements import Statement, carried_by_rules, read_statements, state_of
from blockplan.check.verdict import ReadingOutcome, Required, Residents, Verdict
from blockplan.plan.model.derived import same
from blockplan.plan.model.recall import once, once_for

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from blockplan.check.instruments import Instruments
    from blockplan.check.packs import Pack
    from blockplan.check.rules import Reported, Rule
    from blockplan.check.verdict import Discrepancy, StatementState
    from blockplan.measure.measurement import Measurement, Part
    from blockplan.plan import Fault, Plan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _AskedRule:
    """A rule of a pack, its choices, what it then asks, and on which object, with the part that it is."""

    rule: Rule
    pack: Pack
    choice: RuleChoices
    required: Required
    scope_id: str
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What a rule says of a plan, and the measures that were taken for it under the plan's own parameters."""

    verdicts: tuple[Verdict, ...]
    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """How a statement stands, its figures beside those of table and drawing, and measures as in `_Ruling`."""

    state: StatementState
    differences: tuple[Discrepancy, ...]
    taken: tuple[str, ...]


@dataclass(slots=True)
class _OfParts:
    """Verdicts of the parts of a measurement, and what they were found for (see `CheckBench._of_parts`)."""

    measurement: Measurement | None = None
    shared: Measurement | None = None
    beside: tuple[Any, ...] | None = None
    parts: tuple[Part, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckBench:
    """
    One plan on the bench.

    What is found is kept with the plan (`Plan.cached`): after an edit only what hangs on it is judged again.
    `taken` names the measures that were taken under the plan's own parameters since the bench was set up.
    """

    plan: Plan
    day: dt.date
    instruments: Instruments
    taken: list[str] = field(default_factory=list)

    def _kept(self, key: str, find: Callable[[CheckBench], T], *given: object) -> T:
        """What is found at a bench of its own, once a plan and day; see `Plan.cached` for what is given."""
        plan, day, instruments = self.plan, self.day, self.instruments
        return plan.cached(
            f"{key} on {day}", lambda: find(CheckBench(plan, day, instruments)), given=(instruments, *given)
        )

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Faults of the plan's data."""
        return self._kept("faults", lambda bench: bench.instruments.faults(bench.plan))

    @property
    def wrong(self) -> Suspected:
        """Faults that put a verdict in doubt."""
        return self._kept("errors", lambda bench: Suspected.of(bench.faults))

    @property
    def contradicting(self) -> tuple[Fault, ...]:
        """Those that say that a sentence and the drawing disagree."""
        return self._kept(
            "text against drawing",
            lambda bench: tuple(one for one in bench.wrong.faults if one.rule == TEXT_AGAINST_DRAWING),
        )

    @property
    def residents(self) -> Residents:
        """Residents of the plan with their range."""
        return self._kept("residents and their range", lambda bench: bench.instruments.residents(bench.plan))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences of the plan's text."""
        return read_statements(self.plan)

    @property
    def carried(self) -> Mapping[str, tuple[str, ...]]:
        """Statements by the rules that carry them."""
        return self._kept("carried by rules", lambda bench: carried_by_rules(bench.statements))

    @property
    def applies(self) -> Applicability:
        """Whether a rule speaks of the plan."""
        return Applicability(self.plan, self.day, lambda: self.residents)

    def ruling(self, rule: Rule, pack: Pack) -> _Ruling:
        """The verdicts of a rule."""

        def find(bench: CheckBench) -> _Ruling:
            return _Ruling(tuple(bench._verdicts(rule, pack)), tuple(bench.taken))

        return self._kept(f"verdicts of {rule.id}", find, rule, pack)

    def sentence(self, number: int, rules: Mapping[str, tuple[Rule, Pack]]) -> _Sentence:
        """How a statement stands, by its place in the layer."""
        names = dict.fromkeys(self.statements[number].bound("rule"))
        bound = [rules[name] for name in names if name in rules]

        def find(bench: CheckBench) -> _Sentence:
            from blockplan.check.differences import differences_of  # noqa: PLC0415 (it reads geometry)

            statement, plan = bench.statements[number], bench.plan
            by_rule = {rule.id: bench.ruling(rule, pack).verdicts for rule, pack in bound}
            state = state_of(statement, plan, by_rule, bench.contradicting, bench.gauged)
            differences = differences_of(statement, plan, by_rule, bench.gauged)
            return _Sentence(state, tuple(differences), tuple(bench.taken))

        return self._kept(f"statement {number}", find, *chain.from_iterable(bound))

    def gauged(self, name: str) -> tuple[Measurement, tuple[Fault, ...]] | None:
        """A measure that a statement is bound to, and the faults that touch it; None where there is none."""
        if name not in self.instruments.measures():
            return None
        return self._measure(name, {}), self._touching(name, {})  # it reads plan.toml [parameters] by itself

    def _verdicts(self, rule: Rule, pack: Pack) -> Iterator[Verdict]:
        """One verdict, or one for each object of the kind that the rule judges."""
        choice, applies = self._choices(rule), self.applies
        outcome, required = decide(rule, self.day, None, choice.limit)
        asked = _AskedRule(rule, pack, choice, required, scopes.object_of(rule, self.plan))
        why_not = applies.why_not(rule, outcome) or applies.elsewhere(pack)
        if why_not is not None:
            if rule.scope.kind == "city" and outcome != "not_applicable":
                found = self._measure(rule.measure, dict(choice.measure))
                why_not = notes.for_comparison(found) or why_not
            by_size = outcome != "not_applicable" and why_not == applies.not_for_so_many(rule)
            turns = applies.turns(rule) if by_size else ()
            yield self._stated(asked, notes=(why_not, *turns))
            return
        measurement = self._measure(rule.measure, dict(choice.measure))
        if rule.scope.kind == "parcel":
            yield self._of_each(asked, measurement)
            return
        if scopes.is_whole(rule, choice):
            yield self._verdict(asked, measurement)
            return
        each = self._of_parts(asked, measurement)
        yield from each
        if not each:
            yield self._verdict(asked, scopes.of_none(rule, measurement, self.plan))

    def _of_parts(self, asked: _AskedRule, measurement: Measurement) -> tuple[Verdict, ...]:
        """Verdicts of parts; while a session judges, that of a part that came out as before stands."""
        last = once("verdicts of parts", _OfParts, asked.rule, asked.pack, str(self.day))
        as_before = last.measurement is measurement
        shared = last.shared if as_before and last.shared else scopes.without_parts(measurement)
        beside = self._beside_parts(asked, shared)
        stand = beside is not None and same(last.beside, beside)
        if as_before and stand:
            return last.verdicts
        shown_anew = not as_before and not same(last.shared, shared)
        # Most often no more differs of the whole than which features were counted.
        alike = last.shared is not None and same(_uncounted(last.shared), _uncounted(shared))
        parts, verdicts = scopes.parts_of(asked.rule, measurement), []
        for number, part in enumerate(parts):
            of_part = partial(scopes.of_part, measurement, part)
            if not (stand and number < len(last.parts) and same(last.parts[number], part)):
                one = replace(asked, scope_id=part.scope.partition(":")[2], part=part)
                verdicts.append(self._verdict(one, of_part()))
            elif shown_anew and not (alike and part.counted):
                verdict = last.verdicts[number]
                as_now = changed(verdict.measurement, counted=measurement.counted) if alike else of_part()
                verdicts.append(changed(verdict, measurement=as_now))
            else:
                verdicts.append(last.verdicts[number])
        last.measurement, last.shared, last.beside = measurement, shared, beside
        last.parts, last.verdicts = parts, tuple(verdicts)
        return last.verdicts

    def _beside_parts(self, asked: _AskedRule, shared: Measurement) -> tuple[Any, ...] | None:
        """What the outcome of a part hangs on beside the part; None where that is the whole plan."""
        rule, people = asked.rule, self.residents
        ends = [end for end in (people.low, people.high) if end is not None and end != people.central]
        if ends and instruments.hangs_on_residents(shared, self.instruments.reads(rule.measure)):
            return None
        if not ends and people.central:  # a part has its own residents, and no range either
            people = replace(people, low=None, central=None, high=None)
        if not self.wrong.faults:  # which features were counted matters for faults of theirs
            shared = replace(_uncounted(shared), summed={})
        return (
            shared,
            asked.choice,
            self.plan.manifest,
            self.wrong,
            text_faults(self.contradicting, self.carried.get(rule.id, ())),
            tuple(self.applies.turns(rule)),
            scopes.about_scope(rule, self.plan),
            (bool(self.residents.central), people),
        )

    def _verdict(self, asked: _AskedRule, measurement: Measurement) -> Verdict:
        found = self._doubts(asked)
        if settle(measurement, asked.required, accuracy(measurement)) != "unknown":
            found = accounted(found, measurement)
        about = self._in_doubt(asked, measurement, found) if found else self._found(asked, measurement)
        return self._stated(asked, measurement, found, **about)

    def _of_each(self, asked: _AskedRule, measurement: Measurement) -> Verdict:
        """The verdict of a rule that judges each parcel."""
        from blockplan.check.parcelwise import of_each  # noqa: PLC0415 (it brings in numpy)

        found = tuple(one for one in self._doubts(asked) if not is_no_use(one))
        limit = limit_on(asked.rule, self.day) or asked.rule.limits[0]
        required, about = of_each(asked.rule, limit, asked.required, measurement, found)
        about["notes"] = (
            *about["notes"],
            *about_overrides(asked.choice, self.plan.manifest),
            *notes.about_standing(asked.rule, self.day),
        )
        return self._stated(asked, measurement, found, required=required, **about)

    def reported(self, packs: Iterable[Pack]) -> Iterator[Measurement]:
        """The measures that the packs report beside their verdicts."""
        for name, entry in _reported(packs).items():
            if isinstance(entry, str):
                yield self._measure(name, {})  # a measure reads plan.toml [parameters] by itself
                continue
            found = self._measure(entry.measure, dict(entry.with_))
            said = {
                "measure": entry.measure,
                "title": dict(entry.title),
                "source": entry.source.plain,
                "confidence": entry.confidence,
            }
            yield replace(found, id=name, definition={**found.definition, **said})

    def parameters(self, packs: Iterable[Pack]) -> dict[str, Any]:
        """Every choice that the rules were judged under, but for the ids of the areas they speak of."""
        manifest = self.plan.manifest
        values: dict[str, Any] = {}
        for pack in packs:
            values |= chosen(pack.head.parameters, manifest, pack.id)
            for rule in pack.rules:
                own = {"area_id"} if rule.scope.kind == "area" else set()
                values |= {k: v for k, v in self._choices(rule).all.items() if k not in own}
        return values

    def _measure(self, name: str, parameters: dict[str, Any]) -> Measurement:
        if not parameters:
            self.taken.append(name)
        return self._kept(
            f"measured {_said(name, parameters)}",
            lambda bench: bench.instruments.measure(bench.plan, name, parameters),
        )

    def _touching(self, name: str, parameters: dict[str, Any], part: Part | None = None) -> tuple[Fault, ...]:
        """The faults of the data that touch a measurement, or a part of it."""
        if not self.wrong.faults:
            return ()
        number = None if part is None else self._measure(name, parameters).by.index(part)

        def find(bench: CheckBench) -> tuple[Fault, ...]:
            found = bench._measure(name, parameters)
            counted = found if number is None else scopes.of_part(found, found.by[number])
            return doubts(counted, bench.wrong, bench.instruments.reads(name))

        return self._kept(f"doubts of {_said(name, parameters)} {number}", find)

    def _doubts(self, asked: _AskedRule) -> tuple[Fault, ...]:
        rule = asked.rule
        touching = self._touching(rule.measure, dict(asked.choice.measure), asked.part)
        texts = text_faults(self.contradicting, self.carried.get(rule.id, ()))
        return tuple({id(fault): fault for fault in (*touching, *texts)}.values())

    def _choices(self, rule: Rule) -> RuleChoices:
        """The choices of a rule for the plan."""
        return once_for("choices", partial(choices, rule, self.plan.manifest), rule, self.plan.manifest)

    def _found(self, asked: _AskedRule, measurement: Measurement) -> dict[str, Any]:
        """What a verdict says where no fault of the data touches the measurement."""
        rule, required, value = asked.rule, asked.required, measurement.value
        tolerance, chosen_ = accuracy(measurement), asked.choice.all
        outcome = settle(measurement, required, tolerance)
        central, remedy = self._people(asked).central if outcome == "fail" else None, None
        if outcome == "fail" and rule.force != "comparator":  # another plan's figure asks nothing of this one
            remedy = remedy_for(rule, required, measurement, central, chosen_)
        return {
            "outcome": outcome,
            "measured": value,
            "margin": None if value is None else margin(value, required, tolerance),
            "tolerance": tolerance,
            "remedy": remedy,
            "affected_residents": affected_by(outcome, required, measurement, central),
            "where": () if outcome == "pass" else measurement.places,
            "readings": _readings(measurement, required, in_doubt=False),
            "missing": measurement.missing if value is None else (),
            "notes": (
                *notes.about_value(rule, required, measurement, chosen_),
                *notes.about_whole_plan(measurement),
                *notes.about_land(measurement),
                *about_ends(outcome, measurement),
                *scopes.about_scope(rule, self.plan),
                *scopes.about_circles(rule, measurement),
                *notes.about_limit(rule, required, measurement),
                *notes.about_range(rule, outcome, required, self._ends(asked, measurement)),
                *self.applies.turns(rule),
                *about_overrides(asked.choice, self.plan.manifest),
                *notes.about_data_end(rule, measurement),
                *notes.about_standing(rule, self.day),
            ),
        }

    def _people(self, asked: _AskedRule) -> Residents:
        """Residents of the object that a rule judges, with their range."""
        return self.residents if asked.part is None else scopes.people_of(self.residents, asked.part)

    def _ends(self, asked: _AskedRule, measurement: Measurement) -> Iterator[tuple[float, Measurement]]:
        """What is measured at the ends of the residents' range, where it hangs on how many there are."""
        per = measurement.per and measurement.supply is not None
        hangs = instruments.hangs_on_residents(measurement, self.instruments.reads(asked.rule.measure))
        if not per and not hangs:
            return
        people = self._people(asked)
        for end in (people.low, people.high):
            if end is None or end <= 0 or not people.central or end == people.central:
                continue
            if measurement.per and measurement.supply is not None:
                yield end, replace(measurement, value=measurement.supply * measurement.per / end)
            elif hangs:
                yield end, self._measured_at(asked, end / people.central)

    def _measured_at(self, asked: _AskedRule, factor: float) -> Measurement:
        """What a rule judges, measured with so many times the residents."""
        rule, choice = asked.rule, asked.choice
        scaled = replace(self, plan=instruments.with_residents(self.plan, factor))
        found = scaled._measure(rule.measure, dict(choice.measure))
        if scopes.is_whole(rule, choice):
            return found
        scope = f"{rule.scope.kind}:{asked.scope_id}"
        return next((scopes.of_part(found, part) for part in found.by if part.scope == scope), found)

    def _in_doubt(
        self, asked: _AskedRule, measurement: Measurement, found: tuple[Fault, ...]
    ) -> dict[str, Any]:
        """What a verdict says where faults of the data touch the measurement: nothing but what is missing."""
        return {
            "outcome": "unknown",
            "readings": _readings(measurement, asked.required, in_doubt=True),
            "missing": (*measurement.missing, *dict.fromkeys(doubted(fault) for fault in found)),
            "notes": (
                *notes.about_doubts(asked.rule, measurement, found),
                *about_overrides(asked.choice, self.plan.manifest),
                *notes.about_standing(asked.rule, self.day),
            ),
        }

    def _stated(
        self,
        asked: _AskedRule,
        measurement: Measurement | None = None,
        found: tuple[Fault, ...] = (),
        **about: Any,
    ) -> Verdict:
        """A verdict: what all say of their rule, and what was found; without that, it does not apply."""
        rule = asked.rule
        measured, chosen = ({}, {}) if measurement is None else (measurement.definition, measurement.chosen)
        limit = limit_on(rule, self.day) or rule.limits[0]
        shown = {**chosen, **asked.choice.all}
        every: dict[str, Any] = {
            "outcome": "not_applicable",
            "required": asked.required,
            "definition": {**rule.definition, **measured, "parameters": shown},
            "doubts": found,
        }
        return Verdict(
            rule=rule.id,
            title=dict(rule.title),
            scope_kind="plan" if rule.scope.kind == "parcel" else rule.scope.kind,
            scope_id=asked.scope_id,
            unit=rule.unit,
            force=rule.force,
            confidence=rule.confidence,
            source=limit.source.plain,
            measurement=measurement,
            pack=asked.pack.id,
            overrides=of_verdict(asked.choice),
            **(every | about),
        )


def named_alone(packs: Iterable[Pack]) -> Iterator[str]:
    """The measures that the packs report as the plan's own parameters have them."""
    for entry in _reported(packs).values():
        if isinstance(entry, str):
            yield entry
        elif not entry.with_:
            yield entry.measure


def _reported(packs: Iterable[Pack]) -> dict[str, str | Reported]:
    """What the packs report beside their verdicts, each id once."""
    entries = chain.from_iterable(pack.head.reported for pack in packs)
    return {entry if isinstance(entry, str) else entry.id: entry for entry in entries}


def _uncounted(shared: Measurement) -> Measurement:
    """What parts share, whichever features were counted."""
    return replace(shared, counted={})


def _said(name: str, parameters: dict[str, Any]) -> str:
    """A measure and its parameters as a key."""
    return f"{name} {sorted(parameters.items())}"


def _readings(measurement: Measurement, required: Required, *, in_doubt: bool) -> tuple[ReadingOutcome, ...]:
    """How the other readings of a measure would have turned out."""
    return tuple(
        ReadingOutcome(
            reading.id,
            reading.share,
            reading.weight,
            "unknown" if in_doubt else compare(reading.share, required),
            reading.changed,
            reading.definition,
        )
        for reading in measurement.readings
    )
