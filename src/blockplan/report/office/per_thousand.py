"""
Figures per 1,000 residents (千人指标表): what the plan supplies, what the rules ask for, whom it carries.

An item that rules judge has a line for each of them, with the amount that the rule counted; an item that no
rule judges stands with the amount that the plan's data give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blockplan.figures import is_known
from blockplan.measure.indicators.land import drawn_land, named_land
from blockplan.measure.indicators.supply import in_facilities
from blockplan.measure.inputs.columns import values
from blockplan.measure.inputs.homes import residents
from blockplan.report.office.columns import TEXTS, Column, Line, OfficeTable, said
from blockplan.report.tables import outcome_said
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.verdict import Verdict
    from blockplan.plan import Plan
    from blockplan.report.view import View

COLUMNS = (
    Column("category", "text", "per_thousand"),
    Column("item", "text", "rules, facilities.service, parcels.land_use"),
    Column("supply", "whole", "facilities, parcels.geometry"),
    Column("unit", "text", "rules"),
    Column("per_1000", "two", "supply, residents"),
    Column("required_op", "code", "rules"),
    Column("required_per_1000", "two", "rules"),
    Column("outcome", "text", "check"),
    Column("basis", "text", "rules"),
    Column("carries", "whole", "supply, rules"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A supply: land of some classes (m2) for some services, or a column of the facilities of these."""

    key: str
    category: str
    unit: str
    codes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    column: str = ""
    #: Measures by which rules judge it.
    measures: tuple[str, ...] = ()


ITEMS = (
    Item("education_land", "education", "m2", ("080403", "080404"), measures=("education_land_per_1000",)),
    Item("kindergarten_land", "education", "m2", ("080404",), ("kindergarten",)),
    Item("kindergarten_places", "education", "place", (), ("kindergarten",), "places"),
    Item("primary_places", "education", "place", (), ("primary_school", "nine_year_school"), "places"),
    Item("secondary_places", "education", "place", (), ("secondary_school",), "places"),
    Item("health_land", "health", "m2", ("0806",), ("hospital", "clinic")),
    Item("hospital_beds", "health", "bed", (), ("hospital",), "beds"),
    Item("nursing_beds", "elderly", "bed", (), ("nursing_home",), "beds", ("nursing_beds_per_1000",)),
    Item("day_care_places", "elderly", "place", (), ("day_care",), "places"),
    Item("culture_floor", "culture", "m2", (), ("culture", "library"), "floor_area_m2",
         ("culture_floor_per_resident",)),
    Item("sport_land", "sport", "m2", ("0805",), ("sport",)),
    Item("park_land", "green", "m2", ("1401",), measures=("green_per_resident",)),
)  # fmt: skip


def per_thousand(view: View) -> OfficeTable:
    """The items in their order, then all other rates that rules judge for the plan, then whom all carry."""
    people = residents(view.plan).total
    rates = [
        one
        for one in view.result.verdicts
        if one.measurement is not None and one.measurement.per and one.scope_kind == "plan"
    ]
    lines: list[Line] = []
    told: set[int] = set()
    for item in ITEMS:
        judging = [one for one in rates if one.measurement and one.measurement.id in item.measures]
        told |= {id(one) for one in judging}
        lines += [_judged(view, one, people, item) for one in judging] or [_supplied(view, item, people)]
    lines += [_judged(view, one, people) for one in rates if id(one) not in told]
    capacity = view.result.capacity
    carried = (("carries_least", capacity.residents),) if capacity.by_rule else ()
    for key, number in (*carried, ("planned_residents", people)):
        last = ("", said(view, f"per_thousand.{key}"), None if number is None else round(number))
        blank = ("",) * 6
        lines.append(Line((*last, said(view, "per_thousand.person"), *blank), "total"))
    if people:
        return OfficeTable("per_thousand", COLUMNS, tuple(lines), tuple(_on_other_land(view)))
    # Without residents a line of which the plan states no amount says nothing.
    supply = [one.key for one in COLUMNS].index("supply")
    empty = tuple(one for one in lines if one.cells[supply] is None and not one.cells[-2])
    unsaid = view.words.join(str(one.cells[1]) for one in empty if one.kind == "row")
    notes = [said(view, "per_thousand.unsaid", items=unsaid)] if unsaid else []
    lead = said(view, "per_thousand.no_residents" if people is None else "note.nobody")
    known = tuple(one for one in lines if one not in empty)
    return OfficeTable("per_thousand", COLUMNS, known, (*notes, *_on_other_land(view)), lead, empty)


