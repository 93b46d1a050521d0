"""
What a statement is bound to: ``rule:ID``, ``layer:NAME``, ``object:ID``, ``programme:KIND``.

Two kinds more carry what no feature shows: ``measure:ID`` with a condition (the sentence holds only
if the measure bears it out) and ``manifest:KEY`` for what ``plan.toml`` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Kinds of binding that a statement may have.
BINDINGS = ("rule", "layer", "object", "programme", "measure", "manifest")

_CONDITION = re.compile(
    r"(?P<name>\w+)(?:\[(?P<scope>[^\[\]]+)\])?(?:\s*(?P<op>>=|<=|=|>|<)\s*(?P<value>\d+(?:\.\d+)?))?"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """
    What a statement asks of a measure.

    Attributes
    ----------
    scope
        The part that is asked for (``area:rd``); "" for the value of the whole plan.
    op, value
        ``>=``, ``<=``, ``=``, ``>`` or ``<`` and a number; "" and None where it is enough to know the value.
    """

    name: str
    scope: str = ""
    op: str = ""
    value: float | None = None

    def holds(self, measured: float) -> bool:
        """Whether a known value meets the condition; the last digits of a sum do not decide."""
        if self.value is None:
            return True
        slack = 1e-9 * max(1.0, abs(self.value))
        return {
            ">=": measured >= self.value - slack,
            "<=": measured <= self.value + slack,
            "=": abs(measured - self.value) <= slack,
            ">": measured > self.value + slack,
            "<": measured < self.value - slack,
        }[self.op]


def bindings(text: str | None) -> list[str]:
    """
    What a statement is bound to, one by one.

    Examples
    --------
    >>> bindings("rule:zone-edu, object:rd")
    ['rule:zone-edu', 'object:rd']
    """
    return [part.strip() for part in (text or "").replace("，", ",").split(",") if part.strip()]


def condition(text: str) -> Condition | None:
    """
    The condition that stands behind ``measure:``; None where it cannot be understood.

    Examples
    --------
    >>> condition("area_townships[area:life]=2")
    Condition(name='area_townships', scope='area:life', op='=', value=2.0)
    >>> condition("jobs").holds(3.0), condition("more than 3")
    (True, None)
    """
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        return None
    value = found["value"]
    return Condition(found["name"], found["scope"] or "", found["op"] or "", float(value) if value else None)
