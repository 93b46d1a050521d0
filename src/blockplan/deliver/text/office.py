"""Figures of the tables that an office hands in: a class's floor area, a phase's land, a load of the plan."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.deliver.pairs import bounds_of
from blockplan.deliver.text.facts import (
    DATA,
    OF_OBJECTS,
    PARCEL,
    WORDS,
    Fact,
    class_names,
    stated,
    stated_parking,
    use_codes,
)
from blockplan.measure.indicators.land import boundary_m2
from blockplan.measure.indicators.loads import loads as loads_of
from blockplan.report.office.columns import TEXTS as OFFICE
from blockplan.report.office.columns import said
from blockplan.report.office.per_thousand import ITEMS, per_thousand
from blockplan.report.office.phases import phases
from blockplan.report.office.streets import streets
from blockplan.texts import LANGUAGES
from blockplan.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.plan import Plan
    from blockplan.report.office.columns import OfficeTable
    from blockplan.report.view import View

#: Column of a table -> the quantity of its figures, base units of one.
COLUMNS: dict[str, tuple[str, float]] = {key: tuple(said) for key, said in DATA["column"].items()}
#: What texts call the streets of a class, and a phase by its number.
STREETS: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["street"].items()}
PHASE: tuple[str, ...] = tuple(DATA["phase"]["of"])
ORDINALS = DATA["phase"]["ordinals"]
_OF_LAND = re.compile(r"用地$| land$", re.IGNORECASE)
#: Between what a class is called and the word for its figure: 住宅建筑面积, 住宅配建停车位.
_COMPOUND = ("", "配建", " ")


def of_tables(view: View) -> Iterator[Fact]:
    """What the office's tables say of classes, streets, phases, and of the whole plan."""
    yield from _classes(view.plan)
    yield from _limits(view.plan)
    yield from _streets(streets(view), said(view, "streets.unnamed"), boundary_m2(view.plan))
    yield from _phases(phases(view))
    yield from (fact for fact in per_1000(view) if fact.bound_to.endswith("/supply"))
    # What no factor tells of some land makes the whole unknown; a text may say the known part of it.
    for load, amounts in loads_of(view.plan).by_parcel.items():
        if (found := COLUMNS.get(f"loads/{load}")) and not np.isnan(amounts).all():
            quantity, factor = found
            whole = math.fsum(np.nan_to_num(amounts)) * factor
            # As it is, and as the table rounds it.
            yield stated(f"table:loads/total/{load}", (), quantity, whole, round(whole, 1))


def per_1000(view: View) -> Iterator[Fact]:
    """What the plan supplies of each item of the table per 1,000 residents, in all and to so many of them."""
    lines = {str(line.cells[1]): line.cells for line in per_thousand(view).lines if line.kind == "row"}
    for item in ITEMS:
        labels = [OFFICE(f"per_thousand.{item.key}", lang) for lang in LANGUAGES]
        # "其中：幼儿园用地", "小学学位（含九年一贯制）".
        said = (re.sub(r"^(?:其中：|of which |うち)|\s?[（(].*", "", label) for label in labels)
        # Kindergartens are counted by that word, not land for them.
        words = tuple(word for word in said if word.removesuffix("s") not in OF_OBJECTS or word in OF_OBJECTS)
        for column, amount in zip(
            ("supply", "per_1000"), lines.get(labels[0], ("",) * 5)[2:5:2], strict=True
        ):
            if isinstance(amount, int | float):
                of, dimension = (
                    f"table:per_thousand/{item.key}/{column}",
                    "area" if item.unit == "m2" else item.unit,
                )
                yield Fact(of, (), words, dimension, (float(amount),))


def _cells(table: OfficeTable, cells: Sequence[Any], of: str, subjects: tuple[str, ...]) -> Iterator[Fact]:
    for column, cell in zip(table.columns, cells, strict=True):
        found = COLUMNS.get(f"{table.name}/{column.key}")
        if found and isinstance(cell, int | float):
            (quantity, factor), place = found, f"table:{table.name}/{of}/{column.key}"
            yield stated(place, subjects, quantity, cell * factor, asked=quantity == "floor")


