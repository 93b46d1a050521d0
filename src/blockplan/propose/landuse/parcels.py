"""
The parcels of a plan and what each may become: permitted uses, and what follows from a change.

A parcel keeps its use where it is committed, locked, built or kept already, where a building, a facility or
a programme stands on it, or where the plan permits nothing else. A parcel that changes its use takes on
what the plan itself draws for that use: its floor area ratio, heights, jobs a floor area. What the plan
does not say of a use stays unknown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blockplan.errors import UsageError
from blockplan.figures import known
from blockplan.measure.indicators.industry import INDUSTRIES
from blockplan.measure.inputs.columns import areas_m2, ids, permitted_uses, points, shapes, values
from blockplan.measure.inputs.homes import HOUSING_CODES, can_house, residents
from blockplan.plan.model.codes import DEFAULT_LIST, landuse
from blockplan.propose.changes import Change, value_of
from blockplan.propose.conversion import standing_on
from blockplan.propose.locks import Locks
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan
    from blockplan.propose.landuse.terms import Terms

#: Stands for the use of a parcel whose use is not known; such a parcel keeps it.
UNKNOWN = ""
#: Columns that follow the use, as the median of the plan's own parcels of that use.
LIKE_OTHERS = ("height_m", "coverage_ratio", "green_ratio")
#: Columns that follow the floor area, in the ratio of the plan's own parcels of that use.
BY_FLOOR = ("jobs", "parking_spaces")
SHARES = tuple(f"industry_{name}_share" for name in INDUSTRIES)


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """
    The parcels of a plan, one row each, and what they may become.

    Attributes
    ----------
    ids, area_ha, point, shape
        Drawn area; a point inside.
    uses
        Codes, in the order of every array over uses.
    today
        Number of each parcel's use.
    allowed
        Which use a parcel may have, shape (parcels, uses).
    why_kept
        Reason -> how many parcels keep their use for it.
    floor_m2, people
        Floor area and residents under each use, shape (parcels, uses); NaN where not known.
    homes_not_offered
        So many parcels could have been given homes, of which nobody can say how many would live there.
    """

    plan: Plan
    ids: NDArray[Any]
    area_ha: NDArray[np.float64]
    point: NDArray[Any]
    shape: NDArray[Any]
    uses: tuple[str, ...]
    today: NDArray[np.intp]
    allowed: NDArray[np.bool_]
    why_kept: dict[str, int]
    floor_m2: NDArray[np.float64]
    people: NDArray[np.float64]
    figures: dict[str, UseFigures]
    homes_not_offered: int = 0

    def within(self, codes: Iterable[str]) -> NDArray[np.bool_]:
        """Which uses are one of some codes or lie below one."""
        return uses_within(self.uses, codes)

    @property
    def stays(self) -> NDArray[np.bool_]:
        """Parcels without a choice."""
        return np.asarray(self.allowed.sum(axis=1) == 1)


@dataclass(frozen=True, slots=True)
class UseFigures:
    """What the plan draws for a use; None where it says nothing."""

    name: str | None = None
    far: float | None = None
    far_kind: str | None = None
    like: dict[str, float | None] = field(default_factory=dict)
    per_m2: dict[str, float | None] = field(default_factory=dict)
    shares: dict[str, float | None] = field(default_factory=dict)
    median_ha: float | None = None
    floor_a_person_m2: float | None = None
    household: float | None = None


def uses_within(uses: Iterable[str], codes: Iterable[str]) -> NDArray[np.bool_]:
    """Which uses are one of some codes of the national list or lie below one."""
    listed, classes = tuple(codes), landuse()
    return np.array([any(classes.within(use, code) for code in listed) for use in uses], dtype=bool)


def parcels_of(plan: Plan, terms: Terms, locks: Locks | None = None) -> Parcels:
    """
    The parcels of a plan and what they may become.

    Raises
    ------
    UsageError
        If the plan has no parcels.
    """
    names = ids(plan, "parcels")
    if not len(names):
        raise UsageError("The plan has no parcels, so there is no land to give a use to.")
    written = values(plan, "parcels", "land_use")
    today = [use if _national(plan, row) and use else UNKNOWN for row, use in enumerate(written)]
    wanted = _wanted(plan, terms, today)
    why = _why_kept(plan, wanted, today, locks or Locks(), standing=_standing(plan, terms))
    codes = {*today, *(code for row, more in enumerate(wanted) if not why[row] for code in more)}
    uses = tuple(sorted(codes))
    number = {use: at for at, use in enumerate(uses)}
    figures = {use: _figures(plan, np.array([one == use for one in today])) for use in uses}
    area = areas_m2(plan, "parcels")
    allowed = np.zeros((len(names), len(uses)), dtype=bool)
    for row, use in enumerate(today):
        allowed[row, number[use]] = True
        if not why[row]:
            more = [number[code] for code in wanted[row] if _fits_size(terms, code, area[row])]
            allowed[row, more] = True
    floor, people = _amounts(plan, uses, figures, np.array([number[use] for use in today]))
    # A home whose residents cannot be known would count as empty: it is not offered.
    uncounted = allowed & np.isnan(people)
    uncounted[np.arange(len(names)), [number[use] for use in today]] = False
    homes = ((allowed & ~uncounted) & uses_within(uses, HOUSING_CODES)).any(axis=1)
    everything = np.arange(len(names))
    return Parcels(
        plan,
        names,
        np.nan_to_num(area) / M2_PER_HA,
        points(plan, "parcels", everything),
        shapes(plan, "parcels"),
        uses,
        np.array([number[use] for use in today], dtype=np.intp),
        allowed & ~uncounted,
        dict(Counter(reason for reason in why if reason)),
        floor,
        people,
        figures,
        int((uncounted.any(axis=1) & ~homes).sum()),
    )


def _national(plan: Plan, row: int) -> bool:
    return values(plan, "parcels", "land_use_list")[row] in (None, DEFAULT_LIST)


def _wanted(plan: Plan, terms: Terms, today: list[str]) -> list[list[str]]:
    """
    What each parcel may become: its own column ``permitted``, else what the terms permit for its use.

    Of a class that is permitted so are the uses below it that the plan draws, or the terms speak of.
    """
    permitted = values(plan, "parcels", "permitted")
    classes = landuse()
    tried = tuple(sorted({*today, *terms.quotas, *terms.size_ha}))
    found = []
    for row, use in enumerate(today):
        own = permitted[row]
        codes = terms.permit.get(use, ()) if own is None else permitted_uses(own, None, tried)
        found.append([code for code in dict.fromkeys(codes) if classes.known(code) and code != use])
    return found


def _standing(plan: Plan, terms: Terms) -> dict[str, frozenset[str]]:
    """Reason -> parcels that keep their use because of what stands on them."""
    found = {"facility_or_programme": standing_on(plan, ("facilities", "programmes"))}
    return found | ({"built_on": standing_on(plan, ("buildings",))} if terms.stays.buildings else {})


def _why_kept(
    plan: Plan,
    wanted: list[list[str]],
    today: list[str],
    locks: Locks,
    *,
    standing: dict[str, frozenset[str]],
) -> list[str]:
    """Why each parcel keeps its use; "" where it does not have to."""
    names, status = ids(plan, "parcels"), values(plan, "parcels", "status")
    committed, area = values(plan, "parcels", "committed"), areas_m2(plan, "parcels")
    held = {name: reason for reason, listed in reversed(standing.items()) for name in listed}
    reasons = []
    for row, name in enumerate(names):
        if committed[row]:
            reasons.append("committed")
        elif locks.hold("parcels", str(name)):
            reasons.append("locked")
        elif status[row] in {"existing", "kept"}:
            reasons.append("existing_or_kept")
        elif str(name) in held:
            reasons.append(held[str(name)])
        elif today[row] == UNKNOWN or np.isnan(area[row]):
            reasons.append("use_or_area_unknown")
        else:
            reasons.append("" if wanted[row] else "nothing_else_permitted")
    return reasons


def _fits_size(terms: Terms, code: str, area_m2: float) -> bool:
    classes = landuse()
    held = [one for one in terms.size_ha if classes.within(code, one)]
    if not held:
        return True
    low, high = terms.size_ha[max(held, key=len)]
    return low <= area_m2 / M2_PER_HA <= high


def _figures(plan: Plan, mine: NDArray[np.bool_]) -> UseFigures:
    """What the plan draws on its parcels of a use."""
    area = areas_m2(plan, "parcels")
    floor = values(plan, "parcels", "floor_area_m2")
    built = mine & ~np.isnan(floor) & (area > 0)
    far = round(float(floor[built].sum() / area[built].sum()), 2) if built.any() else None
    frame = plan.layer("parcels")
    like, per_m2, shares = {}, {}, {}
    for column in LIKE_OTHERS:
        found = values(plan, "parcels", column)[mine]
        like[column] = round(float(np.nanmedian(found)), 4) if (~np.isnan(found)).any() else None
    for column in BY_FLOOR:
        found = values(plan, "parcels", column)
        stated = built & ~np.isnan(found) & (floor > 0)
        per_m2[column] = float(found[stated].sum() / floor[stated].sum()) if stated.any() else None
    for column in SHARES:
        found = values(plan, "parcels", column)
        stated = built & ~np.isnan(found) & (floor > 0)
        shares[column] = (
            round(float(np.average(found[stated], weights=floor[stated])), 4) if stated.any() else None
        )
    named = _commonest(frame["land_use_name"], mine) if "land_use_name" in frame else None
    sizes = area[mine & ~np.isnan(area)]
    median = float(np.median(sizes)) / M2_PER_HA if len(sizes) else None
    lived_in = residents(plan).by_parcel
    return UseFigures(
        named,
        far,
        _commonest(frame["far_kind"], mine),
        like,
        per_m2,
        shares,
        median,
        _ratio(floor, lived_in, built),
        _ratio(lived_in, values(plan, "parcels", "dwellings"), mine),
    )


def _ratio(one: NDArray[np.float64], other: NDArray[np.float64], mine: NDArray[np.bool_]) -> float | None:
    """What some parcels hold of one for each of another; None where none of them says both, or all say 0."""
    both = mine & (one > 0) & (other > 0)
    return float(one[both].sum() / other[both].sum()) if both.any() else None


def _commonest(column: Any, mine: NDArray[np.bool_]) -> str | None:
    found = Counter(str(value) for value in column[mine] if not pd.isna(value))
    return min(found, key=lambda value: (-found[value], value)) if found else None


def _amounts(
    plan: Plan, uses: tuple[str, ...], figures: dict[str, UseFigures], today: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Floor area and residents of each parcel under each use."""
    area, rows = areas_m2(plan, "parcels"), np.arange(len(today))
    far = np.array([np.nan if figures[use].far is None else figures[use].far for use in uses], dtype=float)
    floor = np.round(area[:, None] * far)
    house = uses_within(uses, HOUSING_CODES)
    space = np.array([_space(plan, figures[use]) or np.nan for use in uses], dtype=float)
    people = np.where(house, np.round(floor / space), 0.0)
    floor[rows, today] = values(plan, "parcels", "floor_area_m2")
    stated = residents(plan).by_parcel
    people[rows, today] = np.where(np.isnan(stated) & ~can_house(plan), 0.0, stated)
    return floor, people


