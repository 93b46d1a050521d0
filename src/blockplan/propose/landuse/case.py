"""A land-use problem of a plan: parcels, what is asked of them, what land is worth, all of it as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from blockplan.plan.model.codes import landuse
from blockplan.propose.landuse.demands import LandUseDemands, asked_of, left_out_of
from blockplan.propose.landuse.parcels import Parcels, parcels_of
from blockplan.propose.landuse.problem import Problem, parts, score, shortfalls
from blockplan.propose.landuse.scoring import Worth, bound_by_zones, facing_of, groups_of, worth_of
from blockplan.propose.landuse.terms import Terms, terms_of
from blockplan.propose.proposal import Unmet
from blockplan.texts import LANGUAGES, Catalog, listed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult
    from blockplan.plan.model.plan import Plan
    from blockplan.propose.locks import Locks

say = Catalog("blockplan.propose.landuse", "texts.toml")


@dataclass(frozen=True, slots=True, eq=False)
class Landuse:
    """A plan's land-use problem: parcels, what is asked, what land is worth, and all of it as one problem."""

    parcels: Parcels
    terms: Terms
    asked: LandUseDemands
    worth: Worth
    problem: Problem
    left_out: tuple[str, ...] = ()

    @property
    def today(self) -> dict[str, Any]:
        """Objective, parts and shortfalls of the plan as it is."""
        today = self.parcels.today
        return {
            "objective": score(self.problem, today),
            "parts": parts(self.problem, today),
            "unmet": [one.to_dict() for one in unmet_of(self, shortfalls(self.problem, today), today)],
        }

    def called(self, demand: str) -> dict[str, str]:
        """What people call a demand, in every language; empty for that of a rule, whose title says it."""
        kind, _, what = demand.partition(":")
        if kind == "quota":
            return say.text("demand.quota", what=self._land((what,)))
        if kind in {"zone", "area"}:
            own = named(self.parcels.plan, f"{kind}s", what)
            return say.text(f"demand.{kind}", what=own or dict.fromkeys(LANGUAGES, what))
        if kind == "industry":
            first, other = (say.text(f"industry.{one}") for one in what.split(" before "))
            return say.text("demand.industry", what=first, other=other)
        for one in self.terms.coverage:
            if one.name == demand:
                given, needed = self._land(one.gives), self._land(one.needs)
                within = f"{one.within_m:g}"
                return say.text(f"demand.{one.along}", gives=given, needs=needed, within=within)
        return {}

    def _land(self, names: tuple[str, ...]) -> dict[str, str]:
        """Groups and codes in words."""
        return listed(self._one(name) for name in names)

    def _one(self, name: str) -> dict[str, str]:
        if name not in self.terms.groups:
            return {lang: landuse().label(name, lang) for lang in LANGUAGES}
        known = f"group.{name}"
        return say.text(known) if known in say else dict.fromkeys(LANGUAGES, name.replace("_", " "))


def named(plan: Plan, layer: str, id_: str) -> dict[str, str]:
    """What a plan calls one of its zones or areas, in the languages in which it does."""
    row = plan.layer(layer).loc[id_]
    said = {lang: row[f"name_{lang}"] for lang in LANGUAGES}
    return {lang: text for lang, text in said.items() if isinstance(text, str)}


def landuse_problem(
    plan: Plan, before: CheckResult, terms: Terms | None = None, locks: Locks | None = None
) -> Landuse:
    """
    A plan's land-use problem.

    Parameters
    ----------
    terms
        The house's own where None.
    locks
        What has to stay; committed parcels always do.
    """
    terms = terms or terms_of()
    parcels = parcels_of(plan, terms, locks)
    parcels = replace(parcels, allowed=parcels.allowed & bound_by_zones(parcels, terms))
    asked, worth = asked_of(parcels, terms, before), worth_of(parcels, terms)
    problem = Problem(
        parcels.ids,
        parcels.area_ha,
        parcels.uses,
        parcels.allowed,
        parcels.today,
        worth.parts,
        groups_of(parcels, terms),
        tuple(terms.groups),
        facing_of(parcels, terms),
        asked.demands,
        asked.covers,
    )
    return Landuse(parcels, terms, asked, worth, problem, left_out_of(parcels, asked, before))


def unmet_of(
    land: Landuse, missed: dict[str, tuple[float, str]], chosen: NDArray[np.intp]
) -> tuple[Unmet, ...]:
    """Demands that a choice of uses misses, in the order in which they were asked."""
    over = {one.name for one in land.problem.demands if one.total(chosen) > one.high}
    return tuple(
        Unmet(name, round(missed[name][0], 3), unit, land.called(name) or None, over=name in over)
        for name, unit in land.problem.asked
        if name in missed
    )
