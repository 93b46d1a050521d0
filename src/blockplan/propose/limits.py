"""
What a choice of sites has to keep to besides covering or nearness, and which demands clash.

Numbers of sites, budgets (land, floor area, money), spacing, gaps along a line, capacities, and a
share that every group of demand is due. Where they cannot all be kept, the least that each would have
to give way is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from blockplan.errors import InfeasibleError, UsageError
from blockplan.texts import Catalog, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from blockplan.propose.mip import Model

TEXTS = Catalog(__package__, "limits.toml")
#: Sites that may not stand together, as pairs; none by default.
NO_PAIRS: NDArray[np.intp] = np.empty((0, 2), dtype=np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class Budget:
    """
    At most so much of something over all new sites.

    Attributes
    ----------
    name
        What it is of: ``land``, ``floor_area`` (m2) or ``money``.
    of_site
        What each site takes; what stays and exists takes nothing.
    at_most
        The budget.
    """

    name: str
    of_site: NDArray[np.float64]
    at_most: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limits:
    """
    What a choice of sites has to keep to.

    Attributes
    ----------
    p
        At most so many sites in all, `kept` ones included; None sets no number.
    kept
        Sites that exist and stay open.
    budgets
        See `Budget`.
    apart
        Pairs of sites of which at most one opens, shape (pairs, 2).
    windows
        Lists of sites; of each at least one opens (no longer gap along a line than allowed).
    capacity
        Weight that each site can serve; None sets no limit.
    group, at_least
        Number of the group of each demand point (-1 for none), and the share (0..1) of its weight that
        every group is due.
    """

    p: int | None = None
    kept: Sequence[int] = ()
    budgets: tuple[Budget, ...] = ()
    apart: NDArray[np.intp] = field(default_factory=lambda: NO_PAIRS)
    windows: tuple[NDArray[np.intp], ...] = ()
    capacity: NDArray[np.float64] | None = None
    group: NDArray[np.intp] | None = None
    at_least: float = 0.0

    @property
    def bare(self) -> bool:
        """Whether nothing but a number of sites and those that stay is asked for."""
        return (
            not (self.budgets or self.windows or len(self.apart) or self.at_least) and self.capacity is None
        )

    def check(self, sites: int) -> None:
        """
        Refuse what makes no sense.

        Raises
        ------
        UsageError
            If there are no sites, a kept one is none of them, or `p` is more than there are or fewer than
            have to stay.
        """
        if not sites:
            raise TEXTS.refused(UsageError, "no_site")
        wrong = [number for number in self.kept if not 0 <= number < sites]
        if wrong:
            raise UsageError(f"A kept site has the number {wrong[0]}; there are {sites} sites, from 0.")
        if self.p is not None and not max(1, len(set(self.kept))) <= self.p <= sites:
            kept = len(set(self.kept))
            raise TEXTS.refused(UsageError, "number_of_sites", p=self.p, sites=sites, kept=kept)


@dataclass(frozen=True, slots=True)
class LimitDemand:
    """A demand that may give way: its place in the texts, under ``gives``, and what fills its sentence."""

    code: str
    values: dict[str, object] = field(default_factory=dict)

    def by(self, amount: float) -> dict[str, str]:
        """What is said of it where it gives way by so much."""
        return TEXTS.text(f"gives.{self.code}", amount=amount, **self.values)


@dataclass(slots=True)
class Slack:
    """Demands that may give way, with the column that says by how much; only while a clash is explained."""

    columns: list[int] = field(default_factory=list)
    demands: list[LimitDemand] = field(default_factory=list)

    def give(self, model: Model, demand: LimitDemand, scale: float) -> NDArray[np.intp]:
        """A column by which one demand may be exceeded or missed."""
        column = model.columns(1.0 / max(abs(scale), 1.0), upper=np.inf)
        self.columns.append(int(column[0]))
        self.demands.append(demand)
        return column


def site_columns(
    model: Model, sites: int, limits: Limits, cost: float, slack: Slack | None = None
) -> NDArray[np.intp]:
    """A whole column for each site that says whether it opens, and the rows of the limits on sites."""
    lower = np.zeros(sites)
    lower[list(limits.kept)] = 1.0
    opens = model.columns(np.full(sites, 0.0 if slack else cost), lower=lower, whole=True)
    if limits.p is not None:
        _hold(model, opens, np.ones(sites), LimitDemand("sites"), slack, high=float(limits.p))
    for budget in limits.budgets:
        taken = budget.of_site.copy()
        taken[list(limits.kept)] = 0.0
        demand = LimitDemand(budget.name, {"most": budget.at_most})
        _hold(model, opens, taken, demand, slack, high=budget.at_most)
    for clique in _cliques(limits.apart, sites):
        model.row(opens[clique], 1.0, high=1.0)
    for window in limits.windows:
        demand = LimitDemand("gap", {"first": window[0], "last": window[-1]})
        _hold(model, opens[window], np.ones(len(window)), demand, slack, low=1.0)
    return opens


def _hold(
    model: Model,
    column: NDArray[np.intp],
    value: NDArray[np.float64],
    demand: LimitDemand,
    slack: Slack | None,
    **limit: float,
) -> None:
    """A row that keeps to one limit, ``low`` or ``high``; with slack it may give way by what that costs."""
    ((side, amount),) = limit.items()
    if slack is not None:
        column = np.concatenate([column, slack.give(model, demand, amount)])
        value = np.concatenate([value, [-1.0 if side == "high" else 1.0]])
    model.row(column, value, **limit)


def group_rows(
    model: Model,
    reached: NDArray[np.intp],
    weight: NDArray[np.float64],
    limits: Limits,
    slack: Slack | None = None,
) -> None:
    """Every group gets its share: `reached` are the columns (0..1) of the demand points."""
    if limits.group is None or not limits.at_least:
        return
    for number in np.unique(limits.group[limits.group >= 0]):
        inside = np.flatnonzero(limits.group == number)
        whole = float(weight[inside].sum())
        if whole:
            demand = LimitDemand("group", {"number": number, "share": limits.at_least})
            _hold(model, reached[inside], weight[inside], demand, slack, low=limits.at_least * whole)


def clash(slack: Slack, value: NDArray[np.float64] | None) -> InfeasibleError:
    """The error that names which demands clash, and the least by which they would have to give way."""
    lines = []
    if value is not None:
        for column, demand in zip(slack.columns, slack.demands, strict=True):
            if value[column] > 1e-6:
                lines.append(demand.by(float(value[column])))
    return TEXTS.refused(InfeasibleError, "clash", list=listed(lines or [TEXTS.text("no_choice")], "\n  "))


def _cliques(pairs: NDArray[np.intp], sites: int) -> list[NDArray[np.intp]]:
    """
    Groups of sites that may only open one at a time, so that every pair is in one of them.

    One row a group says more than one row a pair: half of each of two sites would keep to the pairs.
    """
    near: list[set[int]] = [set() for _ in range(sites)]
    for one, other in pairs.tolist():
        near[one].add(other)
        near[other].add(one)
    left = {(min(pair), max(pair)) for pair in pairs.tolist()}
    found = []
    for one, other in sorted(left):
        if (one, other) not in left:
            continue
        group, common = [one, other], sorted(near[one] & near[other])
        for site in common:
            if all(site in near[member] for member in group):
                group.append(site)
        group.sort()
        left -= {(a, b) for at, a in enumerate(group) for b in group[at + 1 :]}
        found.append(np.array(group, dtype=np.intp))
    return found
