"""
A plan as a layout problem: its undecided parcels are vacant blocks, everything else stays.

Parcels whose use is undecided are drawn anew: land that is left blank (16 of the national list) or has no
use yet, unless others are named. Homes are parcels with residents; what serves them already are the plan's
facilities, greens, and parcels of commerce and offices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange.community import VACANT, Community, Objectives
from blockplan.measure.inputs.columns import areas_m2, belongs, ids, shapes, values
from blockplan.measure.inputs.greens import public_greens
from blockplan.measure.inputs.homes import can_house, residents
from blockplan.plan.model.codes import LISTS, landuse, listed_codes
from blockplan.propose.fronts import as_objects, fronts, outlines
from blockplan.propose.layout.problem.case import HOME, Case
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.problem.uses import CATALOG, GREEN, HOUSING, uses
from blockplan.propose.siting.demand import choices_of
from blockplan.propose.siting.wording import lacking
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.layout.problem.programme import Programme
    from blockplan.propose.locks import Locks

#: Land that a plan leaves blank: no use is decided.
BLANK = ("16",)
#: Half a side of the square that stands for a facility, in m.
SPOT_M = 0.5
#: What homes can count by.
WEIGHTS = ("residents", "area", "parcels", "buildings")
STAYS = "other"


@dataclass(frozen=True, slots=True, eq=False)
class PlanCase:
    """
    A layout problem with the plan that it is of.

    Attributes
    ----------
    case
        For the search.
    vacant
        Ids of the parcels that are drawn anew, in the order of the case's vacant blocks.
    permitted
        Codes that each of them may have; None where it may have any.
    passed_over
        Ids of undecided parcels that are left alone, and why, as a key of the catalog.
    """

    plan: Plan
    case: Case
    vacant: tuple[str, ...]
    permitted: tuple[tuple[str, ...] | None, ...]
    passed_over: tuple[tuple[str, str], ...]


def plan_case(
    plan: Plan,
    programme: Programme,
    *,
    vacant: Sequence[str] = (),
    locks: Locks | None = None,
    weigh_by: str = "residents",
) -> PlanCase:
    """
    The layout problem of a plan.

    Parameters
    ----------
    vacant
        Ids of parcels, or land-use codes; the undecided parcels where empty.
    weigh_by
        What homes count by: ``residents``, ``area``, ``parcels`` (each the same), or ``buildings``: how many
        are mapped on a parcel, whatever they are.

    Raises
    ------
    UsageError
        If nothing is vacant, or a name is of nothing that can be drawn anew.
    PlanDataError
        If residents are asked for and not known.
    """
    rows, passed = _vacant_rows(plan, vacant, locks)
    names = ids(plan, "parcels")[rows]
    permitted = tuple(_permitted(plan, int(row)) for row in rows)
    weights, per_m2 = _weights(plan, weigh_by)
    initial, stays, homes = _community(plan, rows, weights)
    aims = _objectives(plan, programme, initial)
    blocks = as_objects([shapely.force_2d(one) for one in outlines(plan)[rows]])
    missing = {one.use.searched: one.many for one in programme.wanted}
    case = Case(
        initial=initial,
        objectives=aims,
        vacant=blocks,
        vacant_ids=rows.astype(np.int64),
        stays=initial.shapes[stays],
        stays_types=initial.types[stays],
        missing=missing,
        homes_m2=programme.homes_m2,
        area_m2=float(areas_m2(plan, "parcels").sum()),
        weights=homes,
        weight_m2=per_m2,
        permitted=tuple(_types(programme, codes) for codes in permitted),
        fronts=fronts(plan, rows),
    )
    return PlanCase(plan, case, tuple(map(str, names)), permitted, tuple(passed))


def _vacant_rows(
    plan: Plan, named: Sequence[str], locks: Locks | None
) -> tuple[NDArray[np.intp], list[tuple[str, str]]]:
    """Rows of the parcels that are drawn anew, and undecided ones that cannot be, with the reason."""
    names, shape = ids(plan, "parcels"), outlines(plan)
    chosen, one_by_one = _named(plan, named) if named else (_undecided(plan), np.zeros(len(names), bool))
    used = _used(plan)
    found, passed = [], []
    for row in np.flatnonzero(chosen):
        name = str(names[row])
        why = used.get(name, "")
        if locks is not None and locks.hold("parcels", name):
            why = "locked"
        elif shape[row] is None or shape[row].geom_type != "Polygon":
            why = "outline"
        if why and one_by_one[row]:
            raise CATALOG.refused(UsageError, "refused.no_such_land", id=name, why=CATALOG.text(f"why.{why}"))
        if why:
            passed.append((name, why))
        else:
            found.append(row)
    if not found:
        raise _nothing_vacant(plan, named, passed)
    return np.array(found, dtype=np.intp), passed


def _nothing_vacant(plan: Plan, named: Sequence[str], passed: list[tuple[str, str]]) -> UsageError:
    what: Any = listed(named) if named else CATALOG.text("refused.undecided")
    left: Any = ""
    if passed:
        id_, why = passed[0]
        left = CATALOG.text("refused.left_alone", n=len(passed), id=id_, why=CATALOG.text(f"why.{why}"))
    return CATALOG.refused(UsageError, "refused.no_land", plan=plan.manifest.id, what=what, left=left)


def _undecided(plan: Plan) -> NDArray[np.bool_]:
    told = zip(
        values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list"),
        values(plan, "parcels", "status"), strict=True,
    )  # fmt: skip
    return np.array(
        [status not in {"existing", "kept"} and (use is None or belongs(use, of, BLANK) is True)
         for use, of, status in told], dtype=bool,
    )  # fmt: skip


def _named(plan: Plan, named: Iterable[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Parcels by id or by land-use code, and which of them were named one by one."""
    names, classes = ids(plan, "parcels"), [landuse(one) for one in LISTS]
    told = list(
        zip(values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list"), strict=True)
    )
    by_code, one_by_one = np.zeros(len(names), bool), np.zeros(len(names), bool)
    for name in named:
        same = names.astype(str) == name
        if same.any():
            one_by_one |= same
        elif any(one.known(name) for one in classes):
            by_code |= np.array([belongs(use, of, (name,)) is True for use, of in told], dtype=bool)
        else:
            raise CATALOG.refused(UsageError, "refused.name", name=name)
    return by_code | one_by_one, one_by_one


def _used(plan: Plan) -> dict[str, str]:
    """Parcels that something stands on, and what, as the catalog says why."""
    found: dict[str, str] = {}
    for layer in ("buildings", "facilities", "programmes", "green_entrances"):
        for host in values(plan, layer, "parcel_id"):
            if host is not None:
                found.setdefault(str(host), layer)
    names = ids(plan, "parcels")
    for row in np.flatnonzero(values(plan, "parcels", "residents") > 0):
        found.setdefault(str(names[row]), "residents")
    return found


def _permitted(plan: Plan, row: int) -> tuple[str, ...] | None:
    return tuple(listed_codes(values(plan, "parcels", "permitted")[row])) or None


def _types(programme: Programme, permitted: tuple[str, ...] | None) -> frozenset[str]:
    """Names, in the search, of what may stand on land; what is left over is green, permitted or not."""
    known = [one.use for one in programme.wanted] + ([uses()[HOUSING]] if programme.homes_m2 else [])
    fitting = {use.searched for use in known if use.code_in(permitted) is not None}
    return frozenset(fitting | {uses()[GREEN].searched})


def _weights(plan: Plan, by: str) -> tuple[NDArray[np.float64], float]:
    """What each parcel counts as a home, and what a m2 of new housing does."""
    if by not in WEIGHTS:
        raise CATALOG.refused(UsageError, "refused.by", by=by, known=", ".join(WEIGHTS))
    house, area = can_house(plan), areas_m2(plan, "parcels")
    use = values(plan, "parcels", "land_use")
    house &= np.array([one is not None for one in use], dtype=bool)
    if by == "buildings":
        weight = _buildings(plan)
    elif by != "residents":
        weight = np.where(house, area if by == "area" else 1.0, 0.0)
    else:
        found = residents(plan)
        if found.missing or found.missing_places:
            missing = found.missing or found.missing_places
            raise CATALOG.refused(PlanDataError, "refused.no_residents", missing=lacking(missing, "\n  ", 10))
        weight = np.where(found.by_parcel > 0, found.by_parcel, 0.0)
    lived = weight > 0
    if not lived.any():
        raise CATALOG.refused(PlanDataError, "refused.no_homes")
    return weight, float(weight[lived].sum() / area[lived].sum())


def _buildings(plan: Plan) -> NDArray[np.float64]:
    """How many buildings stand on each parcel."""
    found = np.zeros(len(ids(plan, "parcels")))
    there = [one for one in shapes(plan, "buildings") if one is not None]
    if there:
        tree = shapely.STRtree(shapes(plan, "parcels"))
        _, parcel = tree.query(shapely.point_on_surface(there), predicate="intersects")
        np.add.at(found, parcel, 1.0)
    return found


def _community(
    plan: Plan, vacant: NDArray[np.intp], weights: NDArray[np.float64]
) -> tuple[Community, NDArray[np.bool_], NDArray[np.float64]]:
    """The plan as features; which of them stay, and what homes among those count."""
    shape = outlines(plan)
    types = np.full(len(shape), STAYS, dtype=object)
    types[_land_of(plan, "commerce")] = "commerce"
    types[_land_of(plan, "office")] = "office"
    types[weights > 0] = HOME
    types[vacant] = VACANT
    drawn = np.flatnonzero([one is not None and not one.is_empty for one in shape])
    more, kinds = _services(plan, set(vacant.tolist()))
    streets = _streets(plan)
    every = [*shape[drawn], *more, *streets]
    blocks = np.zeros(len(every), bool)
    blocks[: len(every) - len(streets)] = True
    found = Community(
        np.concatenate([drawn, len(shape) + np.arange(len(every) - len(drawn))]).astype(np.int64),
        np.where(blocks, "block", "line").astype(object),
        np.array([*types[drawn], *kinds, *["road"] * len(streets)], dtype=object),
        np.full(len(every), "initial", dtype=object),
        as_objects(every),
        {},
        np.concatenate([weights[drawn] * (types[drawn] == HOME), np.zeros(len(every) - len(drawn))]),
    )
    stays = blocks & (found.types != VACANT) & (found.types != STAYS)
    assert found.weights is not None  # noqa: S101 (given just above)
    return found, stays, found.weights[stays & (found.types == HOME)]


def _land_of(plan: Plan, use: str) -> NDArray[np.bool_]:
    told = zip(values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list"), strict=True)
    return np.array([belongs(code, of, uses()[use].codes) is True for code, of in told], dtype=bool)


def _services(plan: Plan, vacant: set[int]) -> tuple[list[Any], list[str]]:
    """Facilities as small squares, and greens, with their names in the search."""
    found, kinds = [], []
    for place, service in zip(shapes(plan, "facilities"), values(plan, "facilities", "service"), strict=True):
        if place is not None and service is not None:
            x, y = place.centroid.coords[0]
            found.append(shapely.box(x - SPOT_M, y - SPOT_M, x + SPOT_M, y + SPOT_M))
            kinds.append(str(service))
    greens = public_greens(plan, choices_of(plan))
    for one in greens.shape:
        for part in shapely.get_parts(one):
            found.append(part)
            kinds.append("green_l")
    return found, kinds


def _streets(plan: Plan) -> list[Any]:
    """Streets that one can walk along, as single lines."""
    walk = values(plan, "streets", "walk")
    lines = [
        line
        for line, on in zip(shapes(plan, "streets"), walk, strict=True)
        if line is not None and on is not False
    ]
    return [part for line in lines for part in shapely.get_parts(line) if part.length > 0]


def _objectives(plan: Plan, programme: Programme, initial: Community) -> Objectives:
    left, top = initial.shapes[initial.kinds == "block"], {}
    bounds = shapely.total_bounds(left)
    wanted = programme.wanted
    serving = [one for one in wanted if one.use.searched not in {"green_l", HOME}]
    top = {one.use.searched: one.most_m2.value for one in wanted}
    least = {one.use.searched: one.least_m2.value for one in wanted}
    if programme.housing is not None:
        least[HOME], top[HOME] = programme.housing.least_m2.value, programme.housing.most_m2.value
    return Objectives(
        diagonal_m=float(np.hypot(bounds[2] - bounds[0], bounds[3] - bounds[1])),
        shares={},
        counts={one.use.searched: one.many for one in wanted},
        min_area_m2=least,
        max_area_m2=top,
        # A narrower site of at least its area would be longer than `slim` allows.
        min_edge_m={name: float(np.sqrt(area / LayoutParams().slim)) for name, area in least.items()},
        max_edge_m={},
        service=programme.service,
        ecology=programme.ecology,
        drawn=("green_s", HOME, *dict.fromkeys(one.use.searched for one in wanted)),
        services={one.use.searched: (one.use.searched,) for one in serving},
        near_m={one.use.searched: one.near_m.value for one in serving},
        green_m=programme.green_near_m.value,
        green_min_m2=programme.green_least_m2.value,
        greens=("green_l", "green_s") if programme.left_over_green else ("green_l",),
        weighted=True,
    )
