"""Whether a rule speaks of a plan: on this day, in this region, of its level, uses, size; if not, why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from blockplan.check.limits import is_repealed
from blockplan.check.words import say

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from blockplan.check.packs import Pack
    from blockplan.check.rules import AppliesTo, Rule
    from blockplan.check.verdict import Outcome, Residents, Text
    from blockplan.plan import Plan


@dataclass
class Applicability:
    """What decides of a plan, on a day, whether rules speak of it; residents are asked for by few rules."""

    plan: Plan
    day: dt.date
    residents: Callable[[], Residents]

    def why_not(self, rule: Rule, outcome: Outcome) -> Text | None:
        """Why a rule does not apply to the plan on the day; None where it does."""
        if outcome == "not_applicable":
            if rule.repealed is not None and is_repealed(rule, self.day):
                return say(
                    "note.repealed", repealed=str(rule.repealed.on), by=rule.repealed.by, on=str(self.day)
                )
            return say("note.not_yet", first=str(rule.first_day), on=str(self.day))
        return say("note.city") if rule.scope.kind == "city" else self._why_not_such(rule)

    def elsewhere(self, pack: Pack) -> Text | None:
        """Why a pack of another region does not apply to the plan; None where it does, or nobody can tell."""
        region, place = pack.head.region, self.place
        if region is None or place is None or region.holds(*place):
            return None
        return say("note.elsewhere", region=dict(region.name))

    @cached_property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude of the plan's middle; None for a plan whose CRS is on no globe."""
        from blockplan.measure.inputs.location import place_of  # noqa: PLC0415 (the room measure brings in geopandas)

        return place_of(self.plan)

    def _why_not_such(self, rule: Rule) -> Text | None:
        """Why a rule does not speak of a plan like this one; None where it does."""
        asked = rule.applies_to
        if asked is not None and asked.level and self.plan.manifest.level not in asked.level:
            return say("note.level", levels=", ".join(asked.level))
        if asked is not None and asked.land_use and not _has_land(self.plan, asked.land_use):
            return say("note.land_use", codes=", ".join(asked.land_use))
        return self.not_for_so_many(rule)

    def not_for_so_many(self, rule: Rule) -> Text | None:
        """Why a rule does not apply to a plan of so many residents; None where it does, or none is known."""
        asked = rule.applies_to
        if asked is None or not asked.residents:
            return None
        central = self.residents().central
        if central is None or _speaks(asked, central):
            return None
        low, high = asked.residents
        return say("note.residents", low=low, high=high, residents=central)

    def turns(self, rule: Rule) -> Iterator[Text]:
        """Where a rule begins or ceases to speak of the plan at an end of the residents' range, say so."""
        asked = rule.applies_to
        if asked is None or not asked.residents:
            return
        people = self.residents()
        if people.central is None:
            return
        now = _speaks(asked, people.central)
        for end in (people.low, people.high):
            if end is not None and _speaks(asked, end) != now:
                yield say(f"note.range.{'silent' if now else 'speaks'}", residents=end)


def _speaks(asked: AppliesTo, residents: float) -> bool:
    """Whether a rule for plans of some size speaks of one of so many residents."""
    low, high = asked.residents or (0.0, math.inf)
    return low <= residents <= high


def _has_land(plan: Plan, codes: Iterable[str]) -> bool:
    """Whether a parcel of the plan is, or may be by what it says, of one of the classes or one below them."""
    from blockplan.measure.inputs.columns import belongs, land_uses  # noqa: PLC0415 (the room measure brings in scipy)

    wanted = tuple(codes)
    return plan.cached(
        f"land of {wanted}",
        lambda: any(
            use is not None and belongs(use, of, wanted) is not False for use, of in land_uses(plan)[0]
        ),
    )
