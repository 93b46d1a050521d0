"""
What becomes of a parcel that is given another use.

A code alone would leave the floor area, the jobs and the name of the old use behind. The new figures are
those that the plan itself gives such land: the middle of its floor area ratios and heights, its jobs or
residents for each m2 of site. What the plan never states for a use stays unknown.

`converted` is what a repair asks. `new_use` is what siting asks, which knows what it puts there: floor area,
jobs, industries and parking of the old use go, and what is built takes the medians of parcels of the new use.
`standing_on` says what stands on parcels (drawn buildings, facilities, programmes), which no proposal throws
out unasked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.measure.inputs.columns import areas_m2, belongs, ids, shapes, values
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse, name_beside
from blockplan.plan.validity.references import NAME_COLUMN
from blockplan.propose.changes import Change, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

#: Columns that say how land is built: the middle of what parcels of the use have.
KINDS = ("far", "height_m", "coverage_ratio", "green_ratio")
#: Columns that grow with the site: so much for each m2 of site, over all parcels of the use.
AMOUNTS = ("floor_area_m2", "residents", "dwellings", "jobs", "parking_spaces")
SHARES = (
    "industry_health_share", "industry_manufacturing_share", "industry_digital_share",
    "industry_services_share",
)  # fmt: skip
#: Columns that were true of what stood there.
GONE = (*AMOUNTS, *SHARES)
#: Decimals of the columns that are no whole numbers.
DECIMALS = {"far": 2, "height_m": 0, "coverage_ratio": 2, "green_ratio": 2}


@dataclass(frozen=True, slots=True)
class Building:
    """How the plan builds land of one use: middles of `KINDS`, rates a m2 of site of `AMOUNTS`, far_kind."""

    far_kind: str | None = None
    kinds: dict[str, float] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)


def converted(plan: Plan, parcel: str, code: str) -> tuple[Change, ...]:
    """
    The changes that give a parcel another use, with all that hangs on it.

    Parameters
    ----------
    parcel, code
        Id of the parcel, and the use it is given, of the list that the parcel is written in.

    Returns
    -------
    tuple of Change
        ``land_use`` first. Only what differs from what the plan has.
    """
    new, row = after(plan, parcel, code), row_of(plan, parcel)
    old = {column: _plain(_raw(plan, column)[row]) for column in new}
    return tuple(
        Change("parcels", parcel, column, old[column], value)
        for column, value in new.items()
        if old[column] != value
    )


def after(plan: Plan, parcel: str, code: str) -> dict[str, Any]:
    """The columns of a parcel under another use, ``land_use`` first; None is unknown."""
    as_built = built_as(plan, code)
    row = row_of(plan, parcel)
    size = float(areas_m2(plan, "parcels")[row])
    found: dict[str, Any] = {"land_use": code}
    # A column that the contract does not know, and that some plans have beside the code.
    if "land_use_name" in plan.layer("parcels"):
        name, given = _plain(_raw(plan, "land_use_name")[row]), values(plan, "parcels", "land_use_list")[row]
        if name is not None:
            found["land_use_name"] = name_beside(given, code, name)
    found["far_kind"] = as_built.far_kind
    found |= {column: as_built.kinds.get(column) for column in KINDS}
    for column in AMOUNTS:
        rate = as_built.rates.get(column)
        found[column] = None if rate is None else float(round(rate * size))
    found |= dict.fromkeys(SHARES)
    if as_built.kinds.get("far") and found["floor_area_m2"] is not None:
        # Floor area never above what the ratio allows.
        found["floor_area_m2"] = float(min(found["floor_area_m2"], int(found["far"] * size)))
    return found


def row_of(plan: Plan, parcel: str) -> int:
    """Row of a parcel among the parcels."""
    names = plan.cached(
        "parcel_rows", lambda: {name: row for row, name in enumerate(ids(plan, "parcels").tolist())}
    )
    return names[parcel]


def _raw(plan: Plan, column: str) -> NDArray[Any]:
    """A column of the parcels as the plan has it."""
    return plan.cached(
        f"raw:parcels.{column}", lambda: plan.layer("parcels")[column].to_numpy(dtype=object, na_value=None)
    )


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def built_as(plan: Plan, code: str) -> Building:
    """How the plan builds land of a code; of the class above it where it has no parcel of the code itself."""
    return plan.cached(f"built_as:{code}", lambda: _built_as(plan, code))


def _built_as(plan: Plan, code: str) -> Building:
    uses, codes = values(plan, "parcels", "land_use"), landuse(DEFAULT_LIST)
    wider, chosen = code, np.zeros(len(uses), dtype=bool)
    while wider and not chosen.any():
        chosen = np.array([use is not None and codes.within(use, wider) for use in uses], dtype=bool)
        wider = codes.parent(wider)
    if not chosen.any():
        return Building()
    area = areas_m2(plan, "parcels")
    kinds, rates = {}, {}
    for column in KINDS:
        known = _known(values(plan, "parcels", column)[chosen])
        if len(known):
            kinds[column] = round(float(np.median(known)), DECIMALS[column])
    for column in AMOUNTS:
        amount = values(plan, "parcels", column)
        stated = chosen & ~np.isnan(amount) & (area > 0)
        # Where fewer than half of such parcels state a number, the plan does not state it for the use.
        if 2 * stated.sum() > chosen.sum():
            rates[column] = float(amount[stated].sum() / area[stated].sum())
    said = [kind for kind in values(plan, "parcels", "far_kind")[chosen] if kind is not None]
    return Building(max(sorted(set(said)), key=said.count) if said else None, kinds, rates)


def _known(found: NDArray[np.float64]) -> NDArray[np.float64]:
    return found[~np.isnan(found)]


#: Layers whose features keep a parcel as it is.
LAYERS = ("buildings", "facilities", "programmes")
#: A building that covers no more of a parcel, m2, only touches it.
TOUCHES_M2 = 1.0


def standing_on(plan: Plan, layers: Iterable[str] = LAYERS) -> frozenset[str]:
    """Ids of the parcels that something stands on: by the id that it names, else by where it is drawn."""
    found: set[str] = set()
    for layer in layers:
        named = values(plan, layer, "parcel_id").tolist()
        found |= {str(parcel) for parcel in named if parcel is not None}
        rows = np.array([row for row, parcel in enumerate(named) if parcel is None], dtype=np.intp)
        if len(rows) and layer != "programmes":
            found |= _below(plan, layer, rows)
    return frozenset(found)


def _below(plan: Plan, layer: str, rows: np.ndarray) -> set[str]:
    drawn, parcels = shapes(plan, layer)[rows], shapes(plan, "parcels")
    drawn = drawn[~shapely.is_missing(drawn)]
    known = np.flatnonzero(~shapely.is_missing(parcels))
    one, other = shapely.STRtree(parcels[known]).query(drawn, predicate="intersects")
    point = shapely.get_dimensions(drawn[one]) < 2
    shared = shapely.area(shapely.intersection(drawn[one], parcels[known][other]))
    return set(ids(plan, "parcels")[known[other[point | (shared > TOUCHES_M2)]]].tolist())


def new_use(
    plan: Plan, parcel_id: str, code: str, facts: Mapping[str, Any] | None = None
) -> tuple[Change, ...]:
    """
    The changes by which a parcel gets a land use.

    Parameters
    ----------
    code
        In the parcel's own land-use list.
    facts
        Columns that are known of the new use, such as ``floor_area_m2``; they go before what the plan's other
        parcels say.
    """
    told = dict(facts or {})
    wanted: dict[str, Any] = {"land_use": code, **class_name(plan, parcel_id, code)}
    wanted |= form_of(plan, code)
    wanted |= dict.fromkeys(GONE)
    if wanted["far"] is not None:
        area = float(areas_m2(plan, "parcels", ids(plan, "parcels") == parcel_id)[0])
        wanted["floor_area_m2"] = float(round(wanted["far"] * area))
    wanted |= told
    changes = []
    for column, new in wanted.items():
        old = value_of(plan, "parcels", parcel_id, column)
        if old != new:
            changes.append(Change("parcels", parcel_id, column, old, new))
    return tuple(changes)


def class_name(plan: Plan, parcel_id: str, code: str) -> dict[str, str]:
    """The name of the class, where the parcel writes one beside its code, in the language that it has."""
    if NAME_COLUMN not in plan.layer("parcels").columns:
        return {}
    written = value_of(plan, "parcels", parcel_id, NAME_COLUMN)
    if written is None:
        return {}
    list_name = value_of(plan, "parcels", parcel_id, "land_use_list") or DEFAULT_LIST
    classes = landuse(list_name if list_name in LISTS else DEFAULT_LIST)
    old = classes.classes.get(value_of(plan, "parcels", parcel_id, "land_use") or "")
    lang = next((lang for lang, said in (old.names if old else {}).items() if said == written), "zh")
    return {NAME_COLUMN: classes.label(code, lang)}


def form_of(plan: Plan, code: str) -> dict[str, Any]:
    """How parcels of a use are built in this plan: the median of each figure, null where none states it."""
    return plan.cached(f"form:{code}", lambda: _form(plan, code))


def _form(plan: Plan, code: str) -> dict[str, Any]:
    uses = values(plan, "parcels", "land_use")
    lists = values(plan, "parcels", "land_use_list")
    same = np.array([belongs(use, of, (code,)) is True for use, of in zip(uses, lists, strict=True)])
    found: dict[str, Any] = {}
    for column in KINDS:
        stated = values(plan, "parcels", column)[same.astype(bool)]
        stated = stated[~np.isnan(stated)]
        found[column] = round(float(np.median(stated)), 3) if len(stated) else None
    kinds = [kind for kind in values(plan, "parcels", "far_kind")[same.astype(bool)] if kind is not None]
    found["far_kind"] = (
        max(sorted(set(kinds)), key=kinds.count) if kinds and found["far"] is not None else None
    )
    return found
