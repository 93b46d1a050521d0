"""
The first control sheet (图则): land use of the whole plan on A3, as PDF/A.

The sheet is set by typst from the template ``sheet.typ``; this module gives it
the maps, the words and the figures. Its date is the plan's own, so the same
plan gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.measure.indicators.areas import boundary_m2
from blockplan.plan.model.plan import derived_land
from blockplan.report import fonts
from blockplan.report.grouping import WORST_FIRST
from blockplan.report.maps import themes
from blockplan.report.maps.drawing import (
    FOOT_MM,
    Drawing,
    MapSheet,
)
from blockplan.report.maps.legends import facility_legend
from blockplan.report.typesetting import REGIONS, desk, typeset
from blockplan.report.view import FORCES, View
from blockplan.report.words import NO_BREAK, Words
from blockplan.units import M2_PER_HA, M2_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Plan
    from blockplan.report.document import LegendEntry
    from blockplan.report.maps.svg import Frame

#: Room for the map on the sheet, mm: width of a strip map and of a wide one, height.
STRIP_MM, WIDE_MM, HEIGHT_MM = 100.0, 262.0, 262.0
#: Room for a closer view, mm.
DETAIL_MM = (86.0, 124.0)
#: The sheet never has room for more verdicts than these.
MOST_VERDICTS = 40
SCALES = (
    500,
    1000,
    2000,
    2500,
    5000,
    7500,
    10_000,
    12_500,
    15_000,
    20_000,
    25_000,
    30_000,
    40_000,
    50_000,
    75_000,
    100_000,
)
#: A measure counts floor area in millions of m2; a sheet in m2, or in tens of thousands of them (zh, ja).
M2_PER_MILLION_M2, TEN_THOUSANDS_PER_MILLION = 1e6, 100.0


def sheet(plan: Plan, result: CheckResult, lang: str) -> bytes:
    """The sheet as the bytes of a PDF/A-2b file."""
    view = View(plan, result, Words(lang, NO_BREAK))
    with desk() as folder:
        return typeset(folder, "sheet.typ", _data(view, folder), lang, plan.manifest.drawn_on)


def _data(view: View, folder: Path) -> dict[str, Any]:
    words, manifest, result = view.words, view.plan.manifest, view.result
    drawing = sheet_map(view)
    legend: list[dict[str, str]] = []
    details: list[dict[str, Any]] = []
    if drawing is not None:
        (folder / "map.svg").write_text(fonts.printable(drawing.standalone(view.ground)), encoding="utf-8")
        details = _details(view, folder) if drawing.narrow else []
        entries = [*drawing.legend, *(_facility_signs(view, drawing) if details else ())]
        for number, entry in enumerate(entries):
            (folder / f"sign-{number}.svg").write_text(entry.file(), encoding="utf-8")
            legend.append({"file": f"sign-{number}.svg", "said": entry.said, "amount": entry.amount})
    return head_data(view) | {
        "subtitle": words("sheet.title"),
        "number": words("sheet.number"),
        "draft": words("sheet.draft")
        if manifest.status in {"draft", "on_notice", "closed", "answered", "restarted"}
        else "",
        "map": None
        if drawing is None
        else {
            "file": "map.svg",
            "width": round(drawing.size_mm[0], 2),
            "height": round(drawing.size_mm[1], 2),
        },
        "scale": "" if drawing is None else words("sheet.scale", n=words.number(drawing.sheet.unit * 1000)),
        "no_map": words("sheet.no_map"),
        "details": details,
        "legend_title": words("map.legend"),
        "legend": legend,
        "figures_title": words("sheet.key_figures"),
        "figures": key_figures(view),
        "verdicts_title": words("sheet.verdicts"),
        "verdict_heads": [words(f"column.{key}") for key in ("outcome", "title", "measured", "required")],
        "verdicts": [
            {"rank": rank, "outcome": row.outcome, "cells": [row.said, row.title, row.measured, row.required]}
            for rank, row in ((rank, view.named_row(verdict)) for rank, verdict in ranked(result.verdicts))
        ],
        "verdict_total": len(result.verdicts),
        "more": words("sheet.more", n="{n}"),
        "attribution": words("head.attribution", source=words.pick(manifest.attribution))
        if manifest.attribution
        else "",
    }


def head_data(view: View) -> dict[str, Any]:
    """What the head and the foot of a paper say of the plan, as its template reads it."""
    words, manifest = view.words, view.plan.manifest
    return {
        "lang": words.lang,
        "region": REGIONS[words.lang],
        "title": view.title,
        "status": f"{words(f'status.{manifest.status}')} | {words(f'level.{manifest.level}')}",
        "synthetic": words("head.synthetic") if manifest.synthetic else "",
        "synthetic_title": words("head.synthetic_title"),
        "facts": [list(fact) for fact in view.facts],
        "hash_title": words("head.hash"),
        "hash": view.result.content_hash or view.plan.content_hash,
        "made_with": words("head.made_with", version=view.version),
    }


def ranked(verdicts: Sequence[Verdict], most: int = MOST_VERDICTS) -> list[tuple[int, Verdict]]:
    """The verdicts that a page may have room for, in their order, each with its rank: what fails is first."""
    order = sorted(range(len(verdicts)), key=lambda at: _weight(verdicts[at]))
    ranks = {at: rank for rank, at in enumerate(order)}
    return [(ranks[at], verdict) for at, verdict in enumerate(verdicts) if ranks[at] < most]


def _weight(verdict: Verdict) -> tuple[int, int]:
    return WORST_FIRST.index(verdict.outcome), FORCES.index(verdict.force)


def _facility_signs(view: View, drawing: Drawing) -> list[LegendEntry]:
    """What the letters on the closer views mean, and the stops; what the legend already has is left out."""
    told = {entry.said for entry in drawing.legend}
    frame = view.ground.frame or drawing.sheet.frame
    return [entry for entry in facility_legend(view.ground, frame) if entry.said not in told]


def sheet_map(view: View) -> Drawing | None:
    """The land-use map at a round scale that fills the sheet."""
    whole = themes.land_use_map(view.ground)
    if whole is None or view.ground.frame is None:
        return None
    frame = view.ground.frame
    strip = frame.height > frame.width * 1.6
    scale = round_scale(frame, STRIP_MM if strip else WIDE_MM)
    sheet = MapSheet(frame, scale / 1000)
    return themes.land_use_map(view.ground, sheet)


def round_scale(frame: Frame, width_mm: float) -> float:
    """The largest usual scale at which a frame fits, as its denominator."""
    least = max(frame.width / width_mm, frame.height / (HEIGHT_MM - FOOT_MM)) * 1000
    return float(next((scale for scale in SCALES if scale >= least), least))


def _details(view: View, folder: Path) -> list[dict[str, Any]]:
    found = []
    for number, drawing in enumerate(themes.land_use_details(view.ground, DETAIL_MM)[:4]):
        (folder / f"detail-{number}.svg").write_text(
            fonts.printable(drawing.standalone(view.ground)), encoding="utf-8"
        )
        width, height = drawing.size_mm
        found.append(
            {"file": f"detail-{number}.svg", "title": drawing.title, "ratio": round(width / height, 4)}
        )
    return found


def key_figures(view: View) -> list[list[str]]:
    """The figures of the sheet: land, residents, capacity, jobs, parks, floor area, streets, stations."""
    words, result = view.words, view.result
    measured = _measured(view)
    land = boundary_m2(view.plan)
    green, stations = measured("green_per_resident").supply, measured("modes_per_station")
    floor = measured("floor_area_total").value
    wide = ("m2", M2_PER_MILLION_M2) if words.lang == "en" else ("10k m2", TEN_THOUSANDS_PER_MILLION)
    jobs = measured("jobs").value
    of_land = "planned_land" if derived_land(view.plan) is None else "planned_land_derived"
    rows = [
        (of_land, words.amount(None if land is None else land / M2_PER_KM2, "km2")),
        ("residents", words.amount(result.residents.central, "person")),
        ("capacity", words.amount(result.capacity.residents, "person")),
        ("jobs", words.amount(jobs if jobs is None else float(round(jobs)), "job")),
        ("green", words.amount(None if green is None else green / M2_PER_HA, "ha")),
        ("floor_area", words.amount(None if floor is None else floor * wide[1], wide[0])),
        ("streets", words.amount(measured("street_density").definition.get("length_km"), "km")),
        ("stations", words.amount(None if stations.value is None else len(stations.by), "station")),
    ]
    return [[words(f"sheet.{key}"), value] for key, value in rows]


def _measured(view: View) -> Callable[[str], Measurement]:
    """A measure of the plan by its name: what is shown comes from the measure that the report speaks of."""
    from blockplan.measure import measure  # noqa: PLC0415 (its modules are loaded when a sheet is made)

    known = {one.id: one for one in view.result.reported}
    return lambda name: known[name] if name in known else measure(view.plan, name)[0]
