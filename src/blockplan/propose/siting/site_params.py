"""What can be asked of `propose site`, with units and meaning; every choice is visible in the answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from blockplan.errors import UsageError
from blockplan.propose.services import STATION, service_of
from blockplan.propose.siting.candidates import Land
from blockplan.propose.siting.stations import Track
from blockplan.propose.siting.wording import TEXTS

if TYPE_CHECKING:
    from blockplan.measure.parameters import Parameters

#: Problems of location science, and what each makes best.
PROBLEMS = {
    "mclp": "the most people within the distance (maximal covering)",
    "lscp": "the fewest sites that reach everybody, or a share (set covering)",
    "pmedian": "the shortest ways in all (p-median)",
    "pcenter": "the shortest way of whoever has the longest (p-center)",
    "even": "the largest share within the distance in the worst-served area",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteParams:
    """
    What is to be sited, for whom, how near, and within which limits.

    Attributes
    ----------
    service
        A facility's service, ``park`` or ``station``.
    problem
        One of `PROBLEMS`.
    new
        How many new ones at most; None sets no number (then a budget or ``lscp`` has to).
    within_m
        The distance that counts as reached; None is the plan's own for the kind.
    reading
        How it is measured, one of `blockplan.measure.distance.methods`; None goes along streets.
    weigh_by, codes
        For whom (`blockplan.propose.siting.demand.DEMANDS`), and for floor area which uses; None is
        residents, and residents with jobs for stations.
    share
        The share (0..1) that ``lscp`` has to reach.
    groups, each_at_least
        Layer of the groups of ``even``, and the share (0..1) that each of them is due in any problem.
    capacity, per_1000
        What a new facility can serve, in its own size (places, beds, m2), and how much of it 1,000 of the
        demand need; capacity None sets no limit.
    spacing_m
        Two facilities or parks are at least so far apart, in a straight line, existing ones included.
    land_m2, floor_area_m2, money
        Budgets; None sets none. Money is in the unit of the costs.
    cost_per_site, cost_per_m2
        What a site costs, and a square metre of its land.
    existing
        ``keep`` those of the kind that the plan has, ``ignore`` them in counting, or ``replace`` them.
    near_m, far_weight
        Of a station: who lives or works within `near_m` counts whole, who does within `within_m` so much.
    mode_worth
        What each mode at a station beyond its first is worth, in the unit of the demand.
    land, track
        Which parcels, and where stations may stand.
    """

    service: str
    problem: Literal["mclp", "lscp", "pmedian", "pcenter", "even"] = "mclp"
    new: int | None = 1
    within_m: float | None = None
    reading: str | None = None
    weigh_by: str | None = None
    codes: tuple[str, ...] = ()
    share: float = 1.0
    groups: str = "areas"
    each_at_least: float = 0.0
    capacity: float | None = None
    per_1000: float = 1000.0
    spacing_m: float = 0.0
    land_m2: float | None = None
    floor_area_m2: float | None = None
    money: float | None = None
    cost_per_site: float = 0.0
    cost_per_m2: float = 0.0
    existing: Literal["keep", "ignore", "replace"] = "keep"
    near_m: float | None = None
    far_weight: float = 0.5
    mode_worth: float = 0.0
    land: Land = field(default_factory=Land)
    track: Track = field(default_factory=lambda: Track(lines={}))

    def filled(self, choices: Parameters) -> SiteParams:
        """
        The same with what was left open taken from the plan's choices.

        Raises
        ------
        UsageError
            If something makes no sense, alone or together.
        """
        goal = service_of(self.service).goal
        station = self.service == STATION
        own = choices.station_limit_m if station else choices.access_limit_m
        made = replace(
            self,
            within_m=float(own if self.within_m is None else self.within_m),
            near_m=float(choices.station_near_m if self.near_m is None else self.near_m),
            reading=self.reading or {"green": "net_edge_entrance"}.get(goal, f"net_edge_{goal}"),
            weigh_by=self.weigh_by or ("residents_and_jobs" if station else "residents"),
        )
        made.check()
        return made

    def check(self) -> None:
        """Refuse what makes no sense; see `filled`."""
        if self.problem not in PROBLEMS:
            raise UsageError(f"There is no problem {self.problem!r}. Problems: {', '.join(PROBLEMS)}.")
        for name in ("share", "each_at_least", "far_weight"):
            if not 0 <= getattr(self, name) <= 1:
                raise TEXTS.refused(UsageError, "no_share", name=name, value=getattr(self, name))
        for name in ("within_m", "near_m", "per_1000", "capacity", "land_m2", "floor_area_m2", "money"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise TEXTS.refused(UsageError, "not_above_0", name=name, value=value)
        self._check_numbers()

    def _check_numbers(self) -> None:
        """How many there may be, and what does not go together."""
        if self.new is not None and self.new < 1:
            raise TEXTS.refused(UsageError, "no_new", new=self.new)
        bounded = self.new is not None or any(
            budget is not None for budget in (self.land_m2, self.floor_area_m2, self.money)
        )
        if not bounded and self.problem != "lscp":
            raise TEXTS.refused(UsageError, "not_bounded")
        if self.money is not None and not (self.cost_per_site or self.cost_per_m2):
            raise TEXTS.refused(UsageError, "no_costs")
        if self.capacity is not None and self.problem in {"pcenter", "even"}:
            raise TEXTS.refused(UsageError, "no_capacities", problem=self.problem)
        if self.each_at_least and self.problem in {"pmedian", "pcenter"}:
            raise TEXTS.refused(UsageError, "no_shares", problem=self.problem)

    def to_dict(self) -> dict[str, Any]:
        """The parameters as JSON writes them; alignments by name."""
        found = asdict(self)
        found["land"] = {
            **found["land"], "only": list(self.land.only), "locked": sorted(map(str, self.land.locked))
        }  # fmt: skip
        found["track"] = {
            **{name: value for name, value in found["track"].items() if name != "lines"},
            "lines": list(self.track.lines),
            "modes": list(self.track.modes),
        }
        if self.service != STATION:
            for name in ("track", "near_m", "far_weight", "mode_worth"):
                del found[name]
        found["codes"] = list(self.codes)
        return found