def _classes(plan: Plan) -> Iterator[Fact]:
    """Parcels, floor and parking of each class of land: 住宅用地共27个地块, 住宅建筑面积."""
    found, uses = loads_of(plan), plan.layer("parcels")["land_use"].fillna("").to_numpy()
    sums = (
        ("parcel_count", "parcel_count", np.ones(len(uses))),
        ("floor_area_m2", "floor", found.floor_m2),
        ("parking", "parking", stated_parking(found)),
    )
    for code in use_codes(uses):
        rows, names = np.array([use.startswith(code) for use in uses]), class_names(code)
        stems = sorted({_OF_LAND.sub("", name) for name in names if not name.isdecimal()})
        for column, quantity, amounts in sums:
            whole = math.fsum(amounts[rows])
            if not whole > 0:
                continue
            # Land and floor of one class are told apart by their words alone.
            own = stated(f"layer:parcels/{code}/{column}", names, quantity, whole, asked=True)
            yield own
            if column != "parcel_count":
                compounds = tuple(
                    stem + joint + word
                    for stem in stems
                    for word in own.words
                    for joint in _COMPOUND
                    if (joint == " ") == word.isascii() == stem.isascii()
                )
                yield replace(own, subjects=(), words=compounds, asked=False)


def _limits(plan: Plan) -> Iterator[Fact]:
    """What all parcels of a class have alike: 住宅地块容积率2.0."""
    frame = plan.layer("parcels")
    uses = frame["land_use"].fillna("").to_numpy()
    columns = {(column, quantity): bounds_of(frame, column) for column, quantity in PARCEL}
    spaces = frame["parking_spaces"].to_numpy(dtype=float)
    columns["parking_spaces", "parking"] = spaces, spaces
    for code in use_codes(uses):
        rows = np.array([use.startswith(code) for use in uses])
        names = [name for name in class_names(code) if not name.isdecimal()]
        subjects = tuple(
            _OF_LAND.sub("", name) + kind
            for name in names
            for kind in ([" parcel"] if name.isascii() else ["地块", "区画"])
        )
        for (column, quantity), (high, low) in columns.items():
            both = np.nan_to_num(np.array([high, low], dtype=float).T[rows], nan=-1.0)
            if subjects and (both == both[0]).all():
                known = both[0][both[0] >= 0]
                yield stated(f"table:parcels/{code}/{column}", subjects, quantity, *known)


def _streets(table: OfficeTable, unnamed: str, land: float | None) -> Iterator[Fact]:
    rows = 0.0
    for line in table.lines:
        if line.kind == "row":
            # Streets without a name are told apart by nothing.
            rows += math.nan if line.cells[1] == unnamed else 1
            class_ = str(line.cells[2])
            continue
        names = next((said for said in STREETS.values() if class_ in said), (class_,))
        if line.kind == "subtotal":
            facts = list(_cells(table, line.cells, class_, names))
            length_m = sum(one.amounts[0] for one in facts if one.dimension == "length")
            for one in facts:
                # As the table has it, whose classes add up, and as the length over the land.
                exact = (length_m * M_PER_KM / land,) if land and one.dimension == "density" else ()
                yield replace(one, amounts=one.amounts + exact)
            yield Fact(f"table:streets/{class_}/count", names, WORDS["count"], "count", (rows,))
            rows = 0.0
        else:
            yield from (one for one in _cells(table, line.cells, "total", ()) if one.dimension == "density")


def _phases(table: OfficeTable) -> Iterator[Fact]:
    for line in table.lines:
        name = str(line.cells[0])
        if line.kind == "row":
            at = int(name) if name.isdecimal() else 0
            ordinals = ORDINALS[at - 1] if 0 < at <= len(ORDINALS) else ()
            numbered = tuple(one.format(number) for number in (name, *ordinals) for one in PHASE)
            subjects = numbered if at else (name,)
            yield from _cells(table, line.cells, name, subjects)
