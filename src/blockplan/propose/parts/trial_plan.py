"""
A plan with parts of parcels cut off on trial, and what it comes to on the plan as it is drawn.

Searches know parcels that change use whole. So parts are cut off first, the search is let loose, and of the
cuts only those stay that it made use of: what nobody wants goes back to its parcel.

Siting on parts of parcels: of a parcel that is larger than a site has to be, only a part is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.live.compiling import fresh_names, naming, shared
from blockplan.live.rows import GEOMETRY, Row, is_unknown, row_of, same
from blockplan.measure.inputs.columns import areas_m2, belongs, ids, permitted_use, values
from blockplan.plan.model.codes import listed_codes
from blockplan.propose.changes import Change, apply, new_feature
from blockplan.propose.conversion import form_of, new_use, standing_on
from blockplan.propose.fronts import fronts, outlines
from blockplan.propose.proposal import CUTS_OFFERED
from blockplan.propose.services import PARK, STATION, service_of
from blockplan.propose.siting.candidates import sizes_of
from blockplan.propose.siting.site import propose_site
from blockplan.propose.siting.wording import TEXTS
from blockplan.propose.stopping import Clock, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.propose.proposal import SearchAnswer
    from blockplan.propose.services import Service
    from blockplan.propose.siting.site_params import SiteParams

#: Parts that are cut from one parcel on trial, at most.
MOST_PARTS = 3
#: A part that would be more of its parcel is not worth a cut (1).
NEARLY_WHOLE = 0.9


@dataclass(frozen=True, slots=True)
class Offered:
    """
    A plan with cuts on trial.

    Attributes
    ----------
    pieces
        Parcel -> the parcels it was cut into, itself (what is left) first.
    """

    drawn: Plan
    plan: Plan
    pieces: Mapping[str, tuple[str, ...]]

    def parts(self) -> tuple[str, ...]:
        """Ids of the parts that were cut off."""
        return tuple(name for names in self.pieces.values() for name in names[1:])

    def settled(
        self, changes: Sequence[Change], whole: Callable[[str, str], Sequence[Change]]
    ) -> tuple[Change, ...]:
        """
        Changes of the plan with cuts as changes of the plan as it is drawn.

        Parameters
        ----------
        whole
            The changes that give a whole parcel a use: of all pieces of a parcel that get the same.

        Returns
        -------
        tuple of Change
            Parts that change become parcels of their own; the rest keeps the parcel's id, use and shares.
        """
        parent = {name: one for one, names in self.pieces.items() for name in names}
        touched = {one.id for one in changes if one.layer == "parcels" and one.id in parent}
        found: list[Change] = []
        called: dict[str, str] = {}
        for one, names in self.pieces.items():
            if not touched & set(names):
                continue
            uses = {
                change.id: change.new
                for change in changes
                if change.layer == "parcels" and change.column == "land_use" and change.id in names
            }
            hosts = {change.new for change in changes if change.column == "parcel_id" and change.new in names}
            if len(uses) == len(names) and len(set(uses.values())) == 1 and len(hosts) < 2:
                found += whole(one, next(iter(uses.values())))
                called |= dict.fromkeys(names, one)
            else:
                found += self._parted(one, [change for change in changes if change.id in names])
        rest = [one for one in changes if not (one.layer == "parcels" and one.id in parent)]
        return (*found, *(_renamed(one, called) for one in rest))

    def _parted(self, parcel: str, changes: Sequence[Change]) -> list[Change]:
        """The changes that part a parcel, and make of its pieces what is asked."""
        names, before = self.pieces[parcel], row_of(self.drawn, "parcels", parcel)
        asked = {
            name: [one for one in changes if one.layer == "parcels" and one.id == name] for name in names
        }
        ground = {name: row_of(self.plan, "parcels", name)[GEOMETRY] for name in names}
        left = shapely.get_parts(shapely.union_all([ground[name] for name in names if not asked[name]]))
        land = {name: ground[name] for name in names if asked[name]}
        for part in sorted(left.tolist(), key=lambda one: -one.area):
            free = [
                name for name in names if name not in land and shapely.covers(part, _inside(ground[name]))
            ]
            land[free[0]] = part
        land = {name: land[name] for name in names if name in land}
        rows = shared(before, list(land), list(land.values()))
        found: list[Change] = []
        for name, row in zip(land, rows, strict=True):
            after = row | {one.column: one.new for one in asked[name]}
            if name == parcel:
                found += _differences(parcel, before, after)
            else:
                found += new_feature("parcels", name, _written(after))
        return found


def offer(plan: Plan, wanted: Mapping[str, Sequence[float]], clock: Clock | None = None) -> Offered:
    """
    Cut parts from parcels on trial.

    Parameters
    ----------
    wanted
        Parcel -> sizes of parts, m2. Of a parcel on which something stands, that something names, or that is
        not one polygon with a front, nothing is cut.
    clock
        Half of its time is for cutting; parcels that are not reached by then stay whole.
    """
    held = standing_on(plan)
    rows = _rows(plan, [name for name in wanted if name not in held])
    found: dict[str, tuple[str, ...]] = {}
    made: list[Change] = []
    for row, front in zip(rows, fronts(plan, rows), strict=True):
        name = str(ids(plan, "parcels")[row])
        if (clock is not None and clock.over(0.5)) or naming(plan, (name,)):
            continue
        rest, parts = _cut_off(outlines(plan)[row], front, wanted[name])
        if not parts:
            continue
        before = row_of(plan, "parcels", name)
        names = [name, *fresh_names(plan, name, len(parts))]
        first, *others = shared(before, names, [rest, *parts])
        made += _differences(name, before, first)
        for other, part in zip(names[1:], others, strict=True):
            made += new_feature("parcels", other, _written(part))
        found[name] = tuple(names)
    return Offered(plan, apply(plan, made) if made else plan, found)


def _rows(plan: Plan, names: Sequence[str]) -> NDArray[np.intp]:
    """Rows of parcels that are one polygon without holes."""
    drawn = outlines(plan)
    simple = (shapely.get_type_id(drawn) == 3) & (shapely.get_num_interior_rings(drawn) == 0)
    return np.flatnonzero(simple & np.isin(ids(plan, "parcels").astype(str), list(names)))


def _cut_off(shape: Any, front: Any, sizes: Sequence[float]) -> tuple[Any, list[Any]]:
    """What is left of a parcel, and the parts of some sizes that could be cut from it."""
    from blockplan.propose.parts.cutting import cut  # noqa: PLC0415 (it scores shapes)

    rest, parts = shape, list[Any]()
    for size in sizes:
        if len(parts) == MOST_PARTS or size > NEARLY_WHOLE * rest.area:
            continue
        found = cut(rest, front, size)
        if found is not None:
            rest = found.rest
            parts.append(found.part)
    return rest, parts


def _inside(shape: Any) -> Any:
    return shapely.point_on_surface(shape)


def _written(row: Row) -> dict[str, Any]:
    """A row as changes write it: geometry as WKT, the id apart, unknown as null."""
    return {
        column: value.wkt if column == GEOMETRY else None if is_unknown(value) else value
        for column, value in row.items()
        if column != "parcel_id"
    }


def _differences(parcel: str, before: Row, after: Row) -> list[Change]:
    """The changes that make one row of a parcel into another."""
    old, new = _written(before), _written(after)
    return [
        Change("parcels", parcel, column, old[column], value)
        for column, value in new.items()
        if not same(before[column], after[column])
    ]


def _renamed(change: Change, called: Mapping[str, str]) -> Change:
    """A change that names a piece which went back to its parcel names the parcel."""
    if change.column != "parcel_id" or change.new not in called:
        return change
    return Change(change.layer, change.id, change.column, change.old, called[change.new])


def propose_site_on_parts(
    plan: Plan, params: SiteParams, *, stop: Stop | None = None, seed: int = 0
) -> SearchAnswer:
    """
    Propose where facilities or parks should stand, a part of a parcel where all of it is more than is needed.

    The site is as large as ``land.smallest_m2`` says, else as the middle of the facilities of its kind, and
    large enough to carry the floor area of a new one by the ratio that such land has in the plan. No proof is
    claimed: parts could be cut elsewhere.

    Raises
    ------
    UsageError
        If nothing says how large a site is, or a station is asked for, which takes no land; else as
        `blockplan.propose.siting.site.propose_site`.
    """
    clock = Clock(stop or Stop())
    size = _size(plan, params)
    locked = {str(one) for one in params.land.locked}
    offered = offer(plan, {name: (size,) for name in _large(plan, params, size) if name not in locked}, clock)
    # What is left of a parcel keeps its use.
    land = replace(params.land, locked=locked | set(offered.pieces))
    if land.only:
        parts = [part for name in land.only for part in offered.pieces.get(name, (name,))[1:] or (name,)]
        land = replace(land, only=tuple(parts))
    rest = replace(stop or Stop(), seconds=max(clock.left, 1.0))
    answer = propose_site(offered.plan, replace(params, land=land), stop=rest, seed=seed)
    changes = offered.settled(answer.changes, lambda parcel, code: new_use(plan, parcel, code))
    parameters = {**answer.parameters, "land": params.to_dict()["land"], "parts_m2": size}
    against = (*answer.proof.against, f"{CUTS_OFFERED}: {len(offered.parts())}")
    proof = replace(answer.proof, moves={"parts": len(offered.parts())}, against=tuple(sorted(against)))
    return replace(answer, changes=changes, parameters=parameters, bound=None, proof=proof)


def _size(plan: Plan, params: SiteParams) -> float:
    """How large a site is, m2."""
    if params.service == STATION:
        raise TEXTS.refused(UsageError, "part_of_station")
    service = service_of(params.service)
    rows = np.flatnonzero(values(plan, "facilities", "service") == params.service)
    stated = values(plan, "facilities", "site_area_m2")[rows]
    stated = stated[stated > 0]
    if params.land.smallest_m2 is not None:
        size = params.land.smallest_m2
    elif len(stated) and params.service != PARK:
        size = float(np.median(stated))
    else:
        raise _unknown(service)
    floor = sizes_of(plan, service, rows, params.land.size).get("floor_area_m2", 0.0)
    ratios = [form_of(plan, code)["far"] for code in service.codes]
    least = min((ratio for ratio in ratios if ratio), default=None)
    return size if least is None else max(size, floor / least)


def _unknown(service: Service) -> UsageError:
    return TEXTS.refused(UsageError, "part_unknown", service=service.name)


def _large(plan: Plan, params: SiteParams, size: float) -> list[str]:
    """Parcels from which a part may be cut: those that permit a use of the service, and are large enough."""
    area = areas_m2(plan, "parcels")
    committed = [flag is True or flag == 1 for flag in values(plan, "parcels", "committed")]
    codes = service_of(params.service).codes
    found = []
    for name, permitted, use, of, large, fixed in zip(
        ids(plan, "parcels"),
        values(plan, "parcels", "permitted"),
        values(plan, "parcels", "land_use"),
        values(plan, "parcels", "land_use_list"),
        area > size,
        committed,
        strict=True,
    ):
        asked = not params.land.only or str(name) in params.land.only
        able = permitted_use(listed_codes(permitted), of, codes) is not None and not fixed
        if able and large and asked and not belongs(use, of, codes):
            found.append(str(name))
    return found
