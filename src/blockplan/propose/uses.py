"""
A parcel gets another use: which columns change with it, so that the plan stays true.

What stood on the parcel goes: its floor area, jobs, industries and parking were those of the old use. What
is built instead takes the figures that the plan itself gives parcels of the new use (their median); where it
has none, they are unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.inputs.columns import areas_m2, belongs, ids, values
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.plan.validity.classes import NAME_COLUMN
from blockplan.propose.changes import Change, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.plan.model.plan import Plan

#: Columns that say how a parcel is built, taken over from parcels of the new use.
FORM = ("far", "height_m", "coverage_ratio", "green_ratio")
#: Columns that were true of what stood there.
GONE = (
    "floor_area_m2", "residents", "dwellings", "jobs", "parking_spaces", "industry_health_share",
    "industry_manufacturing_share", "industry_digital_share", "industry_services_share",
)  # fmt: skip


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
    for column in FORM:
        stated = values(plan, "parcels", column)[same.astype(bool)]
        stated = stated[~np.isnan(stated)]
        found[column] = round(float(np.median(stated)), 3) if len(stated) else None
    kinds = [kind for kind in values(plan, "parcels", "far_kind")[same.astype(bool)] if kind is not None]
    found["far_kind"] = (
        max(sorted(set(kinds)), key=kinds.count) if kinds and found["far"] is not None else None
    )
    return found
