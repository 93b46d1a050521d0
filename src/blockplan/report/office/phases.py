"""Phases (分期): what each phase builds; the land that no phase names stands apart."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from blockplan.figures import shared_out
from blockplan.measure.indicators.loads import loads as loads_of
from blockplan.measure.inputs.columns import areas_m2, ids, values
from blockplan.measure.inputs.homes import residents
from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.report.office.columns import (
    Column,
    Line,
    OfficeTable,
    columns_in,
    hectares,
    said,
    shared_hectares,
)
from blockplan.report.office.zeros import havers, in_reserve
from blockplan.report.phases import phase_name

if TYPE_CHECKING:
    from blockplan.report.office.columns import Cell
    from blockplan.report.view import View

COLUMNS = (
    Column("phase", "text", "parcels.phase"),
    Column("parcel_count", "whole", "parcels"),
    Column("phase_ha", "ha", "parcels.geometry"),
    Column("phase_share", "two", "phase_ha"),
    Column("phase_floor_m2", "whole", "parcels.floor_area_m2, parcels.far"),
    Column("dwellings", "whole", "parcels.dwellings, loads.toml"),
    Column("residents", "whole", "parcels.residents, loads.toml"),
    Column("phase_parks_ha", "ha", "parcels.geometry, parcels.land_use"),
    Column("facilities", "text", "facilities.parcel_id, facilities.name_*"),
)
PARKS = ("1401", "G1")
MOST_NAMES, MOST_USES = 12, 4
#: How names of phases begin, from the nearest to the farthest; bare figures come before them.
IN_TIME = (
    ("近", "短期", "short", "near", "first", "第一", "一"), ("中", "medium", "mid", "second", "第二", "二"),
    ("远", "長", "long", "far", "third", "第三", "三"), ("fourth", "第四", "四"), ("fifth", "第五", "五"),
)  # fmt: skip


def in_time(phase: str) -> tuple[int, float, str]:
    """
    Where a phase stands in time, for sorting: by the words near, middle and far, then by its number.

    Examples
    --------
    >>> sorted(["远期", "10", "近期（至2025）", "2", "中期"], key=in_time)
    ['2', '10', '近期（至2025）', '中期', '远期']
    """
    number = re.search(r"\d+", phase)
    unnamed = -1 if number else len(IN_TIME)
    place = next((at for at, words in enumerate(IN_TIME) if phase.lower().startswith(words)), unnamed)
    return place, float(number[0]) if number else 0.0, phase


def phases(view: View) -> OfficeTable:
    """A line a phase in the order of their names; empty where no parcel states one."""
    plan = view.plan
    given = np.array(
        [str(one) if one is not None else "" for one in values(plan, "parcels", "phase")], dtype=object
    )
    if not (given != "").any():
        return OfficeTable("phases", columns_in(view, COLUMNS), (), (said(view, "phases.note.none"),))
    sizes, found = areas_m2(plan, "parcels"), loads_of(plan)
    uses = values(plan, "parcels", "land_use")
    parks = np.array([bool(use) and use.startswith(PARKS) for use in uses], dtype=bool)
    hosts = values(plan, "facilities", "parcel_id")
    called = view.ground.names("facilities").tolist() if len(hosts) else []
    of_parcel = dict(zip(map(str, ids(plan, "parcels")), given, strict=True))
    names = sorted({*given}, key=lambda one: (one == "", in_time(one)))
    floor = np.where(found.floorless, 0.0, found.floor_m2)
    counted = {"floor_area_m2": floor} | {key: found.by_parcel[key] for key in ("dwellings", "residents")}
    land = [math.fsum(np.nan_to_num(sizes[given == one])) for one in names]
    shares, percent = shared_hectares(view, land, math.fsum(land)), shared_out(land, 10_000)
    of_parks = [math.fsum(np.nan_to_num(sizes[parks & (given == one)])) for one in names]
    park_shares = shared_hectares(view, of_parks, math.fsum(of_parks))
    lines = []
    for one, ha, share, park_ha in zip(names, shares, percent, park_shares, strict=True):
        rows = given == one
        built = [
            name for name, host in zip(called, hosts, strict=True) if name and of_parcel.get(str(host)) == one
        ]
        more = [said(view, "phases.more", n=len(built) - MOST_NAMES)] if len(built) > MOST_NAMES else []
        lines.append(Line((
            phase_name(one, view.words) or said(view, "phases.unnamed"),
            int(rows.sum()), ha, share / 100,
            *(_sum(column[rows], havers(plan, key).of_none(np.flatnonzero(rows)))
              for key, column in counted.items()),
            park_ha,
            view.words.join([*built[:MOST_NAMES], *more]),
        )))  # fmt: skip
    people = residents(plan).total
    total: tuple[Cell, ...] = (
        said(view, "phases.total"), len(given), _added(view, shares), 100.0, _sum(floor),
        _sum(found.by_parcel["dwellings"]), None if people is None else round(people),
        _added(view, park_shares), "",
    )  # fmt: skip
    notes = _unphased(view)
    if (in_reserve(plan) & np.isnan(found.floor_m2)).any():
        notes.append(said(view, "phases.note.reserve"))
    return OfficeTable("phases", columns_in(view, COLUMNS), (*lines, Line(total, "total")), tuple(notes))


def _unphased(view: View) -> list[str]:
    """What the land is whose phase the plan does not state: its uses, the largest first."""
    plan = view.plan
    silent = [one is None or str(one) == "" for one in values(plan, "parcels", "phase")]
    lists, uses = values(plan, "parcels", "land_use_list"), values(plan, "parcels", "land_use")
    sizes = areas_m2(plan, "parcels")
    land: dict[str, float] = {}
    for row in np.flatnonzero(silent).tolist():
        code = uses[row] or ""
        use = view.ground.use_name(lists[row] or DEFAULT_LIST, code) if code else said(view, "phases.no_use")
        land[use] = land.get(use, 0.0) + float(sizes[row])
    if not land:
        return []
    told = [
        said(view, "phases.of_use", use=use, ha=hectares(view, size))
        for use, size in sorted(land.items(), key=lambda one: (-np.nan_to_num(one[1]), one[0]))
    ]
    more = len(told) - MOST_USES
    rest = [said(view, "phases.more_uses" if more > 1 else "phases.one_more_use", n=more)] if more > 0 else []
    return [said(view, "phases.note.unphased", uses=view.words.join([*told[:MOST_USES], *rest]))]


def _added(view: View, parts: list[float]) -> float:
    """Printed hectares in all."""
    return round(math.fsum(parts), view.ha_decimals)


def _sum(column: np.ndarray, none: Cell = 0) -> Cell:
    """A sum in whole numbers; None where some of it is unknown, `none` where there is nothing."""
    whole = math.fsum(column)
    return None if math.isnan(whole) else round(whole) or none
