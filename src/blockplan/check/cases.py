"""The cases of a rule: which ones it must bring, and whether they come out as written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.check.limits import decide_case, is_repealed, limit_on, required_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.rules import Limit, Rule, RuleCase
    from blockplan.check.verdict import Outcome


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case says should come out, and what came out."""

    rule: str
    name: str
    expected: Outcome
    found: Outcome

    @property
    def holds(self) -> bool:
        """Whether the case came out as written."""
        return self.expected == self.found


def run_cases(rule: Rule) -> tuple[CaseResult, ...]:
    """Every case of a rule, decided by the comparison that judges plans."""
    return tuple(CaseResult(rule.id, case.name, case.expect, decide_case(rule, case)) for case in rule.cases)


def missing_cases(rule: Rule) -> list[str]:
    """
    Which cases a rule still needs, in words.

    Each limit needs, on a day when it holds and for each of its figures, a
    case at the figure and one on either side (a share has no side above 1);
    the rule needs one with an unknown value and one on a day before its first
    limit, and one on the last day and on the first day without it where it is repealed.
    """
    wanted = [what for limit in rule.limits for what in _missing_around(rule, limit)]
    holding = [case for case in rule.cases if limit_on(rule, case.day) is not None]
    if all(case.measured is not None for case in holding):
        wanted.append("one that is not measured (null, unknown)")
    if len(holding) == len(rule.cases):
        wanted.append(f"one before the first limit (a day before {rule.first_day}, not_applicable)")
    if rule.repealed is not None:
        last, after = rule.repealed.on - dt.timedelta(days=1), rule.repealed.on
        days = {case.day for case in rule.cases}
        wanted += [f"one on {day}, around the repeal" for day in (last, after) if day not in days]
    return wanted


def _missing_around(rule: Rule, limit: Limit) -> Iterator[str]:
    if limit.own:
        yield from _missing_own(_cases_under(rule, limit))
        return
    if limit.by_class is not None:
        yield from _missing_in_table(limit, _cases_under(rule, limit))
        return
    values = [case.measured for case in _cases_under(rule, limit) if case.measured is not None]
    for number in limit.numbers:
        if number not in values:
            yield f"one at the limit {number:g} from {limit.begins}"
        if not any(value < number for value in values):
            yield f"one below {number:g} from {limit.begins}"
        if not any(value > number for value in values) and not (rule.unit == "1" and number >= 1):
            yield f"one above {number:g} from {limit.begins}"


def _missing_own(cases: list[RuleCase]) -> Iterator[str]:
    bounded = [(case, required_of(case.bound)) for case in cases]
    if not any(asked is None for _, asked in bounded):
        yield "one that the plan does not bound (bound: {}, not_applicable)"
    for wanted in ("pass", "fail"):
        if not any(asked is not None and case.expect == wanted for case, asked in bounded):
            yield f"one with a bound that comes out as {wanted}"


def _missing_in_table(limit: Limit, cases: list[RuleCase]) -> Iterator[str]:
    for name, row in (limit.by_class or {}).items():
        values = [case.measured for case in cases if case.of_class == name and case.measured is not None]
        for number, beyond in ((row.min, -1), (row.max, 1)):
            if number is None:
                continue
            if number not in values:
                yield f"one at {number:g} of the class {name}"
            if not any((value - number) * beyond > 0 for value in values):
                yield f"one beyond {number:g} of the class {name}"
    if not any(case.of_class is None for case in cases):
        yield "one of no class (unknown)"


def _cases_under(rule: Rule, limit: Limit) -> list[RuleCase]:
    return [
        case for case in rule.cases if limit_on(rule, case.day) == limit and not is_repealed(rule, case.day)
    ]