def _on_other_land(view: View) -> Iterator[str]:
    """Of land that the plan has none of: the facilities of its kind on other parcels."""
    plan = view.plan
    services, hosts, sites = (
        values(plan, "facilities", column) for column in ("service", "parcel_id", "site_area_m2")
    )
    for item in ITEMS:
        if not item.codes or not item.services or _supply(plan, item) != 0:
            continue
        of_kind = np.isin(services, item.services) & (hosts != np.array(None))
        for key, rows in (
            ("on_other_land", sites == 0),
            ("land_elsewhere", sites > 0),
            ("land_unsaid", np.isnan(sites)),
        ):
            if (rows := rows & of_kind).any():
                what = [view.words.or_else(f"service.{one}", one) for one in sorted(set(services[rows]))]
                yield said(
                    view, f"per_thousand.{key}", what=view.words.join(what), n=int(rows.sum()),
                    on=view.few(sorted(set(hosts[rows]))),
                    land=view.words.amount(float(np.nansum(sites[rows])), "m2"),
                )  # fmt: skip


def _supplied(view: View, item: Item, people: float | None) -> Line:
    supply = _supply(view.plan, item)
    return Line((
        said(view, f"per_thousand.{item.category}"), said(view, f"per_thousand.{item.key}"),
        _whole(supply), _unit(view, item.unit), _rate(supply, people), "", "", "", "", "",
    ))  # fmt: skip


def _judged(view: View, verdict: Verdict, people: float | None, item: Item | None = None) -> Line:
    words, found = view.words, verdict.measurement
    # Land is in square metres, whatever a rule counts it in: 0.22 ha must not read as 0.
    times = M2_PER_HA if verdict.unit == "ha" else 1.0
    supply, per = (found.supply, found.per) if found is not None else (None, 1.0)
    wanted = verdict.required.value
    least = wanted[0] if isinstance(wanted, tuple) else wanted
    written = [str(verdict.source[key]) for key in ("document", "clause") if verdict.source.get(key)]
    source = words.pick(verdict.source.get("said")) or words.join(written)
    floor = verdict.required.op in {">=", ">"} and is_known(supply) and least > 0
    return Line((
        said(view, f"per_thousand.{item.category if item else 'other'}"),
        said(view, f"per_thousand.{item.key}") if item else words.pick(verdict.title),
        _whole(supply, times), _unit(view, "m2" if verdict.unit == "ha" else verdict.unit),
        _rate(supply, people, times),
        SIGNS.get(verdict.required.op, verdict.required.op), round(times * least * 1000 / per, 2),
        outcome_said(verdict.outcome, words), source,
        math.floor((supply or 0.0) / (least / per) + SLACK) if floor else "",
    ))  # fmt: skip


SIGNS = {">=": "≥", "<=": "≤"}
#: A number of people that rounding of binary fractions left just below a whole one.
SLACK = 1e-6


def _supply(plan: Plan, item: Item) -> float | None:
    if item.codes:
        land = drawn_land(plan, named_land(plan, item.codes))
        return None if land.missing else land.whole
    supply: float | None = in_facilities(plan, item.services, item.column)["supply"]
    return supply


def _whole(number: float | None, times: float = 1.0) -> int | None:
    return round(times * number) if is_known(number) else None


def _rate(supply: float | None, people: float | None, times: float = 1.0) -> float | None:
    return round(times * supply * 1000 / people, 2) if is_known(supply) and people else None


def _unit(view: View, unit: str) -> str:
    if f"unit.{unit}" in TEXTS:
        return said(view, f"unit.{unit}")
    return view.words.with_unit("", unit).strip() if unit else ""
