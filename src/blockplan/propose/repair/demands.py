"""
What a repair has to bring about: every ``must`` rule that fails, and those that have to go on passing.

A demand is a verdict with the measure, the parameters and the object that it was judged by, so that the
same can be measured on a plan with some changes tried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.check.accuracy import accuracy
from blockplan.check.instruments import House
from blockplan.check.limits import compare
from blockplan.check.packs import load
from blockplan.check.parameters import choices
from blockplan.measure import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan
    from blockplan.propose.changes import Change


@dataclass(frozen=True, slots=True)
class DemandFigure:
    """
    What a demand measures on a plan.

    Attributes
    ----------
    value
        As the verdict has it; None where it is unknown.
    supply, base
        The amount, and what it is divided by in the measure's own unit (``value = supply / base``); None
        where the measure is no quotient, or its base cannot be told because there is no supply.
    short
        Features that fall short, by layer and id.
    counted
        Features that were counted, by layer and id.
    values
        Parcels that the measure points at, with what it found there.
    tolerance
        How exactly the value is known, as it is judged.
    """

    value: float | None
    supply: float | None
    base: float | None
    short: frozenset[tuple[str, str]]
    counted: frozenset[tuple[str, str]]
    values: frozenset[tuple[str, float]] = frozenset()
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Demand:
    """A ``must`` verdict and how to measure it again."""

    verdict: Verdict
    measure: str
    parameters: Mapping[str, Any]
    per: float

    @property
    def name(self) -> str:
        """The rule, and the object it was judged on where that is not the whole plan."""
        verdict = self.verdict
        return verdict.rule if not self.scoped else f"{verdict.rule} {verdict.scope_kind}:{verdict.scope_id}"

    @property
    def scoped(self) -> bool:
        """Whether it speaks of a part of the plan."""
        return self.verdict.scope_kind not in {"plan", "city"}

    @property
    def fails(self) -> bool:
        """Whether it has to be brought about."""
        return self.verdict.outcome == "fail"

    def holds(self, figure: DemandFigure) -> bool:
        """Whether a figure keeps the rule."""
        return compare(figure.value, self.verdict.required, figure.tolerance) == "pass"

    @property
    def counts_residents(self) -> bool:
        """Whether its measure asks how many people live where."""
        return "plan.toml: residents" in MEASURES[self.measure].inputs

    def reads(self, changes: Iterable[Change]) -> bool:
        """Whether its measure reads anything that is changed."""
        read = MEASURES[self.measure].inputs
        # Where residents come from `plan.toml` says, and they are columns of parcels: the measure names them.
        return any(f"{one.layer}.{one.column}" in read for one in changes)

    @property
    def limit_m(self) -> float:
        """The distance of a demand on a share within reach, m."""
        reach = self.verdict.reach
        if reach is None:
            raise AssertionError(f"{self.name} is on no share within reach")
        return reach.limit_m

    def figure_of(self, found: Measurement) -> DemandFigure:
        """What the demand reads in a measurement of its measure."""
        verdict = self.verdict
        value, supply, places, counted = found.value, found.supply, found.places, found.counted
        people = found.number("residents")
        if self.scoped:
            part = next(
                (one for one in found.by if one.scope == f"{verdict.scope_kind}:{verdict.scope_id}"), None
            )
            # A rule on one object may also be measured as the whole (an area by its id).
            if part is not None:
                value, supply, places, people = part.value, part.supply, part.places, part.residents
                counted = part.counted or counted
        base = None
        if supply is not None and self.per and people:
            base = people / self.per
        elif supply is not None and value:
            base = supply / value
        return DemandFigure(
            value,
            supply,
            base,
            frozenset((place.layer, place.id) for place in places),
            frozenset((layer, str(id_)) for layer, ids in counted.items() for id_ in ids),
            frozenset(
                (place.id, float(place.value))
                for place in places
                if place.layer == "parcels" and place.value is not None
            ),
            accuracy(found),
        )


def demands_of(plan: Plan, result: CheckResult, packs: Iterable[str | Path] | None = None) -> list[Demand]:
    """
    The ``must`` verdicts of a check as demands; those of packs' rules that did not apply are left out.

    Parameters
    ----------
    packs
        The packs that it was judged by; those of ``plan.toml`` where None.
    """
    house = House()
    named = list(plan.manifest.packs if packs is None else packs)
    rules = {rule.id: rule for pack in load(named, house.measures()) for rule in pack.rules}
    found = []
    for verdict in result.verdicts:
        if verdict.force != "must" or verdict.outcome == "not_applicable":
            continue
        rule = rules[verdict.rule]
        per = verdict.measurement.per if verdict.measurement is not None else 0.0
        parameters = dict(choices(rule, plan.manifest).measure)
        # Readings beside the judging one cost time and decide nothing.
        known = house.measures()[rule.measure].parameters
        parameters |= {name: [] for name in ("green_readings", "facility_readings") if name in known}
        found.append(Demand(verdict, rule.measure, parameters, per))
    return found
