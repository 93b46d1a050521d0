"""
What the rules of a plan's packs say of a layout: how near, how large, how many, and which rule says so.

A rule is a standard of a layout where it states a distance to a service or to green, a range of sites, land
for each resident, or a number of parks. Every number keeps the id of its rule; what no rule states has to be
given, and is named where it is not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.check.instruments import House
from blockplan.check.packs import load
from blockplan.check.parameters import choices
from blockplan.jsontext import JsonRecord
from blockplan.measure import MEASURES
from blockplan.measure.inputs.columns import belongs
from blockplan.propose.layout.problem.uses import GREEN, uses
from blockplan.propose.services import PARK
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.measure.parameters import Parameters
    from blockplan.plan import Plan

#: Forces, the strongest first: of two rules on the same number the stronger one holds, then the stricter one.
FORCES = ("must", "should", "target", "comparator")
#: Measure of land -> the parameter that names the land uses that it counts.
LAND = {
    "education_land_per_1000": "basic_education_codes",
    "green_per_resident": "green_codes",
    "land_per_resident": "land_codes",
}
#: Measure of reach -> the parameter that holds its distance.
GREEN_LIMIT = {"green_within_500m": "green_limit_m", "green_access": "access_limit_m"}
#: What a rule can state of a use; the largest or the smallest of two is the stricter one.
NEAR, LEAST, MOST, COUNT, LAND_SHORT, LEAST_GREEN = (
    "near_m",
    "least_m2",
    "most_m2",
    "count",
    "land_m2",
    "green_m2",
)
#: What is stated, of which uses, and the number.
_Said = tuple[str, tuple[str, ...], float]
STRICTER = {NEAR: min, LEAST: max, MOST: min, COUNT: max, LAND_SHORT: max, LEAST_GREEN: max}


@dataclass(frozen=True, slots=True)
class Standard(JsonRecord):
    """A number, and who states it: the id of a rule, or an option."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Stated:
    """
    What one rule states: a number of some uses.

    Attributes
    ----------
    what
        ``near_m``, ``least_m2``, ``most_m2`` (of a site), ``count`` (still to place), ``land_m2`` (still
        lacking) or ``green_m2`` (least green that counts).
    uses
        Names of the uses that it is of, together.
    """

    what: str
    uses: tuple[str, ...]
    value: float
    rule: str
    force: str


@dataclass(frozen=True, slots=True)
class Standards:
    """Everything that the rules of a plan's packs state of a layout."""

    stated: tuple[Stated, ...] = field(default=())

    def of(self, use: str, what: str) -> Standard | None:
        """
        The number of a use by the strongest rule that states it, the strictest among equals.

        A size that a rule ties to a distance holds only where the distance is taken from that rule.
        """
        found = [one for one in self.stated if one.what == what and use in one.uses]
        if what in {LEAST, MOST, LEAST_GREEN}:
            near = {one.rule for one in self.stated if one.what == NEAR and use in one.uses}
            chosen = self.of(use, NEAR)
            found = [
                one
                for one in found
                if one.rule not in near or (chosen and chosen.source == f"rule {one.rule}")
            ]
        if not found:
            return None
        strongest = min(FORCES.index(one.force) for one in found)
        equals = [one for one in found if FORCES.index(one.force) == strongest]
        best = STRICTER[what](equals, key=lambda one: one.value)
        return Standard(best.value, f"rule {best.rule}")

    def lacking(self) -> dict[str, Stated]:
        """Use -> the rule by which land or parks of it are lacking, the strongest first; no comparators."""
        found: dict[str, Stated] = {}
        for one in sorted(self.stated, key=lambda one: FORCES.index(one.force)):
            if one.what in {COUNT, LAND_SHORT} and one.value > 0 and one.force != "comparator":
                for use in one.uses:
                    found.setdefault(use, one)
        return found


def standards_of(plan: Plan, result: CheckResult, packs: Iterable[str | Path] | None = None) -> Standards:
    """
    What the rules state, as they stood on the day of a check.

    Parameters
    ----------
    plan, result
        The plan, and its verdicts; a rule that does not apply states nothing.
    packs
        The packs that it was judged by; those of ``plan.toml`` where None.
    """
    house = House()
    named = list(plan.manifest.packs if packs is None else packs)
    rules = {rule.id: rule for pack in load(named, house.measures()) for rule in pack.rules}
    found: list[Stated] = []
    for verdict in result.verdicts:
        if verdict.outcome == "not_applicable" or verdict.scope_kind != "plan":
            continue
        rule = rules[verdict.rule]
        asked = MEASURES[rule.measure].choose({}, choices(rule, plan.manifest).measure)
        for what, of, value in _read(rule.measure, asked, verdict):
            found.append(Stated(what, of, value, rule.id, rule.force))
    return Standards(tuple(found))


def _read(measure: str, asked: Parameters, verdict: Verdict) -> Iterator[_Said]:
    """What a rule says of which uses."""
    if measure == "service_access":
        services = asked.services
        yield NEAR, services, float(asked.access_limit_m)
        if asked.smallest_site_m2:
            yield LEAST, services, float(asked.smallest_site_m2)
    elif measure in GREEN_LIMIT:
        yield from _green(asked, float(getattr(asked, GREEN_LIMIT[measure])))
    elif measure == "facilities_in_range":
        yield from _sites(asked)
    elif measure == "parks_community":
        yield LEAST, (PARK,), float(asked.community_park_min_ha) * M2_PER_HA
        if verdict.measured is not None:
            yield COUNT, (PARK,), float(max(0, math.ceil(_low(verdict) - verdict.measured)))
    elif measure == "service_site_per_1000":
        yield from _land(asked.services, verdict)
    elif measure in LAND:
        yield from _land(_on_land(getattr(asked, LAND[measure])), verdict)


def _green(asked: Parameters, limit: float) -> Iterator[_Said]:
    # A rule that lets water or woods stand in for green says nothing of parks alone.
    if not asked.also_layers:
        yield NEAR, (PARK, GREEN), limit
        yield LEAST_GREEN, (GREEN,), float(asked.smallest_green_ha) * M2_PER_HA


def _sites(asked: Parameters) -> Iterator[_Said]:
    for what, limit in ((LEAST, asked.facility_at_least), (MOST, asked.facility_at_most)):
        if asked.facility_size == "site_area_m2" and limit:
            yield what, asked.services, float(limit)


def _on_land(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Uses whose land a rule on these land uses counts."""
    return tuple(name for name, use in uses().items() if belongs(use.codes[0], None, codes))


def _land(of: tuple[str, ...], verdict: Verdict) -> Iterator[_Said]:
    """Land that is lacking for the residents that the plan has; nothing where it is not known."""
    found = verdict.measurement
    if found is None or found.value is None or found.supply is None or not found.per or not found.value:
        return
    # So many times a person stands behind the supply: residents over what the rule counts them by.
    base = found.supply / found.value
    yield LAND_SHORT, of, max(0.0, _low(verdict) * base - found.supply)


def _low(verdict: Verdict) -> float:
    """The least value that a rule asks for; nothing where it only sets an upper limit."""
    asked = verdict.required
    if isinstance(asked.value, tuple):
        return asked.value[0]
    return asked.value if asked.op in {">=", ">", "="} else 0.0
