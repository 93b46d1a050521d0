"""
The report as one HTML file that needs nothing else.

Fonts, styles and maps stand inside; no script, no outside request. The same
plan and result give the same bytes.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from blockplan.report import charts, ledger, parcelwise, readings, sums, tables, trace
from blockplan.report.maps.pixels import in_pixels
from blockplan.report.maps.svg import shared
from blockplan.report.office import TABLES
from blockplan.report.public import verdict_words
from blockplan.report.renderers.html import font_faces
from blockplan.report.sheets.printed_tables import printed
from blockplan.report.view import View
from blockplan.report.words import NO_BREAK, Words
from blockplan.templates import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.office.columns import Line


#: The finest step of a map on its A4 page.
FINEST_MM = 0.1
#: A table of the report has at most so many rows; tables.xlsx has them all.
MOST_ROWS = 200
#: The loads of single parcels are for the workbook; a report prints their sums.
SUMS_ONLY = ("loads",)


def page(plan: Plan, result: CheckResult, lang: str, in_force: Plan | None = None) -> str:
    """The report as the text of an HTML file."""
    view = View(plan, result, Words(lang, NO_BREAK), in_force, FINEST_MM)
    templates = environment("blockplan.report")
    templates.globals |= {
        "view": view,
        "w": view.words,
        "charts": charts,
        "ledger": ledger,
        "office": office(view),
        "parcelwise": parcelwise,
        "places_of": verdict_words,
        "readings": readings,
        "sums": sums,
        "tables": tables,
        "trace": trace,
    }
    body = shared(templates.get_template("report.html.j2").render())
    frame = view.ground.frame
    body = body if frame is None else in_pixels(body, 2 * frame.grain)
    faces = font_faces(body, lang)
    style = (
        resources.files("blockplan.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    )
    running = f'@page {{ @top-left {{ content: "{css_text(view.title)}"; }} }}\n'
    return body.replace("/*STYLE*/", f"{faces}{style}{running}", 1)


def office(view: View) -> list[dict[str, Any]]:
    """The office's tables that have a line, as sheets print them."""
    made = []
    for name, make in TABLES.items():
        table = make(view)
        kept = [line for line in table.lines if name not in SUMS_ONLY or line.kind != "row"]
        some = printed(view, replace(table, lines=tuple(_first(kept))))
        if some:
            made.append({**some, "count": len(kept)})
    return made


def _first(lines: Sequence[Line]) -> Sequence[Line]:
    """The first rows of a long table, and its total."""
    if len(lines) <= MOST_ROWS:
        return lines
    return [*lines[:MOST_ROWS], *(line for line in lines[MOST_ROWS:] if line.kind == "total")]


def css_text(said: str) -> str:
    """A text inside a CSS string: everything but letters, digits and spaces is escaped."""
    return "".join(
        character if character.isalnum() or character == " " else f"\\{ord(character):06x}"
        for character in said
    )