def _space(plan: Plan, figures: UseFigures) -> float | None:
    """Floor area a person of new homes, m2: that of ``plan.toml``, else of the plan's homes of that use."""
    return plan.manifest.residents.floor_area_per_person_m2 or figures.floor_a_person_m2


def changes_for(parcels: Parcels, chosen: NDArray[np.intp]) -> tuple[Change, ...]:
    """
    What becomes of the parcels that change their use, column by column.

    The use and its name; floor area ratio, height, coverage and green ratio as the plan's other parcels of
    that use have them; floor area = drawn area x ratio; residents = floor area of homes / floor area a
    person; dwellings = residents / household size, each in the ratio of that use where plan.toml names none;
    jobs, parking and industries in the ratios of that use.
    """
    found: list[Change] = []
    gone = _buildings_on(parcels.plan)
    for row in np.flatnonzero(chosen != parcels.today):
        use = parcels.uses[chosen[row]]
        anew = _anew(parcels, int(row), int(chosen[row]), use)
        id_ = str(parcels.ids[row])
        for column, new in anew.items():
            old = value_of(parcels.plan, "parcels", id_, column)
            if old != new:
                found.append(Change("parcels", id_, column, old, new))
        found += [Change("buildings", one, "building_id", one, None) for one in gone.get(id_, ())]
    return tuple(found)


