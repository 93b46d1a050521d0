"""Judges a plan by the rules of a day: one verdict per rule, with who, where and what would put it right."""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import TYPE_CHECKING

from blockplan.check.bench import CheckBench, named_alone
from blockplan.check.instruments import HOUSE
from blockplan.check.notes import capacity
from blockplan.check.packs import available, load
from blockplan.check.parameters import (
    overrides,
    unread,
)
from blockplan.check.verdict import CheckResult
from blockplan.errors import UsageError
from blockplan.plan.model.faults import GRADES
from blockplan.plan.model.recall import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from blockplan.check.instruments import Instruments
    from blockplan.check.packs import Pack
    from blockplan.check.rules import Gauge, Rule
    from blockplan.plan import Fault, Plan


def check(
    plan: Plan,
    packs: Iterable[str | Path] | None = None,
    on: dt.date | str | None = None,
    *,
    instruments: Instruments | None = None,
    progress: Callable[[str], None] | None = None,
    reporting: bool = True,
) -> CheckResult:
    """
    Judge a plan (in the scenario that it shows) by rule packs, as they stood on a day.

    Parameters
    ----------
    plan
        A plan as `blockplan.plan.read` gives it; faults in its data do not stop the judging.
    packs
        Ids or folders of rule packs; those that ``plan.toml`` names where None. Of an empty list no rule
        judges: data, residents and sentences are looked at all the same.
    on
        Day whose rules judge, as a date or ``2021-09-30``; the day on which the plan was drawn where None.
    instruments
        Where measures, residents and faults come from; the house's own where None.
    progress
        Called with what is done next: the id of each rule, before it judges.
    reporting
        Whether the measures are taken that packs report beside their verdicts; none is in the result else.

    Returns
    -------
    CheckResult
        Verdicts in the order of packs and rules, one for each object that a rule judges. A rule
        that does not exist yet on that day, or no longer, or does not speak of such a plan, is
        ``not_applicable``. A value that is not known, or that a fault of the data puts in doubt,
        is ``unknown``, and says what is missing.

    Raises
    ------
    UsageError
        If a pack is not there, neither you nor ``plan.toml`` name one, the day is no day, or a parameter in
        ``plan.toml`` does not fit the rule.
    RulePackError
        If a pack is refused.
    """
    instruments = instruments or HOUSE
    day = _day(on, plan.manifest.drawn_on)
    gauges = instruments.measures()
    loaded = load(_named(packs, plan), gauges)
    bench = CheckBench(plan, day, instruments)
    faults = _graded(bench.faults, unread(plan.manifest, _all_meant(loaded, plan, gauges), gauges.values()))
    rulings = [bench.ruling(rule, pack) for pack in loaded for rule in _told(pack.rules, progress)]
    from blockplan.check.differences import between_tables  # noqa: PLC0415 (it reads geometry)

    verdicts = tuple(chain.from_iterable(one.verdicts for one in rulings))
    reported = tuple(bench.reported(loaded)) if reporting else ()
    by_id = {rule.id: (rule, pack) for pack in loaded for rule in pack.rules}
    sentences = [bench.sentence(number, by_id) for number in range(len(bench.statements))]
    taken = chain(*(one.taken for one in rulings), named_alone(loaded), *(one.taken for one in sentences))
    shown = tuple(dict.fromkeys(taken))
    found = once("overrides", lambda: overrides(plan.manifest, loaded, shown), plan.manifest, shown, *loaded)
    parameters = once("parameters", lambda: bench.parameters(loaded), plan.manifest, *loaded)
    read = {one.name: one.value if one.rules or one.measures else one.default for one in found}
    return CheckResult(
        plan=plan.manifest.id,
        scenario=plan.scenario,
        on=str(day),
        packs=tuple(pack.id for pack in loaded),
        residents=bench.residents,
        capacity=capacity(verdicts),
        verdicts=verdicts,
        reported=reported,
        statements=tuple(one.state for one in sentences),
        faults=faults,
        content_hash=plan.content_hash,
        parameters={**read, **parameters},
        differences=(*chain.from_iterable(one.differences for one in sentences), *between_tables(plan)),
        overrides=found,
        pack_titles={pack.id: dict(pack.head.title) for pack in loaded},
    )


def _told(rules: Iterable[Rule], progress: Callable[[str], None] | None) -> Iterator[Rule]:
    """Rules, each told of before it judges."""
    for rule in rules:
        if progress is not None:
            progress(rule.id)
        yield rule


def _day(on: dt.date | str | None, drawn_on: dt.date) -> dt.date:
    if on is None:
        return drawn_on
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    try:
        return dt.date.fromisoformat(on)
    except ValueError:
        raise UsageError(f"{on!r} is no day. Write it as year-month-day, such as {drawn_on}.") from None


def _named(packs: Iterable[str | Path] | None, plan: Plan) -> list[str | Path]:
    named: list[str | Path] = list(plan.manifest.packs if packs is None else packs)
    if not named and packs is None:
        raise UsageError(
            f"Plan {plan.manifest.id!r} names no rule pack, so there is nothing to judge it by. "
            f"Name one (`packs=ID` or packs in plan.toml); there are: {', '.join(sorted(available()))}."
        )
    return named


def _all_meant(loaded: tuple[Pack, ...], plan: Plan, gauges: Mapping[str, Gauge]) -> list[Pack]:
    """The packs that judge, and those that the plan names besides: its parameters may be meant for them."""
    rest = set(plan.manifest.packs) - {pack.id for pack in loaded}
    known = available() if rest else {}
    return [*loaded, *(pack for id_ in sorted(rest) if id_ in known for pack in load([id_], gauges))]


def _graded(*found: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Faults from several places, errors first."""
    return tuple(sorted(chain(*found), key=lambda fault: GRADES.index(fault.grade)))
