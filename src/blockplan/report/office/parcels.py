"""The parcels' control indicators (地块控制指标表): a line a parcel, no line more and none less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from blockplan.exchange.office.road_remarks import read_by, remark_said
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.plan.model.codes import DEFAULT_LIST, listed_codes
from blockplan.report.office.columns import Column, Line, OfficeTable, columns_in, said
from blockplan.report.phases import phase_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.plan import Plan
    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

COLUMNS = (
    Column("parcel_id", "code", "parcels.parcel_id"),
    Column("block_id", "code", "parcels.block_id"),
    Column("subblock_id", "code", "parcels.subblock_id"),
    Column("code", "code", "parcels.land_use"),
    Column("land_use", "text", "parcels.land_use_list"),
    Column("site_area_m2", "whole", "parcels.declared_area_m2, parcels.geometry"),
    Column("far_max", "far", "parcels.far, parcels.far_kind, parcels.far_max"),
    Column("far_min", "far", "parcels.far, parcels.far_kind, parcels.far_min"),
    Column("floor_area_m2", "whole", "parcels.floor_area_m2"),
    Column("coverage_max", "one", "parcels.coverage_ratio, parcels.coverage_ratio_max"),
    Column("coverage_min", "one", "parcels.coverage_ratio, parcels.coverage_ratio_min"),
    Column("height_max_m", "one", "parcels.height_m, parcels.height_m_max"),
    Column("height_min_m", "one", "parcels.height_m, parcels.height_m_min"),
    Column("green_min", "one", "parcels.green_ratio, parcels.green_ratio_min"),
    Column("green_max", "one", "parcels.green_ratio, parcels.green_ratio_max"),
    Column("parking_spaces", "whole", "parcels.parking_spaces"),
    Column("dwellings", "whole", "parcels.dwellings"),
    Column("facilities", "text", "facilities.parcel_id, facilities.name_*"),
    Column("permitted", "text", "parcels.permitted"),
    Column("compatible_uses", "text", "parcels.compatible_uses"),
    Column("phase", "code", "parcels.phase"),
    Column("remarks", "text", "parcels.status, parcels.remarks"),
)
#: Bounds: column, its kind, the kind that a bare number is of, factor (ratios are printed in %).
BOUNDS = (
    ("far", "far_kind", "upper", 1.0),
    ("coverage_ratio", "coverage_kind", "upper", 100.0),
    ("height_m", "height_kind", "upper", 1.0),
    ("green_ratio", "green_kind", "lower", 100.0),
)
DIGITS = 6


def parcels(view: View) -> OfficeTable:
    """Each parcel in the order of its number; bounds as upper and lower, ratios in %."""
    plan = view.plan
    names = ids(plan, "parcels")
    declared, drawn = values(plan, "parcels", "declared_area_m2"), areas_m2(plan, "parcels")
    site = np.where(np.isnan(declared), drawn, declared)
    bounds = [_bounds(plan, *bound) for bound in BOUNDS]
    (far, coverage, height, green) = bounds
    uses, lists = values(plan, "parcels", "land_use"), values(plan, "parcels", "land_use_list")
    label: dict[tuple[str, str], str] = {}
    for use, of in zip(uses, lists, strict=True):
        key = (of or DEFAULT_LIST, use or "")
        if key not in label:
            label[key] = view.ground.use_name(*key).removeprefix(f"{key[1]} ")
    columns: tuple[Iterable[Cell], ...] = (
        [str(name) for name in names], _texts(plan, "block_id"), _texts(plan, "subblock_id"),
        [use or "" for use in uses],
        [label[of or DEFAULT_LIST, use or ""] for use, of in zip(uses, lists, strict=True)],
        _numbers(site, 0), _numbers(far[1], 4), _numbers(far[0], 4),
        _numbers(values(plan, "parcels", "floor_area_m2"), 0),
        _numbers(coverage[1]), _numbers(coverage[0]), _numbers(height[1]), _numbers(height[0]),
        _numbers(green[0]), _numbers(green[1]), _numbers(values(plan, "parcels", "parking_spaces"), 0),
        _numbers(values(plan, "parcels", "dwellings"), 0), _facilities(view, names),
        _codes(view, "permitted"), _codes(view, "compatible_uses"),
        [phase_name(str(one), view.words) for one in _texts(plan, "phase")], _remarks(view),
    )  # fmt: skip
    rows = sorted(zip(*columns, strict=True), key=lambda row: str(row[0]))
    notes = [said(view, "parcels.note.bounds")]
    if np.isnan(declared).any() and len(names):
        notes.append(said(view, "parcels.note.drawn", n=view.words.number(int(np.isnan(declared).sum()))))
    return OfficeTable("parcels", columns_in(view, COLUMNS), tuple(map(Line, rows)), tuple(notes))


def _codes(view: View, column: str) -> list[Cell]:
    """Codes of a column that lists some, for each parcel."""
    separator = view.words("list.separator")
    return [separator.join(listed_codes(str(one))) for one in _texts(view.plan, column)]


def _bounds(
    plan: Plan, column: str, kind: str, bare: str, factor: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bound of each parcel; NaN is no bound."""
    number = values(plan, "parcels", column)
    kinds = np.array([one or bare for one in values(plan, "parcels", kind)], dtype=object)
    kinds = np.where(np.isin(kinds, ("upper", "lower")), kinds, bare)
    low, high = (values(plan, "parcels", f"{column}_{end}") for end in ("min", "max"))
    low = np.where(np.isnan(low) & (kinds == "lower"), number, low)
    high = np.where(np.isnan(high) & (kinds == "upper"), number, high)
    return low * factor, high * factor


def _numbers(found: NDArray[np.float64], digits: int = DIGITS) -> list[Cell]:
    return [None if np.isnan(one) else round(float(one), digits) for one in found]


def _texts(plan: Plan, column: str) -> list[Cell]:
    return ["" if one is None else str(one) for one in values(plan, "parcels", column)]


def _facilities(view: View, names: NDArray[np.object_]) -> list[Cell]:
    """Names of the facilities on each parcel; the service of one without a name."""
    found: dict[str, list[str]] = {}
    hosts, services = values(view.plan, "facilities", "parcel_id"), values(view.plan, "facilities", "service")
    called = view.ground.names("facilities") if len(hosts) else pd.Series([], dtype=object)
    for host, service, name in zip(hosts, services, called, strict=True):
        if host is not None:
            said_ = name or view.words.or_else(f"service.{service}", str(service or ""))
            found.setdefault(str(host), []).append(said_)
    return [view.words.join(found.get(str(name), ())) for name in names]


def _remarks(view: View) -> list[Cell]:
    """Whether a parcel is kept, bounds that are only to be aimed at, and what the plan remarks."""
    plan, out = view.plan, []
    guides = [(column, values(plan, "parcels", kind) == "guide") for column, kind, _, _ in BOUNDS]
    columns = (values(plan, "parcels", "status"), values(plan, "parcels", "remarks"))
    for at, (status, remark) in enumerate(zip(*columns, strict=True)):
        told = [said(view, f"parcels.status.{status}")] if status in {"existing", "kept", "rebuilt"} else []
        aims = [said(view, f"parcels.bound.{column}") for column, rows in guides if rows[at]]
        if aims:
            told.append(said(view, "parcels.guide", what=view.words.join(aims)))
        if remark:
            words, lang = remark_said(str(remark), view.words.lang), view.words.lang
            known = words != remark or read_by(words, lang)
            told.append(words if known else said(view, "parcels.quoted", words=words))
        out.append(view.words.join(told))
    return list(out)