def _buildings_on(plan: Plan) -> dict[str, list[str]]:
    """Parcel -> buildings that name it: they go with their parcel's use, where the terms let them."""
    found: dict[str, list[str]] = {}
    for name, parcel in zip(ids(plan, "buildings"), values(plan, "buildings", "parcel_id"), strict=True):
        found.setdefault(str(parcel), []).append(str(name))
    return found


def _anew(parcels: Parcels, row: int, number: int, use: str) -> dict[str, Any]:
    figures, said = parcels.figures[use], parcels.plan.manifest.residents
    floor = known(parcels.floor_m2[row, number])
    people = known(parcels.people[row, number]) if uses_within([use], HOUSING_CODES)[0] else None
    household = said.household_size or figures.household
    anew: dict[str, Any] = {"land_use": use}
    if "land_use_name" in parcels.plan.layer("parcels"):
        anew["land_use_name"] = figures.name or landuse().label(use, "zh")
    anew |= {"far": figures.far, "far_kind": figures.far_kind, **figures.like, "floor_area_m2": floor}
    anew |= {
        "residents": people,
        "dwellings": None if people is None or household is None else float(round(people / household)),
    }
    for column, ratio in figures.per_m2.items():
        anew[column] = None if ratio is None or floor is None else float(round(ratio * floor))
    return anew | figures.shares
