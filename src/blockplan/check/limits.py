"""
A value against a limit: the only place where the house compares.

Verdicts, the cases of the rule packs and the readings beside a verdict all come through here. Values are
compared unrounded. A value is at a limit, and neither above nor below, where it lies no farther from it
than the drawing can tell (`accuracy`), or than the last binary digits of a sum.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from blockplan.check.verdict import Required

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from blockplan.check.rules import Figures, Limit, Rule, RuleCase
    from blockplan.check.verdict import Outcome

#: A value this near to a limit, as a part of the limit, differs from it by the digits of binary numbers only.
DUST = 1e-9


def limit_on(rule: Rule, day: dt.date) -> Limit | None:
    """The limit that holds on a day; None on a day before the first one."""
    holding = [limit for limit in rule.limits if limit.begins <= day]
    return holding[-1] if holding else None


def is_repealed(rule: Rule, day: dt.date) -> bool:
    """Whether a rule no longer holds on a day."""
    return rule.repealed is not None and day >= rule.repealed.on


def required_by(limit: Limit, chosen: Mapping[str, float] | None = None) -> Required:
    """
    What a limit asks; `chosen` numbers (``min``, ``max``, ``exactly``) take the place of its own.

    A limit that is another for each parcel asks no one figure: NaN.
    """
    if limit.own or limit.by_class is not None:
        return Required(_side_of(limit), math.nan)
    return _figure_of(limit, chosen or {})


def _figure_of(limit: Limit, chosen: Mapping[str, float]) -> Required:
    low, high = chosen.get("min", limit.min), chosen.get("max", limit.max)
    if limit.binding is not None:
        low, high = (low, None) if limit.binding == "min" else (None, high)
    exactly = chosen.get("exactly", limit.exactly)
    if exactly is not None:
        half = (limit.rounded_to or 0) / 2
        return Required("between", (exactly - half, exactly + half)) if half else Required("=", exactly)
    if limit.above is not None:
        return Required(">", limit.above)
    if limit.below is not None:
        return Required("<", limit.below)
    if low is not None and high is not None:
        return Required("between", (low, high))
    if low is not None:
        return Required(">=", low)
    if high is not None:
        return Required("<=", high)
    msg = "a limit without a figure came past the loader"
    raise AssertionError(msg)


def _side_of(limit: Limit) -> Literal[">=", "<="]:
    """On which side of its figures a table judges; a plan's own bounds stand as what may not be passed."""
    table = (limit.by_class or {}).values()
    return ">=" if table and all(row.max is None for row in table) else "<="


def required_of(row: Figures | None) -> Required | None:
    """What one row of a table, or one bound of a plan, asks; None where it asks nothing."""
    if row is None or (row.min is None and row.max is None):
        return None
    if row.min is not None and row.max is not None:
        return Required("between", (row.min, row.max))
    return Required(">=", row.min) if row.min is not None else Required("<=", float(row.max or 0.0))


def slack(limit: float, tolerance: float = 0.0) -> float:
    """How far a value may lie from a limit and still be at it; `tolerance` is that of the drawing."""
    return max(tolerance, DUST * abs(limit))


def margin(value: float, required: Required, tolerance: float = 0.0) -> float:
    """How far a value lies inside what is required, in its own unit; negative outside, 0 at the limit."""
    if isinstance(required.value, tuple):
        low, high = required.value
        return min(_from(value - low, low, tolerance), _from(high - value, high, tolerance))
    inside = value - required.value if required.op in {">=", ">"} else required.value - value
    found = _from(inside, required.value, tolerance)
    return 0.0 - abs(found) if required.op == "=" else found


def margins(ends: tuple[float, float], required: Required, tolerance: float = 0.0) -> tuple[float, float]:
    """
    The least and the greatest margin of a value that lies between two ends; NaN where nothing one is asked.

    Examples
    --------
    >>> margins((1.0, 9.0), Required(">=", 4.0)), margins((3.0, float("inf")), Required("<=", 2.0))
    ((-3.0, 5.0), (-inf, -1.0))
    >>> margins((0.0, 10.0), Required("between", (4.0, 8.0)))
    (-4.0, 2.0)
    """
    low, high = ends
    asked = required.value if isinstance(required.value, tuple) else (required.value,) * 2
    inmost = min(max(sum(asked) / 2, low), high)  # where a bound on both sides is kept best
    at = (low, high, inmost) if required.op in {"=", "between"} else (low, high)
    found = [margin(one, required, tolerance) for one in at]
    return min(found), max(found)


def compare(value: float | None, required: Required, tolerance: float = 0.0) -> Outcome:
    """
    ``pass`` or ``fail``; ``unknown`` where there is no value.

    Parameters
    ----------
    tolerance
        How exactly the value is known (`accuracy.accuracy`), in its unit: so near to a limit it is at it.

    Examples
    --------
    >>> beds = Required(">=", 9.5)
    >>> compare(9.5, beds), compare(9.4999999, beds), compare(None, beds)
    ('pass', 'fail', 'unknown')
    >>> compare(0.1 + 0.2, Required("<=", 0.3)), compare(3983.99, Required(">=", 3984), tolerance=0.06)
    ('pass', 'pass')
    """
    if value is None:
        return "unknown"
    inside = margin(value, required, tolerance)
    kept = inside > 0 if required.op in {">", "<"} else inside >= 0
    return "pass" if kept else "fail"


def _from(difference: float, limit: float, tolerance: float) -> float:
    return 0.0 if abs(difference) <= slack(limit, tolerance) else difference


def decide_case(rule: Rule, case: RuleCase) -> Outcome:
    """
    Outcome of a worked example, under its row of the table or its own bound where the rule has such.

    A class that the table does not have, or is not said, is ``unknown``; what a plan does not bound is
    ``not_applicable``.
    """
    outcome, _ = decide(rule, case.day, case.measured)
    limit = limit_on(rule, case.day)
    if outcome == "not_applicable" or limit is None or not (limit.own or limit.by_class):
        return outcome
    if limit.own:
        asked = required_of(case.bound)
        return "not_applicable" if asked is None else compare(case.measured, asked)
    asked = required_of((limit.by_class or {}).get(case.of_class or ""))
    return "unknown" if asked is None else compare(case.measured, asked)


def decide(
    rule: Rule, day: dt.date, value: float | None, chosen: Mapping[str, float] | None = None
) -> tuple[Outcome, Required]:
    """
    Outcome of a value under a rule on a day, and what the rule then asks.

    A rule that does not exist yet on that day, or has been repealed by then, is
    ``not_applicable``; what it will ask first, or asked last, is given beside it.
    """
    limit = limit_on(rule, day)
    if limit is None:
        return "not_applicable", required_by(rule.limits[0], chosen)
    required = required_by(limit, chosen)
    if is_repealed(rule, day):
        return "not_applicable", required
    return compare(value, required), required
