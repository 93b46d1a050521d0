"""
Where a facility or a park may stand: parcels whose permitted alternatives allow it.

Committed and locked parcels keep their use, and nobody's home is taken away. Parcels that have such a use
already and no such facility yet can be taken in. Each candidate carries the changes that would make it one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.errors import InfeasibleError, UsageError
from blockplan.measure.distance.reach import street_network
from blockplan.measure.inputs.columns import areas_m2, belongs, ids, permitted_use, shapes, values
from blockplan.measure.inputs.floors import parcel_points
from blockplan.measure.inputs.homes import can_house
from blockplan.plan.model.codes import listed_codes
from blockplan.propose.changes import Change, new_feature
from blockplan.propose.conversion import form_of, new_use
from blockplan.propose.services import PARK
from blockplan.propose.siting.wording import TEXTS
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan
    from blockplan.propose.services import Service

#: A park is entered where its edge runs this near (m) along a walkable street, looked for every so many m,
#: and not nearer to another entrance than this.
ENTRANCE_REACH_M, ENTRANCE_STEP_M, ENTRANCE_SPACING_M = 45.0, 10.0, 120.0
#: A site is at least this part of the smallest of its kind in the plan, at most so many times the largest.
SMALLEST_PART, LARGEST_TIMES = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    One place.

    Attributes
    ----------
    id
        Of the new feature; of the parcel, where the parcel itself is what is reached (a park).
    parcel
        The parcel that it takes; None for a stop.
    added
        The changes that add the new feature; of a park its entrances.
    label
        For people: the parcel, or the place along a line.
    use
        The land use that the parcel would get; None where it keeps its own.
    facts
        What is known of the parcel in that use.
    floor_m2
        Its floor area; None where nobody says how much one has.
    """

    id: str
    parcel: str | None
    point: Any
    land_m2: float
    added: tuple[Change, ...]
    label: str
    use: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    floor_m2: float | None = 0.0

    def changes(self, plan: Plan) -> tuple[Change, ...]:
        """What would become of the plan: the parcel's use, and the new feature."""
        if self.use is None or self.parcel is None:
            return self.added
        return (*new_use(plan, self.parcel, self.use, self.facts), *self.added)


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """
    Which parcels count.

    Attributes
    ----------
    smallest_m2, largest_m2
        Sizes of sites; None takes them from the facilities of the kind that the plan has.
    only
        Ids of parcels, if others are not to be looked at.
    in_place
        Whether parcels that have such a use already count as well.
    locked
        Parcels that keep their use.
    size
        How large a new facility is, in its own column; None is the median of those that the plan has.
    """

    smallest_m2: float | None = None
    largest_m2: float | None = None
    only: tuple[str, ...] = ()
    in_place: bool = False
    locked: Collection[str] = ()
    size: float | None = None


def parcels_for(plan: Plan, service: Service, land: Land, existing: NDArray[np.intp]) -> list[Candidate]:
    """
    The parcels that may take a service.

    `existing` are the rows of the facilities of the kind.

    Raises
    ------
    UsageError
        If `land` names a parcel that is not there.
    InfeasibleError
        If no parcel may take it; the message says how many were ruled out, and by what.
    """
    names = ids(plan, "parcels")
    strange = [name for name in land.only if name not in set(names)]
    if strange:
        raise TEXTS.refused(UsageError, "no_such_parcel", id=strange[0], plan=plan.manifest.id)
    code_of = _codes(plan, service, land, existing)
    allowed = np.array([code is not None for code in code_of], dtype=bool)
    stays = values(plan, "parcels", "land_use") == np.array(code_of, dtype=object)
    tests = _tests(plan, land, _sizes(plan, land, existing), stays)
    floor = sizes_of(plan, service, existing, land.size).get("floor_area_m2", 0.0)
    tests.append(("floor", floor, _carries(plan, code_of) < floor))
    kept, ruled_out = allowed.copy(), []
    for why, size, fails in tests:
        ruled_out.append((why, size, int((kept & fails).sum())))
        kept &= ~fails
    rows = np.flatnonzero(kept)
    if not len(rows):
        whys = {
            lang: "".join(
                f"\n  {TEXTS(f'ruled_out.{why}', lang, n=n, size=size)}" for why, size, n in ruled_out if n
            )
            for lang in LANGUAGES
        }
        raise TEXTS.refused(InfeasibleError, "no_parcel", service=service.name, n=len(names),
            allowed=int(allowed.sum()), codes=", ".join(service.codes), why=whys,
        )  # fmt: skip
    made = []
    for row in rows:
        code = code_of[row]
        if code is not None:
            made.append(_candidate(plan, service, land, (int(row), code), existing))
    return made


def _codes(plan: Plan, service: Service, land: Land, existing: NDArray[np.intp]) -> list[str | None]:
    """The use that each parcel would get (or has); None where it may have none that fits."""
    uses, lists = values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list")
    hosts = set(values(plan, "facilities", "parcel_id")[existing])
    found: list[str | None] = []
    for name, use, of, said in zip(
        ids(plan, "parcels"), uses, lists, values(plan, "parcels", "permitted"), strict=True
    ):
        code = permitted_use(listed_codes(said), of, service.codes)
        has = use is not None and any(belongs(use, of, (wanted,)) for wanted in service.codes)
        if has:
            code = use if land.in_place and name not in hosts and service.id != PARK else None
        found.append(code)
    return found


