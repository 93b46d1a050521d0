"""Verdicts as bars on one requirement line: each is scaled to its own limit, so that all limits align."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.portal.plans.places import places_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import Verdict
    from blockplan.portal.pages.plan_sections import PagePart
    from blockplan.portal.plans.models import PlanVersion

#: Where the limit stands, in percent of a bar; twice the limit is as far as a bar shows.
LIMIT = 50.0
#: The order in which a plan in plain words tells its verdicts.
ORDER = ("fail", "unknown", "pass")


@dataclass(frozen=True, slots=True)
class Bar:
    """A verdict's sign, words and page; `share` is how full the bar is (%), None for no bar."""

    outcome: str
    sign: str
    said: str
    href: str | None
    share: float | None


def of_plan(version: PlanVersion, plain: Iterable[PagePart]) -> tuple[Bar, ...]:
    """The verdicts of a plan, those that are missed first, with the words of the plan in plain words."""
    part = next((one for one in plain if one.id == "verdicts"), None)
    if part is None or part.grid is None:
        return ()
    told = sorted(
        (one for one in places_of(version).result.verdicts if one.outcome in ORDER),
        key=lambda one: ORDER.index(one.outcome),
    )
    return tuple(
        Bar(verdict.outcome, cells[0].sign, cells[0].said, cells[0].href, share(verdict))
        for verdict, cells in zip(told, part.grid.lines, strict=True)
    )


def share(verdict: Verdict) -> float | None:
    """
    How full the bar of a verdict is, in percent: `LIMIT` at the limit, less where the plan falls short.

    None where nothing was measured, or the limit is none that a value is a share of (zero, between two).
    """
    value, limit = verdict.measured, verdict.required.value
    if value is None or not isinstance(limit, int | float) or isinstance(limit, bool) or limit <= 0:
        return None
    if verdict.required.op == ">=":
        reached = value / limit
    elif verdict.required.op == "<=":
        reached = limit / value if value > 0 else 2.0
    else:
        return None
    return round(min(100.0, max(0.0, LIMIT * reached)), 1)