def _sizes(plan: Plan, land: Land, existing: NDArray[np.intp]) -> tuple[float, float]:
    """Smallest and largest site, m2: as asked for, else by the facilities of the kind that the plan has."""
    sites = values(plan, "facilities", "site_area_m2")[existing] if len(existing) else np.empty(0)
    sites = sites[sites > 0]
    low = SMALLEST_PART * float(sites.min()) if len(sites) else 0.0
    high = LARGEST_TIMES * float(sites.max()) if len(sites) else np.inf
    return (
        low if land.smallest_m2 is None else land.smallest_m2,
        high if land.largest_m2 is None else land.largest_m2,
    )


def _tests(
    plan: Plan, land: Land, sizes: tuple[float, float], stays: NDArray[np.bool_]
) -> list[tuple[str, float, NDArray[np.bool_]]]:
    """What rules a parcel out (``ruled_out`` of the texts), by which size, and which; `stays` keep theirs."""
    names, area = ids(plan, "parcels"), areas_m2(plan, "parcels")
    committed = np.array([flag is True or flag == 1 for flag in values(plan, "parcels", "committed")])
    uses = np.array([use is not None for use in values(plan, "parcels", "land_use")], dtype=bool)
    lived = (values(plan, "parcels", "residents") > 0) | (can_house(plan) & uses)
    tests = [
        ("no_geometry", 0.0, np.isnan(area)),
        ("committed", 0.0, committed.astype(bool) & ~stays),
        ("locked", 0.0, np.isin(names.astype(str), [str(one) for one in land.locked])),
        ("lived", 0.0, lived),
        ("smaller", sizes[0], area < sizes[0]),
        ("larger", sizes[1], area > sizes[1]),
    ]
    if land.only:
        tests.append(("not_named", 0.0, ~np.isin(names.astype(str), list(land.only))))
    return tests


def _carries(plan: Plan, code_of: list[str | None]) -> NDArray[np.float64]:
    """Floor area that each parcel can carry in its new use, by the ratio that this use has in the plan."""
    ratios = [None if code is None else form_of(plan, code)["far"] for code in code_of]
    most = np.array([np.inf if one is None else one for one in ratios], dtype=np.float64)
    carried: NDArray[np.float64] = most * areas_m2(plan, "parcels")
    return carried


def _candidate(
    plan: Plan, service: Service, land: Land, at: tuple[int, str], existing: NDArray[np.intp]
) -> Candidate:
    row, code = at
    parcel = str(ids(plan, "parcels")[row])
    area = float(areas_m2(plan, "parcels", np.array([row]))[0])
    point = shapely.Point(*(round(float(one), 3) for one in parcel_points(plan)[row].coords[0]))
    if service.id == PARK:
        return Candidate(parcel, parcel, point, area, _entrances(plan, parcel, row), parcel, code)
    facts = sizes_of(plan, service, existing, land.size)
    floor = facts.get("floor_area_m2") if form_of(plan, code)["far"] is None else None
    stays = values(plan, "parcels", "land_use")[row] == code
    id_ = f"{service.prefix}-{parcel}"
    told = {
        "parcel_id": parcel,
        "service": service.id,
        "level": _usual(plan, existing),
        "status": "planned",
        "site_area_m2": round(area, 1),
        **facts,
        "geometry": point.wkt,
    }
    return Candidate(
        id_, parcel, point, area, new_feature("facilities", id_, told), parcel,
        None if stays else code, {"floor_area_m2": floor} if floor else {},
        facts.get("floor_area_m2"),
    )  # fmt: skip


def sizes_of(
    plan: Plan, service: Service, existing: NDArray[np.intp], asked: float | None
) -> dict[str, float]:
    """Places, beds and floor area of a new facility: as asked, else the median of those that the plan has."""
    found: dict[str, float] = {}
    for column in ("places", "beds", "floor_area_m2"):
        stated = values(plan, "facilities", column)[existing] if len(existing) else np.empty(0)
        stated = stated[stated > 0]
        if len(stated):
            found[column] = float(np.median(stated))
    if asked is not None and service.size:
        found[service.size] = float(asked)
    return found


def _usual(plan: Plan, existing: NDArray[np.intp]) -> str | None:
    """The level that most facilities of the kind have."""
    said = (
        [level for level in values(plan, "facilities", "level")[existing] if level] if len(existing) else []
    )
    return max(sorted(set(said)), key=said.count) if said else None


def _entrances(plan: Plan, parcel: str, row: int) -> tuple[Change, ...]:
    """The changes that give a park entrances towards the streets."""
    changes: tuple[Change, ...] = ()
    taken = set(ids(plan, "green_entrances"))
    for number, point in enumerate(entrances(plan, shapes(plan, "parcels")[row]), start=1):
        id_ = f"E-{parcel}-{number}"
        while id_ in taken:
            id_ += "n"
        changes += new_feature("green_entrances", id_, {"parcel_id": parcel, "geometry": point.wkt})
    return changes


def entrances(plan: Plan, land: Any) -> Sequence[Any]:
    """Points on the edge of a park where one would go in: nearest to walkable streets, some way apart."""
    if not plan.has_layer("streets"):
        return []
    network = street_network(plan)
    edge = shapely.boundary(land)
    spots = shapely.line_interpolate_point(edge, np.arange(0.0, edge.length, ENTRANCE_STEP_M))
    if not network.edges:
        return []
    (at, _), away = network.edge_tree.query_nearest(
        spots, max_distance=ENTRANCE_REACH_M, return_distance=True, all_matches=False
    )
    chosen: list[Any] = []
    for number in np.lexsort((at, np.round(away, 1))):
        spot = spots[at[number]]
        if all(shapely.distance(spot, other) >= ENTRANCE_SPACING_M for other in chosen):
            chosen.append(spot)
    return [shapely.Point(round(one.x, 3), round(one.y, 3)) for one in chosen]
